"""Switching a fixer off above one instruction, by a comment."""

import re

from dfix.facts.positions import Positions
from dfix.lsp.edits import Edit, applied
from dfix.lsp.subject import Declined
from dfix.nodes import Comment, Dockerfile, Instruction
from dfix.parser import parse
from dfix.suppress import Suppressions, is_pragma
from dfix.text import encode

#: A comment of dfix's own with names, up to the end of these.
_LISTED = re.compile(
    r"#\s*dfix\s*:\s*ignore\s*=\s*[\w-]+(?:(?:\s*,\s*|\s+(?=[A-Z]{2}[0-9]{4}\b))[\w-]+)*",
    re.IGNORECASE,
)


def suppressing(tree: Dockerfile, fixer: str, line: int) -> Edit:
    """What switches `fixer` off for the instruction of a line (1-based). Raises Declined.

    A comment that is there gets the name added; a new one takes the line right above the instruction.
    """
    positions = Positions(tree)
    instruction = _instruction_at(tree, positions, line)
    edit = _edit(tree, positions, instruction, fixer)
    after = parse(encode(applied(tree.text, [edit])))
    at = tree.instructions.index(instruction)
    same = len(after.instructions) == len(tree.instructions)
    if not same or not Suppressions(after).covers((fixer,), (after.instructions[at],)):
        raise Declined("no comment can stand there")
    return edit


def _instruction_at(tree: Dockerfile, positions: Positions, line: int) -> Instruction:
    """The instruction of a line, or else the one below it."""
    for instruction in tree.instructions:
        if positions.lines(instruction)[2] >= line:
            return instruction
    raise Declined("there is no instruction")


def _edit(tree: Dockerfile, positions: Positions, instruction: Instruction, fixer: str) -> Edit:
    for comment in reversed(instruction.leading_lines):
        listed = _LISTED.match(comment.text) if isinstance(comment, Comment) else None
        if listed is not None:
            end = positions.span(comment).start + listed.end()
            return Edit(end, end, f",{fixer}")
    blanks = instruction.keyword.prefix
    at = positions.span(instruction).start - len(blanks)
    for line in reversed(instruction.leading_lines):
        if not is_pragma(line):
            break
        # What speaks to other tools may have to stand right above the instruction.
        blanks = line.prefix
        at = positions.span(line).start - len(blanks)
    return Edit(at, at, f"{blanks}# dfix: ignore={fixer}{tree.newline}")
