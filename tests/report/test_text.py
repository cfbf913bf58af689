"""What became of files, for people."""

import pytest

from dfix.report.styled import Line, plain
from dfix.report.summary import Summary, statistics_lines, summary_line
from dfix.report.text import error_line, finding_lines, note_line
from dfix.runner import FileReport
from tests.report.reports import failed, finding, report, skipped


def _told(line: Line | None) -> str | None:
    return None if line is None else plain(line)


@pytest.mark.parametrize(
    "silent",
    [
        report(b"A\n"),
        report(b"A\n", None, finding("suppressed")),
        failed("no"),
        skipped("template"),
    ],
)
def test_no_findings(silent: FileReport) -> None:
    assert finding_lines(silent, written=True) == []


@pytest.mark.parametrize(
    ("status", "reason", "written", "expected"),
    [
        ("fixed", None, True, "[fixed]"),
        ("fixed", "its name", True, "[fixed: its name]"),
        ("fixed", None, False, "[would be fixed]"),
        ("refused", "no evidence", False, "[refused: no evidence]"),
        ("fixable", "needs --level standard", True, "[fixable: needs --level standard]"),
    ],
)
def test_findings(status: str, reason: str | None, written: bool, expected: str) -> None:
    (line,) = finding_lines(report(b"A\n", None, finding(status, reason)), written=written)
    assert plain(line) == f"Dockerfile:2:1: add-to-copy: a message {expected}"


@pytest.mark.parametrize(
    ("told", "error", "note"),
    [
        (report(b"A\n"), None, None),
        (report(b"A\n", b"B\n"), None, None),
        (report(note="no instruction"), None, "Dockerfile: note: no instruction"),
        (skipped("template"), None, "Dockerfile: skipped: template"),
        (failed("gone"), "Dockerfile: error: gone", None),
        (failed("rejected", 3), "Dockerfile:3: error: rejected", None),
    ],
)
def test_errors_and_notes(told: FileReport, error: str | None, note: str | None) -> None:
    assert _told(error_line(told)) == error
    assert _told(note_line(told)) == note


ALL = (
    report(b"A\n"),
    report(b"A\n", b"B\n", finding(), finding(), finding("refused", "why")),
    report(b"A\n", None, finding("fixable", "why", "merge-runs"), finding("suppressed")),
    skipped("template"),
    failed("gone"),
)


@pytest.mark.parametrize(
    ("reports", "written", "expected"),
    [
        ((), True, "no Dockerfiles found"),
        (ALL[:1], True, "1 file: 0 fixed, 0 skipped, 0 failed; findings: 0 fixed, 0 refused"),
        (
            ALL,
            True,
            (
                "5 files: 1 fixed, 1 skipped, 1 failed; findings: 2 fixed, 1 refused, "
                "1 need a bolder level, 1 suppressed"
            ),
        ),
        (
            ALL[:2],
            False,
            "2 files: 1 would change, 0 skipped, 0 failed; findings: 2 to fix, 1 refused",
        ),
    ],
)
def test_summary(reports: tuple[FileReport, ...], written: bool, expected: str) -> None:
    assert plain(summary_line(Summary.of(reports), written=written)) == expected


def test_what_is_left() -> None:
    assert Summary.of(ALL[:1]).left == 0
    assert Summary.of(ALL).left == 2


def test_statistics() -> None:
    assert statistics_lines(Summary()) == []
    assert [plain(line) for line in statistics_lines(Summary.of(ALL))] == [
        "findings  fixed  fixable  refused  suppressed  fixer",
        "       4      2        -        1           1  add-to-copy",
        "       1      -        1        -           -  merge-runs",
    ]
