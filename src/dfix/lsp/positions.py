"""Places in a text as the protocol counts them, in lines and in units of an agreed encoding.

Lines end at `\\n`, `\\r\\n` and `\\r` and at nothing else
(https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocuments);
to the builder, and so to the rest of dfix, they end at `\\n` alone.
"""

import re
from bisect import bisect_right
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")


def units(text: str, encoding: Encoding) -> int:
    """How many units of `encoding` a text has."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(char > "\uffff" for char in text)
    return len(text.encode("utf-8", "surrogatepass"))


def cut(line: str, at: int, encoding: Encoding) -> tuple[str, str]:
    """A line in two, behind `at` units or at its end.

    Half a character of UTF-16 is one that a client may well hold; of UTF-8 there is none, and the cut
    is made before the character.
    """
    if encoding == "utf-32" or line.isascii():
        return line[:at], line[at:]
    if encoding == "utf-16":
        data = line.encode("utf-16-le", "surrogatepass")
        halves = data[: 2 * at], data[2 * at :]
        return halves[0].decode("utf-16-le", "surrogatepass"), halves[1].decode(
            "utf-16-le", "surrogatepass"
        )
    data = line.encode("utf-8", "surrogatepass")
    at = min(at, len(data))
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at -= 1
    return data[:at].decode("utf-8", "surrogatepass"), data[at:].decode("utf-8", "surrogatepass")


def whole(text: str) -> str:
    """`text` with halves of characters that lie side by side put together."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class Lines:
    """The lines of one text."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = [found.span() for found in _LINE_END.finditer(text)]
        self._starts = [0, *(end for _, end in breaks)]
        self._ends = [*(start for start, _ in breaks), len(text)]

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Line and character, both from 0, of an offset in code points."""
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        # Within a line end there is no place.
        return line, units(self.text[start : min(offset, self._ends[line])], encoding)

    def offset(self, line: int, character: int, encoding: Encoding) -> int:
        """The offset in code points of a place; the nearest one before it where there is none such."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        return start + len(cut(self.text[start : self._ends[line]], character, encoding)[0])

    def replaced(
        self, start: tuple[int, int], end: tuple[int, int], new: str, encoding: Encoding
    ) -> str:
        """The text with what lies between two places replaced."""
        start, end = min(start, end), max(start, end)
        return whole(self._halves(start, encoding)[0] + new + self._halves(end, encoding)[1])

    def _halves(self, place: tuple[int, int], encoding: Encoding) -> tuple[str, str]:
        line, character = place
        if line >= len(self._starts):
            return self.text, ""
        start, end = self._starts[line], self._ends[line]
        before, after = cut(self.text[start:end], character, encoding)
        return self.text[:start] + before, after + self.text[end:]
