"""The folders under examples/ are executed: each fixer turns its `before` into its `after`."""

import shutil
from pathlib import Path

import pytest

from dfix import Level, fix
from dfix.registry import all_fixers

EXAMPLES = Path(__file__).parent.parent / "examples"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/before.Dockerfile"))


def test_each_fixer_has_an_example() -> None:
    assert sorted(name for name, each in all_fixers().items() if each.INVALID) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_example(name: str, tmp_path: Path) -> None:
    # In a tree of its own, so that its lock file is the one of the tree.
    folder = shutil.copytree(EXAMPLES / name, tmp_path / name)
    before = (folder / "before.Dockerfile").read_bytes()
    after = (folder / "after.Dockerfile").read_bytes()
    level = max(Level.STANDARD, all_fixers()[name].level)
    result = fix(before, level=level, select=[name], context=folder)
    assert result.after.decode() == after.decode()
    again = fix(after, level=level, select=[name], context=folder)
    assert not again.changed
