"""Packages that are broken in every way: each is told of in one line, and stops nothing."""

import json

import pytest

from tests.plugins.installed import Site, fixer

ADD = "FROM debian:12\nADD . /app\n"

#: Sources of a module `taste`, and what is told.
BROKEN = {
    "raises": ("raise RuntimeError('a\\nb')\n", "taste: RuntimeError: a b"),
    "leaves": ("raise SystemExit(0)\n", "taste: SystemExit: 0"),
    "no-exception": ("class X(BaseException): pass\nraise X('a')\n", "taste: X: a"),
    "imports-nothing": ("import nothing_like_it\n", "taste: ModuleNotFoundError: No module"),
    "no-python": ("class {\n", "taste: SyntaxError: "),
    "recursion": ("def f():\n    f()\nf()\n", "taste: RecursionError: "),
    "no-name-of-ours": ("from dfix import Nothing\n", "taste: ImportError: cannot import name"),
    "no-fixer": ("X = 1\n", "taste defines 0 fixers, not one"),
    "two-fixers": (
        "from dfix import Fixer\nclass A(Fixer): pass\nclass B(Fixer): pass\n",
        "taste defines 2 fixers, not one",
    ),
    "no-message": ("from dfix import Fixer\nclass A(Fixer): pass\n", "message is not one line"),
    "wrong-type": (
        fixer("Taste").replace("Level.STANDARD", "'standard'"),
        "taste.Taste: level is a str, not a Level",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_it_is_told_and_the_others_work(case: str, site: Site) -> None:
    source, told = BROKEN[case]
    site.install("bad-taste", {"taste": "taste"}, {"taste.py": source})
    site.install("good-smell", {"smell": "smell"}, {"smell.py": fixer("Smell")})
    site.write("Dockerfile", f"{ADD}COPY --chown=me:staff a /a\n")
    done = site.dfix("--diff", "--select", "add-to-copy,smell")
    assert "+COPY . /app" in done.out
    assert "+COPY --chown=me a /a" in done.out
    (line,) = done.told()
    assert line.startswith("dfix: error: left out: bad-taste 1.0: ")
    assert told in line
    assert "Traceback" not in done.errors
    assert done.code == 2


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("taste:Taste", "taste:Taste: a ABCMeta|taste:Taste: a type, where a module"),
        ("missing", "missing: ModuleNotFoundError"),
        ("empty", "empty: the package holds no module of a fixer"),
        ("taste:nothing", "taste:nothing: AttributeError"),
    ],
)
def test_entries_that_lead_nowhere(entry: str, told: str, site: Site) -> None:
    site.install(
        "bad-taste",
        {"x": entry},
        {"taste.py": fixer("Taste"), "empty/__init__.py": "", "empty/_own.py": "raise OSError\n"},
    )
    done = site.dfix("rules")
    (line,) = done.told()
    assert any(each in line for each in told.split("|")), line
    assert "merge-runs" in done.out
    assert done.code == 2


def test_one_broken_module_of_a_package(site: Site) -> None:
    site.install(
        "company",
        {"company": "company.fixers"},
        {
            "company/__init__.py": "",
            "company/fixers/__init__.py": "",
            "company/fixers/_shared.py": "X = 1\n",
            "company/fixers/a_smell.py": fixer("ASmell"),
            "company/fixers/taste.py": "1 / 0\n",
        },
    )
    done = site.dfix("rules")
    assert "a-smell" in done.out
    (line,) = done.told()
    assert "company 1.0: company.fixers.taste: ZeroDivisionError" in line


def test_an_unreadable_list_of_entries_hides_no_other(site: Site) -> None:
    site.install("none-of-ours", "[console_scripts]\nbroken\n", {})
    site.install("bad-taste", "[dfix.fixers]\nbroken\n", {})
    site.install("good-smell", {"smell": "smell"}, {"smell.py": fixer("Smell")})
    done = site.dfix("rules")
    assert "smell" in done.out
    (line,) = done.told()
    assert "bad-taste 1.0: its entry points cannot be read" in line


def test_what_a_package_prints_is_in_no_result(site: Site) -> None:
    site.install("loud", {"smell": "smell"}, {"smell.py": fixer("Smell") + "print('hello')\n"})
    site.write("Dockerfile", ADD)
    done = site.dfix("--diff", "--select", "add-to-copy")
    assert done.out.startswith("--- a/Dockerfile\n")
    assert "hello" not in done.out
    assert done.told() == []
    assert done.code == 1


