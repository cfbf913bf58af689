"""Records of a campaign go through JSON and come back the same."""

import json
from pathlib import Path

from dfix import fix
from dfix.report.campaign.model import FileRecord, PlanChange, RepositoryRecord
from dfix.runner import FileReport

SOURCE = b"# me \xff\nFROM debian:12\nMAINTAINER me\nENV a b\nRUN cd /x\n"


def _record() -> FileRecord:
    result = fix(SOURCE)
    return FileRecord.of(FileReport(Path("/x/Dockerfile"), "x", "x", result), "x")


def test_a_record_comes_back_from_json() -> None:
    record = RepositoryRecord("a", "/a", "changed", commits=("1" * 40,), files=(_record(),))
    assert RepositoryRecord.from_data(json.loads(json.dumps(record.as_data()))) == record


def test_a_fix_tells_what_it_does_to_the_plan() -> None:
    record = _record()
    fixed = {each.fixer: each for each in record.findings if each.status == "fixed"}
    author, label = fixed["maintainer-to-label"].plan
    assert author == PlanChange("final.config.author", "me", None)
    assert label.path == "final.config.labels.org.opencontainers.image.authors"
    assert {author, label} == set(record.plan)
    assert fixed["key-value-form"].plan == ()


def test_bytes_that_are_no_text_can_be_shown() -> None:
    record = _record()
    json.dumps(record.diff).encode("utf-8")
    assert "# me \N{REPLACEMENT CHARACTER}" in record.diff
