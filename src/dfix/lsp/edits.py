"""The difference of two texts as few and small replacements, of which none cuts a line end in two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dfix.ends import common_ends

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_WORD = re.compile(r"\r\n|\w+|[^\S\r\n]+|.", re.DOTALL)
#: Comparisons that are still made; the time goes with them. More than this is replaced as one.
_MOST = 4_000_000


@dataclass(frozen=True, slots=True)
class Edit:
    """A range of the old text, in code points, and what stands there in the new one."""

    start: int
    end: int
    new: str


def edits(before: str, after: str) -> list[Edit]:
    """What makes `after` of `before`, in the order of the text, by lines and within them by words."""
    found: list[Edit] = []
    for start, old, new in _differing(_LINE.findall(before), _LINE.findall(after), 0):
        found += (
            Edit(at, at + len("".join(words)), "".join(others))
            for at, words, others in _differing(
                _WORD.findall("".join(old)), _WORD.findall("".join(new)), start
            )
        )
    return found


def applied(text: str, changes: Sequence[Edit]) -> str:
    """`text` with all changes made; they are in order and do not overlap."""
    out: list[str] = []
    at = 0
    for edit in changes:
        out += (text[at : edit.start], edit.new)
        at = edit.end
    return "".join((*out, text[at:]))


def _differing(
    old: list[str], new: list[str], offset: int
) -> Iterator[tuple[int, list[str], list[str]]]:
    """Where two lists of pieces differ: the offset, the old pieces and the new ones."""
    head, tail = common_ends(old, new)
    offset += sum(map(len, old[:head]))
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old) * len(new) > _MOST:
        yield offset, old, new
        return
    at = 0
    for tag, first, last, start, end in SequenceMatcher(None, old, new, False).get_opcodes():
        length = sum(map(len, old[first:last]))
        if tag != "equal":
            yield offset + at, old[first:last], new[start:end]
        at += length
