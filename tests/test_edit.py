"""Changing a tree: what is not named stays byte for byte, and lines end as they did."""

from collections.abc import Callable

import pytest

from dfix import (
    Cmd,
    Comment,
    Dockerfile,
    EmptyLine,
    Env,
    ExecForm,
    Insert,
    Instruction,
    Leaf,
    Pair,
    Remove,
    Run,
    ShellForm,
    User,
    Word,
    parse,
)
from dfix.edit import Changes, apply

NEW = User(argument=Word(text="app"))


def edited(text: str, change: Callable[[Dockerfile], Changes]) -> str:
    """`text` after a change, which must read back as the tree that was made."""
    tree = apply(parse(text), change(parse_again := parse(text))) if False else None
    assert tree is None
    before = parse(text)
    after = apply(before, change(before))
    again = parse(after.text)
    assert [type(each) for each in again.instructions] == [type(e) for e in after.instructions]
    assert again.text == after.text
    return after.text
