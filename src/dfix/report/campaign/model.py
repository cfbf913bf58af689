"""The records of a campaign: repositories or parts of a file set, their files, and what was found.

A record is made where the work is done, kept in the campaign's journal as JSON, and read again, one
repository at a time, when a report is written: a campaign need not fit into memory.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from dfix.findings import Finding
from dfix.plan import Change
from dfix.report.diff import unified
from dfix.runner import FileReport
from dfix.text import readable

Status = Literal["changed", "unchanged", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One difference in the build plan: where, and the old and new value; None for nothing there."""

    path: str
    old: str | None
    new: str | None

    @classmethod
    def of(cls, change: Change) -> Self:
        """The record of a difference."""
        return cls(
            change.path,
            None if change.old is None else readable(change.old),
            None if change.new is None else readable(change.new),
        )


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """What a fixer saw in a file, with the line (1-based) of the original."""

    fixer: str
    level: str
    message: str
    line: int
    status: str
    """`fixed`, `fixable`, `refused` or `suppressed`."""
    reason: str | None = None
    advice: bool = False
    plan: tuple[PlanChange, ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The record of a finding."""
        return cls(
            finding.fixer,
            str(finding.level),
            readable(finding.message),
            finding.line,
            finding.status,
            None if finding.reason is None else readable(finding.reason),
            finding.advice,
            tuple(PlanChange.of(change) for change in finding.changes),
        )


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What became of one file. Texts are readable: bytes that are not UTF-8 show as U+FFFD."""

    path: str
    """Relative to the repository, with slashes."""
    status: Status
    reason: str | None = None
    """Why it was skipped or failed, with the line where there is one; or a note."""
    diff: str = ""
    """A unified diff; empty where nothing changed."""
    findings: tuple[FindingRecord, ...] = ()
    plan: tuple[PlanChange, ...] = ()

    @classmethod
    def of(cls, report: FileReport, path: str) -> Self:
        """The record of what a run says about a file that is called `path`."""
        reason = report.skipped
        if report.error is not None:
            line = report.error.line
            reason = report.error.message if line is None else f"line {line}: {report.error}"
        result = report.result
        if result is None:
            return cls(readable(path), report.status, None if reason is None else readable(reason))
        return cls(
            readable(path),
            report.status,
            None if result.note is None else readable(result.note),
            unified(report).decode("utf-8", "replace"),
            tuple(FindingRecord.of(each) for each in result.findings),
            tuple(PlanChange.of(each) for each in result.changes),
        )

    @classmethod
    def skipped(cls, path: str, reason: str) -> Self:
        """The record of a file that was not looked at."""
        return cls(readable(path), "skipped", readable(reason))

    def as_data(self) -> dict[str, Any]:
        """The record as JSON can take it."""
        data: dict[str, Any] = _plain(self)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The record that `as_data` made `data` of, also after a way through JSON."""
        findings = tuple(
            FindingRecord(**{**each, "plan": _plan(each["plan"])}) for each in data["findings"]
        )
        return cls(**{**data, "findings": findings, "plan": _plan(data["plan"])})


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """What became of one repository, or of one part of a file set."""

    name: str
    """Unique within the campaign, and fit for a file name."""
    source: str
    """The path or address as it was given."""
    status: Status
    reason: str | None = None
    """Why it was skipped or failed, with what to do about it."""
    ref: str | None = None
    """The branch or tag that was looked at."""
    base: str | None = None
    """The commit that was looked at, as a hexadecimal object name."""
    branch: str | None = None
    """The branch that was made; None without one."""
    commits: tuple[str, ...] = ()
    """The commits, the oldest first, that hold the changes."""
    pushed: str | None = None
    """The remote that the branch was pushed to."""
    pull_request: str | None = None
    """The address of the pull request that was opened."""
    patch: str | None = None
    """The patch, relative to the campaign's folder, with slashes."""
    description: str | None = None
    """The pull request's text, a Markdown file, relative to the campaign's folder."""
    seconds: float = 0.0
    files: tuple[FileRecord, ...] = ()
    unlisted: Mapping[str, Any] | None = None
    """The numbers of further files, as `Totals.as_data` gives them; None where all are in `files`."""

    @property
    def file_counts(self) -> Counter[str]:
        """How many files there are of each status, also of those that are not listed."""
        found = Counter(str(each.status) for each in self.files)
        found.update(self.unlisted["files"] if self.unlisted is not None else ())
        return found

    def as_data(self) -> dict[str, Any]:
        """The record as JSON can take it."""
        data: dict[str, Any] = _plain(self)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The record that `as_data` made `data` of, also after a way through JSON."""
        files = tuple(FileRecord.from_data(each) for each in data["files"])
        return cls(**{**data, "files": files, "commits": tuple(data["commits"])})


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as its report shows it."""

    dfix: str
    """The version that ran."""
    started: str
    """When it was begun, as `2026-11-25T19:30:00+00:00`."""
    options: Mapping[str, str]
    """What the call asked for, in words: `level`, `group`, `branch` and so on."""
    repositories: Callable[[], Iterator[RepositoryRecord]] = field(repr=False)
    """Reads the records, in the order of the sources, each time anew."""
    noun: tuple[str, str] = ("repository", "repositories")
    """What a record stands for, as one and as many."""


def _plain(value: Any) -> Any:
    """Records as mappings, all the way down; `dataclasses.asdict` takes three times as long."""
    kind = type(value)
    if kind is tuple:
        return [_plain(each) for each in value]
    names = _FIELDS.get(kind)
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


_FIELDS: Mapping[type, tuple[str, ...]] = {
    kind: tuple(each.name for each in dataclasses.fields(kind))
    for kind in (PlanChange, FindingRecord, FileRecord, RepositoryRecord)
}


def _plan(data: list[dict[str, Any]]) -> tuple[PlanChange, ...]:
    return tuple(PlanChange(**each) for each in data)
