"""`dfix test`: a package's fixers are held to their own examples, and nothing else of it is run."""

import json
import os

import pytest

from tests.plugins.installed import BODY, Site, fixer

GOOD = fixer("Smell")
EXAMPLE = 'VALID = (Valid("FROM debian:12\\nCOPY a /a\\n"),'
#: What is wrong with a module `smell`, and what is told.
FAILING = {
    "valid-is-changed": (
        GOOD.replace(EXAMPLE, 'VALID = (Valid("FROM a\\nCOPY --chown=me:staff a /a\\n"),'),
        "VALID 1: it is changed:",
    ),
    "valid-says-refused": (
        GOOD.replace(EXAMPLE, 'VALID = (Valid("FROM a\\nCOPY a /a\\n", refused=True),'),
        "VALID 1: nothing is refused, and it says `refused=True`",
    ),
    "valid-is-refused": (
        fixer("Smell", "        self.refuse(node, 'no')\n"),
        "VALID 1: it is refused: no",
    ),
    "no-dockerfile": (
        GOOD.replace(EXAMPLE, 'VALID = (Valid("FROM a\\nCOPI a /a\\n"),'),
        "VALID 1: unknown instruction",
    ),
    "the-builder-refuses": (
        GOOD.replace(EXAMPLE, 'VALID = (Valid("FROM a\\nCOPY --from=0 a /a\\n"),'),
        "VALID 1: the builder would refuse it: line 2",
    ),
    "invalid-is-left-alone": (
        fixer("Smell", "        pass\n"),
        "INVALID 1: it becomes something else:",
    ),
    "invalid-is-refused": (
        GOOD.replace('"effect.owner", "me:staff"', '"effect.owner", "you"'),
        "refused: ",
    ),
    "other-result": (
        GOOD.replace(
            '"FROM debian:12\\nCOPY --chown=me a /a\\n"', '"FROM debian:12\\nCOPY a /a\\n"'
        ),
        "INVALID 1: it becomes something else:",
    ),
    "same": (
        GOOD.replace("--chown=me a /a\\n", "--chown=me:staff a /a\\n"),
        "INVALID 1: before and after are the same",
    ),
    "raises": (
        fixer("Smell", "        raise ValueError('no')\n"),
        "VALID 1: internal error in smell: ValueError: no",
    ),
    "below-its-level": (
        GOOD.replace("level = Level.STANDARD", "level = Level.AGGRESSIVE").replace(
            "reason=", "level=Level.SAFE, reason="
        ),
        "INVALID 1: it is changed at safe, below the fixer's own level",
    ),
    "no-examples": (
        GOOD[: GOOD.index("    INVALID")] + GOOD[GOOD.index("    def visit") :],
        "class: there is no example of what it changes",
    ),
    "no-docstring": (
        GOOD.replace("    **When it is refused**", "    When it is refused"),
        "class: the docstring's sections are not",
    ),
    "short-docstring": (
        GOOD.replace("Never, there is no case of that kind at all.", "Never."),
        "class: the docstring's section **When it is refused** says too little",
    ),
    "no-reference": (GOOD.replace("https://", "http://"), "class: the reference is no https"),
    "no-such-context": (
        GOOD.replace(EXAMPLE, EXAMPLE[:-2] + ", context={'a\\0b': b''}),"),
        "VALID 1: it cannot be tried: ValueError",
    ),
    "no-text": (GOOD.replace(EXAMPLE, "VALID = (Valid(1),"), "VALID 1: it cannot be tried: "),
    "looks-at-nothing": (
        GOOD.replace("def visit_Copy", "def visit_COPY"),
        "class: visit_COPY is never called",
    ),
}


@pytest.mark.parametrize("case", FAILING)
def test_what_does_not_hold_is_told(case: str, site: Site) -> None:
    source, told = FAILING[case]
    site.write("smell.py", source)
    done = site.dfix("test", "./smell.py")
    assert told in done.out, done.out
    assert "Traceback" not in done.errors
    assert done.code == 1


def test_all_holds(site: Site) -> None:
    site.write("smell.py", GOOD)
    done = site.dfix("test", "smell.py")
    assert done.out == "smell: 2 examples hold\n1 fixer, 0 with something that does not hold\n"
    assert done.code == 0
    assert [path.name for path in site.project.iterdir()] == ["smell.py"]


def test_line_ends_of_windows_are_tried_as_well(site: Site) -> None:
    body = "        if '\\r' in self.facts.tree.newline: raise ValueError('windows')\n" + BODY
    site.write("smell.py", fixer("Smell", body))
    done = site.dfix("test", "smell.py")
    assert "INVALID 1: with CR LF: internal error in smell: ValueError: windows" in done.out
    assert done.code == 1


def test_a_second_run_that_goes_on(site: Site) -> None:
    body = """\
        from dfix import Change
        flag = node.flag("chown")
        if flag is None:
            return
        SEEN.append(flag.text)
        old = flag.argument
        new = "me" if old == "me:staff" else "you" if SEEN.count("--chown=me") == 2 else old
        if new != old:
            self.fix(flag, {flag: flag.with_changes(text=f"--chown={new}")},
                     expects=(Change(0, "effect.owner", old, new),))
"""
    site.write("smell.py", fixer("Smell", body) + "\n\nSEEN: list[str] = []\n")
    done = site.dfix("test", "smell.py")
    assert "INVALID 1: a second run changes it further:" in done.out
    assert done.code == 1


