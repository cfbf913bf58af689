"""The reports of a campaign are written whole or not at all, and the same records give the same."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix.report.campaign.model import Campaign, RepositoryRecord
from dfix.report.campaign.write import write_report
from tests.report.campaigns import campaign, changed_file, large_campaign, repository, written

NAMES = ("report.html", "report.json", "report.md")


def test_there_are_three_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, campaign([repository("a", changed_file())]))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    made = campaign([repository("a", changed_file()), repository("b", status="failed", reason="x")])
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    assert written(tmp_path / "1", made) == written(tmp_path / "2", made)


def test_an_empty_campaign_has_reports(tmp_path: Path) -> None:
    html, text, markdown = written(tmp_path, campaign([]))
    assert json.loads(text)["repositories"] == []
    assert "0 fixes in 0 of 0 repositories" in html
    assert "0 fixes in 0 files of 0 repositories" in markdown


def test_a_link_in_place_of_a_report_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    for name in NAMES:
        (out / name).symlink_to(victim)
    written(out, campaign([repository("a", changed_file())]))
    assert victim.read_text() == "precious"
    assert not any((out / name).is_symlink() for name in NAMES)


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_what_fails_leaves_the_earlier_report(tmp_path: Path, passes: int) -> None:
    """The records cannot be read on at the first, second or third time."""
    for name in NAMES:
        (tmp_path / name).write_text("earlier")
    times = iter(range(3))

    def records() -> Iterator[RepositoryRecord]:
        yield repository("a", changed_file())
        if next(times) == passes:
            raise OSError("the journal is gone")
        yield repository("b", changed_file())

    with pytest.raises(OSError, match="the journal is gone"):
        write_report(Campaign("1", "2", {}, records), tmp_path)
    kept = {name for name in NAMES if (tmp_path / name).read_text() == "earlier"}
    assert kept == ({*NAMES} if passes < 2 else {"report.html"})
    assert {path.name for path in tmp_path.iterdir()} == {*NAMES}


def test_a_folder_in_place_of_a_report_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError, match=r"report\.json"):
        write_report(campaign([]), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_memory_does_not_grow_with_the_diffs(tmp_path: Path) -> None:
    def peak(files: int) -> int:
        tracemalloc.start()
        try:
            write_report(large_campaign(files), tmp_path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(40)  # what is loaded once
    few, many = peak(40), peak(240)
    grown = (tmp_path / "report.json").stat().st_size
    assert grown > 1_000_000
    assert many - few < grown / 4
