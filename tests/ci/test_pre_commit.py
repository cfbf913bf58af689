"""The hooks for pre-commit: which files they take, and what they do in a repository."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dfix.discovery import named_as
from tests.ci.checkout import ROOT, clone, git

HOOKS = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
NAMES = [
    *[
        "Dockerfile",
        "dockerfile",
        "DOCKERFILE",
        "Containerfile",
        "Dockerfile.dev",
        "Dockerfile-dev",
    ],
    *["Dockerfile_dev", "api.Dockerfile", "api.dockerfile", "x.containerfile", "a/b/Dockerfile"],
    *[
        "Dockerfile.1.2",
        "Dockerfile.alpine-3.20",
        "my dockerfile.Dockerfile",
        "Dockerfiles",
        "Docker",
    ],
    *["Dockerfile~", "Dockerfile.bak", "Dockerfile.orig", "Dockerfile.swp", ".Dockerfile.swp"],
    *[
        "Dockerfile.dockerignore",
        "Dockerfile.md",
        "Dockerfile.j2",
        "Dockerfile.tmpl",
        "Dockerfile.in",
    ],
    *["Dockerfile.erb", "Dockerfile.go", "dockerfile.py", "Dockerfile.yml", "Dockerfile.yaml"],
    *[".#Dockerfile", "a/.#Dockerfile", "README.md", "x.dockerfile.md", "Makefile", "mydockerfile"],
    *["Dockerfile.", "Dockerfile.json", "Dockerfile.template", ".dockerfile", "a.Dockerfile.dev"],
]


def takes(hook: dict[str, str], name: str) -> bool:
    return bool(re.search(hook["files"], name)) and not re.search(hook["exclude"], name)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda each: each["id"])
@pytest.mark.parametrize("name", NAMES)
def test_a_hook_takes_what_is_found_in_a_folder(hook: dict[str, str], name: str) -> None:
    # A template is told as skipped in a folder; a file that is named would be taken.
    assert takes(hook, name) is (named_as(name.rpartition("/")[2]) == "dockerfile")


@pytest.mark.parametrize("name", ["node_modules/a/Dockerfile", "a/vendor/b/Dockerfile"])
def test_a_hook_leaves_out_what_others_made(name: str) -> None:
    assert not any(takes(hook, name) for hook in HOOKS)
    assert all(takes(hook, f"my{name}") for hook in HOOKS if name.startswith("node"))


def test_one_call_has_all_files() -> None:
    assert [hook["id"] for hook in HOOKS] == ["dfix", "dfix-check"]
    assert all(hook["require_serial"] is True for hook in HOOKS)


class Repository:
    """A repository whose commits are looked at by pre-commit."""

    def __init__(self, folder: Path, home: Path, project: Path, commit: str) -> None:
        self.folder = folder
        self.home = home
        self.project = project
        self.commit = commit
        git(folder, "init", "-q", "-b", "main")

    def configure(self, hook: str, *arguments: str) -> None:
        listed = "".join(f"          - {each}\n" for each in arguments)
        self.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {self.project}\n    rev: {self.commit}\n    hooks:\n"
            f"      - id: {hook}\n" + (f"        args:\n{listed}" if arguments else ""),
        )

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        git(self.folder, "add", "-A")

    def run(self) -> tuple[int, str]:
        git(self.folder, "add", "-A")
        own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
            cwd=self.folder,
            env={
                **own,
                "PRE_COMMIT_HOME": str(self.home / "cache"),
                "DFIX_STATE_DIR": str(self.home / "state"),
                "PYTHONPATH": "",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=400,
            check=False,
        )
        if done.returncode == 3 and re.search(
            r"No matching distribution|Could not find", done.stdout
        ):
            pytest.skip("pip cannot get what dfix needs: there is no way to PyPI")
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, str]]:
    """A clone of dfix, a home for pre-commit that holds its environment, and the commit."""
    if util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed: pip install -e '.[dev]'")
    folder = tmp_path_factory.mktemp("project")
    yield folder, tmp_path_factory.mktemp("home"), clone(folder)


@pytest.fixture
def repository(project: tuple[Path, Path, str], tmp_path: Path) -> Repository:
    folder, home, commit = project
    return Repository(tmp_path, home, folder, commit)


ADD = "FROM debian:12\nADD . /app\n"
COPY = "FROM debian:12\nCOPY . /app\n"


def test_the_hook_fixes_then_passes(repository: Repository) -> None:
    repository.configure("dfix", "--level=safe", "--select=add-to-copy,key-value-form")
    repository.write("api/Dockerfile", "FROM debian:12\nENV a b\n")
    repository.write("web.Dockerfile", "FROM debian:12\nENV a b\n")
    repository.write("notes/Dockerfile.md", ADD)
    repository.write("vendor/x/Dockerfile", "FROM debian:12\nENV a b\n")
    code, out = repository.run()
    assert code == 1, out
    assert "files were modified by this hook" in out
    assert (repository.folder / "api/Dockerfile").read_text() == "FROM debian:12\nENV a=b\n"
    assert (repository.folder / "web.Dockerfile").read_text() == "FROM debian:12\nENV a=b\n"
    assert (repository.folder / "notes/Dockerfile.md").read_text() == ADD
    assert "ENV a b" in (repository.folder / "vendor/x/Dockerfile").read_text()
    code, out = repository.run()
    assert (code, "Passed" in out) == (0, True), out


def test_the_check_fails_and_changes_nothing(repository: Repository) -> None:
    repository.configure("dfix-check", "--select=key-value-form")
    repository.write("Dockerfile", "FROM debian:12\nENV a b\n")
    code, out = repository.run()
    assert code == 1, out
    assert re.search(r"^Dockerfile:2:\d+: key-value-form: ", out, re.MULTILINE), out
    assert (repository.folder / "Dockerfile").read_text() == "FROM debian:12\nENV a b\n"
    repository.write("Dockerfile", "FROM debian:12\nENV a=b\n")
    code, out = repository.run()
    assert (code, "Passed" in out) == (0, True), out


def test_a_file_that_is_none_fails_the_hook(repository: Repository) -> None:
    repository.configure("dfix")
    repository.write("Dockerfile", "FROM debian:12\nFRON debian:12\n")
    code, out = repository.run()
    assert code == 1, out
    assert "Dockerfile:2: error: " in out


def test_a_repository_without_dockerfiles_is_passed_over(repository: Repository) -> None:
    repository.configure("dfix-check")
    repository.write("README.md", "none\n")
    code, out = repository.run()
    assert code == 0
    assert "no files to check" in out
