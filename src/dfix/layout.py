"""Building and inserting text in a file's own habits: line ends, escape character, indentation.

All that fixers add goes through here, so that there is one tested place for the hard part of editing
a lossless tree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dfix.edit import Insert
from dfix.nodes import (
    Comment,
    Dockerfile,
    EmptyLine,
    Flag,
    Instruction,
    Line,
    Pair,
    Run,
    ShellForm,
    Transfer,
    Volume,
    Word,
)

#: Arguments that are indented further are aligned with something, and no habit.
_WIDEST = 8


@dataclass(frozen=True, slots=True)
class Habits:
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

    def chain(self, commands: Sequence[str]) -> str:
        """`commands` joined by `&&`, one a line."""
        joint = f"{self.continuation}{self.indent}&& "
        if self.trailing_operators:
            joint = f" &&{self.continuation}{self.indent}"
        return joint.join(commands)

    def run(self, *commands: str) -> Run:
        """A RUN of `commands`, each only if those before it went well."""
        return Run(command=ShellForm(text=self.chain(commands)))


def with_flag(instruction: Instruction, flag: str) -> Instruction:
    """`instruction` with a flag such as `--chown=1:1` behind those that it has."""
    return instruction.with_changes(flags=(*instruction.flags, Flag(text=flag)))


def with_word(instruction: Transfer | Volume, word: str) -> Instruction:
    """`instruction` with one more word at the end. Raises ValueError for a JSON array."""
    if instruction.array is not None:
        raise ValueError("a JSON array takes no plain word")
    field = "paths" if isinstance(instruction, Transfer) else "words"
    return instruction.with_changes(**{field: (*getattr(instruction, field), Word(text=word))})


def with_pair(instruction: Instruction, pair: str) -> Instruction:
    """An ENV, LABEL or ARG with one more `key=value`. Raises ValueError for the legacy form."""
    pairs: tuple[Pair, ...] = getattr(instruction, "pairs", ())
    if any(each.legacy for each in pairs):
        raise ValueError("the legacy form takes no further pair")
    return instruction.with_changes(pairs=(*pairs, Pair(text=pair)))


def with_link(run: Run, command: str, habits: Habits) -> Run:
    """`run` with `&& command` at its end, on a line of its own.

    Raises ValueError for a RUN that is no plain shell form, or ends in something that would swallow
    the new link. That the joint is right in meaning is for the caller to know.
    """
    form = run.command
    if not isinstance(form, ShellForm) or run.heredocs:
        raise ValueError("only a shell form takes a further link")
    joint = f"{habits.continuation}{habits.indent}&& "
    if habits.trailing_operators:
        joint = f" &&{habits.continuation}{habits.indent}"
    return run.with_changes(command=ShellForm(form.prefix, form.text + joint + command))


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
