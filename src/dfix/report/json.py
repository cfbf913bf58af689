"""The report as JSON, for programs."""

import json
from collections.abc import Sequence

from dfix.engine import Finding
from dfix.report.diff import unified
from dfix.report.summary import Summary
from dfix.runner import FileReport
from dfix.text import decode, readable
from dfix.version import __version__

#: Grows when a program that reads the report would have to be changed.
VERSION = 1


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


def document(files: Sequence[dict[str, object]], summary: Summary) -> str:
    """The whole report, from what `file_data` made of the files that were not skipped."""
    data = {
        "version": VERSION,
        "dfix": __version__,
        "files": files,
        "summary": {
            "files": len(files),
            "changed": summary.files["changed"],
            "fixed": summary.found("fixed"),
            "refused": summary.found("refused"),
            "errors": summary.files["failed"],
        },
    }
    return dumps(data)


def dumps(data: object) -> str:
    """`data` as JSON. Bytes that are not UTF-8 show as U+FFFD, which every reader takes."""
    return readable(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


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
