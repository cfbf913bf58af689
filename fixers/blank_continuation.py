"""Takes empty lines out of an instruction that goes on over them."""

import re

from dfix import (
    Dockerfile,
    EmptyLine,
    Fixer,
    Instruction,
    Invalid,
    Leaf,
    Level,
    Node,
    Phase,
    Valid,
    regex,
)

from ._lines import further_keywords, text_of

_BLANKS = " \t\v\f\r"
_EMPTY = regex(r"^[ \t\v\f\r]*\n", re.MULTILINE)


class BlankContinuation(Fixer):
    """Takes empty lines out of an instruction that goes on over them.

    **Why**

    To the reader an empty line ends an instruction, to the builder it does not: what follows is
    still part of it. The builder warns that this will become an error, and hadolint cannot read a
    file where such a line has blanks in it.

    **When it is applied**

    To every empty line behind a line that ends in the escape character. Comment lines stay where
    they are, and so does all else: the builder drops those empty lines as well.

    **When it is refused**

    When the line behind the empty one looks like an instruction: then the escape character is the
    mistake, and `swallowed-instruction` tells about it. Heredocs keep their empty lines.
    """

    message = "an empty line stands within an instruction"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("NoEmptyContinuation",)
    reference = "https://docs.docker.com/reference/build-checks/no-empty-continuation/"
    VALID = (
        Valid("FROM debian:12\nRUN true && \\\n    true\n"),
        Valid("FROM debian:12\nRUN true && \\\n    # why\n    true\n"),
        Valid("FROM debian:12\nRUN <<EOF\ntrue\n\ntrue\nEOF\n"),
        Valid("FROM debian:12\nRUN true && \\\n\nENV A=1\n", why="ENV is swallowed", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update && \\\n\n    apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nENV A=1 \\\n  \n    # why\n\n    B=2\n",
            "FROM debian:12\nENV A=1 \\\n    # why\n    B=2\n",
            why="the comment stays",
            level=Level.SAFE,
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at every instruction."""
        if not _may_have_empty(tree):
            return
        for instruction in tree.instructions:
            self._look(instruction)

    def _look(self, instruction: Instruction) -> None:
        changes: dict[Node, Leaf] = {}
        for leaf in _leaves(instruction):
            prefix, text = _without_empty(leaf.prefix), _without_empty(leaf.text or "")
            if prefix != leaf.prefix:
                changes[leaf] = leaf.with_changes(prefix=prefix)
            if text != (leaf.text or ""):
                changes[leaf] = changes.get(leaf, leaf).with_changes(text=text)
        if not changes:
            return
        if any(each.apart for each in further_keywords(text_of(instruction))):
            self.refuse(instruction, "an instruction seems to be swallowed behind an empty line")
            return
        self.fix(instruction, changes)


def _may_have_empty(tree: Dockerfile) -> bool:
    """Whether more lines are empty than those between instructions: of most files that is all to ask."""
    lines = [line for each in tree.instructions for line in each.leading_lines] + [*tree.footer]
    between = sum(
        isinstance(line, EmptyLine)
        and line.newline != ""
        and not (line.prefix + line.text).strip(_BLANKS)
        for line in lines
    )
    return len(_EMPTY.findall(tree.text)) > between


def _leaves(instruction: Instruction) -> list[Leaf]:
    """The leaves of an instruction; lines above it and heredocs are none."""
    return [leaf for leaf in instruction.walk() if isinstance(leaf, Leaf)]


def _without_empty(text: str) -> str:
    """`text` without its lines that are empty; the first and the last are parts of others."""
    first, *rest = text.split("\n")
    if not rest:
        return text
    *whole, last = rest
    return "\n".join((first, *(line for line in whole if line.strip(_BLANKS)), last))
