"""GitLab's code quality report.

The form is that of
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

import hashlib
from collections.abc import Iterator
from pathlib import PurePath

from dfix.report.fingerprint import fingerprints
from dfix.report.json import Items
from dfix.report.region import SourceLines
from dfix.report.severity import Severity, severity_of
from dfix.report.summary import Summary
from dfix.report.wording import safe, told_finding
from dfix.runner import FileReport

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "note": "info"}


class Form:
    """An array of what is left; a file that could not be handled is a critical entry."""

    def __init__(self, *, written: bool) -> None:
        self._written = written
        self._items = Items(0)

    def head(self) -> str:
        """The array's start."""
        return "["

    def file(self, report: FileReport) -> str:
        """The entries of one file."""
        path = PurePath(report.name).as_posix()
        if report.error is not None:
            message, line = safe(report.error.message), report.error.line or 1
            data = f"{path}\0{message}".encode("utf-8", "surrogateescape")
            mark = hashlib.sha256(data).hexdigest()[:32]
            return self._items.add(_entry("error", message, mark, "critical", path, line, line))
        if report.result is None:
            return ""
        out = []
        source = SourceLines(report.result.before)
        marks = fingerprints(report.name, report.result.findings, source)
        for finding, mark in zip(report.result.findings, marks, strict=True):
            if finding.status == "suppressed" or (finding.status == "fixed" and self._written):
                continue
            region = source.region(finding)
            message = told_finding(finding, written=self._written)
            severity = _SEVERITIES[severity_of(report, finding)]
            lines = region.line, region.end_line
            out.append(
                self._items.add(_entry(finding.fixer, message, mark, severity, path, *lines))
            )
        return "".join(out)

    def tail(self, summary: Summary) -> Iterator[str]:
        """The array's end."""
        yield self._items.end() + "\n"


def _entry(
    name: str, message: str, mark: str, severity: str, path: str, begin: int, end: int
) -> dict[str, object]:
    return {
        "description": f"{name}: {message}",
        "check_name": name,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": begin, "end": end}},
    }
