"""Findings as the editor shows them."""

from lsprotocol import types

from dfix.lsp.documents import Document
from dfix.lsp.subject import Found, Problem, Report

SOURCE = "dfix"
_WEIGHTS = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


def diagnostics(document: Document, report: Report) -> list[types.Diagnostic]:
    """All that is told about a document."""
    return [
        *(_of_problem(document, each) for each in report.problems),
        *(diagnostic(document, each) for each in report.found),
    ]


def diagnostic(document: Document, found: Found) -> types.Diagnostic:
    """A finding: a warning where a fix is at hand, and a hint where dfix leaves it alone.

    What `.hadolint.yaml` says comes before that.
    """
    if found.weight:
        severity = _WEIGHTS[found.weight]
    elif found.status == "fixed":
        severity = types.DiagnosticSeverity.Warning
    elif found.advice or found.status == "fixable":
        severity = types.DiagnosticSeverity.Information
    else:
        severity = types.DiagnosticSeverity.Hint
    return types.Diagnostic(
        range=document.range(found.start, found.end),
        message=f"{found.message} [{found.verdict}]",
        severity=severity,
        code=found.fixer,
        code_description=types.CodeDescription(found.href) if found.href else None,
        source=SOURCE,
        data={"fixer": found.fixer, "line": found.line, "version": document.version},
    )


def remark(document: Document, message: str) -> types.Diagnostic:
    """What is to be told about a document as a whole."""
    return types.Diagnostic(
        range=document.range(0, 0),
        message=message,
        severity=types.DiagnosticSeverity.Information,
        source=SOURCE,
    )


def _of_problem(document: Document, problem: Problem) -> types.Diagnostic:
    return types.Diagnostic(
        range=document.range(problem.start, problem.end),
        message=problem.message,
        severity=types.DiagnosticSeverity.Error,
        source=SOURCE,
    )
