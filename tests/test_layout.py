"""What fixers add: it is written in the file's own habits, and nothing else moves."""

from collections.abc import Callable

import pytest

from dfix import (
    Changes,
    Copy,
    Dockerfile,
    Env,
    Habits,
    Instruction,
    Label,
    Run,
    Stopsignal,
    User,
    Volume,
    Word,
    above,
    below,
    parse,
    with_flag,
    with_link,
    with_pair,
    with_word,
)
from dfix.edit import apply

Change = Callable[[Dockerfile], Changes]
USER = User(argument=Word(text="app"))
STOP = Stopsignal(argument=Word(text="SIGQUIT"))


def edited(text: str, change: Change) -> str:
    """`text` after a change; it must read back as the tree that was made."""
    tree = parse(text)
    after = apply(tree, change(tree))
    assert _shape(parse(after.text)) == _shape(after)
    return after.text


def _shape(tree: Dockerfile) -> list[tuple[type[Instruction], int, int]]:
    return [(type(each), len(each.flags), len(each.heredocs)) for each in tree.instructions]


def put_above(*, paragraph: bool = False) -> Change:
    """Puts instructions above the last one."""
    return lambda tree: {
        tree.instructions[-1]: above(tree.instructions[-1], USER, STOP, paragraph=paragraph)
    }


def put_below(tree: Dockerfile) -> Changes:
    """Puts an instruction below the last one."""
    return {tree.instructions[-1]: below(USER)}


def put_link(tree: Dockerfile) -> Changes:
    """Adds a link to the last instruction, a RUN."""
    run = tree.instructions[-1]
    assert isinstance(run, Run)
    return {run: with_link(run, "rm x", Habits.of(tree))}


def put_run(tree: Dockerfile) -> Changes:
    """Puts a RUN of two commands below the last instruction."""
    return {tree.instructions[-1]: below(Habits.of(tree).run("c", "d"))}


def put_flag(tree: Dockerfile) -> Changes:
    """Adds a flag to the last instruction."""
    return {tree.instructions[-1]: with_flag(tree.instructions[-1], "--chown=1:1")}


def put_pair(tree: Dockerfile) -> Changes:
    """Adds a pair to the last instruction."""
    node = tree.instructions[-1]
    assert isinstance(node, Env | Label)
    return {node: with_pair(node, "B=2")}


def put_word(tree: Dockerfile) -> Changes:
    """Adds a word to the last instruction."""
    node = tree.instructions[-1]
    if isinstance(node, Volume):
        return {node: with_word(node, "/b")}
    assert isinstance(node, Copy)
    return {node: with_word(node, "/b")}


