"""What docs/plugins.md tells to write works, from its first line to its last; so does docs/api.md."""

import doctest
import os
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.plugins.transcripts import prints, steps

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "plugins.md"
#: pip makes packages with it, without asking anybody over the network.
BUILDS = tuple(int(each) for each in metadata.version("setuptools").split(".")[:1]) >= (77,)
needs_setuptools = pytest.mark.skipif(
    not BUILDS, reason="setuptools is older than 77: pip install -e '.[test]'"
)


def environment(folder: Path) -> dict[str, str]:
    """pip installs into a folder that Python looks into, and asks nobody over the network."""
    return {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHONPATH": str(folder / "site"),
        "PIP_TARGET": str(folder / "site"),
        "PIP_NO_BUILD_ISOLATION": "0",  # pip takes this for "no isolation"
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "DFIX_STATE_DIR": str(folder / "state"),
    }


def run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    assert words[0] in {"dfix", "pip"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


@needs_setuptools
def test_the_cookbook(tmp_path: Path) -> None:
    done = list(steps(PAGE))
    assert [how for how, _, _ in done].count("call") == 7
    for how, subject, text in done:
        path = tmp_path / subject
        if how == "file":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif how == "replace":
            start = path.read_text().index(text.split("\n")[0])
            path.write_text(path.read_text()[:start] + text)
        else:
            printed = run(subject, tmp_path)
            assert prints(text, printed), f"{subject}\n{printed}"
    assert len((tmp_path / "acme" / "curl_fail.py").read_text().splitlines()) < 60


def test_the_library() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "api.md"), module_relative=False)
    assert tried >= 12
    assert failed == 0


def test_every_name_of_the_door_for_fixers_is_there() -> None:
    import dfix

    table = (ROOT / "docs" / "api.md").read_text().partition("## Fixers")[2]
    names = [
        name.strip(" `")
        for line in table.splitlines()
        if line.startswith("| `")
        for name in line.split("|")[1].split(",")
    ]
    assert len(names) > 15
    assert [name for name in names if not hasattr(dfix, name)] == []


@needs_setuptools
def test_the_example_package(tmp_path: Path) -> None:
    source = tmp_path / "plugin"
    for file in (ROOT / "examples" / "plugin").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            target = source / file.relative_to(ROOT / "examples" / "plugin")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    assert run("pip install -q ./plugin", tmp_path) == ""
    assert run("dfix test dfix-company", tmp_path) == (
        "owner-label: 7 examples hold\n"
        "retired-registry: 6 examples hold\n"
        "2 fixers, 0 with something that does not hold\n"
    )
    for number in range(6):
        folder = tmp_path / "shops" / str(number)
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text("FROM registry.old.example.com/base/node:20\n")
        (folder / "dfix.toml").write_text(
            f'select = ["CO001", "CO002"]\n[owner-label]\nowner = "team {number}"\n'
        )
    assert run("dfix --quiet --jobs 2 shops", tmp_path) == ""
    for number in range(6):
        assert (tmp_path / "shops" / str(number) / "Dockerfile").read_text() == (
            f'FROM registry.example.com/base/node:20\nLABEL com.example.owner="team {number}"\n'
        )
    fixers = sorted((source / "src" / "dfix_company" / "fixers").glob("[a-z]*.py"))
    assert [path.stem for path in fixers] == ["owner_label", "retired_registry"]
