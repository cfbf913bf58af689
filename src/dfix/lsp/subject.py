"""What the two processes of the server tell each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the editor's settings ask for; what they leave open, the configuration files say."""

    level: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """One version of a text with all that decides what is found in it."""

    text: str
    path: Path | None
    """Where it lies; None for a text that has no place, and so nothing beside it."""
    roots: tuple[Path, ...] = ()
    """The folders that the editor has open."""
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding; `start` and `end` are offsets in code points, `line` counts from 1."""

    fixer: str
    message: str
    line: int
    start: int
    end: int
    status: str  # "fixed", "fixable" or "refused"
    verdict: str
    """What becomes of it, and why."""
    advice: bool
    weight: str
    """What `.hadolint.yaml` makes of it: "error", "warning" or "note"; empty where it says nothing."""
    href: str
    """The documentation behind the rule; empty for none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text gets no findings, and where."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about one version of a text."""

    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    after: str | None = None
    """The text with all that can be fixed; None where nothing can."""
    seconds: float = 0.0
    """How long it took."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a stage."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A fixer, for people."""

    name: str
    level: str
    """Empty for one that only reports."""
    aliases: tuple[str, ...]
    text: str
    """Markdown."""
    href: str


class Declined(Exception):
    """What was asked for is not done; the message says why."""
