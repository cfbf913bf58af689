"""What is done with a text, in the process that is there for it: all that takes time or may fail."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dfix.buildarguments import forget as forget_arguments
from dfix.check import problems
from dfix.config import forget_settings, settings_for
from dfix.findings import Finding, Mark
from dfix.fixer import Level
from dfix.lsp.edits import Edit
from dfix.lsp.stages import mention_at, renamed
from dfix.lsp.subject import Declined, Found, Mention, Problem, Report, Rule, Subject, Wishes
from dfix.lsp.suppression import suppressing
from dfix.nodes import Dockerfile
from dfix.orchestrators import forget_builds
from dfix.parser import parse
from dfix.pointers import pointer
from dfix.registry import UnknownFixer, all_fixers, faults
from dfix.regularfile import leads_to_file
from dfix.report.rules import explanation_data
from dfix.report.severity import severity_of
from dfix.report.wording import told_status
from dfix.runner import LIMIT, FileReport, Work
from dfix.selection import OptionError, Selection
from dfix.surroundings import forget_containers, forget_locks
from dfix.templates import is_template
from dfix.text import encode, readable

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Where characters that nothing means are, which stand in for those that no file can hold.
_STAND_INS = range(0xF0000, 0xFFFFE)


class InternalError(Exception):
    """Something is wrong with dfix itself."""


def check(wishes: Wishes) -> tuple[str, ...]:
    """What of other packages' fixers was left out. Raises Declined for wishes nothing answers to."""
    all_fixers()
    try:
        _selection(wishes).check()
    except (UnknownFixer, OptionError, ValueError) as error:
        raise Declined(str(error)) from error
    return tuple(f"left out: {fault}" for fault in faults())


def forget() -> None:
    """Reads everything beside a file anew from now on."""
    forget_settings()
    forget_locks()
    forget_builds()
    forget_containers()
    forget_arguments()


def report(subject: Subject) -> Report:
    """What there is to say about a text. Raises InternalError and MemoryError."""
    start = time.monotonic()
    found = _report(subject)
    return replace(found, seconds=time.monotonic() - start)


def _report(subject: Subject) -> Report:
    text = _Text(subject.text)
    if len(text.data) > LIMIT or pointer(text.data) is not None or is_template(text.plain):
        return Report()
    if _is_excluded(subject):
        return Report()
    refused = [each for each in problems(parse(text.data)) if each.kind != "empty"]
    if refused:
        return Report(
            problems=tuple(
                Problem(text.told(each.message), *text.line(each.line)) for each in refused
            )
        )
    done = _done(text, subject)
    if done.error is not None:
        return Report(problems=(Problem(text.told(str(done.error)), *text.line(1)),))
    if done.result is None:
        return Report()
    after = text.back(done.result.after) if done.result.changed else None
    found = tuple(
        _found(text, done, each) for each in done.result.findings if each.status != "suppressed"
    )
    return Report(found, after=after)


def fixed_alone(subject: Subject, marks: Sequence[tuple[str, int, str]]) -> tuple[str | None, ...]:
    """For each finding, by fixer, line and message, the text with it alone fixed; None if it cannot be.

    Raises InternalError and MemoryError.
    """
    text = _Text(subject.text)
    found: list[str | None] = []
    for fixer, line, message in marks:
        done = _done(text, subject, only=Mark(fixer, line, message))
        changed = done.result is not None and done.result.changed
        found.append(text.back(done.result.after) if done.result and changed else None)
    return tuple(found)


def formatted(subject: Subject) -> str | None:
    """The text with what is safe fixed; None where nothing is. Raises as `report` does."""
    text = _Text(subject.text)
    if len(text.data) > LIMIT or pointer(text.data) is not None or is_template(text.plain):
        return None
    if _is_excluded(subject):
        return None
    done = _done(text, subject, level=Level.SAFE)
    if done.result is None or not done.result.changed:
        return None
    return text.back(done.result.after)


def suppressed(subject: Subject, fixer: str, line: int) -> Edit:
    """What switches a fixer off for the instruction of a line (1-based). Raises Declined."""
    return suppressing(_Text(subject.text).tree, fixer, line)


def mention(subject: Subject, offset: int) -> Mention:
    """The name of a stage at an offset. Raises Declined where there is none."""
    return mention_at(_Text(subject.text).tree, offset)


