"""Reports base images of releases that get no more corrections."""

from dfix import Fixer, ImageReference, Phase, Reported, Stage, Valid

from ._end_of_life import ended


class EolBase(Fixer):
    """Reports base images of releases that get no more corrections.

    **Why**

    Holes that are found in such a release stay open in the image, and its package archives move or
    vanish: one day the build fails at its first installation.

    **When it is reported**

    For official images whose tag names a release that has ended, by the table of dfix: of the
    distribution, of the language or the database, or of the distribution that it is built on. Tags
    that the table does not know are left alone.

    **What to do**

    Move to a release that is maintained, and test it: dfix never changes a version.
    """

    message = "the base image gets no more corrections"
    phase = Phase.PINNING
    practices = ("02",)
    reference = "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"
    VALID = (
        Valid("FROM debian:12\n"),
        Valid("FROM node:22-alpine\n"),
        Valid("FROM me/centos:7\n", why="nothing is known about it"),
        Valid("FROM debian:12 AS centos\nFROM centos\n", why="it is a stage"),
    )
    REPORTED = (
        Reported("FROM centos:8\n", line=1),
        Reported("FROM python:3.12-slim-buster\n", line=1, why="by what it is built on"),
        Reported("FROM node:16-alpine3.15\n", line=1),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks the image up."""
        if not stage.start.words or self.facts.stages.parent(stage) is not None:
            return
        base = self.facts.plan.stages[stage.index].base
        image = ImageReference.parse(base)
        found = None if image is None else ended(image)
        if found is None:
            return
        word = stage.start.words[0]
        default = f" (by default it is {base})" if "$" in word.value else ""
        self.advise(
            word,
            f"{found.what} got its last corrections in {found.since}{default}: take a release that is "
            f"maintained, see {found.source}",
        )
