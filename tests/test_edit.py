"""Changing a tree: what is not named stays byte for byte, and lines end as they did."""

from collections.abc import Callable

import pytest

from dfix import (
    Changes,
    Comment,
    Copy,
    Dockerfile,
    Env,
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
from dfix.edit import apply

Change = Callable[[Dockerfile], Changes]
USER = User(argument=Word(text="app"))
TWO = (Env(pairs=(Pair(text="A=1"),)), USER)


def edited(text: str, change: Change) -> str:
    """`text` after a change; it must read back as the tree that was made."""
    tree = parse(text)
    after = apply(tree, change(tree))
    again = parse(after.text)
    assert [type(each) for each in again.instructions] == [
        type(each) for each in after.instructions
    ]
    return after.text


def above(index: int, *new: Instruction) -> Change:
    return lambda tree: {tree.instructions[index]: Insert(above=new or (USER,))}


def below(index: int, *new: Instruction) -> Change:
    return lambda tree: {tree.instructions[index]: Insert(below=new or (USER,))}


def remove(index: int, *, keep_lines: bool = True) -> Change:
    return lambda tree: {tree.instructions[index]: Remove(keep_lines=keep_lines)}


REFUSED: dict[str, tuple[str, Change]] = {
    "foreign-instruction": ("FROM a\n", lambda tree: {USER: Remove()}),
    "foreign-leaf": ("FROM a\n", lambda tree: {Word(text="a"): Word(text="b")}),
    "stage": ("FROM a\n", lambda tree: {tree.stages[0]: Remove()}),
    "instruction-to-leaf": ("FROM a\n", lambda tree: {tree.instructions[0]: Word(text="a")}),
    "instruction-to-line": ("FROM a\n", lambda tree: {tree.instructions[0]: Comment(text="# a")}),
    "leaf-to-insert": (
        "FROM a\n",
        lambda tree: {tree.instructions[0].children[1]: Insert(below=(USER,))},
    ),
    "leaf-of-a-removed-instruction": (
        "FROM a\nUSER b\n",
        lambda tree: {
            tree.instructions[1]: Remove(),
            tree.instructions[1].children[1]: Word(text="c"),
        },
    ),
    "directive": ("# escape=`\nFROM a\n", lambda tree: {tree.directives[0]: Remove()}),
    "footer": ("FROM a\n# end\n", lambda tree: {tree.footer[0]: Comment(text="# no")}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_makes_no_sense_raises(case: str) -> None:
    text, change = REFUSED[case]
    tree = parse(text)
    with pytest.raises(ValueError, match=r"a change|an instruction|only instructions"):
        apply(tree, change(tree))
    assert tree.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# a\n",
        "FROM a",
        "FROM a\r\nRUN b\r\n",
        "\ufeff# escape=`\nFROM a\nRUN b `\n  c\n\n# end",
        "FROM a\nRUN <<EOF\nb\nEOF",
        "FROM a\nONBUILD RUN b",
        "FROM a\nRUN b \\",
        "FROM a\nRUN b \\\n# c",
        "FROM a  \nRUN b\t\r\nRUN c\n",
    ],
)
def test_no_change_keeps_every_byte(text: str) -> None:
    assert apply(parse(text), {}).text == text


KEPT: dict[str, tuple[str, Change, str]] = {
    "below-lf": ("FROM a\nRUN b\n", below(0), "FROM a\nUSER app\nRUN b\n"),
    "below-crlf": ("FROM a\r\nRUN b\r\n", below(0), "FROM a\r\nUSER app\r\nRUN b\r\n"),
    "below-mixed-mostly-lf": (
        "FROM a\r\nRUN b\nRUN c\n",
        below(0),
        "FROM a\r\nUSER app\nRUN b\nRUN c\n",
    ),
    "below-last": ("FROM a\nRUN b\n", below(1), "FROM a\nRUN b\nUSER app\n"),
    "below-last-crlf": ("FROM a\r\nRUN b\r\n", below(1), "FROM a\r\nRUN b\r\nUSER app\r\n"),
    "below-last-unended": ("FROM a\nRUN b", below(1), "FROM a\nRUN b\nUSER app"),
    "below-last-unended-crlf": ("FROM a\r\nRUN b", below(1), "FROM a\r\nRUN b\r\nUSER app"),
    "below-only-unended": ("FROM a", below(0), "FROM a\nUSER app"),
    "below-only": ("FROM a\n", below(0), "FROM a\nUSER app\n"),
    "below-two": ("FROM a", below(0, *TWO), "FROM a\nENV A=1\nUSER app"),
    "below-trailing-blanks": ("FROM a \t\nRUN b", below(0), "FROM a \t\nUSER app\nRUN b"),
    "below-unended-blanks": ("FROM a\nRUN b  ", below(1), "FROM a\nRUN b  \nUSER app"),
    "below-heredoc": (
        "FROM a\nRUN <<EOF\nb\nEOF\nRUN c\n",
        below(1),
        "FROM a\nRUN <<EOF\nb\nEOF\nUSER app\nRUN c\n",
    ),
    "below-last-heredoc": (
        "FROM a\nRUN <<EOF\nb\nEOF\n",
        below(1),
        "FROM a\nRUN <<EOF\nb\nEOF\nUSER app\n",
    ),
    "below-unended-heredoc": (
        "FROM a\nRUN <<EOF\nb\nEOF",
        below(1),
        "FROM a\nRUN <<EOF\nb\nEOF\nUSER app",
    ),
    "below-unended-heredoc-crlf": (
        "FROM a\r\nRUN <<EOF\r\nb\r\nEOF",
        below(1),
        "FROM a\r\nRUN <<EOF\r\nb\r\nEOF\r\nUSER app",
    ),
    "below-unended-onbuild": (
        "FROM a\nONBUILD RUN b",
        below(1),
        "FROM a\nONBUILD RUN b\nUSER app",
    ),
    "below-unended-onbuild-heredoc": (
        "FROM a\nONBUILD RUN <<EOF\nb\nEOF",
        below(1),
        "FROM a\nONBUILD RUN <<EOF\nb\nEOF\nUSER app",
    ),
    "below-dangling-escape": ("FROM a\nRUN b \\", below(1), "FROM a\nRUN b \nUSER app"),
    "below-dangling-escape-ended": ("FROM a\nRUN b \\\n", below(1), "FROM a\nRUN b \nUSER app\n"),
    "below-dangling-backtick": (
        "# escape=`\nFROM a\nRUN b `\n",
        below(1),
        "# escape=`\nFROM a\nRUN b \nUSER app\n",
    ),
    "below-footer": (
        "FROM a\nRUN b\n\n# end\n",
        below(1),
        "FROM a\nRUN b\nUSER app\n\n# end\n",
    ),
    "below-unended-footer": ("FROM a\n# end", below(0), "FROM a\nUSER app\n# end"),
    "above-comment": (
        "FROM a\n# b\nRUN b\n",
        above(1),
        "FROM a\nUSER app\n# b\nRUN b\n",
    ),
    "above-first": ("FROM a\n", above(0), "USER app\nFROM a\n"),
    "above-directives": (
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\n",
        above(0),
        "# syntax=docker/dockerfile:1\n# escape=`\nUSER app\nFROM a\n",
    ),
    "above-mark": ("\ufeffFROM a\n", above(0), "\ufeffUSER app\nFROM a\n"),
    "above-unended": ("FROM a", above(0), "USER app\nFROM a"),
    "lower-case": ("from a\nrun b\n", below(1), "from a\nrun b\nuser app\n"),
    "mixed-case": ("from a\nRUN b\n", below(1), "from a\nRUN b\nUSER app\n"),
    "remove-middle": ("FROM a\nRUN b\nRUN c\n", remove(1), "FROM a\nRUN c\n"),
    "remove-paragraph": ("FROM a\n\nRUN b\n\nRUN c\n", remove(1), "FROM a\n\nRUN c\n"),
    "remove-last-paragraph": ("FROM a\n\nRUN b\n", remove(1), "FROM a\n"),
    "remove-last-paragraph-unended": (
        "FROM a\n# b\n\nRUN b",
        remove(1),
        "FROM a\n# b",
    ),
    "remove-last-dangling": ("FROM a\nRUN b \\\n", remove(1), "FROM a\n"),
    "remove-last-dangling-unended": ("FROM a\nRUN b \\", remove(1), "FROM a"),
    "remove-last": ("FROM a\nRUN b\n", remove(1), "FROM a\n"),
    "remove-last-unended": ("FROM a\nRUN b", remove(1), "FROM a"),
    "remove-last-unended-crlf": ("FROM a\r\nRUN b", remove(1), "FROM a"),
    "remove-last-unended-behind-heredoc": (
        "FROM a\nRUN <<EOF\nb\nEOF\nUSER c",
        remove(2),
        "FROM a\nRUN <<EOF\nb\nEOF",
    ),
    "remove-heredoc": ("FROM a\nRUN <<EOF\nb\nEOF\nRUN c\n", remove(1), "FROM a\nRUN c\n"),
    "remove-keeps-comments": (
        "FROM a\n# b\nRUN b\n# c\nRUN c\n",
        remove(1),
        "FROM a\n# b\n# c\nRUN c\n",
    ),
    "remove-drops-comments": (
        "FROM a\n# b\nRUN b\n# c\nRUN c\n",
        remove(1, keep_lines=False),
        "FROM a\n# c\nRUN c\n",
    ),
    "remove-last-keeps-comments": ("FROM a\n# b\nRUN b\n", remove(1), "FROM a\n# b\n"),
    "remove-last-unended-keeps-comments": ("FROM a\n# b\nRUN b", remove(1), "FROM a\n# b"),
    "remove-last-with-footer": (
        "FROM a\n# b\nRUN b\n\n# end\n",
        remove(1),
        "FROM a\n# b\n\n# end\n",
    ),
    "remove-last-unended-footer": ("FROM a\nRUN b\n# end", remove(1), "FROM a\n# end"),
    "remove-first": ("ARG A=1\nFROM a\n", remove(0), "FROM a\n"),
    "remove-only": ("FROM a\n", remove(0), ""),
    "remove-two": (
        "FROM a\n# b\nRUN b\n# c\nRUN c\n# d\nRUN d\n",
        lambda tree: {tree.instructions[1]: Remove(), tree.instructions[2]: Remove()},
        "FROM a\n# b\n# c\n# d\nRUN d\n",
    ),
    "insert-and-remove": (
        "FROM a\n# b\nRUN b\nRUN c",
        lambda tree: {
            tree.instructions[1]: Remove(),
            tree.instructions[2]: Insert(above=(USER,)),
        },
        "FROM a\n# b\nUSER app\nRUN c",
    ),
    "insert-and-replace": (
        "FROM a\nRUN b",
        lambda tree: {
            tree.instructions[1]: Insert(
                above=TWO[:1], node=Run(command=ShellForm(text="c")), below=TWO[1:]
            )
        },
        "FROM a\nENV A=1\nRUN c\nUSER app",
    ),
    "replace-last-unended": (
        "FROM a\nRUN b",
        lambda tree: {tree.instructions[1]: Run(command=ShellForm(text="c"))},
        "FROM a\nRUN c",
    ),
    "replace-word": (
        "FROM  --platform=x \\\n  a  AS b # c\n",
        lambda tree: {tree.instructions[0].children[2]: Word(" \\\n  ", "d")},
        "FROM  --platform=x \\\n  d  AS b # c\n",
    ),
    "remove-word": (
        "FROM a\nCOPY a  b c\n",
        lambda tree: {tree.instructions[1].children[2]: Remove()},
        "FROM a\nCOPY a c\n",
    ),
    "replace-keyword": (
        "FROM a\nadd a b\n",
        lambda tree: {tree.instructions[1].children[0]: Leaf("", "Add")},
        "FROM a\nAdd a b\n",
    ),
    "replace-inside-onbuild": (
        "FROM a\nONBUILD  USER  b",
        lambda tree: {tree.instructions[1].children[1].children[1]: Word("  ", "c")},
        "FROM a\nONBUILD  USER  c",
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_all_else_stays_as_it_was(case: str) -> None:
    before, change, after = KEPT[case]
    assert edited(before, change) == after


def test_bytes_that_are_not_text_stay() -> None:
    data = b"FROM a\nLABEL a=\xff\xfe\nRUN b\n"
    tree = parse(data)
    assert apply(tree, {tree.instructions[2]: Remove()}).code == b"FROM a\nLABEL a=\xff\xfe\n"


def test_nodes_that_no_change_names_are_the_same_nodes() -> None:
    tree = parse("FROM a\nCOPY a b\nRUN c\n")
    copy = tree.instructions[1]
    assert isinstance(copy, Copy)
    after = apply(tree, {copy.paths[0]: Word(text="d")})
    assert after.instructions[0] is tree.instructions[0]
    assert after.instructions[2] is tree.instructions[2]
    assert after.instructions[1].children[2] is copy.paths[1]