def rename(subject: Subject, offset: int, name: str) -> list[Edit]:
    """What gives the stage that is named at an offset another name. Raises Declined."""
    return renamed(_Text(subject.text).tree, offset, name, subject.path, subject.roots)


def rule(name: str) -> Rule:
    """A fixer, for people. Raises KeyError for one that is not there."""
    fixer = all_fixers()[name]
    level = str(fixer.level) if fixer.INVALID else ""
    told = str(explanation_data(fixer)["text"])
    return Rule(name, level, fixer.aliases, told, fixer.reference)


class _Text:
    """A text in which every character can be written; the editor may well hold one that cannot.

    Half a character, as it is while somebody types, has another one in its place here, so that
    offsets are the same in both.
    """

    def __init__(self, text: str) -> None:
        halves = dict.fromkeys(_SURROGATE.findall(text))
        free = (chr(each) for each in _STAND_INS if chr(each) not in text)
        self._inward = {ord(half): next(free) for half in halves}
        self._outward = {ord(there): chr(half) for half, there in self._inward.items()}
        self.plain = text.translate(self._inward) if halves else text
        self.data = encode(self.plain)
        self._starts = [0]
        for line in self.plain.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    @property
    def tree(self) -> Dockerfile:
        """The tree."""
        return parse(self.data)

    def back(self, data: bytes) -> str:
        """A result as the editor knows it."""
        return data.decode().translate(self._outward)

    def told(self, message: str) -> str:
        """A message that may have some of the text in it, on one line."""
        return " ".join(readable(message).split())

    def line(self, number: int) -> tuple[int, int]:
        """From where to where a line (1-based) goes, its end and outer blanks left out."""
        number = max(1, min(number, len(self._starts) - 1))
        start, end = self._starts[number - 1], self._starts[number] - 1
        line = self.plain[start:end]
        return start + len(line) - len(line.lstrip()), start + len(line.rstrip())

    def place(self, line: int, column: int) -> int:
        """The offset of a line and a column, both 1-based, within that line."""
        line = max(1, min(line, len(self._starts) - 1))
        start, end = self._starts[line - 1], self._starts[line] - 1
        return min(start + column - 1, end)


def _found(text: _Text, done: FileReport, finding: Finding) -> Found:
    start = text.place(finding.line, finding.column)
    end = text.place(finding.end_line, finding.end_column)
    if end <= start:  # of something that an earlier fix has moved
        start, end = text.line(finding.line)
    codes = {code.lower() for code in (finding.fixer, *finding.aliases)}
    return Found(
        finding.fixer,
        finding.message,
        finding.line,
        start,
        end,
        finding.status,
        text.told(told_status(finding, written=False)),
        finding.advice,
        severity_of(done, finding) if codes & done.severities.keys() else "",
        all_fixers()[finding.fixer].reference,
    )


def _selection(wishes: Wishes, level: Level | None = None) -> Selection:
    """Raises ValueError for a level that there is not."""
    if level is None and wishes.level is not None:
        level = Level.named(wishes.level)
    return Selection(level, wishes.select, wishes.extend_select, wishes.ignore, wishes.options)


def _place(subject: Subject) -> Path:
    """Where the text lies, or would: its settings are those of that folder."""
    if subject.path is not None:
        return subject.path
    return (subject.roots[0] if subject.roots else Path.cwd()) / "Dockerfile"


def _is_excluded(subject: Subject) -> bool:
    if subject.path is None:
        return False
    try:
        return settings_for(subject.path).excludes(subject.path)
    except ValueError:
        return False  # What is wrong with the settings is told in the report.


def _done(
    text: _Text, subject: Subject, *, level: Level | None = None, only: Mark | None = None
) -> FileReport:
    """What becomes of a text. Raises InternalError and MemoryError."""
    place = _place(subject)
    work = Work(place.parent, _selection(subject.wishes, level), roots=subject.roots)
    saved = subject.path is not None and leads_to_file(subject.path)
    done = work.report_on(text.data, work.blank(place), has_context=saved, only=only)
    if done.error is not None:
        message = str(done.error)
        if message.startswith("internal error"):
            raise InternalError(text.told(message))
        if message == "there is not enough memory":
            raise MemoryError
    return done
