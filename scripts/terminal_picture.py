"""Draws what a command prints in a terminal, as an SVG that fetches nothing.

usage: terminal_picture.py WORD...     the words of a call of dfix, which is made for it

The window is dark on dark and on light pages alike, in the reader's own monospaced font. Pages show it as
an image with a text in its place; what it shows stands on them as text, too.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parent.parent
#: Of a character, a line, and the edge of the window, in pixels.
WIDTH, HEIGHT, EDGE, BAR = 7.8, 18, 16, 34
COLUMNS = 92
#: Colours of the terminal by their names; each is at least 4.5 times as light as the window.
COLOURS = {"red": "#ff8680", "green": "#7ed385", "yellow": "#e9c46a", "cyan": "#6ecdd6"}
NAMES = {1: "red", 2: "green", 3: "yellow", 6: "cyan"}
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" \
xml:space="preserve" aria-label="{label}">
<style>
text {{ font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
fill: #dee2e9; white-space: pre }}
.bold {{ font-weight: bold }}
{colours}</style>
<rect x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="8" \
fill="#1b1f27" stroke="#5c6577"/>
<path d="M20 18h0M38 18h0M56 18h0" stroke="#5c6577" stroke-width="10" stroke-linecap="round"/>
"""


def picture(command: str, output: str) -> str:
    """The SVG of a call and of what it printed, with ANSI's colours."""
    text = Text.from_ansi(output)
    text = Text.assemble(("$ ", "green"), (command, "bold"), "\n").append_text(text)
    lines = list(text.split("\n"))
    width = round(COLUMNS * WIDTH + 2 * EDGE)
    height = BAR + HEIGHT * len(lines) + EDGE
    head = HEAD.format(
        width=width,
        height=height,
        inner_width=width - 1,
        inner_height=height - 1,
        label=escape(f"A terminal: {command}", quote=True),
        colours="".join(f".{name} {{ fill: {value} }}\n" for name, value in COLOURS.items()),
    )
    return head + "".join(_lines(lines)) + "</svg>\n"


def _lines(lines: list[Text]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            raise ValueError(f"longer than {COLUMNS} columns: {line.plain}")
        if not line.plain.strip():
            continue
        place = f'x="{EDGE}" y="{BAR + HEIGHT * number - 4}"'
        # The columns are in line with whatever font.
        yield f'<text {place} textLength="{len(line) * WIDTH:g}">{"".join(_parts(line))}</text>\n'


def _parts(line: Text) -> Iterator[str]:
    """The parts of a line that look alike."""
    ends = sorted({0, len(line), *(edge for span in line.spans for edge in span[:2])})
    for start, end in pairwise(ends):
        text = escape(line.plain[start:end], quote=False)
        styles = [each.style for each in line.spans if each.start <= start < each.end]
        names = " ".join(name for style in styles for name in _classes(style))
        yield f'<tspan class="{names}">{text}</tspan>' if names else text


def _classes(style: str | Style) -> Iterator[str]:
    style = Style.parse(style) if isinstance(style, str) else style
    if style.bold:
        yield "bold"
    if style.color is not None and style.color.number is not None:
        yield NAMES[style.color.number]


def main(words: list[str]) -> int:
    """Makes the call and prints the picture; 2 where the call failed."""
    done = subprocess.run(
        [sys.executable, "-m", "dfix", *words],
        cwd=ROOT,
        env={**os.environ, "FORCE_COLOR": "1", "NO_COLOR": "", "COLUMNS": str(COLUMNS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == 2:
        print(done.stdout, file=sys.stderr)
        return 2
    sys.stdout.write(picture(" ".join(["dfix", *words]), done.stdout))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
