"""Removes a CMD, ENTRYPOINT or HEALTHCHECK that a later one in the stage replaces."""

from dfix import (
    Cmd,
    Comment,
    Entrypoint,
    Fixer,
    Healthcheck,
    Instruction,
    Invalid,
    Level,
    Phase,
    Remove,
    Stage,
    Valid,
    is_pragma,
)

from ._lines import further_keywords, text_of

_KINDS = (Cmd, Entrypoint, Healthcheck)


class DuplicateInstruction(Fixer):
    """Removes a CMD, ENTRYPOINT or HEALTHCHECK that a later one in the stage replaces.

    **Why**

    Of several only the last counts. The others look as if they ran, and what was meant to start
    beside it never does.

    **When it is applied**

    To all but the last of a kind in each stage, where the build is the same without them. A comment
    right above stays where the next line is of the same kind, and speaks about that then. What stands
    behind ONBUILD belongs to another build.

    **When it is refused**

    When a comment stands within it, or right above it and would come to stand above something else;
    and when an instruction seems to be swallowed in it.
    """

    message = "a later instruction of the same kind replaces it"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("MultipleInstructionsDisallowed", "DL4003", "DL4004", "DL3012")
    reference = "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"
    VALID = (
        Valid('FROM debian:12\nENTRYPOINT ["a"]\nCMD ["b"]\nHEALTHCHECK NONE\n'),
        Valid('FROM debian:12 AS a\nCMD ["a"]\nFROM a\nCMD ["b"]\n', why="two images"),
        Valid('FROM debian:12\nONBUILD CMD ["a"]\nCMD ["b"]\n', why="another build"),
        Valid("FROM debian:12\nCMD a \\\n# why\n  b\nCMD c\n", why="a comment", refused=True),
        Valid("FROM debian:12\n# why\nCMD a\nRUN true\nCMD b\n", why="a comment", refused=True),
    )
    INVALID = (
        Invalid(
            'FROM debian:12\nCMD ["a"]\nRUN true\nCMD ["b"]\n',
            'FROM debian:12\nRUN true\nCMD ["b"]\n',
            level=Level.SAFE,
        ),
        Invalid(
            'FROM debian:12\n# why\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n',
            'FROM debian:12\n# why\nENTRYPOINT ["b"]\n',
            why="the comment stays",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nHEALTHCHECK CMD a\nHEALTHCHECK NONE\n",
            "FROM debian:12\nHEALTHCHECK NONE\n",
            level=Level.SAFE,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks for what counts no more."""
        for kind in _KINDS:
            found = [each for each in stage.instructions if isinstance(each, kind)]
            for each in found[:-1]:
                self._propose(stage, each)

    def _propose(self, stage: Stage, node: Instruction) -> None:
        text = text_of(node)
        if any(further_keywords(text)):
            self.refuse(node, "an instruction seems to be swallowed in it")
        elif any(line.lstrip(" \t").startswith("#") for line in text.split("\n")[1:]):
            self.refuse(node, "a comment within it would be lost")
        elif _leaves_comment(stage, node):
            self.refuse(node, "the comment above it would be left behind, above something else")
        else:
            self.fix(node, {node: Remove()})


def _leaves_comment(stage: Stage, node: Instruction) -> bool:
    """Whether the lines right above an instruction would speak about another one without it."""
    above = node.leading_lines[-1] if node.leading_lines else None
    if not isinstance(above, Comment):
        return False
    following = stage.instructions[stage.instructions.index(node) + 1]
    return (
        type(following) is not type(node)
        or bool(following.leading_lines)
        or any(map(is_pragma, node.leading_lines))
    )
