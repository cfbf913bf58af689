"""What is asked of the neighbours, and what is proposed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from dfix.fixer import Level

Status = Literal["fixed", "fixable", "refused"]


class Handled(Struct, frozen=True):
    """A Dockerfile that the run handled, with the text that it has, or is to have, after the run."""

    path: Path
    """Without symbolic links."""
    data: bytes
    context: Path | None = None
    """The build context, where the call or the configuration says it."""
    root: Path | None = None
    """The folder of the call in which it was found."""


class Wish(Struct, frozen=True):
    """What a call wants of the neighbours."""

    names: frozenset[str]
    level: Level = Level.STANDARD
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    write: bool = True
    """Whether changes are wanted, and not only what there is to say."""

    def option(self, name: str, option: str) -> str:
        """The value of a neighbour's option."""
        from dfix.neighbours import NEIGHBOURS

        return self.options.get(name, {}).get(option, NEIGHBOURS[name][option].default)


class Note(Struct, frozen=True):
    """One thing that is changed in a neighbour, declined, or for a person to look at."""

    name: str
    line: int
    """In the file as it is (1-based)."""
    message: str
    reason: str
    status: Status = "fixed"
    level: Level = Level.STANDARD
    advice: bool = False
    """Whether the reason is what a person should do."""


class Outcome(Struct, frozen=True):
    """What became of one neighbouring file; `before` is None for one that is not there."""

    path: Path
    root: Path
    """The tree that it belongs to."""
    before: bytes | None
    after: bytes | None
    notes: tuple[Note, ...]

    @property
    def created(self) -> bool:
        """Whether it is a new file."""
        return self.before is None and self.after is not None


def declined(name: str, message: str, reason: str, *, line: int = 1) -> Note:
    """A note on what is left alone, and why."""
    return Note(name, line, message, reason, "refused")


def advised(name: str, line: int, message: str, advice: str) -> Note:
    """A note for a person, who has to decide."""
    return Note(name, line, message, advice, "refused", Level.SAFE, advice=True)
