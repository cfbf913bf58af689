"""The numbers of a run."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from dfix.report.styled import Line
from dfix.runner import FileReport, Status

_STATUSES = ("fixed", "fixable", "refused", "suppressed")


class Summary(Struct):
    """Counts files by what became of them, and findings by fixer and status."""

    files: Counter[Status] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, reports: Iterable[FileReport]) -> "Summary":
        """The numbers of some reports."""
        summary = cls()
        for report in reports:
            summary.add(report)
        return summary

    def add(self, report: FileReport) -> None:
        """Count one more file."""
        self.files[report.status] += 1
        if report.result is not None:
            self.findings.update((each.fixer, each.status) for each in report.result.findings)

    def found(self, status: str) -> int:
        """How many findings have that status."""
        return sum(count for (_, each), count in self.findings.items() if each == status)

    @property
    def left(self) -> int:
        """How many findings a run leaves: those refused and those that need a bolder level."""
        return self.found("refused") + self.found("fixable")


def summary_line(summary: Summary, *, written: bool) -> Line:
    """The run in one line; `written` says whether what changed was written."""
    total = summary.files.total()
    if not total:
        return (("no Dockerfiles found", ""),)
    files = [
        (f"{summary.files['changed']} {'fixed' if written else 'would change'}", "green"),
        (f"{summary.files['skipped']} skipped", ""),
        (f"{summary.files['failed']} failed", "red" if summary.files["failed"] else ""),
    ]
    findings = [
        f"{summary.found('fixed')} {'fixed' if written else 'to fix'}",
        f"{summary.found('refused')} refused",
    ]
    findings += [
        f"{count} {told}"
        for status, told in (("fixable", "need a bolder level"), ("suppressed", "suppressed"))
        if (count := summary.found(status))
    ]
    noun = "file" if total == 1 else "files"
    pieces: list[tuple[str, str]] = [(f"{total} {noun}: ", "bold")]
    for at, piece in enumerate(files):
        pieces += [(", " if at else "", ""), piece]
    return (*pieces, (f"; findings: {', '.join(findings)}", ""))


def statistics_lines(summary: Summary) -> list[Line]:
    """A table of findings by fixer and status, the most frequent fixer first; nothing for none."""
    totals: Counter[str] = Counter()
    for (fixer, _), count in summary.findings.items():
        totals[fixer] += count
    if not totals:
        return []
    columns = [each for each in _STATUSES if summary.found(each)]
    head = "  ".join(("findings", *columns, "fixer"))
    lines: list[Line] = [((head, "bold"),)]
    for fixer, total in sorted(totals.items(), key=lambda each: (-each[1], each[0])):
        counts = "".join(
            f"{summary.findings[fixer, each] or '-':>{len(each)}}  " for each in columns
        )
        lines.append(((f"{total:>8}  {counts}", ""), (fixer, "cyan")))
    return lines
