"""Text in which nothing is hidden: controls, marks of direction and odd blanks show as symbols.

A terminal's escapes in a file, or marks that turn the direction of writing, must neither work nor
go unseen in a report (https://trojansource.codes/).
"""

import unicodedata

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
        elif code < 0x20:
            shown = chr(0x2400 + code)  # the block of pictures of controls
        elif code == 0x7F:
            shown = "\N{SYMBOL FOR DELETE}"
        else:
            shown = f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{code:04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"
        self[code] = shown
        return shown


_SYMBOLS = _Symbols()


def visible(text: str) -> str:
    """`text` in one line, with a symbol for each character that would not show as itself."""
    return text if text.isprintable() else text.translate(_SYMBOLS)
