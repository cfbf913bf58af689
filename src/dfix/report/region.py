"""Where in its file a finding is, held to the lines that the file really has.

A finding of a later round names columns of a text that has changed since; what other programs are
given must not lie outside of a line.
"""

from msgspec import Struct

from dfix.findings import Finding
from dfix.text import decode

_BOM = "\ufeff"


class Region(Struct, frozen=True):
    """Lines and columns, 1-based, the end exclusive; columns in code points, without the BOM."""

    line: int
    column: int
    end_line: int
    end_column: int


class SourceLines:
    """The lines of a file without their ends, a carriage return before a line feed included."""

    def __init__(self, data: bytes) -> None:
        text = decode(data)
        self._marked = text.startswith(_BOM)
        self.lines = [line.removesuffix("\r") for line in text.removeprefix(_BOM).split("\n")]

    def region(self, finding: Finding) -> Region:
        """The finding's place, within the file, its end never before its start."""
        start = self._held(finding.line, finding.column)
        end = self._held(finding.end_line, finding.end_column)
        return Region(*start, *max(start, end))

    def text(self, region: Region) -> str:
        """The lines of a region, whole."""
        return "\n".join(self.lines[region.line - 1 : region.end_line])

    def _held(self, line: int, column: int) -> tuple[int, int]:
        if line == 1 and self._marked:
            column -= 1
        line = min(max(line, 1), len(self.lines))
        return line, min(max(column, 1), len(self.lines[line - 1]) + 1)
