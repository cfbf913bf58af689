"""Each fixer that changes files is seen in real builds: the tables of tests/builds are whole."""

import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from dfix import Level
from dfix.registry import all_fixers

BUILDS = Path(__file__).parent / "builds"
#: Fixers that real builds cannot show here, and why.
UNREACHABLE: dict[str, str] = {}


def changing(level: Level) -> list[str]:
    """The fixers of a level that change files."""
    return sorted(
        name for name, each in all_fixers().items() if each.level is level and each.INVALID
    )


def test_every_safe_fixer_is_built() -> None:
    files = tomllib.loads((BUILDS / "safe.toml").read_text("utf-8"))["file"]
    built = {name for file in files for name in file["fixers"]}
    wanted = {name for name in changing(Level.SAFE) if all_fixers()[name].default}
    assert wanted - built <= set(UNREACHABLE)
    assert len(files) >= 40


@pytest.mark.parametrize("name", changing(Level.STANDARD))
def test_every_standard_fixer_is_seen_twice(name: str) -> None:
    """Tests are named for their fixer: `test_stop_signal_...` in tests/builds/test_standard_*.py."""
    modules = [
        import_module(f"tests.builds.{each.stem}") for each in BUILDS.glob("test_standard_*.py")
    ]
    beginning = f"test_{name.replace('-', '_')}_"
    tests = [each for module in modules for each in vars(module) if each.startswith(beginning)]
    assert len(tests) >= 2 or name in UNREACHABLE
