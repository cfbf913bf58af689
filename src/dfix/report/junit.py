"""JUnit's XML, which most CI systems show as tests.

A suite for each file, and a case in it for each finding; as far as there is a common form, it is
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd.
"""

from pathlib import PurePath

from dfix.engine import Finding
from dfix.patterns import regex
from dfix.report.region import SourceLines
from dfix.report.severity import severity_of
from dfix.report.summary import Summary
from dfix.report.wording import safe, told_finding
from dfix.runner import FileReport

# All that https://www.w3.org/TR/xml/#charsets leaves out, also as a reference.
_ILLEGAL = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


class Form:
    """Suites of files; without numbers of all of them, which are known last."""

    def __init__(self, *, written: bool) -> None:
        self._written = written

    def head(self) -> str:
        """The start of all suites."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dfix">\n'

    def file(self, report: FileReport) -> str:
        """One suite; a file without findings is a case that passed."""
        path = PurePath(report.name).as_posix()
        errors = failures = skipped = 0
        cases = []
        if report.error is not None:
            errors = 1
            line = "" if report.error.line is None else f"line {report.error.line}: "
            message = line + safe(report.error.message)
            cases.append(_case(path, "error", "error", "error", message, message))
        elif report.result is None:
            skipped = 1
            message = safe(report.skipped or "")
            cases.append(_case(path, "file", "skipped", None, message, ""))
        else:
            source = SourceLines(report.result.before)
            for finding in report.result.findings:
                kind = self._kind(finding)
                failures += kind == "failure"
                skipped += kind == "skipped"
                cases.append(self._finding(report, path, finding, kind, source))
        if not cases:
            cases.append(_case(path, "file", None, None, "", ""))
        head = (
            f'  <testsuite name="{_quoted(path)}" tests="{len(cases)}" failures="{failures}"'
            f' errors="{errors}" skipped="{skipped}" time="0">\n'
        )
        return head + "".join(cases) + "  </testsuite>\n"

    def tail(self, summary: Summary) -> str:
        """The end of all suites."""
        return "</testsuites>\n"

    def _kind(self, finding: Finding) -> str | None:
        """The element of a finding's case; None for what was written, and is no more."""
        if finding.status == "suppressed":
            return "skipped"
        return None if finding.status == "fixed" and self._written else "failure"

    def _finding(
        self,
        report: FileReport,
        path: str,
        finding: Finding,
        kind: str | None,
        source: SourceLines,
    ) -> str:
        message = told_finding(finding, written=self._written)
        region = source.region(finding)
        name = f"{finding.fixer} ({region.line}:{region.column})"
        place = f"{path}:{region.line}:{region.column}: {message}"
        severity = severity_of(report, finding) if kind == "failure" else None
        return _case(path, name, kind, severity, message, place if kind == "failure" else "")


def _case(
    path: str, name: str, kind: str | None, severity: str | None, message: str, text: str
) -> str:
    head = f'    <testcase name="{_quoted(name)}" classname="{_quoted(path)}" time="0"'
    if kind is None:
        return f"{head}/>\n"
    told = "" if severity is None else f' type="{severity}"'
    start = f'{head}>\n      <{kind}{told} message="{_quoted(message)}"'
    inner = f">{_quoted(text)}</{kind}>" if text else "/>"
    return f"{start}{inner}\n    </testcase>\n"


def _quoted(text: str) -> str:
    """`text` in an attribute or an element, with U+FFFD for what no XML file can hold."""
    return _ILLEGAL.sub("\ufffd", text).translate(_ENTITIES)