@pytest.mark.parametrize(
    "name",
    ["company", "company.fixers", "Company-Fixers", "company_fixers", "company.fixers.smell"],
)
def test_names_of_what_is_installed(name: str, site: Site) -> None:
    files = {
        "company/__init__.py": "",
        "company/service.py": "raise SystemExit('this is none of the fixers')\n",
        "company/fixers/__init__.py": "",
        "company/fixers/_data.py": "OWNER = 'me'\n",
        "company/fixers/smell.py": GOOD + "\n\nfrom ._data import OWNER\n",
        "other/__init__.py": "raise SystemExit\n",
    }
    site.install("company-fixers", {"company": "company.fixers"}, files)
    site.install("other", {"other": "other"}, {})
    done = site.dfix("test", name)
    assert "smell: 2 examples hold" in done.out
    assert done.errors == ""
    assert done.code == 0


PROJECT = '[project]\nname = "x"\n[project.entry-points."dfix.fixers"]\nx = "company.fixers"\n'


@pytest.mark.parametrize("root", ["", "src/"])
@pytest.mark.parametrize("path", [".", "./{root}company/fixers", "{root}company/fixers/smell.py"])
def test_paths(path: str, root: str, site: Site) -> None:
    site.write("pyproject.toml", PROJECT)
    site.write("setup.py", "raise SystemExit('nobody asked for this')\n")
    for name, text in {
        "__init__.py": "",
        "service.py": "raise SystemExit('this is none of the fixers')\n",
        "fixers/__init__.py": "",
        "fixers/_data.py": "OWNER = 'me'\n",
        "fixers/smell.py": GOOD + "\n\nfrom ._data import OWNER\n",
    }.items():
        site.write(f"{root}company/{name}", text)
    # What is installed under the same name is not what the path says.
    site.install("company", {"company": "company"}, {"company/__init__.py": "raise OSError\n"})
    done = site.dfix("test", path.format(root=root))
    assert "smell: 2 examples hold" in done.out, done.errors
    assert done.code == 0
    assert not list(site.project.rglob("__pycache__"))


WRONG = {
    "nobody": "nobody is no distribution",
    "a..b": "a..b",
    "./nobody": "does not exist",
    "./empty": "holds neither a pyproject.toml nor an __init__.py",
    "./text.txt": "is no module",
    "./a-b.py": "is no module",
    "./broken": "cannot be read",
    "./other": 'has no [project.entry-points."dfix.fixers"]',
    "": "the name of a package is empty",
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_calls(name: str, site: Site) -> None:
    for path in ("text.txt", "a-b.py", "empty/x"):
        site.write(path, "")
    site.write("broken/pyproject.toml", "[")
    site.write("other/pyproject.toml", '[project]\nname = "x"\n')
    done = site.dfix("test", name)
    assert done.errors.startswith("dfix: error: ")
    assert len(done.errors.splitlines()) == 1
    assert WRONG[name] in done.errors
    assert (done.code, done.out) == (2, "")


def test_what_cannot_be_used_beside_what_can(site: Site) -> None:
    site.write("pyproject.toml", PROJECT)
    site.write("company/fixers/__init__.py", "")
    site.write("company/fixers/smell.py", GOOD)
    site.write("company/fixers/merge_runs.py", fixer("MergeRuns"))
    site.write("company/fixers/broken.py", "1 / 0\n")
    done = site.dfix("test", ".")
    assert "smell: 2 examples hold" in done.out
    assert "cannot be used: company.fixers.broken: ZeroDivisionError" in done.out
    assert "dfix has a fixer called merge-runs of its own" in done.out
    assert done.code == 2
    data = json.loads(site.dfix("test", ".", "--format", "json").out)
    assert [each["name"] for each in data["fixers"]] == ["smell"]
    assert data["fixers"][0] == {"name": "smell", "examples": 2, "failures": []}
    assert len(data["faults"]) == 2


def test_failures_as_json(site: Site) -> None:
    site.write("smell.py", FAILING["same"][0] + "print('hello')\n")
    done = site.dfix("test", "smell.py", "--format", "json")
    (tested,) = json.loads(done.out)["fixers"]
    assert tested["failures"][0] == {
        "place": "INVALID 1",
        "what": "before and after are the same",
    }
    assert done.code == 1


def test_an_example_s_context_stays_within_its_folder(site: Site) -> None:
    outside = site.project / "outside"
    source = GOOD.replace(EXAMPLE, EXAMPLE[:-2] + f", context={{'../../../..{outside}': b''}}),")
    site.write("smell.py", source)
    done = site.dfix("test", "smell.py")
    assert done.code == 1, done.errors
    assert "is outside of the context" in done.out
    assert not outside.exists()


def test_dfix_s_own_fixers(site: Site) -> None:
    done = site.dfix("test", "dfix.fixers")
    assert "merge-runs: " in done.out
    assert done.code == 0, done.out


def test_paths_that_are_no_modules(site: Site) -> None:
    os.mkfifo(site.project / "pipe.py")
    (site.project / "loop.py").symlink_to("loop.py")
    site.write("a b.py", "")
    for path, told in (
        ("pipe.py", "is no regular file"),
        ("loop.py", "Too many levels of symbolic links"),
        ("a b.py", "is no module"),
    ):
        done = site.dfix("test", path)
        assert (done.code, done.out) == (2, ""), path
        assert done.errors.startswith("dfix: error: ")
        assert done.errors.endswith(f"{told}\n")
        assert done.errors.count("\n") == 1


def test_a_project_file_with_a_byte_order_mark(site: Site) -> None:
    project = '\ufeff[project.entry-points."dfix.fixers"]\nsmell = "smell"\n'
    site.write("own/pyproject.toml", project)
    site.write("own/smell.py", GOOD)
    done = site.dfix("test", "./own")
    assert done.code == 0, done.errors
    assert done.out.startswith("smell: ")
