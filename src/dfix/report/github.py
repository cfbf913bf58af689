"""Annotations of GitHub Actions, one for each finding.

The form is that of
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, with the
escapes of https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
"""

from collections.abc import Iterator

from dfix.findings import Finding
from dfix.report.region import SourceLines
from dfix.report.severity import Severity, severity_of
from dfix.report.styled import visible
from dfix.report.summary import Summary
from dfix.report.wording import safe, told_finding
from dfix.runner import FileReport
from dfix.text import readable

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


class Form:
    """A line for each finding that is left, and for each error."""

    def __init__(self, *, written: bool) -> None:
        self._written = written

    def head(self) -> str:
        """Nothing."""
        return ""

    def file(self, report: FileReport) -> str:
        """The annotations of one file."""
        if report.error is not None:
            line = {} if report.error.line is None else {"line": report.error.line}
            properties: dict[str, object] = {"file": report.name, **line, "title": "dfix"}
            return _command("error", properties, safe(report.error.message))
        if report.result is None:
            return ""
        source = SourceLines(report.result.before)
        return "".join(
            self._annotation(report, each, source)
            for each in report.result.findings
            if each.status != "suppressed" and not (each.status == "fixed" and self._written)
        )

    def tail(self, summary: Summary) -> Iterator[str]:
        """Nothing."""
        yield from ()

    def _annotation(self, report: FileReport, finding: Finding, source: SourceLines) -> str:
        region = source.region(finding)
        properties: dict[str, object] = {"file": report.name, "line": region.line}
        if region.line == region.end_line:  # GitHub shows columns within one line alone
            properties |= {"col": region.column, "endColumn": region.end_column}
        else:
            properties["endLine"] = region.end_line
        properties["title"] = f"dfix ({finding.fixer})"
        command = _COMMANDS[severity_of(report, finding)]
        return _command(command, properties, told_finding(finding, written=self._written))


def _command(name: str, properties: dict[str, object], message: str) -> str:
    told = ",".join(
        # Line ends have an escape that the runner takes back; all else that is shown as one, it does not.
        f"{key}={visible(readable(str(value)).translate(_PROPERTY))}"
        for key, value in properties.items()
    )
    return f"::{name} {told}::{message.translate(_DATA)}\n"
