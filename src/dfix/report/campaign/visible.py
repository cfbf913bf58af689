"""Text in which nothing is hidden: controls, marks of direction and odd blanks show as symbols.

A terminal's escapes in a file, or marks that turn the direction of writing, must neither work nor
go unseen in a report (https://trojansource.codes/).
"""

import unicodedata

#: The names of controls, by code (https://www.unicode.org/charts/PDF/U0000.pdf); fonts lack pictures.
_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN"
    " EM SUB ESC FS GS RS US"
).split()
_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_SURROGATE = "Cs"


class _Symbols(dict[int, str]):
    """Code points to what shows in their place, filled as they are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character == " " or category not in _HIDDEN | {_SURROGATE}:
            shown = character
        elif category == _SURROGATE:
            shown = "\N{REPLACEMENT CHARACTER}"
        else:
            shown = f"\u27e8{_name(code)}\u27e9"
        self[code] = shown
        return shown


def _name(code: int) -> str:
    if code < len(_CONTROLS):
        return _CONTROLS[code]
    return "DEL" if code == 0x7F else f"U+{code:04X}"


_SYMBOLS = _Symbols()


def visible(text: str) -> str:
    """`text` in one line, with a symbol for each character that would not show as itself."""
    return text if text.isprintable() else text.translate(_SYMBOLS)
