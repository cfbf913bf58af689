"""The numbers of a campaign."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from dfix.patterns import regex
from dfix.report.campaign.model import FileRecord, FindingRecord, RepositoryRecord

STATUSES = ("changed", "unchanged", "skipped", "failed")
#: What becomes of a finding. Advice is what a rule that changes nothing tells a person to do.
OUTCOMES = ("fixed", "fixable", "refused", "advice", "suppressed")
LEVELS = ("safe", "standard", "aggressive")

_QUOTED = regex(r"`[^`]+`")
_DISTINCT = 5_000
_OTHER = "other reasons"


def outcome(finding: FindingRecord) -> str:
    """What became of a finding: one of OUTCOMES."""
    return "advice" if finding.advice and finding.status == "refused" else finding.status


@dataclass(slots=True)
class FixerTotals:
    """What one fixer did."""

    level: str
    """The boldest level that a finding of it had."""
    outcomes: Counter[str] = field(default_factory=Counter)
    files: int = 0
    """How many files it fixed something in."""

    def add(self, finding: FindingRecord) -> None:
        """Count one more finding."""
        self.outcomes[outcome(finding)] += 1
        self.level = max(self.level, finding.level, key=_boldness)


@dataclass(slots=True)
class Refused:
    """What was refused for one reason; what the reason quotes is left out where it varies."""

    fixer: str
    reason: str
    form: str
    count: int = 0

    def add(self, reason: str, count: int = 1) -> None:
        """Count one more, or more."""
        self.count += count
        if reason != self.reason:
            self.reason = self.form


@dataclass(slots=True)
class Totals:
    """Counts over a campaign, in memory that does not grow with it."""

    repositories: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    same_image: int = 0
    """How many changed files have the build plan that they had."""
    fixers: dict[str, FixerTotals] = field(default_factory=dict)
    levels: dict[str, Counter[str]] = field(
        default_factory=lambda: {level: Counter() for level in LEVELS}
    )
    _refused: dict[tuple[str, str], Refused] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[RepositoryRecord]) -> Self:
        """The numbers of some repositories."""
        totals = cls()
        for record in records:
            totals.add(record)
        return totals

    def add(self, record: RepositoryRecord) -> None:
        """Count one more repository."""
        self.repositories[record.status] += 1
        for file in record.files:
            self._add_file(file)
        if record.unlisted is not None:
            self._merge(record.unlisted)

    def as_data(self) -> dict[str, Any]:
        """The numbers of files and findings, without those of repositories, as JSON can take them."""
        return {
            "files": dict(self.files),
            "outcomes": dict(self.outcomes),
            "same_image": self.same_image,
            "fixers": [
                [name, each.level, dict(each.outcomes), each.files]
                for name, each in self.fixers.items()
            ],
            "levels": {level: dict(each) for level, each in self.levels.items() if each},
            "refused": [
                [each.fixer, each.reason, each.form, each.count] for each in self._refused.values()
            ],
        }

    def _merge(self, data: Mapping[str, Any]) -> None:
        """Add the numbers that `as_data` gave."""
        self.files.update(data["files"])
        self.outcomes.update(data["outcomes"])
        self.same_image += data["same_image"]
        for name, level, outcomes, files in data["fixers"]:
            fixer = self.fixers.setdefault(name, FixerTotals(level))
            fixer.level = max(fixer.level, level, key=_boldness)
            fixer.outcomes.update(outcomes)
            fixer.files += files
        for level, outcomes in data["levels"].items():
            self.levels.setdefault(level, Counter()).update(outcomes)
        for name, reason, form, count in data["refused"]:
            self._refused_for(name, reason, form).add(reason, count)

    def _add_file(self, file: FileRecord) -> None:
        self.files[file.status] += 1
        self.same_image += file.status == "changed" and not file.plan
        for finding in file.findings:
            fixer = self.fixers.setdefault(finding.fixer, FixerTotals(finding.level))
            fixer.add(finding)
            told = outcome(finding)
            self.outcomes[told] += 1
            self.levels.setdefault(finding.level, Counter())[told] += 1
            if told == "refused":
                self._add_refused(finding)
        for name in {each.fixer for each in file.findings if each.status == "fixed"}:
            self.fixers[name].files += 1

    def _add_refused(self, finding: FindingRecord) -> None:
        reason = finding.reason or finding.message
        form = _QUOTED.sub("`…`", reason)
        self._refused_for(finding.fixer, reason, form).add(reason)

    def _refused_for(self, fixer: str, reason: str, form: str) -> Refused:
        """Where to count what was refused for a reason; others together where there are too many."""
        key = (fixer, form)
        if key not in self._refused and len(self._refused) >= _DISTINCT:
            key, reason, form = (fixer, _OTHER), _OTHER, _OTHER
        return self._refused.setdefault(key, Refused(fixer, reason, form))

    @property
    def refused(self) -> list[Refused]:
        """What was refused by fixer and reason, the most frequent first."""
        return sorted(self._refused.values(), key=lambda each: (-each.count, each.fixer, each.form))

    def ranked(self) -> Iterator[tuple[str, FixerTotals]]:
        """The fixers, those that fixed most first."""
        yield from sorted(
            self.fixers.items(),
            key=lambda each: (-each[1].outcomes["fixed"], -each[1].outcomes.total(), each[0]),
        )


def _boldness(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1
