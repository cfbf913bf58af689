"""Texts as editors written in JavaScript have them: sequences of UTF-16 units."""

from collections.abc import Sequence
from typing import Any

_LF, _CR = b"\n\0", b"\r\0"


def units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def line_starts(data: bytes) -> list[int]:
    """Where lines begin, in units."""
    found = [0]
    for at in range(0, len(data), 2):
        unit, following = data[at : at + 2], data[at + 2 : at + 4]
        if unit == _LF or (unit == _CR and following != _LF):
            found.append(at // 2 + 1)
    return found


def offset(data: bytes, position: dict[str, int]) -> int:
    """The unit that a position means; one behind a line's end means the end."""
    starts = line_starts(data)
    if position["line"] >= len(starts):
        return len(data) // 2
    start = starts[position["line"]]
    end = start
    while end < len(data) // 2 and data[2 * end : 2 * end + 2] not in (_LF, _CR):
        end += 1
    return min(start + position["character"], end)


def edited(text: str, edits: Sequence[dict[str, Any]]) -> str:
    """A text with an editor's edits, which all speak of the text as it was and do not overlap."""
    data = units(text)
    placed = sorted(
        (offset(data, each["range"]["start"]), offset(data, each["range"]["end"]), each["newText"])
        for each in edits
    )
    out, at = b"", 0
    for start, end, new in placed:
        assert start >= at, "edits overlap"
        out += data[2 * at : 2 * start] + units(new)
        at = end
    return (out + data[2 * at :]).decode("utf-16-le", "surrogatepass")


def changed(text: str, change: dict[str, Any]) -> str:
    """A text after one change event."""
    if "range" not in change:
        return str(change["text"])
    return edited(text, [{"range": change["range"], "newText": change["text"]}])


def place(text: str, at: int) -> dict[str, int]:
    """The position of a unit; one between a carriage return and its line feed has none."""
    data = units(text)
    starts = line_starts(data)
    line = max(number for number, start in enumerate(starts) if start <= at)
    return {"line": line, "character": at - starts[line]}
