"""What is told of a file: what was fixed, and what holds of the text that is left.

A fixer looks at many texts until all is at rest. What it says of one on the way may be said of the
next as well, of a greater part of it, or not at all any more: only what it says of the last text is
what a person will find there. That is told at the place where it was seen first, which is the nearest
to the file as it was.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from msgspec import Struct

from dfix.fixer import Level
from dfix.plan import Change


class Finding(Struct, frozen=True):
    """What a fixer saw, in lines and columns (1-based, in code points) of the original file."""

    fixer: str
    aliases: tuple[str, ...]
    level: Level
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    status: str  # "fixed", "fixable", "refused" or "suppressed"
    reason: str | None = None
    #: Whether the reason is what a person should do: the rule only reports.
    advice: bool = False
    #: What the fix announced it would do to the build plan; empty for what was not fixed.
    changes: tuple[Change, ...] = ()


class Mark(Struct, frozen=True):
    """What tells one finding of a file from its others; the line (1-based) is the original file's."""

    fixer: str
    line: int
    message: str


class Findings:
    """The findings of one file's run. What one phase says is asked for anew in each of its rounds."""

    def __init__(self) -> None:
        self._fixed: dict[Mark, Finding] = {}
        self._left: dict[int, list[Finding]] = {}
        self._seen: dict[tuple[str, str, str, str | None], dict[tuple[int, ...], Finding]] = {}

    def begin(self, phase: int) -> None:
        """A phase looks at another text: what it said of the one before it says again, or not."""
        self._left[phase] = []

    def fixed(self, finding: Finding) -> None:
        """What was fixed stays so."""
        self._fixed.setdefault(Mark(finding.fixer, finding.line, finding.message), finding)

    def left(self, phase: int, finding: Finding) -> None:
        """What a phase sees in the present text, and leaves as it is."""
        self._left[phase].append(finding)
        self._seen.setdefault(_said(finding), {}).setdefault(_place(finding), finding)

    def all(self) -> tuple[Finding, ...]:
        """What there is to tell, in the order of places."""
        found = [*self._fixed.values()]
        told: set[tuple[Mark, str | None]] = set()
        for finding in self._first():
            mark = (Mark(finding.fixer, finding.line, finding.message), finding.reason)
            if mark not in told:
                told.add(mark)
                found.append(finding)
        return tuple(sorted(found, key=lambda each: (each.line, each.column, each.fixer)))

    def _first(self) -> Iterator[Finding]:
        """What is left, in place of each the smallest parts of it of which the same was said before."""
        sorted_places = {said: sorted(places) for said, places in self._seen.items()}
        for findings in self._left.values():
            for finding in findings:
                place = _place(finding)
                places = sorted_places[_said(finding)]
                begun = places[bisect_left(places, place[:2]) : bisect_right(places, place[2:] * 2)]
                within = [each for each in begun if each[2:] <= place[2:]]
                for each in within:
                    if not any(_holds(each, other) for other in within if other != each):
                        yield self._seen[_said(finding)][each]


def _said(finding: Finding) -> tuple[str, str, str, str | None]:
    return finding.fixer, finding.status, finding.message, finding.reason


def _place(finding: Finding) -> tuple[int, ...]:
    return finding.line, finding.column, finding.end_line, finding.end_column


def _holds(place: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether a place has another one within itself."""
    return place[:2] <= other[:2] and other[2:] <= place[2:]
