"""A change as a unified diff, exact to the byte, as `git apply` and `patch -p1` take it.

The format is that of https://pubs.opengroup.org/onlinepubs/9799919799/utilities/diff.html with
git's way of quoting names (`core.quotePath` in https://git-scm.com/docs/git-config).
"""

import difflib
import os
from itertools import islice

from dfix.report.styled import Line
from dfix.runner import FileReport
from dfix.text import decode, encode

_UNENDED = "\\ No newline at end of file"
_ESCAPES = {
    7: b"\\a",
    8: b"\\b",
    9: b"\\t",
    10: b"\\n",
    11: b"\\v",
    12: b"\\f",
    13: b"\\r",
    34: b'\\"',
    92: b"\\\\",
}


def unified(report: FileReport) -> bytes:
    """What changed in a file; empty where nothing did."""
    if report.result is None or not report.result.changed:
        return b""
    name = os.fsencode(report.patch_name)
    diff = difflib.unified_diff(_lines(report.result.before), _lines(report.result.after))
    hunks = islice(diff, 2, None)  # without the names, which difflib would not quote
    body = "".join(line if line.endswith("\n") else f"{line}\n{_UNENDED}\n" for line in hunks)
    old = b"/dev/null" if report.created else _named(b"a/" + name)
    return b"--- " + old + b"\n+++ " + _named(b"b/" + name) + b"\n" + encode(body)


def diff_lines(diff: bytes) -> list[Line]:
    """A diff as lines with styles, for a terminal."""
    lines = decode(diff).split("\n")
    return [((line, _style(at, line)),) for at, line in enumerate(lines[:-1])]


def _lines(data: bytes) -> list[str]:
    """The lines of a file with their ends; a carriage return alone ends none."""
    lines = decode(data).split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _named(name: bytes) -> bytes:
    """A name as git writes it: quoted where it has to be, and ended by a tab if it has a blank.

    A blank at the end is quoted too, since GNU patch drops it otherwise.
    """
    if name.endswith(b" ") or any(byte < 0x20 or byte in b'"\\\x7f' for byte in name):
        quoted = (
            _ESCAPES.get(byte)
            or (b"\\%03o" % byte if byte < 0x20 or byte >= 0x7F else b"%c" % byte)
            for byte in name
        )
        return b'"' + b"".join(quoted) + b'"'
    return name + b"\t" if b" " in name else name


def _style(at: int, line: str) -> str:
    if at < 2:
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
