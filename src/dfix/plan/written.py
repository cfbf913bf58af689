"""Instructions as texts: what is shown of one, and what an image keeps of one."""

import re
from collections.abc import Callable

from dfix import nodes
from dfix.nodes import Instruction


def written(instruction: Instruction) -> str:
    """An instruction's text, lines joined and blanks between its words made one."""
    return _text(instruction, lambda prefix: " " if prefix else "")


def expression(instruction: Instruction, escape: str) -> str:
    """The text that an image keeps of an instruction behind ONBUILD: lines joined, blanks as they are."""
    continued = re.compile(rf"{re.escape(escape)}[ \t]*\r?\n(?:[ \t]*(?:#.*)?\r?\n)*")
    return _text(instruction, lambda prefix: continued.sub("", prefix))


def _text(instruction: Instruction, between: Callable[[str], str]) -> str:
    out: list[str] = []
    for node in instruction.walk():
        if isinstance(node, nodes.End | nodes.Line):
            continue
        if isinstance(node, nodes.Heredoc):
            out.append("\n" + node.code)
        elif isinstance(node, nodes.Leaf):
            out.append((between(node.prefix) if out else "") + node.value)
    return "".join(out).strip()
