"""A package's fixers are fixers like any other."""

import json

import pytest

from tests.plugins.installed import Site, fixer

STAFF = "FROM debian:12\nCOPY --chown=me:staff a /a\n"
ME = "FROM debian:12\nCOPY --chown=me a /a\n"
WITH_OPTION = (
    fixer("Smell")
    .replace("import Copy,", "import Option, Copy,")
    .replace("    VALID =", '    options = {"group": Option("staff", "the group")}\n    VALID =')
    .replace('endswith("me:staff")', 'endswith("me:" + self.option("group"))')
    .replace('"me:staff", "me"', 'flag.argument, "me"')
)


@pytest.fixture
def smell(site: Site) -> Site:
    """A site with one fixer."""
    site.install("good-smell", {"smell": "smell"}, {"smell.py": WITH_OPTION})
    return site


def test_no_selection_is_needed(smell: Site) -> None:
    smell.write("Dockerfile", STAFF)
    assert smell.dfix("--quiet").code == 0
    assert (smell.project / "Dockerfile").read_text() == ME


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--ignore", "smell"), id="name"),
        pytest.param(("--ignore", "zz01"), id="alias"),
        pytest.param(("--level", "safe"), id="level"),
        pytest.param(("--set", "smell.group=other"), id="option"),
        pytest.param(("--select", "add-to-copy"), id="others"),
    ],
)
def test_a_call_leaves_it_out(arguments: tuple[str, ...], smell: Site) -> None:
    smell.write("Dockerfile", STAFF)
    assert smell.dfix("--diff", *arguments).out == ""


@pytest.mark.parametrize(
    "comment", ["# dfix: ignore=smell", "# dfix: ignore=ZZ01", "# hadolint ignore=ZZ01"]
)
def test_a_comment_switches_it_off(comment: str, smell: Site) -> None:
    smell.write("Dockerfile", STAFF.replace("COPY", f"{comment}\nCOPY"))
    assert smell.dfix("--diff").out == ""


def test_configuration(smell: Site) -> None:
    smell.write("a/Dockerfile", STAFF)
    smell.write("a/pyproject.toml", '[tool.dfix.smell]\ngroup = "other"\n')
    smell.write("b/Dockerfile", STAFF)
    smell.write("b/dfix.toml", 'ignore = ["ZZ01"]\n')
    smell.write("c/Dockerfile", STAFF)
    smell.write("c/dfix.toml", 'select = ["smell"]\n')
    smell.write("d/Dockerfile", STAFF)
    smell.write("d/dfix.toml", "[smell]\nnothing = 1\n")
    done = smell.dfix("--diff")
    assert [line for line in done.out.splitlines() if line.startswith("---")] == [
        "--- a/c/Dockerfile"
    ]
    assert "smell has no option 'nothing'" in done.errors
    assert done.code == 2


def test_several_processes(smell: Site) -> None:
    for number in range(12):
        smell.write(f"{number}/Dockerfile", STAFF)
    done = smell.dfix("--quiet", "--jobs", "2")
    assert done.code == 0, done.errors
    assert all(path.read_text() == ME for path in smell.project.glob("*/Dockerfile"))


def test_rules_and_explain_say_where_it_comes_from(smell: Site) -> None:
    lines = smell.dfix("rules").out.splitlines()
    assert [line for line in lines if "(from " in line] == [
        line for line in lines if line.endswith("(from good-smell 1.0)")
    ]
    assert "From: good-smell 1.0" in smell.dfix("explain", "ZZ01").out
    rules = {rule["name"]: rule for rule in json.loads(smell.dfix("rules", "--format", "json").out)}
    assert rules["smell"]["origin"] == {"distribution": "good-smell", "version": "1.0"}
    assert rules["merge-runs"]["origin"]["distribution"] == "dfix"


def test_a_finding_has_its_codes(smell: Site) -> None:
    smell.write("Dockerfile", STAFF)
    (file,) = json.loads(smell.dfix("--check", "--format", "json").out)["files"]
    (finding,) = [each for each in file["findings"] if each["fixer"] == "smell"]
    assert finding["aliases"] == ["ZZ01"]
    assert finding["status"] == "fixed"


def test_campaigns(smell: Site) -> None:
    smell.write("shop/Dockerfile", STAFF)
    smell.write("files.txt", "")
    for command in (
        ["init", "-q", "shop"],
        ["-C", "shop", "add", "."],
        ["-C", "shop", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "a"],
    ):
        code = "import subprocess, sys; sys.exit(subprocess.run(['git', *sys.argv[1:]]).returncode)"
        assert smell.run("-c", code, *command).code == 0
    done = smell.dfix("migrate", "shop", "--out", "out", "--jobs", "2")
    assert done.code == 0, done.errors
    (patch,) = (smell.project / "out").rglob("*.patch")
    assert "+COPY --chown=me a /a" in patch.read_text()
    site = smell.folder / "good_smell-1.0.dist-info" / "METADATA"
    site.write_text(site.read_text().replace("Version: 1.0", "Version: 2.0"))
    resumed = smell.dfix("migrate", "--resume", "--out", "out")
    assert "with good-smell 1.0, and this is" in resumed.errors
    assert resumed.code == 2
