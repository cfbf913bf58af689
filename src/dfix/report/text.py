"""What became of a file as lines for people, and for editors that read `path:line:column:`."""

from dfix.engine import Finding
from dfix.report.styled import Line
from dfix.runner import FileReport

_STYLES = {"fixed": "green", "fixable": "yellow", "refused": "yellow"}


def finding_lines(report: FileReport, *, written: bool) -> list[Line]:
    """One line for each finding but those that somebody switched off.

    `written` says whether what changed was written.
    """
    if report.result is None:
        return []
    return [
        _finding_line(report.name, each, written)
        for each in report.result.findings
        if each.status != "suppressed"
    ]


def _finding_line(name: str, finding: Finding, written: bool) -> Line:
    status = "would be fixed" if finding.status == "fixed" and not written else finding.status
    if finding.advice:
        status = "advice"
    told = f"{status}: {finding.reason}" if finding.reason else status
    return (
        (name, "bold"),
        (f":{finding.line}:{finding.column}: ", ""),
        (finding.fixer, "cyan"),
        (f": {finding.message} ", ""),
        (f"[{told}]", _STYLES.get(finding.status, "")),
    )


def error_line(report: FileReport) -> Line | None:
    """Why a file could not be handled; None for one that was."""
    if report.error is None:
        return None
    place = report.name if report.error.line is None else f"{report.name}:{report.error.line}"
    return ((f"{place}: ", "bold"), ("error: ", "red"), (report.error.message, ""))


def note_line(report: FileReport) -> Line | None:
    """Why a file was passed over, or what is odd about it; None where nothing is."""
    if report.skipped is not None:
        return ((f"{report.name}: ", "bold"), (f"skipped: {report.skipped}", "dim"))
    if report.result is not None and report.result.note is not None:
        return ((f"{report.name}: ", "bold"), (f"note: {report.result.note}", "dim"))
    return None
