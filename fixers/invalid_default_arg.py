"""Reports arguments of FROM without which there is no image."""

from dfix import Fixer, ImageReference, Phase, Reported, Stage, Valid, regex
from dfix.facts.variables import PLATFORM_ARGUMENTS

_GIVEN = regex(r"\$\{ARG (\w+)\}")


class InvalidDefaultArg(Fixer):
    """Reports arguments of FROM without which there is no image.

    **Why**

    A plain `docker build .` fails: without the argument the name of the image is empty, or ends in a
    colon. Tools that look at the file alone, scanners and updaters among them, see no image at all.

    **When it is reported**

    When an ARG above the first FROM has no default, and the name of the image is not valid without a
    value.

    **What to do**

    Give the argument a default that is an image or a version: `ARG VERSION=3.22`.
    """

    message = "without a build argument there is no image to begin with"
    phase = Phase.PINNING
    aliases = ("InvalidDefaultArgInFrom",)
    practices = ("03",)
    reference = "https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/"
    VALID = (
        Valid("ARG V=3.22\nFROM alpine:$V\n"),
        Valid("ARG SUFFIX\nFROM debian:12$SUFFIX\n", why="without it, the name is valid"),
        Valid("ARG V\nFROM alpine:${V:-3.22}\n"),
        Valid("FROM alpine:3.22 AS base-amd64\nFROM base-$TARGETARCH\n"),
    )
    REPORTED = (
        Reported("ARG V\nFROM alpine:$V\n", line=2),
        Reported("ARG BASE\nFROM $BASE\n", line=2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at what the image's name is without the arguments."""
        base = str(self.facts.plan.stages[stage.index].base)
        needed = list(dict.fromkeys(_GIVEN.findall(base)))
        left = _GIVEN.sub("", base)
        if not needed or "$" in left or PLATFORM_ARGUMENTS & set(needed):
            return
        if ImageReference.parse(left) is None:
            self.advise(
                stage.start.words[0],
                "give a default above the first FROM to " + ", ".join(f"`ARG {n}`" for n in needed),
            )
