"""Reports stages that have the name of an earlier one."""

from dfix import Dockerfile, Fixer, Phase, Reported, Valid


class DuplicateStageName(Fixer):
    """Reports stages that have the name of an earlier one.

    **Why**

    A name means the last stage of that name above the place where it is used, and `--target` means
    one of them only: the other one cannot be built by its name.

    **When it is reported**

    For a name behind AS that a stage further up has, in whatever letter case.

    **What to do**

    Give one of the two another name, and check which one each `COPY --from` and FROM below means.
    """

    message = "the stage has the name of an earlier one"
    phase = Phase.LANGUAGE
    aliases = ("DuplicateStageName", "DL3024")
    reference = "https://docs.docker.com/reference/build-checks/duplicate-stage-name/"
    VALID = (
        Valid("FROM debian:12 AS a\nFROM debian:12 AS b\n"),
        Valid("FROM debian:12\nFROM debian:12\n", why="neither has a name"),
        Valid("FROM debian:12 AS a\nFROM a\n"),
    )
    REPORTED = (
        Reported("FROM debian:12 AS a\nFROM debian:12 AS a\n", line=2),
        Reported("FROM debian:12 AS a\nFROM debian:12 AS A\n", line=2),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Compares the names of stages with those above them."""
        earlier: set[str] = set()
        for stage in tree.stages:
            if stage.name is None:
                continue
            if stage.name in earlier:
                self.advise(
                    stage.start.words[2],
                    f"give the stage another name: the one above called `{stage.name}` can no longer "
                    "be built by its name",
                )
            earlier.add(stage.name)
