"""Reports a CMD that an ENTRYPOINT in shell form ignores."""

from dfix import Fixer, Phase, Reported, Stage, Valid, regex
from dfix.facts.runtime import launch

_ARGUMENTS = regex(r"\$\{?[0-9@*#]")


class EntrypointDropsCmd(Fixer):
    """Reports a CMD that an ENTRYPOINT in shell form ignores.

    **Why**

    An ENTRYPOINT in shell form takes no arguments: neither those of CMD nor those of `docker run`.
    The CMD looks as if it said something, and says nothing.

    **When it is reported**

    Where a stage ends with an ENTRYPOINT in shell form and a CMD, both of the file.

    **What to do**

    Write the ENTRYPOINT in exec form, if it is to take the words of CMD, or remove the CMD.
    """

    message = "CMD is ignored: the ENTRYPOINT is in shell form"
    phase = Phase.RUNTIME
    practices = ("01",)
    reference = (
        "https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact"
    )
    VALID = (
        Valid('FROM node:22\nENTRYPOINT ["node"]\nCMD ["index.js"]\n'),
        Valid("FROM node:22\nENTRYPOINT node index.js\n", why="there is no CMD"),
        Valid("FROM node:22\nCMD node index.js\n", why="there is no ENTRYPOINT"),
        Valid("FROM node:22\nENTRYPOINT node index.js\nCMD []\n", why="none on purpose"),
        Valid('FROM node:22\nENTRYPOINT exec node $0 "$@"\nCMD ["a.js"]\n', why="it reads them"),
    )
    REPORTED = (
        Reported('FROM node:22\nENTRYPOINT node\nCMD ["index.js"]\n', 3),
        Reported("FROM node:22 AS a\nENTRYPOINT node\nFROM a\nCMD index.js\n", 4),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at what is in effect at the end of each stage."""
        started = launch(self.facts, stage)
        entrypoint, cmd = started.entrypoint, started.cmd
        if entrypoint is None or cmd is None or entrypoint.text is None:
            return
        if _ARGUMENTS.search(entrypoint.text):
            return  # The shell has the words of CMD as its own: `$0`, `$1` and so on.
        if entrypoint.instruction is None or cmd.instruction is None:
            return
        if stage in {entrypoint.stage, cmd.stage}:
            self.advise(cmd.instruction, "write the ENTRYPOINT in exec form, or remove the CMD")
