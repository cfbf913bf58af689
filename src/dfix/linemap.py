"""Where what stands in an edited text stood before."""

import difflib

from dfix.ends import common_ends

Place = tuple[int, int, int, int]
"""From a line and column to a line and column behind the last character, all of them 1-based."""


class Origins:
    """The places of a text that was edited, in the text before."""

    def __init__(self, before: str, after: str) -> None:
        self._before = before.split("\n")
        self._after = after.split("\n")
        self._lines = _lines(self._before, self._after)

    def line(self, line: int) -> int:
        """The line of the text before that stands in the place of a line."""
        return self._lines[line - 1]

    def place(self, place: Place) -> Place:
        """The place of the text before that stands for a place.

        Columns are exact in lines that have not changed, and where what stands in front of them has not.
        Otherwise the place widens to where the line before begins or ends.
        """
        line, column, end_line, end_column = place
        start, end = self.line(line), self.line(end_line)
        first = self._before[start - 1]
        if not first.startswith(self._after[line - 1][: column - 1]):
            column = len(first) - len(first.lstrip()) + 1
        last = self._before[end - 1].rstrip("\r")
        if not self._before[end - 1].startswith(self._after[end_line - 1][: end_column - 1]):
            end_column = len(last) + 1
        column, end_column = min(column, len(first) + 1), min(end_column, len(last) + 1)
        return start, column, *max((end, end_column), (start, column))


def _lines(old: list[str], new: list[str]) -> list[int]:
    """For each new line, the old one (1-based) that stands in its place."""
    head, tail = common_ends(old, new)
    middle: list[int] = []
    matcher = difflib.SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail]
    )
    for _, first, last, start, end in matcher.get_opcodes():
        nearest = min(head + max(last - 1, first), len(old) - 1)
        middle += [min(head + first + at, nearest) + 1 for at in range(end - start)]
    return [*range(1, head + 1), *middle, *range(len(old) - tail + 1, len(old) + 1)]
