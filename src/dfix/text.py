"""Text and positions: how bytes become text and back, spans, line numbers.

A Dockerfile's bytes are decoded as UTF-8 with `surrogateescape`, so that every byte sequence,
also one that is not UTF-8, comes back exactly as it was.
"""

from bisect import bisect_right

from msgspec import Struct

#: Far more than any number has that means something.
_MOST_DIGITS = 100


class Span(Struct, frozen=True, order=True):
    """A half-open range of code points, `start` to `end`."""

    start: int
    end: int

    def __contains__(self, offset: object) -> bool:
        return isinstance(offset, int) and self.start <= offset < self.end

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def shifted(self, by: int) -> "Span":
        """The same range, `by` code points further on."""
        return Span(self.start + by, self.end + by)


def decode(data: bytes) -> str:
    """The text of `data`; bytes that are not UTF-8 become lone surrogates. Never raises."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of a text made by `decode`."""
    return text.encode("utf-8", "surrogateescape")


def readable(text: str) -> str:
    """`text` for people and other programs: a byte that is not UTF-8 shows as U+FFFD."""
    return encode(text).decode("utf-8", "replace")


def integer(digits: str) -> int:
    """The number that decimal digits stand for, a sign in front allowed.

    One with very many is cut off: Python reads none of more than 4,300, and no bound is near it.
    """
    sign = -1 if digits.startswith("-") else 1
    return sign * int(digits.lstrip("+-").lstrip("0")[:_MOST_DIGITS] or "0")


def dominant_newline(text: str) -> str:
    """The line end that most lines of `text` have: `"\\r\\n"` or `"\\n"` (also for no lines)."""
    total = text.count("\n")
    return "\r\n" if total and 2 * text.count("\r\n") > total else "\n"


class LineIndex:
    """Turns offsets into 1-based lines and columns; lines end at `\\n` alone, as the builder has it."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        starts = [0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both 1-based, the column in code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """The 1-based line of `offset`."""
        return bisect_right(self._starts, offset)
