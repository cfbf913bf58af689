"""The scripts that keep the project in order."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dfix.registry import fixer_of

ROOT = Path(__file__).parent.parent


def load(path: Path) -> ModuleType:
    """A module from its file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


NEW_FIXER = load(ROOT / "scripts" / "new_fixer.py")
REFERENCE = load(ROOT / "scripts" / "write_reference.py")


def test_new_fixer_makes_a_fixer(tmp_path: Path) -> None:
    assert NEW_FIXER.main("sort-things", tmp_path) == 0
    fixer = fixer_of(load(tmp_path / "fixers" / "sort_things.py"))
    assert fixer.name == "sort-things"
    assert fixer.VALID
    assert fixer.INVALID
    test = (tmp_path / "tests" / "fixers" / "test_sort_things.py").read_text()
    compile(test, "test_sort_things.py", "exec")
    assert (tmp_path / "examples" / "sort-things" / "before.Dockerfile").exists()


@pytest.mark.parametrize("name", ["Sort", "sort_things", "-x", "", "a--b", "a/b"])
def test_new_fixer_wants_kebab_case(name: str, tmp_path: Path) -> None:
    assert NEW_FIXER.main(name, tmp_path) == 2
    assert not list(tmp_path.iterdir())


def test_new_fixer_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "fixers").mkdir()
    (tmp_path / "fixers" / "mine.py").write_text("mine")
    assert NEW_FIXER.main("mine", tmp_path) == 2
    assert (tmp_path / "fixers" / "mine.py").read_text() == "mine"


def test_the_reference_is_fresh() -> None:
    assert (ROOT / "docs" / "fixers.md").read_text() == REFERENCE.reference()
