"""What a reader makes of an instruction, in a form that readers can be compared in."""

from dataclasses import dataclass

from dfix import nodes
from dfix.nodes import Dockerfile, Instruction, unquoted
from dfix.text import LineIndex

KEYWORDS = frozenset(
    """ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL
    STOPSIGNAL USER VOLUME WORKDIR""".split()
)
#: The fields that are compared, each for itself.
FIELDS = ("name", "flags", "arguments", "is_json", "heredocs", "start", "end")


@dataclass(frozen=True, slots=True)
class Reading:
    """One instruction as a reader sees it. Lines are 1-based, and `end` is the last one.

    ONBUILD has one argument here, the keyword of the instruction that it holds.
    """

    name: str
    flags: tuple[str, ...]
    arguments: tuple[str, ...]
    is_json: bool
    heredocs: tuple[tuple[str, str], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Read:
    """A reader's answer: its readings, or why it refused the text."""

    readings: tuple[Reading, ...] = ()
    refusal: str = ""


def readings_of(tree: Dockerfile) -> list[tuple[Instruction, Reading]]:
    """The tree's own instructions with their readings; what ONBUILD holds is not looked into."""
    index = LineIndex(tree.text)
    at = len(tree.mark.code) if tree.mark else 0
    at += sum(len(directive.code) for directive in tree.directives)
    found = []
    for instruction in tree.instructions:
        start = at + sum(len(line.code) for line in instruction.leading_lines)
        at += len(instruction.code)
        lines = (index.line(start), index.line(max(start, at - 1)))
        found.append((instruction, _reading(instruction, tree.escape, *lines)))
    return found


def _reading(node: Instruction, escape: str, start: int, end: int) -> Reading:
    return Reading(
        name=node.name,
        flags=tuple(text for flag in node.flags if (text := unquoted(flag.value, escape)) != "--"),
        arguments=_arguments(node),
        is_json=any(isinstance(child, nodes.ExecForm) for child in node.children),
        heredocs=tuple((heredoc.name, heredoc.body) for heredoc in node.heredocs),
        start=start,
        end=end,
    )


def _arguments(node: Instruction) -> tuple[str, ...]:
    match node:
        case nodes.Onbuild(instruction=Instruction() as inner):
            return (inner.name,)
        case nodes.Healthcheck(kind=nodes.Word() as kind):
            return (kind.value, *_command(node))
        case nodes.CommandInstruction():
            return _command(node)
        case nodes.Transfer() | nodes.Volume():
            return node.operands
        case nodes.Env() | nodes.Label():
            return tuple(part for pair in node.pairs for part in (pair.key, pair.assigned or ""))
        case nodes.Arg():
            return tuple(pair.value for pair in node.pairs)
        case nodes.From() | nodes.Expose():
            return tuple(word.value for word in node.words)
        case nodes.TextInstruction(argument=nodes.Word() as argument):
            return (argument.value,)
    return ()


def _command(node: nodes.CommandInstruction) -> tuple[str, ...]:
    if node.argv is not None:
        return node.argv
    return () if node.shell is None else (node.shell,)
