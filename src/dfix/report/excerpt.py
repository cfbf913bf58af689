"""The lines of a file that a finding is about, with marks below them, safe on any terminal."""

from msgspec import Struct

from dfix.report.region import Region, SourceLines
from dfix.report.styled import Line, pieces

WIDTH = 100
"""Columns of a line that are shown."""
CONTEXT = 2
"""Lines shown before and after."""
_MOST = 8  # lines of one region that are shown
_TAB = 4
_CUT = "..."
_SLICE = 4 * WIDTH  # characters of a line that are looked at: it may be as long as a file


class _Shown(Struct, frozen=True):
    """A line as it is shown, with the column at which each of its characters begins."""

    text: str
    columns: list[int]

    def column(self, at: int) -> int:
        """Where the character `at` begins, counted from 0."""
        return self.columns[min(max(at, 0), len(self.columns) - 1)]


def excerpt(source: SourceLines, region: Region) -> list[Line]:
    """The region with some lines around it; nothing of a file that holds nothing."""
    lines = source.lines
    if not any(lines):
        return []
    first, last = region.line, region.end_line
    if last > first and region.end_column == 1:
        last -= 1  # it ends before that line
    top = max(1, first - CONTEXT)
    while top < first and not lines[top - 1].strip():
        top += 1
    bottom = min(len(lines), last + CONTEXT)
    while bottom > last and not lines[bottom - 1].strip():
        bottom -= 1
    margin = len(str(bottom))
    # Where one line alone is marked far to the right, all are shown from there on.
    skipped = max(0, region.column - 1 - WIDTH // 2) if first == last else 0
    if skipped and len(lines[first - 1]) <= WIDTH:
        skipped = 0
    shown = _Excerpt(margin, skipped, several=last > first)
    out: list[Line] = [shown.empty()]
    for number in range(top, bottom + 1):
        if last - first >= _MOST and first + _MOST - 3 <= number <= last - 3:
            if number == last - 3:
                out.append(shown.gap())
            continue
        within = first <= number <= last
        line = shown.line(lines[number - 1])
        out.append(shown.numbered(number, line, "/" if number == first else "|" if within else " "))
        if number == last:
            end = region.end_column if last == region.end_line else len(lines[last - 1]) + 1
            out.append(shown.marks(line, region.column if first == last else None, end))
    return [*out, shown.empty()]


class _Excerpt:
    """The lines of one excerpt: a margin with numbers, where `skipped` characters are cut off."""

    def __init__(self, margin: int, skipped: int, *, several: bool) -> None:
        self._margin = margin
        self._skipped = skipped
        self._several = several
        self._start = _CUT if skipped else ""

    def line(self, text: str) -> _Shown:
        """A line of the file, cut, with escapes in place of what would steer a terminal."""
        from rich.cells import cell_len

        shown: list[str] = []
        columns: list[int] = []
        at = len(self._start)
        for piece in pieces(text[self._skipped : self._skipped + _SLICE]):
            if piece == "\t":
                piece = " " * (_TAB - at % _TAB)
            width = cell_len(piece)
            if at + width > WIDTH:
                break
            shown.append(piece)
            columns.append(at)
            at += width
        whole = self._skipped + len(shown) >= len(text)
        start = self._start if len(text) > self._skipped else ""
        return _Shown(start + "".join(shown) + ("" if whole else _CUT), [*columns, at])

    def numbered(self, number: int, line: _Shown, side: str) -> Line:
        """A line with its number; `side` joins the lines of a region."""
        joined = f"{side} " if self._several else ""
        text = f" {joined}{line.text}".rstrip()
        return ((f"{number:>{self._margin}} |", "cyan"), (text, ""))

    def marks(self, line: _Shown, column: int | None, end: int) -> Line:
        """What stands below the last line of a region, which begins in `column` of it."""
        stop = line.column(end - 1 - self._skipped)
        if column is None:
            text = f" |{'_' * max(stop, 1)}^"
        else:
            start = line.column(column - 1 - self._skipped)
            text = f" {' ' * start}{'^' * max(stop - start, 1)}"
        return ((f"{'':>{self._margin}} |", "cyan"), (text, "yellow"))

    def empty(self) -> Line:
        """The margin alone."""
        return ((f"{'':>{self._margin}} |", "cyan"),)

    def gap(self) -> Line:
        """Lines that are not shown."""
        return (("." * max(self._margin, 3), "cyan"),)
