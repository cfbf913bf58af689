"""Reports stages that are called as the builder calls something of its own."""

from dfix import Fixer, Phase, Reported, Stage, Valid

_RESERVED = {
    "scratch": "`FROM scratch` means the empty image everywhere else",
    "context": "the builder calls the files that it is given by that name",
}


class ReservedStageName(Fixer):
    """Reports stages that are called as the builder calls something of its own.

    **Why**

    Below a stage called `scratch`, `FROM scratch` is no longer the empty image. A reader does not
    expect that, and the builder's own check warns about it.

    **When it is reported**

    For the names `scratch` and `context` behind AS.

    **What to do**

    Give the stage another name, where it is defined and wherever it is used. Builds that name it
    with `--target` have to change as well.
    """

    message = "the stage has a name that the builder uses itself"
    phase = Phase.LANGUAGE
    aliases = ("ReservedStageName", "DL3063")
    reference = "https://docs.docker.com/reference/build-checks/reserved-stage-name/"
    VALID = (
        Valid("FROM debian:12 AS build\n"),
        Valid("FROM scratch AS empty\n"),
        Valid("FROM debian:12 AS scratch-2\n"),
    )
    REPORTED = (
        Reported("FROM debian:12 AS scratch\n", line=1),
        Reported("FROM debian:12 AS Context\n", line=1),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the name."""
        if stage.name in _RESERVED:
            word = stage.start.words[2]
            self.advise(word, f"give the stage another name: {_RESERVED[stage.name]}")
