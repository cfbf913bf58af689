"""Reports a COPY or ADD to a path that only the base image's directory makes whole."""

from dfix import Add, Copy, Fixer, Phase, Reported, Valid, Workdir, regex

_WHOLE = regex(r"[/\\$]|[A-Za-z]:")


class RelativeDestination(Fixer):
    """Reports a COPY or ADD to a path that only the base image's directory makes whole.

    **Why**

    Without a WORKDIR in the file, a relative destination is below the directory that the base image
    happens to work in. Who reads the file does not see where that is, and another base or a later
    version of it puts the files elsewhere.

    **When it is reported**

    Where the destination is relative, and neither this stage nor one that it is FROM has a WORKDIR
    above it.

    **What to do**

    Write a WORKDIR above, or the whole path. Where the base image is known, the advice names its
    directory.
    """

    message = "where this is put depends on the base image"
    phase = Phase.COPYING
    aliases = ("DL3045",)
    practices = ("04",)
    reference = "https://docs.docker.com/build/building/best-practices/#workdir"
    VALID = (
        Valid("FROM debian:12\nCOPY a /b\n"),
        Valid("FROM debian:12\nWORKDIR /app\nCOPY a b\n"),
        Valid("FROM debian:12 AS a\nWORKDIR /app\nFROM a\nCOPY a .\n", why="it is inherited"),
        Valid("FROM debian:12\nARG D=/x\nCOPY a $D\n", why="it may be whole"),
    )
    REPORTED = (
        Reported("FROM debian:12\nCOPY a b\n", 2),
        Reported("FROM example.com/x\nADD a ./\nWORKDIR /app\nADD b .\n", 2),
    )

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the destination of a COPY."""
        self._look(node)

    def visit_Add(self, node: Add) -> None:
        """Looks at the destination of an ADD."""
        self._look(node)

    def _look(self, node: Copy | Add) -> None:
        stage = self.facts.stages.holding(node)
        destination = node.destination.lstrip("\"'")
        if stage is None or not destination or _WHOLE.match(destination):
            return
        above = stage.instructions[: stage.instructions.index(node)]
        written = [above, *(each.instructions for each in self.facts.stages.lineage(stage)[1:])]
        if any(isinstance(each, Workdir) for block in written for each in block):
            return
        known = self.facts.bases.workdir(node)
        place = f"the base image works in {known}: " if known else ""
        self.advise(node, f"{place}write a WORKDIR above it, or the whole path")
