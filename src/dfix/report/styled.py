"""Lines of text with styles, to be printed with colours or without, and safe on any terminal."""

import re

from dfix.patterns import regex

#: Pieces of a line, each with the name of a style as rich knows it; empty for none.
Line = tuple[tuple[str, str], ...]

# Control characters, what turns the direction of text round, and bytes that are no text: a file's
# name or content must not steer the terminal, nor pretend to be another line.
_UNSAFE = regex("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with all that could steer a terminal written as escapes, on one line."""
    return _UNSAFE.sub(_escape, text)


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(visible(text) for text, _ in line)


def coloured(line: Line) -> str:
    """A line with its styles as terminal codes."""
    from rich.color import ColorSystem
    from rich.style import Style

    return "".join(
        Style.parse(style).render(visible(text), color_system=ColorSystem.STANDARD)
        for text, style in line
    )


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, see dfix.text
        code -= 0xDC00
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    )
