"""What changed in a file as the replacements of SARIF, exact to the byte.

See "fix object" and "region object" in
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Whole lines are replaced. A file
that is not UTF-8, or gains or loses a BOM, has replacements of bytes: no text could say it.
"""

import base64
import difflib

from dfix.text import decode, encode

_BOM = "\ufeff"


def replacements(before: bytes, after: bytes) -> list[dict[str, object]]:
    """From one text to the other, in their order; none overlaps another."""
    old, new = decode(before), decode(after)
    marked = old.startswith(_BOM)
    # SARIF takes a BOM for no part of the text, so no text can bring or take one.
    as_text = _is_utf8(before) and _is_utf8(after) and marked is new.startswith(_BOM)
    if as_text and marked:
        old, new = old[1:], new[1:]
    lines, others = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, lines, others)
    found: list[dict[str, object]] = []
    at = offset = 0
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        text = "".join(others[start:end])
        offset += sum(len(encode(line)) for line in lines[at:first])
        length = sum(len(encode(line)) for line in lines[first:last])
        if as_text:
            found.append(_of_text(_region(lines, first, last), text))
        else:
            found.append(_of_bytes(offset, length, encode(text)))
        at, offset = last, offset + length
    return found


def _of_text(region: dict[str, int], text: str) -> dict[str, object]:
    return {"deletedRegion": region} | ({"insertedContent": {"text": text}} if text else {})


def _of_bytes(offset: int, length: int, data: bytes) -> dict[str, object]:
    binary = base64.b64encode(data).decode("ascii")
    return {
        "deletedRegion": {"byteOffset": offset, "byteLength": length},
        **({"insertedContent": {"binary": binary}} if data else {}),
    }


def _region(lines: list[str], first: int, last: int) -> dict[str, int]:
    """The lines from `first` up to `last`, counted from 0; nothing before `first` if they are equal."""
    return {
        **dict(zip(("startLine", "startColumn"), _position(lines, first), strict=True)),
        **dict(zip(("endLine", "endColumn"), _position(lines, last), strict=True)),
    }


def _position(lines: list[str], at: int) -> tuple[int, int]:
    """Where line `at` begins; behind the last one that has no end, where that ends."""
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        return at, len(lines[-1]) + 1
    return at + 1, 1


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; a carriage return alone ends none."""
    lines = text.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
