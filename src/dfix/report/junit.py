"""JUnit's XML, which most CI systems show as tests.

A suite for each file, and a case in it for each finding. The numbers of all of them stand at the root, so
nothing is written before the last file is known. As far as there is a common form, it is
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from tempfile import SpooledTemporaryFile

from dfix.findings import Finding
from dfix.patterns import regex
from dfix.report.region import SourceLines
from dfix.report.severity import severity_of
from dfix.report.summary import Summary
from dfix.report.wording import safe, told_finding
from dfix.runner import FileReport

_SPOOL = 64 * 1024  # characters that stay in memory; more of them go to a temporary file
# All that https://www.w3.org/TR/xml/#charsets leaves out, also as a reference.
_ILLEGAL = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What XML lets stand as it is, and a terminal does not take for text; and what has a meaning in XML.
_STEERING = (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_ENTITIES = str.maketrans(
    {
        **{code: f"&#{code};" for code in _STEERING},
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
    """Suites of files, which are kept until the numbers of all of them are known."""

    def __init__(self, *, written: bool) -> None:
        self._written = written
        # It is closed at the end, or with the form.
        self._suites = SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8", newline="")  # noqa: SIM115
        self._numbers: Counter[str] = Counter()

    def __del__(self) -> None:
        """Closes the file of a report that nobody took to its end."""
        self._suites.close()

    def head(self) -> str:
        """Nothing: the numbers come first."""
        return ""

    def file(self, report: FileReport) -> str:
        """Nothing yet. A file without findings becomes a case that passed."""
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
        self._suites.write(head + "".join(cases) + "  </testsuite>\n")
        self._numbers.update(tests=len(cases), failures=failures, errors=errors)
        return ""

    def tail(self, summary: Summary) -> Iterator[str]:
        """All suites. The root has no `skipped`: that is an attribute of suites alone."""
        numbers = "".join(
            f' {name}="{self._numbers[name]}"' for name in ("tests", "failures", "errors")
        )
        head = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dfix"{numbers} time="0">\n'
        )
        yield head
        with self._suites as kept:
            kept.seek(0)
            while piece := kept.read(_SPOOL):
                yield piece
        yield "</testsuites>\n"

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
