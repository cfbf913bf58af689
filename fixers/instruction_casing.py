"""Writes all instructions in the same letter case."""

from collections.abc import Mapping
from typing import ClassVar

from dfix import (
    Changes,
    Dockerfile,
    Fixer,
    From,
    Instruction,
    Invalid,
    Leaf,
    Level,
    Node,
    Option,
    Phase,
    Valid,
)


class InstructionCasing(Fixer):
    """Writes all instructions in the same letter case.

    **Why**

    Instructions are found by their look. One in another case is overlooked, or taken for part of the
    command above it, and the builder's own check warns about it.

    **When it is applied**

    To instructions in another case than most of the file's; capitals where as many have the one as
    the other, or with `case` set to `upper`. An AS that was in the case of its FROM goes with it.
    The image is the same.

    **When it is refused**

    For a keyword that is written over two lines. What stands behind ONBUILD and HEALTHCHECK is left
    alone: the image keeps it as text.
    """

    message = "the instruction is not written in the letter case of the others"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("ConsistentInstructionCasing",)
    reference = "https://docs.docker.com/reference/build-checks/consistent-instruction-casing/"
    options: ClassVar[Mapping[str, Option]] = {
        "case": Option(
            "consistent",
            "`upper` for capitals in every file, `consistent` for what most of a file has",
            ("consistent", "upper"),
        )
    }
    VALID = (
        Valid("FROM debian:12\nRUN true\n"),
        Valid("from debian:12\nrun true\n", why="all are alike"),
        Valid("FROM debian:12\nONBUILD run true\n", why="the image keeps the text"),
        Valid("FROM debian:12\nRU\\\nn true\n", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nENV A=1\nrun true\nCmd true\n",
            "FROM debian:12\nENV A=1\nRUN true\nCMD true\n",
            level=Level.SAFE,
        ),
        Invalid(
            "from debian:12 as a\nrun true\nRUN false\n",
            "from debian:12 as a\nrun true\nrun false\n",
            why="most are in small letters",
            level=Level.SAFE,
        ),
        Invalid(
            "from debian:12 as a\nrun true\n",
            "FROM debian:12 AS a\nRUN true\n",
            level=Level.SAFE,
            options={"case": "upper"},
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Counts as the builder does, from the first FROM on, and looks at every instruction."""
        counted = [
            each.keyword.value
            for stage in tree.stages
            for each in (stage.start, *stage.instructions)
        ]
        lower = sum(map(str.islower, counted)) > sum(map(str.isupper, counted))
        lower = lower and self.option("case") == "consistent"
        for instruction in tree.instructions:
            self._look(instruction, lower)

    def _look(self, instruction: Instruction, lower: bool) -> None:
        keyword = instruction.keyword
        if keyword.value == _cased(keyword.value, lower):
            return
        if keyword.joined is not None:
            self.refuse(keyword, "the keyword is written over two lines")
            return
        changes: dict[Node, Leaf] = {keyword: _in_case(keyword, lower)}
        if isinstance(instruction, From) and instruction.alias is not None:
            word = instruction.words[1]
            follows = keyword.value.islower() == word.value.islower()
            if follows and word.joined is None:
                changes[word] = _in_case(word, lower)
        proposed: Changes = {**changes}
        self.fix(keyword, proposed)


def _in_case(leaf: Leaf, lower: bool) -> Leaf:
    return leaf.with_changes(text=_cased(leaf.text, lower))


def _cased(word: str, lower: bool) -> str:
    return word.lower() if lower else word.upper()
