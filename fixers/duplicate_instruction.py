"""Removes a CMD, ENTRYPOINT or HEALTHCHECK that a later one in the stage replaces."""

from dfix import (
    Cmd,
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
)

from ._lines import further_keywords, text_of

_KINDS = (Cmd, Entrypoint, Healthcheck)


class DuplicateInstruction(Fixer):
    """Removes a CMD, ENTRYPOINT or HEALTHCHECK that a later one in the stage replaces.

    **Why**

    Of several only the last counts. The others look as if they ran, and what was meant to start
    beside it never does.

    **When it is applied**

    To all but the last of a kind in each stage, where the build is the same without them. Comments
    above stay. What stands behind ONBUILD belongs to another build.

    **When it is refused**

    When a comment stands within it, or an instruction seems to be swallowed in it.
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
                self._propose(each)

    def _propose(self, node: Instruction) -> None:
        text = text_of(node)
        if any(further_keywords(text)):
            self.refuse(node, "an instruction seems to be swallowed in it")
        elif any(line.lstrip(" \t").startswith("#") for line in text.split("\n")[1:]):
            self.refuse(node, "a comment within it would be lost")
        else:
            self.fix(node, {node: Remove()})
