"""Building and inserting text in a file's own habits: line ends, escape character, indentation.

All that fixers add goes through here, so that there is one tested place for the hard part of editing
a lossless tree.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from dfix.edit import Insert
from dfix.nodes import (
    Comment,
    Dockerfile,
    EmptyLine,
    Flag,
    Instruction,
    Leaf,
    Line,
    Pair,
    PairInstruction,
    Run,
    ShellForm,
    Transfer,
    Volume,
    Word,
)

#: Arguments that are indented further are aligned with something, and no habit.
_WIDEST = 8
_I = TypeVar("_I", bound=Instruction)
_W = TypeVar("_W", bound=Transfer | Volume)
_P = TypeVar("_P", bound=PairInstruction)


class Habits(Struct, frozen=True):
    """How a file is written."""

    newline: str
    escape: str
    indent: str
    trailing_operators: bool  # `a && \` rather than `\` and `&& b`

    @classmethod
    def of(cls, tree: Dockerfile) -> "Habits":
        """What most lines of `tree` do; two blanks and leading operators where none tells."""
        links: Counter[str] = Counter()
        words: Counter[str] = Counter()
        leading = trailing = 0
        for instruction in tree.instructions:
            command = instruction.command if isinstance(instruction, Run) else None
            if not isinstance(command, ShellForm) or "\n" not in command.text:
                continue
            ended = False  # the line before ended in an operator
            for number, line in enumerate(command.text.split("\n")):
                content = line.lstrip(" \t")
                if number and content and not content.startswith("#"):
                    operator = content.startswith(("&&", "||"))
                    leading += operator
                    chosen = links if operator or ended else words
                    chosen[line[: len(line) - len(content)]] += 1
                ended = line.rstrip(" \t\r" + tree.escape).endswith(("&&", "||"))
                trailing += ended
        # Where links tell nothing, arguments do, unless they are aligned with something.
        found = links or Counter({each: n for each, n in words.items() if len(each) <= _WIDEST})
        found.pop("", None)
        common = max(found, key=lambda each: (found[each], -len(each)), default="  ")
        return cls(tree.newline, tree.escape, common, trailing > leading)

    @property
    def continuation(self) -> str:
        """A blank, the escape character and the line end."""
        return f" {self.escape}{self.newline}"

    @property
    def joint(self) -> str:
        """What stands between two commands joined by `&&` on lines of their own."""
        if self.trailing_operators:
            return f" &&{self.continuation}{self.indent}"
        return f"{self.continuation}{self.indent}&& "

    @property
    def list_indent(self) -> str:
        """What stands in front of the words of a command that have a line each."""
        if self.trailing_operators or "\t" in self.indent:
            return self.indent * 2 or " " * 4
        return f"{self.indent}   "  # below the command's name, behind `&& `

    @property
    def sole_list_indent(self) -> str:
        """The same where no line of the RUN begins with a command, and none with `&& `."""
        return self.indent if "\t" in self.indent or len(self.indent) > 3 else " " * 4

    def chain(self, commands: Sequence[str]) -> str:
        """`commands` joined by `&&`, one a line."""
        return self.joint.join(commands)

    def run(self, *commands: str) -> Run:
        """A RUN of `commands`, each only if those before it went well."""
        return Run(command=ShellForm(text=self.chain(commands)))


def with_flag(instruction: _I, flag: str) -> _I:
    """`instruction` with a flag such as `--chown=1:1` behind those that it has."""
    flags = instruction.flags
    ended = 1 if flags and not flags[-1].name else 0  # a bare `--` stays the last
    kept = flags[: len(flags) - ended]
    new = Flag(_prefix(kept), flag)
    return instruction.with_changes(flags=(*kept, new, *flags[len(kept) :]))


def with_word(instruction: _W, word: str) -> _W:
    """`instruction` with one more word at the end. Raises ValueError for a JSON array."""
    if instruction.array is not None:
        raise ValueError("a JSON array takes no plain word")
    if isinstance(instruction, Volume):
        words = instruction.words
        return instruction.with_changes(words=(*words, Word(_prefix(words), word)))
    paths = instruction.paths
    return instruction.with_changes(paths=(*paths, Word(_prefix(paths), word)))


def with_pair(instruction: _P, pair: str) -> _P:
    """An ENV, LABEL or ARG with one more `key=value`. Raises ValueError for the legacy form."""
    pairs = instruction.pairs
    if any(each.legacy for each in pairs):
        raise ValueError("the legacy form takes no further pair")
    return instruction.with_changes(pairs=(*pairs, Pair(_prefix(pairs), pair)))


def _prefix(leaves: Sequence[Leaf]) -> str:
    """What stands in front of one more leaf: a line of its own where those before have one."""
    last = leaves[-1].prefix if len(leaves) > 1 else ""
    return last if "\n" in last and "#" not in last else " "


def with_link(run: Run, command: str, habits: Habits) -> Run:
    """`run` with `&& command` at its end, on a line of its own.

    Raises ValueError for a RUN that is no plain shell form. That nothing at its end takes hold of
    the new link (a comment, `;`, `&`, `||`) is for the caller to know.
    """
    form = run.command
    if not isinstance(form, ShellForm) or run.heredocs:
        raise ValueError("only a shell form takes a further link")
    return run.with_changes(command=ShellForm(form.prefix, form.text + habits.joint + command))


def above(target: Instruction, *new: Instruction, paragraph: bool = False) -> Insert:
    """Puts `new` above `target` and its comments, below the empty lines before those.

    With `paragraph` the new lines stand apart: the empty lines are repeated in front of `target`.
    """
    blank: list[Line] = []
    for line in target.leading_lines:
        if isinstance(line, Comment):
            break
        blank.append(line)
    rest = target.leading_lines[len(blank) :]
    first = new[0].with_changes(leading_lines=(*blank, *new[0].leading_lines))
    if paragraph:
        between = tuple(blank) or ((EmptyLine(),) if _comments(rest) else ())
        moved = target.with_changes(leading_lines=(*between, *rest))
    else:
        moved = target.with_changes(leading_lines=rest)
    return Insert(above=(first, *new[1:]), node=moved)


def below(*new: Instruction) -> Insert:
    """Puts `new` right below the instruction that it replaces in a change."""
    return Insert(below=new)


def _comments(lines: Sequence[Line]) -> bool:
    return any(isinstance(line, Comment) for line in lines)
