"""A campaign's repositories as rows of a table: what is shown of each without opening it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.totals import Totals


@dataclass(frozen=True, slots=True)
class Row:
    """One repository, without what is in its files."""

    name: str
    source: str
    status: str
    reason: str | None
    files: int
    changed: int
    outcomes: Counter[str]
    fixers: tuple[str, ...]
    """Those that fixed something in it, by name."""
    paths: tuple[str, ...]
    patch: str | None
    description: str | None
    pull_request: str | None

    @classmethod
    def of(cls, record: RepositoryRecord) -> Self:
        """The row of a repository."""
        totals = Totals.of([record])
        fixed = {name for name, fixer in totals.fixers.items() if fixer.outcomes["fixed"]}
        return cls(
            record.name,
            record.source,
            record.status,
            record.reason,
            totals.files.total(),
            totals.files["changed"],
            totals.outcomes,
            tuple(sorted(fixed)),
            tuple(file.path for file in record.files),
            record.patch,
            record.description,
            record.pull_request,
        )


@dataclass(slots=True)
class Rows:
    """The rows of the first repositories, and how many there are: a table ends somewhere."""

    limit: int
    shown: list[Row] = field(default_factory=list)
    total: int = 0

    def add(self, record: RepositoryRecord) -> None:
        """Take one more repository."""
        self.total += 1
        if len(self.shown) < self.limit:
            self.shown.append(Row.of(record))

    @classmethod
    def of(cls, records: Iterable[RepositoryRecord], limit: int) -> Self:
        """The rows of some repositories."""
        rows = cls(limit)
        for record in records:
            rows.add(record)
        return rows

    @property
    def left_out(self) -> int:
        """How many repositories have no row."""
        return self.total - len(self.shown)

    def most_fixed(self, count: int) -> list[Row]:
        """The rows with most fixes, of those with any."""
        fixed = [row for row in self.shown if row.outcomes["fixed"]]
        return sorted(fixed, key=lambda row: (-row.outcomes["fixed"], row.name))[:count]
