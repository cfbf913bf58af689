"""The report as SARIF 2.1.0, for code scanning and editors.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; the members that GitHub asks for
are those of https://docs.github.com/en/code-security/reference/code-scanning/sarif-files.
"""

import inspect
import os
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import quote

from dfix.findings import Finding
from dfix.registry import all_fixers
from dfix.report.fingerprint import fingerprints
from dfix.report.json import Items, indented
from dfix.report.region import SourceLines
from dfix.report.replacements import replacements
from dfix.report.rules import why
from dfix.report.severity import severity_of
from dfix.report.summary import Summary
from dfix.report.wording import safe, told_finding, told_status
from dfix.runner import FileReport
from dfix.version import __version__

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_HEAD = f"""{{
  "$schema": "{SCHEMA}",
  "version": "2.1.0",
  "runs": [
    {{
      "columnKind": "unicodeCodePoints",
      "originalUriBaseIds": {{
        "{_ROOT}": {{
          "description": {{
            "text": "The folder in which dfix was called."
          }}
        }}
      }},
      "results": ["""


class Form:
    """One run. Its rules are those that found something, and come last."""

    def __init__(self, *, written: bool) -> None:
        self._written = written
        self._results = Items(3, lines=True)
        self._rules: set[str] = set()
        self._notifications: list[dict[str, object]] = []

    def head(self) -> str:
        """All up to the first result."""
        return _HEAD

    def file(self, report: FileReport) -> str:
        """The results of one file."""
        if report.error is not None:
            self._notify("error", report, report.error.message, report.error.line)
        elif report.result is None:
            self._notify("note", report, f"skipped: {report.skipped}")
        elif report.result.note is not None:
            self._notify("note", report, report.result.note)
        if report.result is None or not report.result.findings:
            return ""
        out = []
        fixes = self._fixes(report)
        source = SourceLines(report.result.before)
        marks = fingerprints(report.name, report.result.findings, source)
        for finding, mark in zip(report.result.findings, marks, strict=True):
            self._rules.add(finding.fixer)
            result = self._result(report, finding, source, mark)
            if fixes and finding.status == "fixed":
                result["fixes"] = fixes
            out.append(self._results.add(result))
        return "".join(out)

    def tail(self, summary: Summary) -> Iterator[str]:
        """How the run went, and the rules."""
        invocation = {
            "executionSuccessful": not summary.files["failed"],
            "toolExecutionNotifications": self._notifications,
        }
        driver = {
            "name": "dfix",
            "semanticVersion": __version__,
            "rules": [_rule(name) for name in sorted(self._rules)],
        }
        yield (
            f'{self._results.end()},\n      "invocations": {indented([invocation], 3)},\n'
            f'      "tool": {indented({"driver": driver}, 3)}\n    }}\n  ]\n}}\n'
        )

    def _result(
        self, report: FileReport, finding: Finding, source: SourceLines, mark: str
    ) -> dict[str, object]:
        region = source.region(finding)
        gone = finding.status == "fixed" and self._written
        result: dict[str, object] = {
            "ruleId": finding.fixer,
            "kind": "informational" if gone else "fail",
            "level": "none" if gone else severity_of(report, finding),
            "message": {"text": told_finding(finding, written=self._written)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": _artifact(report.name),
                        "region": {
                            "startLine": region.line,
                            "startColumn": region.column,
                            "endLine": region.end_line,
                            "endColumn": region.end_column,
                        },
                    }
                }
            ],
            "partialFingerprints": {"dfix/v1": mark},
            "properties": {
                "status": "advice" if finding.advice else finding.status,
                "level": str(finding.level),
                "tags": list(finding.aliases),
            },
        }
        if finding.status == "suppressed":
            told = safe(told_status(finding, written=self._written))
            result["suppressions"] = [{"kind": "inSource", "justification": told}]
        return result

    def _fixes(self, report: FileReport) -> list[dict[str, object]]:
        """The one change of a file, as it was checked; none where it is made already.

        Parts of it are never offered: what a fix rests on may be what another one did.
        """
        result = report.result
        if result is None or not result.changed or self._written or report.created:
            return []
        count = sum(finding.status == "fixed" for finding in result.findings)
        told = f"The {count} fixes of this file" if count > 1 else "The fix of this file"
        change = {
            "artifactLocation": _artifact(report.name),
            "replacements": replacements(result.before, result.after),
        }
        return [{"description": {"text": told}, "artifactChanges": [change]}]

    def _notify(
        self, level: str, report: FileReport, message: str, line: int | None = None
    ) -> None:
        place: dict[str, object] = {"artifactLocation": _artifact(report.name)}
        if line is not None:
            place["region"] = {"startLine": line}
        self._notifications.append(
            {
                "level": level,
                "message": {"text": safe(message)},
                "locations": [{"physicalLocation": place}],
            }
        )


def _artifact(name: str) -> dict[str, str]:
    """A file as a URI, relative to the root where it is below it."""
    path = PurePath(name)
    # Names are bytes to the system, and a URI says which.
    uri = quote(os.fsencode(path.as_posix()), safe="/")
    if path.is_absolute():
        return {"uri": f"file://{uri}" if uri.startswith("/") else f"file:///{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}


def _rule(name: str) -> dict[str, object]:
    fixer = all_fixers().get(name)
    if fixer is None:  # what belongs beside a Dockerfile has no class of its own
        text = "See docs/neighbours.md."
        return {
            "id": name,
            "shortDescription": {"text": "A file beside a Dockerfile"},
            "help": {"text": text},
            "defaultConfiguration": {"level": "note"},
        }
    text = inspect.cleandoc(fixer.__doc__ or fixer.message)
    return {
        "id": name,
        "shortDescription": {"text": fixer.message},
        "fullDescription": {"text": why(fixer) or fixer.message},
        "help": {"text": text.replace("**", "").replace("`", ""), "markdown": text},
        **({"helpUri": fixer.reference} if fixer.reference else {}),
        "defaultConfiguration": {"level": "warning" if fixer.INVALID else "note"},
        "properties": {"tags": ["dockerfile", *fixer.aliases]},
    }
