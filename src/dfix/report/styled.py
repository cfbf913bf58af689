"""Lines of text with styles, to be printed with colours or without, and safe on any terminal."""

import re
from collections.abc import Iterator

from dfix.patterns import regex

#: Pieces of a line, each with the name of a style as rich knows it; empty for none.
Line = tuple[tuple[str, str], ...]

# Control characters, what turns the direction of text round, and bytes that are no text: a file's
# name or content must not steer the terminal, nor pretend to be another line.
_UNSAFE = regex("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# The start of a command to what keeps a log, wherever it stands in a line: `##[` is GitHub's, see TryParse in
# https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs, `##vso[` is Azure Pipelines'
# and `##teamcity[` TeamCity's.
_COMMAND = regex(r"##(?=[A-Za-z]*\[)")


def visible(text: str) -> str:
    """`text` on one line, with escapes for what could steer a terminal or a CI system."""
    return _UNSAFE.sub(_escape, _COMMAND.sub(r"#\\x23", text))


def pieces(text: str) -> Iterator[str]:
    """What `visible` shows of each character."""
    hidden = {found.start() + 1 for found in _COMMAND.finditer(text)}
    for at, character in enumerate(text):
        yield "\\x23" if at in hidden else _UNSAFE.sub(_escape, character)


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(visible(text) for text, _ in _no_command(line))


def coloured(line: Line) -> str:
    """A line with its styles as terminal codes."""
    from rich.color import ColorSystem
    from rich.style import Style

    return "".join(
        Style.parse(style).render(visible(text), color_system=ColorSystem.STANDARD)
        for text, style in _no_command(line)
    )


def _no_command(line: Line) -> Line:
    """`line`, whose first word is no command to GitHub's runner: only the name of a file is like one."""
    text = "".join(text for text, _ in line)
    return (("./", ""), *line) if text.lstrip().startswith("::") else line


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, see dfix.text
        code -= 0xDC00
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    )
