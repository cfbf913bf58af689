"""Reports base images that exist in a smaller variant as well."""

from dfix import Fixer, ImageReference, Phase, Reported, Stage, Valid

_SMALLER = ("slim", "alpine")


class BaseVariant(Fixer):
    """Reports base images that exist in a smaller variant as well.

    **Why**

    The plain tag of a language's image brings compilers, version control and libraries to build
    whatever may come. Its `slim` variant has what is needed to run, and is a fifth of the size.

    **When it is reported**

    Only when it is selected, or listed in the configuration: for the base of the last stage, if the
    dated table of the official images has a `slim` or `alpine` variant of its tag, and it is not built
    on Alpine anyway.

    **What to do**

    Try the variant, and install what is missing there. `alpine` has another C library: programs that
    are not built for it do not run.
    """

    message = "the base image exists in a smaller variant"
    phase = Phase.PINNING
    practices = ("04",)
    default = False
    reference = "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"
    VALID = (
        Valid("FROM python:3.13-slim\n"),
        Valid("FROM python:3.13 AS build\nFROM scratch\n", why="it is not shipped"),
        Valid("FROM me/python:3.13\n"),
        Valid("FROM caddy:2\n", why="it is built on Alpine as it is"),
    )
    REPORTED = (
        Reported("FROM python:3.13\n", line=1),
        Reported("FROM node:24 AS a\nFROM a\n", line=1),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks for variants of the last stage's image."""
        if not self.facts.stages.is_final(stage):
            return
        first = self.facts.stages.lineage(stage)[-1]
        image = ImageReference.parse(first.start.image)
        if image is None or image.digest is not None:
            return
        tag = image.tag or "latest"
        if {"slim", "alpine"} & set(tag.split("-")):
            return
        wanted = [name if tag == "latest" else f"{tag}-{name}" for name in _SMALLER]
        known = self.facts.bases.tags(image)
        found = [each for each in wanted if each in known]
        facts = self.facts.bases.of(first)
        if facts is not None and facts.family == "alpine":
            # It is another name of the plain tag then.
            found = [each for each in found if "alpine" not in each.split("-")]
        if found:
            self.advise(
                first.start.words[0],
                f"try {' or '.join(image.with_tag(each) for each in found)}",
            )
