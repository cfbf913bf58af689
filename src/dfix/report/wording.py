"""The words in which every report tells of a finding."""

from dfix.findings import Finding
from dfix.report.styled import visible
from dfix.text import readable


def told_status(finding: Finding, *, written: bool) -> str:
    """What became of a finding and why; `written` says whether what changed was written."""
    status = "would be fixed" if finding.status == "fixed" and not written else finding.status
    if finding.advice:
        status = "advice"
    return f"{status}: {finding.reason}" if finding.reason else status


def told_finding(finding: Finding, *, written: bool) -> str:
    """A finding in one line that is safe to show anywhere, without its place."""
    return safe(f"{finding.message} [{told_status(finding, written=written)}]")


def safe(text: str) -> str:
    """`text` on one line, as UTF-8 can take it, with escapes for what could steer a terminal."""
    return visible(readable(text))
