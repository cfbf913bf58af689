"""How much a finding weighs, for programs that ask: code scanning, annotations, code quality."""

from typing import Literal

from dfix.findings import Finding
from dfix.runner import FileReport

Severity = Literal["error", "warning", "note"]

#: hadolint's severities as the three that every report knows.
_HADOLINT: dict[str, Severity] = {
    "error": "error",
    "warning": "warning",
    "info": "note",
    "style": "note",
}


def severity_of(report: FileReport, finding: Finding) -> Severity:
    """What `override` of `.hadolint.yaml` says for one of the finding's codes, the gravest first.

    Without it, what can be changed (now, or at a bolder level) is a warning, and what is left to a
    person is a note.
    """
    given = {report.severities.get(code.lower()) for code in (*finding.aliases, finding.fixer)}
    for name, severity in _HADOLINT.items():
        if name in given:
            return severity
    return "warning" if finding.status in ("fixed", "fixable") else "note"
