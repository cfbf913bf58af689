"""The shell's view of a RUN, CMD, ENTRYPOINT or HEALTHCHECK text.

The text is given as it stands in the file; every span is a range of that text. Nothing of the
grammar behind it is seen outside, and nothing of it is loaded before a first text is parsed.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from time import thread_time
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from dfix.patterns import regex
from dfix.shell_reader import Reader, UnreadableError
from dfix.shell_text import JoinedText, join, stand_ins
from dfix.shell_words import Assignment, Command, Redirect, Statement, Word
from dfix.text import Span

if TYPE_CHECKING:
    from tree_sitter import Language, Tree

__all__ = [
    "Assignment",
    "Command",
    "Redirect",
    "ShellScript",
    "Statement",
    "Word",
    "is_posix_shell",
    "parse_shell",
    "shell_kind",
]


class ShellScript(Struct, frozen=True):
    """A parsed shell text; what stands after the first of `errors` is a guess.

    `errors` are ranges that are no shell text, or that the grammar reads otherwise than a shell.
    `comments` are those that a shell sees, not the lines that the builder drops while it joins;
    `notes` are words that hold nothing but a comment, in backquotes. `statements` is the top-level
    list; `commands` are all simple commands at any depth, in source order, and `pipelines` all
    pipelines, those within substitutions included. `joined` is the text after the joining of lines.
    """

    text: str
    escape: str
    joined: JoinedText
    errors: tuple[Span, ...]
    comments: tuple[Span, ...] = ()
    notes: tuple[Span, ...] = ()
    statements: tuple[Statement, ...] = ()
    commands: tuple[Command, ...] = ()
    pipelines: tuple[Statement, ...] = ()

    @property
    def has_error(self) -> bool:
        """Whether any part of the text could not be read as a shell reads it."""
        return bool(self.errors)

    @property
    def cooked(self) -> str:
        """The text that the shell gets: lines joined, swallowed lines gone."""
        return self.joined.text

    def edited(self, edits: Sequence[tuple[Span, str]]) -> str | None:
        """The raw text with each span replaced, or `None` where the result cannot be trusted.

        That is so if an edit touches a statement with an error, or what comes after it; if the
        result has more errors than the text had; or if the instruction would end elsewhere.
        Insertions at one place keep their order.

        Raises:
            ValueError: A span is outside of the text, or two of them overlap.
        """
        limit = self._trusted_until()
        pieces: list[str] = []
        at = 0
        for span, replacement in sorted(edits, key=lambda edit: edit[0]):
            if not at <= span.start <= span.end <= len(self.text):
                raise ValueError(f"edit at {span.start}:{span.end} overlaps another or the end")
            if span.end >= limit:
                return None
            pieces += (self.text[at : span.start], replacement)
            at = span.end
        result = parse_shell("".join(pieces) + self.text[at:], self.escape)
        if len(result.errors) > len(self.errors):
            return None
        if self.escape and (
            result.joined.dangling > self.joined.dangling
            or result.cooked.count("\n") != self.cooked.count("\n")
        ):
            return None
        return result.text

    def _trusted_until(self) -> int:
        """Where the last statement before the first error starts; past the end without any."""
        if not self.errors:
            return len(self.text) + 1
        first = self.errors[0].start
        starts = [s.span.start for s in self.statements if s.span.start <= first]
        return starts[-1] if starts else first


_SHELLS = frozenset({"sh", "ash", "dash", "bash", "ksh", "ksh93", "mksh", "yash"})
_TAKES_TEXT = regex(r"-[A-Za-z]*c[A-Za-z]*")


def shell_kind(argv: Sequence[str]) -> Literal["posix", "powershell", "cmd", "unknown"]:
    """What reads the text under a SHELL instruction with these words.

    A POSIX shell counts only with `-c`; without, the text would be the name of a script.
    """
    names = [re.split(r"[\\/]", word)[-1].lower().removesuffix(".exe") for word in argv]
    while names[:1] in (["env"], ["busybox"]):
        del names[0]
    name = names[0] if names else ""
    if name in ("powershell", "pwsh"):
        return "powershell"
    if name == "cmd":
        return "cmd"
    if name in _SHELLS and any(map(_TAKES_TEXT.fullmatch, argv)):
        return "posix"
    return "unknown"


def is_posix_shell(argv: Sequence[str]) -> bool:
    """Whether a POSIX shell reads the text under a SHELL instruction with these words."""
    return shell_kind(argv) == "posix"


@lru_cache(maxsize=1024)
def parse_shell(text: str, escape: str = "\\") -> ShellScript:
    """Read a shell text as it stands in the file; never raises, whatever the text.

    `escape` is the file's escape character, or empty for the body of a here-document, whose lines
    the builder does not join. What is too deep or too costly to read is one error without
    statements.
    """
    joined = join(text, escape)
    source, notes = stand_ins(joined.text)
    reader = Reader(text, joined, source, notes)
    try:
        if "\0" in text:
            # No shell can be given such a text.
            raise UnreadableError
        statements = reader.read(_parse(source.encode("ascii")).root_node)
    except UnreadableError:
        return ShellScript(text, escape, joined, (Span(0, len(text)),))
    return ShellScript(
        text,
        escape,
        joined,
        tuple(sorted(set(reader.errors))) if reader.errors else (),
        tuple(reader.comments),
        tuple(reader.span(*note) for note in notes),
        statements,
        tuple(sorted(reader.commands, key=lambda command: command.span.start)),
        tuple(sorted(reader.pipelines, key=lambda pipeline: pipeline.span.start)),
    )


_SMALL: Final = 4096
"""Bytes up to which no text takes long; also what the parser is given at a time."""

_MOST_PIPES: Final = 4096
_PATIENCE: Final = 0.5
"""Seconds of the thread; an honest text of the greatest legal length takes a twentieth."""


@cache
def _language() -> "Language":
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Language(tree_sitter_bash.language())


def _parse(source: bytes) -> "Tree":
    """Parse ASCII bytes; recovery from errors may take quadratic time, so that it is watched.

    Raises:
        UnreadableError: It would take too long.
    """
    from tree_sitter import Parser

    parser = Parser(_language())
    if len(source) <= _SMALL:
        return parser.parse(source)
    if source.count(b"|") > _MOST_PIPES:
        # Recovery after a pipeline of thousands is one step, which nothing interrupts.
        raise UnreadableError
    deadline = thread_time() + _PATIENCE
    try:
        return parser.parse(
            lambda offset, _: source[offset : offset + _SMALL],
            progress_callback=lambda _offset, _failed: thread_time() > deadline,
        )
    except ValueError:
        raise UnreadableError from None
