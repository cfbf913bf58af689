"""What must hold of every change, whatever fixer made it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dfix.check import problems
from dfix.edit import Changes, Remove
from dfix.facts import Facts
from dfix.facts.boundary import crossing
from dfix.nodes import (
    CommandInstruction,
    Dockerfile,
    Instruction,
    Onbuild,
    Run,
    ShellForm,
    Unknown,
)
from dfix.shell import parse_shell

if TYPE_CHECKING:
    from dfix.plan import Change

#: One argument of execve: a shell form reaches the shell as one (Linux's MAX_ARG_STRLEN, less its end).
LONGEST_COMMAND = 131_071
#: A change may make a file this many times as long, and this many bytes longer, but not both.
_GROWTH = (4, 1_048_576)


class Before:
    """A file before a change, with what is compared computed once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.tree = facts.tree

    @cached_property
    def comments(self) -> Counter[str]:
        return _comments(self.tree.text)

    @cached_property
    def unknown(self) -> int:
        return _unknown(self.tree)

    @cached_property
    def shell_errors(self) -> int:
        return _shell_errors(self.tree)


def objection(
    before: Before,
    changes: Changes,
    edited: Dockerfile,
    after: Facts,
    expected: Sequence["Change"],
) -> str:
    """What speaks against `changes`, in words; empty if nothing does.

    `edited` is the tree that they made, `after` the file that its text parses to, and `expected`
    the difference to the plan that was announced.
    """
    return (
        _objection_to_text(before, edited, after.tree)
        or _objection_to_size(before, after.tree)
        or _objection_to_joining(before, changes, expected)
        or _objection_to_plan(before, after, expected)
    )


def _objection_to_text(before: Before, edited: Dockerfile, after: Dockerfile) -> str:
    if _shape(edited) != _shape(after):
        return "the result does not read as it was meant"
    if [each.code for each in after.directives] != [each.code for each in before.tree.directives]:
        return "a parser directive would come, go or change"
    if _unknown(after) > before.unknown:
        return "the result has an unknown instruction"
    found = problems(after)
    if found:
        return f"the builder would refuse the result: {found[0].message}"
    if _shell_errors(after) > before.shell_errors:
        return "the result has a new shell syntax error"
    lost = before.comments - _comments(after.text)
    if lost:
        return f"a comment would be lost: {next(iter(lost))}"
    return _objection_to_line_ends(before.tree.text, after.text)


def _objection_to_line_ends(before: str, after: str) -> str:
    if before.startswith("\ufeff") != after.startswith("\ufeff"):
        return "the byte-order mark would change"
    if before.endswith("\n") != after.endswith("\n"):
        return "the final line end would change"
    lines = before.count("\n")
    if lines and lines == before.count("\r\n") and after.count("\n") != after.count("\r\n"):
        return "a line end would lose its carriage return"
    if "\r" not in before and "\r" in after:
        return "a line end would gain a carriage return"
    return ""


def _objection_to_size(before: Before, after: Dockerfile) -> str:
    old, new = before.tree.text, after.text
    if len(new) > _GROWTH[0] * len(old) and len(new) > len(old) + _GROWTH[1]:
        return "the result is out of all proportion"
    for instruction in after.instructions:
        if _command_length(instruction) > LONGEST_COMMAND:
            return "a command would be longer than one argument may be"
    return ""


def _objection_to_joining(before: Before, changes: Changes, expected: Sequence["Change"]) -> str:
    """A boundary between two RUNs may go only if nothing crosses it, whoever removes it."""
    announced = sum(1 for change in expected if change.item == "boundary" and change.new is None)
    if not announced:
        return ""
    joined = 0
    group: list[Run] = []
    for instruction in (*before.tree.instructions, None):
        if isinstance(instruction, Run) and isinstance(changes.get(instruction), Remove):
            group.append(instruction)
            joined += 1
            continue
        if len(group) > 1:
            reason = crossing(before.facts, group)
            if reason:
                return reason
        group = [instruction] if isinstance(instruction, Run) else []
    return "" if joined == announced else "more boundaries would go than RUNs are joined"


def _objection_to_plan(before: Before, after: Facts, expected: Sequence["Change"]) -> str:
    actual = before.facts.plan.difference(after.plan)
    wanted = Counter(mark for change in expected for mark in _comparable(change))
    got = Counter(mark for change in actual for mark in _comparable(change))
    if wanted != got:
        # A new RUN beside an old one brings a boundary of its own.
        additions = sum(1 for change in expected if change.item == "effect" and change.new)
        if additions:
            for mark in [mark for mark in got if mark[1] == "boundary" and mark[3]]:
                got[mark] = wanted.get(mark, 0)
            got = +got
    if wanted != got:
        surplus = next(iter((got - wanted) or (wanted - got)))
        return f"the build would change otherwise than announced: {_told(surplus)}"
    return ""


_Mark = tuple[int, str, str | None, str | None]


def _comparable(change: "Change") -> Iterator[_Mark]:
    if change.item == "boundary":  # its two sides are looked at on their own
        yield change.stage, change.item, change.old and "RUN | RUN", change.new and "RUN | RUN"
    elif change.item == "effect":
        # Whether one statement gave way to another, or one went and one came, is how it is told.
        if change.old is not None:
            yield change.stage, change.item, change.old, None
        if change.new is not None:
            yield change.stage, change.item, None, change.new
    else:
        yield change.stage, change.item, change.old, change.new


def _told(mark: _Mark) -> str:
    stage, item, old, new = mark
    return f"stage {stage}: {item}: {old!r} -> {new!r}"


def _shape(tree: Dockerfile) -> list[tuple[str, int, int]]:
    return [
        (type(each).__name__, len(each.flags), len(each.heredocs)) for each in tree.instructions
    ]


def _unknown(tree: Dockerfile) -> int:
    return sum(isinstance(each, Unknown) for each in tree.instructions)


def _shell_errors(tree: Dockerfile) -> int:
    return sum(
        parse_shell(text, escape).has_error
        for text, escape in _shell_texts(tree.instructions, tree.escape)
    )


def _shell_texts(instructions: Iterable[Instruction], escape: str) -> Iterable[tuple[str, str]]:
    """What shells are given, with the escape character of each text.

    A here-document that a line begins with is the script itself.
    """
    for outer in instructions:
        each = outer.instruction if isinstance(outer, Onbuild) else outer
        if isinstance(each, CommandInstruction) and isinstance(each.command, ShellForm):
            if each.heredocs and each.command.text.startswith("<<"):
                yield from ((document.content, "") for document in each.heredocs)
            else:
                yield each.command.text, escape


def _comments(text: str) -> Counter[str]:
    return Counter(line for each in text.split("\n") if (line := each.strip()).startswith("#"))


def _command_length(instruction: Instruction) -> int:
    if isinstance(instruction, CommandInstruction) and isinstance(instruction.command, ShellForm):
        value = instruction.command.value
        if len(value) * 4 > LONGEST_COMMAND:
            return len(value.encode("utf-8", "surrogateescape"))
    return 0