@pytest.mark.parametrize("call", ["--version", "--help", "plan Dockerfile", "undo"])
def test_nothing_of_a_package_runs_where_no_fixer_is_needed(call: str, site: Site) -> None:
    site.install("loud", {"smell": "smell"}, {"smell.py": "raise RuntimeError\n"})
    site.write("Dockerfile", ADD)
    assert site.dfix(*call.split()).told() == []


def test_quiet_calls_are_told_as_well(site: Site) -> None:
    site.install("bad", {"smell": "smell"}, {"smell.py": "raise RuntimeError\n"})
    site.write("Dockerfile", ADD)
    done = site.dfix("--quiet", "--select", "add-to-copy")
    assert len(done.errors.splitlines()) == 1
    assert done.code == 2
    assert "COPY" in (site.project / "Dockerfile").read_text()


def test_another_program_is_warned(site: Site) -> None:
    site.install("bad-taste", {"taste": "taste"}, {"taste.py": "raise RuntimeError('x')\n"})
    code = (
        "import warnings, dfix\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        "    result = dfix.fix('FROM a\\nADD . /app\\n', select=['add-to-copy'])\n"
        "assert result.changed\n"
        "(one,) = told\n"
        "assert one.category is dfix.PluginWarning, one\n"
        "assert str(one.message) == 'bad-taste 1.0: taste: RuntimeError: x', one\n"
        "assert one.filename == '<string>', one.filename\n"
    )
    done = site.run("-c", code)
    assert done.code == 0, done.errors


#: Bodies of `visit_Copy` that go wrong only once there is a file, and what is told of it.
FAULTY = {
    "raises": ("        raise ValueError('a\\nb')\n", "internal error in smell: ValueError"),
    "leaves": ("        raise SystemExit\n", "internal error in smell: SystemExit"),
    "no-exception": (
        "        raise type('X', (BaseException,), {})('a')\n",
        "internal error in smell: X: a",
    ),
    "proposes-nothing": (
        "        self.proposals.append('this')\n",
        "internal error in smell: a str is no proposal",
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_fixer_that_goes_wrong_costs_the_file(case: str, site: Site) -> None:
    body, told = FAULTY[case]
    site.install("bad-smell", {"smell": "smell"}, {"smell.py": fixer("Smell", body)})
    site.write("a/Dockerfile", "FROM debian:12\nENV a b\n")
    site.write("b/Dockerfile", "FROM debian:12\nENV a c\nCOPY a /a\n")
    done = site.dfix("--diff", "--select", "key-value-form,smell")
    assert "+ENV a=b" in done.out
    assert "ENV a=c" not in done.out
    assert told in done.errors
    assert "Traceback" not in done.errors
    assert done.code == 2


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_fixer_prints_is_no_part_of_a_report(jobs: str, site: Site) -> None:
    body = "        print('this is printed')\n"
    site.install("bad-smell", {"smell": "smell"}, {"smell.py": fixer("Smell", body)})
    for name in "abc":
        site.write(f"{name}/Dockerfile", "FROM debian:12\nCOPY a /a\n")
    done = site.dfix("--check", "--select", "smell", "--format", "json", "--jobs", jobs)
    assert len(json.loads(done.out)["files"]) == 3
    assert "this is printed" in done.errors
    assert done.code == 0


#: Bodies that break a promise: the guards turn them down.
HARMFUL = {
    "unannounced": (
        "        self.fix(node, {node: node.with_changes(keyword=__import__('dfix').Leaf('', 'ADD'))})\n",
        '"effect",',
    ),
    "none-of-its-business": (
        "        from dfix import Change, User, Word, below\n"
        "        self.fix(node, {node: below(User(argument=Word(' ', 'me')))},\n"
        "                 expects=(Change(0, 'config.user', None, 'me'),))\n",
        '"effect",',
    ),
    "loses-a-comment": (
        "        from dfix import Remove, Change\n"
        "        self.fix(node, {node: node.with_changes(leading_lines=())})\n",
        '"*",',
    ),
    "no-dockerfile": (
        "        from dfix import Word\n"
        "        self.fix(node, {node: node.with_changes(paths=(Word(' ', 'a'),))})\n",
        '"*",',
    ),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_guards_hold_for_other_packages_fixers(case: str, site: Site) -> None:
    body, paths = HARMFUL[case]
    site.install("bad-smell", {"smell": "smell"}, {"smell.py": fixer("Smell", body, paths)})
    text = "FROM debian:12\n# why\nCOPY a /a\n"
    site.write("Dockerfile", text)
    done = site.dfix("--select", "smell")
    assert (site.project / "Dockerfile").read_text() == text
    assert "smell: a group is of no use [refused: " in done.out + done.errors
    assert done.code == 0