REFUSED: dict[str, tuple[str, Change]] = {
    "link-exec-form": ('FROM a\nRUN ["b"]\n', put_link),
    "link-heredoc": ("FROM a\nRUN <<EOF\nb\nEOF\n", put_link),
    "link-heredoc-for-a-command": ("FROM a\nRUN cat <<EOF\nb\nEOF\n", put_link),
    "link-no-command": ("FROM a\nRUN\n", put_link),
    "pair-legacy-env": ("FROM a\nENV A b\n", put_pair),
    "pair-legacy-label": ("FROM a\nLABEL A b c\n", put_pair),
    "word-array": ('FROM a\nCOPY ["a", "b"]\n', put_word),
    "word-array-volume": ('FROM a\nVOLUME ["/a"]\n', put_word),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_takes_no_addition_raises(case: str) -> None:
    text, change = REFUSED[case]
    with pytest.raises(ValueError, match=r"takes no|only a shell form"):
        change(parse(text))


WRITTEN: dict[str, tuple[str, Change, str]] = {
    "above": ("FROM a\nCMD b\n", put_above(), "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\nCMD b\n"),
    "above-crlf": (
        "FROM a\r\nCMD b\r\n",
        put_above(),
        "FROM a\r\nUSER app\r\nSTOPSIGNAL SIGQUIT\r\nCMD b\r\n",
    ),
    "above-unended": (
        "FROM a\nCMD b",
        put_above(),
        "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\nCMD b",
    ),
    "above-the-only-line": ("FROM a", put_above(), "USER app\nSTOPSIGNAL SIGQUIT\nFROM a"),
    "above-behind-directives": (
        "# syntax=docker/dockerfile:1\nFROM a\n",
        put_above(),
        "# syntax=docker/dockerfile:1\nUSER app\nSTOPSIGNAL SIGQUIT\nFROM a\n",
    ),
    "above-lower-case": (
        "from a\ncmd b\n",
        put_above(),
        "from a\nuser app\nstopsignal SIGQUIT\ncmd b\n",
    ),
    "above-comment": (
        "FROM a\n# b\n# c\nCMD d\n",
        put_above(),
        "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\n# b\n# c\nCMD d\n",
    ),
    "above-comment-behind-blank": (
        "FROM a\n\n\n# b\nCMD d\n",
        put_above(),
        "FROM a\n\n\nUSER app\nSTOPSIGNAL SIGQUIT\n# b\nCMD d\n",
    ),
    "above-comment-with-blank-inside": (
        "FROM a\n\n# b\n\nCMD d\n",
        put_above(),
        "FROM a\n\nUSER app\nSTOPSIGNAL SIGQUIT\n# b\n\nCMD d\n",
    ),
    "above-heredoc": (
        "FROM a\nRUN <<EOF\nb\nEOF\nCMD c\n",
        put_above(),
        "FROM a\nRUN <<EOF\nb\nEOF\nUSER app\nSTOPSIGNAL SIGQUIT\nCMD c\n",
    ),
    "above-footer": (
        "FROM a\nCMD b\n# end",
        put_above(),
        "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\nCMD b\n# end",
    ),
    "paragraph": (
        "FROM a\n\nCMD b\n",
        put_above(paragraph=True),
        "FROM a\n\nUSER app\nSTOPSIGNAL SIGQUIT\n\nCMD b\n",
    ),
    "paragraph-crlf": (
        "FROM a\r\n\r\nCMD b\r\n",
        put_above(paragraph=True),
        "FROM a\r\n\r\nUSER app\r\nSTOPSIGNAL SIGQUIT\r\n\r\nCMD b\r\n",
    ),
    "paragraph-comment": (
        "FROM a\n# b\nCMD d\n",
        put_above(paragraph=True),
        "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\n\n# b\nCMD d\n",
    ),
    "paragraph-dense": (
        "FROM a\nCMD b\n",
        put_above(paragraph=True),
        "FROM a\nUSER app\nSTOPSIGNAL SIGQUIT\nCMD b\n",
    ),
    "below": ("FROM a\nRUN b\n", put_below, "FROM a\nRUN b\nUSER app\n"),
    "below-unended-crlf": ("FROM a\r\nRUN b", put_below, "FROM a\r\nRUN b\r\nUSER app"),
    "below-footer": ("FROM a\n\n# end\n", put_below, "FROM a\nUSER app\n\n# end\n"),
    "below-dangling": ("FROM a\nRUN b\\\n", put_below, "FROM a\nRUN b\nUSER app\n"),
    "run": ("FROM a\nRUN b\n", put_run, "FROM a\nRUN b\nRUN c \\\n  && d\n"),
    "run-crlf": ("FROM a\r\n", put_run, "FROM a\r\nRUN c \\\r\n  && d\r\n"),
    "run-lower-case": ("from a", put_run, "from a\nrun c \\\n  && d"),
    "run-backtick": (
        "# escape=`\nFROM a\n",
        put_run,
        "# escape=`\nFROM a\nRUN c `\n  && d\n",
    ),
    "run-indent": (
        "FROM a\nRUN x \\\n    && y\n",
        put_run,
        "FROM a\nRUN x \\\n    && y\nRUN c \\\n    && d\n",
    ),
    "run-indent-of-links-not-of-arguments": (
        "FROM a\nRUN x \\\n      p \\\n      q \\\n  && y\n",
        put_run,
        "FROM a\nRUN x \\\n      p \\\n      q \\\n  && y\nRUN c \\\n  && d\n",
    ),
    "run-indent-of-arguments": (
        "FROM a\nRUN x \\\n    p\n",
        put_run,
        "FROM a\nRUN x \\\n    p\nRUN c \\\n    && d\n",
    ),
    "run-indent-not-of-alignment": (
        "FROM a\nRUN x \\\n            p\n",
        put_run,
        "FROM a\nRUN x \\\n            p\nRUN c \\\n  && d\n",
    ),
    "run-indent-not-of-comments": (
        "FROM a\nRUN x \\\n        # p\n    && y\n",
        put_run,
        "FROM a\nRUN x \\\n        # p\n    && y\nRUN c \\\n    && d\n",
    ),
    "run-indent-tab": (
        "FROM a\nRUN x \\\n\t&& y\n",
        put_run,
        "FROM a\nRUN x \\\n\t&& y\nRUN c \\\n\t&& d\n",
    ),
    "run-trailing-operators": (
        "FROM a\nRUN x && \\\n    y\n",
        put_run,
        "FROM a\nRUN x && \\\n    y\nRUN c && \\\n    d\n",
    ),
    "run-mostly-leading-operators": (
        "FROM a\nRUN x && \\\n    y\nRUN x \\\n  && y \\\n  && z\n",
        put_run,
        "FROM a\nRUN x && \\\n    y\nRUN x \\\n  && y \\\n  && z\nRUN c \\\n  && d\n",
    ),
    "link": ("FROM a\nRUN b\n", put_link, "FROM a\nRUN b \\\n  && rm x\n"),
    "link-unended": ("FROM a\nRUN b", put_link, "FROM a\nRUN b \\\n  && rm x"),
    "link-crlf": ("FROM a\r\nRUN b\r\n", put_link, "FROM a\r\nRUN b \\\r\n  && rm x\r\n"),
    "link-trailing-blanks": ("FROM a\nRUN b  \n", put_link, "FROM a\nRUN b \\\n  && rm x  \n"),
    "link-backtick": (
        "# escape=`\nFROM a\nRUN b\n",
        put_link,
        "# escape=`\nFROM a\nRUN b `\n  && rm x\n",
    ),
    "link-own-style": (
        "FROM a\nRUN b && \\\n    c\n",
        put_link,
        "FROM a\nRUN b && \\\n    c && \\\n    rm x\n",
    ),
    "link-behind-comment-line": (
        "FROM a\nRUN b \\\n# c\n    && d\n",
        put_link,
        "FROM a\nRUN b \\\n# c\n    && d \\\n    && rm x\n",
    ),
    "link-footer": ("FROM a\nRUN b\n# end\n", put_link, "FROM a\nRUN b \\\n  && rm x\n# end\n"),
    "link-dangling": ("FROM a\nRUN b \\\n", put_link, "FROM a\nRUN b \\\n  && rm x \\\n"),
    "flag": ("FROM a\nCOPY b c\n", put_flag, "FROM a\nCOPY --chown=1:1 b c\n"),
    "flag-second": (
        "FROM a\nCOPY  --link b c\n",
        put_flag,
        "FROM a\nCOPY  --link --chown=1:1 b c\n",
    ),
    "flag-before-the-end-of-flags": (
        "FROM a\nCOPY --link -- b c\n",
        put_flag,
        "FROM a\nCOPY --link --chown=1:1 -- b c\n",
    ),
    "flag-on-its-own-line": (
        "FROM a\nCOPY --link \\\n     --chmod=1 \\\n     b c\n",
        put_flag,
        "FROM a\nCOPY --link \\\n     --chmod=1 \\\n     --chown=1:1 \\\n     b c\n",
    ),
    "flag-above-continuation": (
        "FROM a\nCOPY \\\n  b c\n",
        put_flag,
        "FROM a\nCOPY --chown=1:1 \\\n  b c\n",
    ),
    "flag-array": ('FROM a\nCOPY ["b", "c"]\n', put_flag, 'FROM a\nCOPY --chown=1:1 ["b", "c"]\n'),
    "flag-heredoc": (
        "FROM a\nCOPY <<EOF /c\nb\nEOF",
        put_flag,
        "FROM a\nCOPY --chown=1:1 <<EOF /c\nb\nEOF",
    ),
    "pair": ("FROM a\nENV A=1\n", put_pair, "FROM a\nENV A=1 B=2\n"),
    "pair-unended-blanks": ("FROM a\nENV A=1 ", put_pair, "FROM a\nENV A=1 B=2 "),
    "pair-on-its-own-line": (
        "FROM a\r\nLABEL A=1 \\\r\n      C=3\r\n",
        put_pair,
        "FROM a\r\nLABEL A=1 \\\r\n      C=3 \\\r\n      B=2\r\n",
    ),
    "pair-behind-comment": (
        "FROM a\nENV A=1 \\\n# c\n  C=3\n",
        put_pair,
        "FROM a\nENV A=1 \\\n# c\n  C=3 B=2\n",
    ),
    "word": ("FROM a\nCOPY a b\n", put_word, "FROM a\nCOPY a b /b\n"),
    "word-volume": ("FROM a\nVOLUME /a\n", put_word, "FROM a\nVOLUME /a /b\n"),
    "word-on-its-own-line": (
        "FROM a\nVOLUME /a \\\n  /c",
        put_word,
        "FROM a\nVOLUME /a \\\n  /c \\\n  /b",
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_an_addition_is_written_as_the_file_is(case: str) -> None:
    before, change, after = WRITTEN[case]
    assert edited(before, change) == after


@pytest.mark.parametrize("commands", [(), ("a",)])
def test_a_chain_of_less_than_two_commands_has_no_joint(commands: tuple[str, ...]) -> None:
    assert Habits.of(parse("FROM a\n")).chain(commands) == "".join(commands)


def test_an_instruction_keeps_its_class() -> None:
    copy = parse("FROM a\nCOPY a b\n").instructions[1]
    assert isinstance(copy, Copy)
    assert with_flag(copy, "--link").sources == ("a",)
