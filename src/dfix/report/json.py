"""The report as JSON, for programs."""

import json
from collections.abc import Iterator

from dfix.findings import Finding
from dfix.patterns import regex
from dfix.report.diff import unified
from dfix.report.summary import Summary
from dfix.runner import FileReport
from dfix.text import decode, readable
from dfix.version import __version__

#: Grows when a program that reads the report would have to be changed.
VERSION = 1

# What JSON lets stand as it is, and a terminal does not take for text.
_STEERING = regex("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Form:
    """One object with all files that were not skipped, and the numbers of the run."""

    def __init__(self, *, written: bool) -> None:
        self._files = Items(1)

    def head(self) -> str:
        """All up to the first file."""
        return f'{{\n  "version": {VERSION},\n  "dfix": {dumps(__version__).strip()},\n  "files": ['

    def file(self, report: FileReport) -> str:
        """One file; nothing for one that was skipped."""
        return "" if report.status == "skipped" else self._files.add(file_data(report))

    def tail(self, summary: Summary) -> Iterator[str]:
        """The numbers, which are known last."""
        numbers = {
            "files": self._files.count,
            "changed": summary.files["changed"],
            "fixed": summary.found("fixed"),
            "refused": summary.found("refused"),
            "errors": summary.files["failed"],
        }
        yield f'{self._files.end()},\n  "summary": {indented(numbers, 1)}\n}}\n'


class Items:
    """The items of a JSON array that stands `depth` levels deep, written one by one.

    With `lines` each takes one line, for where there may be very many.
    """

    def __init__(self, depth: int, *, lines: bool = False) -> None:
        self.count = 0
        self._depth = depth
        self._lines = lines

    def add(self, item: object) -> str:
        """One more item, with what parts it from the one before; `[` stands already."""
        self.count += 1
        start = "\n" if self.count == 1 else ",\n"
        text = dumps(item, indent=None).strip() if self._lines else indented(item, self._depth + 1)
        return f"{start}{'  ' * (self._depth + 1)}{text}"

    def end(self) -> str:
        """The end of the array."""
        return f"\n{'  ' * self._depth}]" if self.count else "]"


def file_data(report: FileReport) -> dict[str, object]:
    """One file, which was not skipped, as JSON can take it."""
    result = report.result
    return {
        "path": report.name,
        "changed": report.status == "changed",
        "diff": decode(unified(report)),
        "error": None if report.error is None else _placed(report),
        "plan_changes": [] if result is None else list(result.plan_changes),
        "findings": [] if result is None else [_finding_data(each) for each in result.findings],
    }


def dumps(data: object, *, indent: int | None = 2) -> str:
    """`data` as JSON. Bytes that are not UTF-8 show as U+FFFD, which every reader takes."""
    text = readable(json.dumps(data, indent=indent, ensure_ascii=False))
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def indented(data: object, depth: int) -> str:
    """`data` as JSON whose further lines stand `depth` levels deep."""
    return dumps(data).removesuffix("\n").replace("\n", "\n" + "  " * depth)


def _finding_data(finding: Finding) -> dict[str, object]:
    return {
        "fixer": finding.fixer,
        "aliases": list(finding.aliases),
        "level": str(finding.level),
        "message": finding.message,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "status": finding.status,
        "reason": finding.reason,
    }


def _placed(report: FileReport) -> str:
    assert report.error is not None
    line = report.error.line
    return report.error.message if line is None else f"line {line}: {report.error.message}"
