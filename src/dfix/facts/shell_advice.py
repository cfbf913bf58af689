"""What a tool that checks shell texts suggests about them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Replacement(Struct, frozen=True):
    """A range of the text (offsets in code points) and what is suggested in its place."""

    start: int
    end: int
    text: str


class Suggestion(Struct, frozen=True):
    """A finding with the change that the tool suggests; `code` is like `SC2006`."""

    code: str
    message: str
    replacements: tuple[Replacement, ...]


class ShellAdvice(Protocol):
    """Whoever runs the tool: a fixer only asks."""

    def suggestions(
        self, texts: Sequence[tuple[str, str]]
    ) -> tuple[tuple[Suggestion, ...], ...] | str:
        """The suggestions about each text, given with its dialect: `sh`, `bash`, `dash` or `ksh`.

        A text instead of them says why nobody answers, in one line.
        """
