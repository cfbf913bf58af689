"""The table of practices in the documentation: whole, and true about fixers and tests."""

import re
from pathlib import Path

import pytest

from dfix.registry import all_fixers

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "practices.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.split("\n")
    if line.startswith("| ") and not line.startswith(("| ---", "| practice", "| trap"))
]
#: Words in backquotes that look like fixers, and are none.
OTHERS = {"pin-base-image.policy"}


def test_it_has_all_rows() -> None:
    # 7, 8, 4 and 10 practices of the first four sections, 11 of the others, and 14 traps.
    assert len(ROWS) == 7 + 8 + 4 + 10 + 11 + 14


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_row_names_what_is_there(row: list[str]) -> None:
    practice, does, shown = row
    assert practice
    assert does
    for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", does):
        assert name in all_fixers(), name
    paths = re.findall(r"`([^`]+)`", shown)
    assert paths
    for path in paths:
        assert (ROOT / path).exists(), path


def test_every_fixer_of_a_section_is_in_it() -> None:
    for number in ("01", "02", "03", "04"):
        found = re.search(rf"## {number} .*?(?=\n## |\Z)", PAGE, re.DOTALL)
        assert found
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", found[0]))
        missing = {
            name
            for name, each in all_fixers().items()
            if number in each.practices and name not in named
        }
        assert not missing, f"section {number} does not tell of them"
