"""What looks like a comment behind words of an instruction, where the builder knows none."""

import re

from dfix import regex

_QUOTED = regex(r""""(?:[^"\\]|\\.)*"|'[^']*'""", re.DOTALL)
#: A sign behind a blank that is no colour.
_BEHIND = regex(r"[^\s#][ \t]+#(?![0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?\b)")


def has_remark(text: str) -> bool:
    """Whether a `#` stands behind a blank, outside of quotes."""
    return bool(_BEHIND.search(_QUOTED.sub("q", text)))
