"""Text as Markdown that shows as that text, on GitHub, on GitLab and by CommonMark.

What comes from files must neither become markup nor call anybody: `@name`, `#1`, `!1` and bare
addresses turn into links, and notify people, also after a backslash
(https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls,
https://docs.gitlab.com/user/markdown/#gitlab-specific-references). In code they never do. In
text, a zero width space, written as `&#8203;`, keeps the two parts of one apart.
"""

import re
from collections.abc import Iterable, Sequence

from dfix.patterns import regex
from dfix.report.campaign.visible import visible

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "$": "<span>$</span>"}
_SPECIAL = regex(r"[&<>|$]|[\\`*_\[\]~]")
#: Where something begins that is made a link, or a picture (`:name:`).
_CALLING = regex(
    r"[@#!%^~$&](?=\w)|:(?=[\w+-]*[a-z][\w+-]*:)|:(?=//)|(?<=ww)w(?=\.)|(?<=\bGH)-(?=\d)",
    re.IGNORECASE,
)
_APART = "&#8203;"
_TICKS = regex("`+")
_QUOTED = regex(r"`([^`]+)`")


def escaped(text: str, limit: int = 400) -> str:
    """`text`, in one line, for a paragraph or a cell of a table."""
    pieces = _CALLING.split(_shortened(text, limit))
    calls = [found[0] for found in _CALLING.finditer(_shortened(text, limit))]
    told = [_SPECIAL.sub(_literal, piece) for piece in pieces]
    ends = [_SPECIAL.sub(_literal, call) + _APART for call in calls]
    return "".join(piece + end for piece, end in zip(told, [*ends, ""], strict=True))


def prose(text: str, limit: int = 400) -> str:
    """`text` of a message, in which what stands between backticks is code."""
    pieces = _QUOTED.split(_shortened(text, limit))
    return "".join(code(piece) if at % 2 else escaped(piece) for at, piece in enumerate(pieces))


def code(text: str, limit: int = 400) -> str:
    """`text`, in one line, as code for a paragraph or a cell of a table."""
    shown = _shortened(text, limit)
    if not shown.strip():
        return "<code>&nbsp;</code>"
    if "`" in shown or "|" in shown or "\\" in shown or shown != shown.strip():
        # Within a table, programs differ on what ends code of these; on entities they agree.
        entities = "".join(each if each.isalnum() else f"&#{ord(each)};" for each in shown)
        return f"<code>{entities}</code>"
    return f"`{shown}`"


def code_block(text: str) -> str:
    """Lines of `text` as a block of code, which ends with a line end."""
    lines = "\n".join(visible(line) for line in text.splitlines())
    longest = max((len(ticks) for ticks in _TICKS.findall(lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{lines}\n{fence}\n"


def link(text: str, address: str) -> str:
    """`text`, which is Markdown, as a link; without an address as it is."""
    return f"[{text}]({address})" if address else text


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], numbers: frozenset[int] = frozenset()
) -> list[str]:
    """The lines of a table of Markdown cells; `numbers` are the columns set to the right."""
    lines = [_row(head), _row(["---:" if at in numbers else "---" for at in range(len(head))])]
    return [*lines, *(_row(row) for row in rows)]


def bounded(lines: Sequence[str], size: int) -> tuple[list[str], int]:
    """The first lines, of at most `size` characters together, and how many are left out."""
    taken: list[str] = []
    for line in lines:
        size -= len(line) + 1
        if size < 0:
            break
        taken.append(line)
    return taken, len(lines) - len(taken)


def counted(number: int, one: str, many: str) -> str:
    """A number with the word for what it counts."""
    return f"{number:,} {one if number == 1 else many}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _literal(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"


def _shortened(text: str, limit: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
