"""The process's output: bytes as they are, lines with colours where those are wanted."""

import contextlib
import os
import sys
from collections.abc import Iterable
from typing import BinaryIO, TextIO

import click

from dfix.report.styled import Line, coloured, plain


class Output:
    """A stream to write to. After the first failure nothing is written to it any more."""

    def __init__(
        self,
        stream: BinaryIO | None,
        *,
        encoding: str = "utf-8",
        terminal: bool = False,
        colour: bool = False,
    ) -> None:
        self.terminal = terminal
        """Whether somebody watches."""
        self.colour = colour
        self.given_up = False
        """Whether nobody takes what is written any more."""
        self.failure: OSError | None = None
        """Why writing failed, unless the reader has gone away, which is its right."""
        self._stream = stream
        self._encoding = encoding

    @classmethod
    def of(cls, stream: TextIO | None, *, no_color: bool = False) -> "Output":
        """One of the process's own streams; None where it was closed before the start."""
        if stream is None:
            return cls(None)
        colour = not no_color and wants_colour(stream)
        terminal = stream.isatty()
        return cls(stream.buffer, encoding=stream.encoding, terminal=terminal, colour=colour)

    def write(self, data: bytes) -> None:
        """Writes bytes."""
        if self._stream is None or self.given_up or not data:
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            self._give_up()
        except OSError as error:
            self.failure = error
            self._give_up()

    def fail(self, error: OSError) -> None:
        """Writes nothing any more, as what was to be written cannot be made."""
        self.failure = error
        self._give_up()

    def text(self, text: str) -> None:
        """Writes UTF-8, whatever the terminal takes: for programs."""
        self.write(text.encode("utf-8"))

    def lines(self, lines: Iterable[Line]) -> None:
        """Writes lines, with escapes for what the terminal cannot show."""
        show = coloured if self.colour else plain
        text = "".join(f"{show(line)}\n" for line in lines)
        self.write(text.encode(self._encoding, "backslashreplace"))

    def require_success(self) -> None:
        """Raises click.ClickException if writing failed."""
        if self.failure is not None:
            reason = self.failure.strerror or str(self.failure)
            raise click.ClickException(f"the output cannot be written: {reason}")

    def _give_up(self) -> None:
        self.given_up = True
        if self._stream is None:
            return
        # What is still in the buffer would be tried again, and complained about, at the end.
        with contextlib.suppress(OSError):  # Not every stream has a number.
            number = self._stream.fileno()
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, number)
            os.close(devnull)


def wants_colour(stream: TextIO) -> bool:
    """Whether to write colours to `stream`: https://no-color.org and https://force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return takes_codes() and stream.isatty()


def takes_codes() -> bool:
    """Whether a terminal takes codes for colours and places: as in git, not one without a TERM."""
    named = os.environ.get("TERM") or ("" if os.name != "nt" else "Windows")
    return named not in {"", "dumb", "unknown"}


def standard_output(*, no_color: bool = False) -> Output:
    """Where results go."""
    return Output.of(sys.stdout, no_color=no_color)


def standard_error(*, no_color: bool = False) -> Output:
    """Where errors, notes and progress go."""
    return Output.of(sys.stderr, no_color=no_color)
