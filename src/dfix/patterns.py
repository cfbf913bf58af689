"""Regular expressions that are compiled when they are first asked for something, and globs without.

A run on one file asks a fifth of some 350 for anything, and compiling the others is a tenth of the
time that it takes.
"""

import re
from fnmatch import fnmatchcase
from typing import AnyStr, cast

#: What is asked of a compiled expression; what is not among them is passed on each time.
_ASKED = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class _Uncompiled:
    """Stands in for an expression. Its slots are filled once it is compiled, and read at full speed."""

    __slots__ = (*_ASKED, "_compiled", "_flags", "_text")

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name == "_compiled":
            self._compiled = re.compile(self._text, self._flags)
            for method in _ASKED:
                setattr(self, method, getattr(self._compiled, method))
            return self._compiled
        return getattr(self._compiled, name)


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` would give, compiled with the first question: for names of modules.

    It cannot be handed to functions of `re`. Raises re.error with the first question, not here.
    """
    return cast("re.Pattern[AnyStr]", _Uncompiled(text, flags))


def is_like(name: str, pattern: str) -> bool:
    """What `fnmatch.fnmatchcase` says; where the pattern has no more than `*`, nothing is compiled."""
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(name, pattern)
    first, *pieces = pattern.split("*")
    if not pieces:
        return name == first
    if not name.startswith(first):
        return False
    *between, last = pieces
    at = len(first)
    for piece in between:
        at = name.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(name) - len(last) >= at and name.endswith(last)
