"""What became of a file as lines for people, and for editors that read `path:line:column:`."""

from dfix.findings import Finding
from dfix.report.excerpt import excerpt
from dfix.report.region import SourceLines
from dfix.report.styled import Line
from dfix.report.wording import told_status
from dfix.runner import FileReport

_STYLES = {"fixed": "green", "fixable": "yellow", "refused": "yellow"}


def finding_lines(report: FileReport, *, written: bool, full: bool = False) -> list[Line]:
    """One line for each finding but those that somebody switched off.

    `written` says whether what changed was written. With `full` the lines of the file follow, as they
    were before.
    """
    if report.result is None:
        return []
    source = SourceLines(report.result.before) if full else None
    lines: list[Line] = []
    for each in report.result.findings:
        if each.status == "suppressed":
            continue
        lines.append(_finding_line(report.name, each, written))
        if source is not None:
            lines += [*excerpt(source, source.region(each)), ()]
    return lines


def _finding_line(name: str, finding: Finding, written: bool) -> Line:
    told = told_status(finding, written=written)
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
