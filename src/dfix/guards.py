"""What must hold of every change, whatever fixer made it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dfix.check import problems
from dfix.edit import Changes, Insert, Remove, Replacement
from dfix.facts import Facts
from dfix.facts.boundary import crossing
from dfix.facts.statements import statements_of
from dfix.nodes import (
    Add,
    Arg,
    CommandInstruction,
    Copy,
    Dockerfile,
    From,
    Instruction,
    Node,
    Onbuild,
    Run,
    ShellForm,
    Unknown,
    Workdir,
)
from dfix.patterns import regex
from dfix.shell import parse_shell

if TYPE_CHECKING:
    from dfix.plan import Change

#: One argument of execve: a shell form reaches the shell as one (Linux's MAX_ARG_STRLEN, less its end).
LONGEST_COMMAND = 131_071
#: A change may make a file this many times as long, and this many bytes longer, but not both.
_GROWTH = (4, 1_048_576)
#: What stands between two RUNs in the plan.
_EFFECTIVE = (Add, Copy, From, Unknown, Workdir)
_GIVEN = regex(r"\$\{ARG (\w+)")


class Before:
    """A file before a change, with what is compared computed once.

    `length` is that of the file as it was read, in code points: what many changes add up to is bounded.
    """

    def __init__(self, facts: Facts, length: int | None = None) -> None:
        self.facts = facts
        self.tree = facts.tree
        self.length = len(self.tree.text) if length is None else length

    @cached_property
    def comments(self) -> Counter[str]:
        return _comments(self.tree)

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
    reason = (
        _objection_to_text(before, edited, after.tree)
        or _objection_to_length(after.tree)
        or _objection_to_joining(before, changes, expected)
        or _objection_to_splitting(before, after, expected)
    )
    if reason:
        return reason
    actual = before.facts.plan.difference(after.plan)
    return _objection_to_plan(actual, expected) or _objection_to_arguments(
        before, changes, after, actual
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
    lost = before.comments - _comments(after)
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


def is_out_of_proportion(before: Before, edited: Dockerfile) -> bool:
    """Whether a change makes a file so much longer that it is not worth to be printed or read."""
    out: list[str] = []
    edited.print_to(out, "\n")  # pieces that are there already: no text of that length is made
    length = sum(map(len, out))
    return length > _GROWTH[0] * before.length and length > before.length + _GROWTH[1]


def _objection_to_length(after: Dockerfile) -> str:
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
        if instruction is not None and not isinstance(instruction, (Run, *_EFFECTIVE)):
            continue  # the RUNs around it are neighbours
        if len(group) > 1:
            reason = crossing(before.facts, group)
            if reason:
                return reason
        group = [instruction] if isinstance(instruction, Run) else []
    return "" if joined == announced else "more boundaries would go than RUNs are joined"


def _objection_to_splitting(before: Before, after: Facts, expected: Sequence["Change"]) -> str:
    """A boundary may come between two statements of one RUN only if nothing crossed there.

    A RUN with nothing but new statements has boundaries of its own.
    """
    if not any(change.new for change in expected if change.item in {"boundary", "effect"}):
        return ""
    new = {change.new for change in expected if change.item == "effect" and change.old is None}

    def is_new(run: Run) -> bool:
        return all(each.text in new for each in statements_of(after, run))

    old_pairs, pairs = list(_neighbours(before.tree)), list(_neighbours(after.tree))
    gone = sum(1 for change in expected if change.item == "boundary" and change.new is None)
    added = sum(isinstance(each, Run) and is_new(each) for each in after.tree.instructions)
    if len(pairs) <= len(old_pairs) - gone + added:
        return ""
    known = {_edges(before.facts, pair) for pair in old_pairs}
    for pair in pairs:
        if _edges(after, pair) in known or any(map(is_new, pair)):
            continue
        if reason := crossing(after, pair):
            return f"a RUN would be split: {reason}"
    return ""


def _neighbours(tree: Dockerfile) -> Iterator[tuple[Run, Run]]:
    """RUNs with nothing between them that a layer is made of."""
    last: Run | None = None
    for instruction in tree.instructions:
        if isinstance(instruction, Run):
            if last is not None:
                yield last, instruction
            last = instruction
        elif isinstance(instruction, _EFFECTIVE):
            last = None


def _edges(facts: Facts, pair: tuple[Run, Run]) -> tuple[str, str]:
    """The statements on both sides of a boundary."""
    first, second = (statements_of(facts, run) for run in pair)
    return (first[-1].text if first else "", second[0].text if second else "")


def _objection_to_arguments(
    before: Before, changes: Changes, after: Facts, actual: Sequence["Change"]
) -> str:
    """Defaults of arguments are no constants: what a build may give has to matter where it did."""
    if not any(map(_has_default, before.tree.instructions)):
        return ""
    owners = map(before.facts.positions.owner, changes)
    if not any(map(_may_expand, (*owners, *changes.values()))):
        return ""
    given = before.facts.open_plan.difference(after.open_plan)
    told, seen = (Counter(map(_kind, marks)) for marks in (_marks(actual), _marks(given)))
    lost = [item for _, item, *_ in (seen - told) + (told - seen)]
    for change in given:
        if change.old is not None and change.new is not None and change.item != "effect":
            names = set(_GIVEN.findall(change.old)) - set(_GIVEN.findall(change.new))
            lost += [f"{change.item} by {name}" for name in sorted(names)]
    return f"an argument of the build would no longer change {lost[0]}" if lost else ""


def _has_default(instruction: Instruction) -> bool:
    return isinstance(instruction, Arg) and any(
        pair.assigned is not None for pair in instruction.pairs
    )


def _may_expand(change: Replacement | None) -> bool:
    """Whether an argument may matter to what an instruction was, or what comes of it."""
    match change:
        case Insert():
            return any(map(_may_expand, (*change.above, change.node, *change.below)))
        case Arg():
            return True
        case CommandInstruction():
            return any("$" in flag.text for flag in change.flags)
        case Node():
            return "$" in change.code
    return False


def _kind(mark: "_Mark") -> tuple[int, str, bool, bool]:
    stage, item, old, new = mark
    return stage, item, old is None, new is None


def _marks(changes: Iterable["Change"]) -> Iterator["_Mark"]:
    for change in changes:
        yield from _comparable(change)


def _objection_to_plan(actual: Sequence["Change"], expected: Sequence["Change"]) -> str:
    wanted, got = Counter(_marks(expected)), Counter(_marks(actual))
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


def _comments(tree: Dockerfile) -> Counter[str]:
    """The comments of a file: whole lines, also in heredocs, and those that only a shell sees."""
    lines = (each.strip() for each in tree.text.split("\n"))
    found = Counter(line for line in lines if line.startswith("#"))
    for text, escape in _shell_texts(tree.instructions, tree.escape):
        if "#" in text:
            script = parse_shell(text, escape)
            for span in script.comments:
                if text[: span.start].rpartition("\n")[2].strip():
                    found[" ".join(text[span.start : span.end].split())] += 1
            for span in script.notes:
                found[" ".join(text[span.start : span.end].strip("`").split())] += 1
    return found


def _command_length(instruction: Instruction) -> int:
    if isinstance(instruction, CommandInstruction) and isinstance(instruction.command, ShellForm):
        value = instruction.command.value
        if len(value) * 4 > LONGEST_COMMAND:
            return len(value.encode("utf-8", "surrogateescape"))
    return 0
