"""What the README shows is what dfix does."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def shown(marker: str) -> str:
    """The fenced block below a marker."""
    found = re.search(re.escape(f"<!-- {marker} -->") + r"\n```\w+\n(.*?)```\n", README, re.DOTALL)
    assert found, marker
    return found[1]


def dfix(*arguments: str) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "dfix", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_before_and_after() -> None:
    path = "examples/shop/api/Dockerfile"
    assert shown(f"example: {path}") == dfix("--diff", path)


def test_findings() -> None:
    assert shown("example: dfix --check examples/shop/web") == dfix("--check", "examples/shop/web")


def test_library() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried >= 4
    assert failed == 0


def test_commands_stand_in_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text()
    assert ".venv/bin/python -m pytest -n auto" in README
    assert ".venv/bin/python -m pytest -n auto" in ci
