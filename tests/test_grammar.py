"""The grammar as Lark and Python's regular expressions see it."""

import re

import pytest

from dfix.parser import _lark

#: A quantifier behind a group that is possessive. In a character class the same signs mean themselves.
_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)[*+?]\+")
_CLASS = re.compile(r"(?<!\\)\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_no_group_is_possessive(escape: str) -> None:
    # Python before 3.11.5 gets them wrong: https://github.com/python/cpython/issues/106052
    for terminal in _lark(escape).terminals:
        pattern = _CLASS.sub("[]", terminal.pattern.to_regexp())
        assert not _POSSESSIVE_GROUP.search(pattern), terminal.name


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_every_terminal_takes_something(escape: str) -> None:
    for terminal in _lark(escape).terminals:
        assert terminal.pattern.min_width > 0, terminal.name
