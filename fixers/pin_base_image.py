"""Writes the version that an image without one stands for."""

import re

from dfix import (
    Change,
    Copy,
    Dockerfile,
    Fixer,
    ImageReference,
    Instruction,
    Invalid,
    Leaf,
    Level,
    Option,
    Phase,
    Run,
    Stage,
    Valid,
)
from dfix.facts.stages import origins

_FRONTEND = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::latest)?")
#: What stands in front of a name within a word of FROM, or within a flag.
_IN_WORD, _IN_FLAG = r"^[\"']?", r"from=[\"']?"


class PinBaseImage(Fixer):
    """Writes the version that an image without one stands for.

    **Why**

    `latest`, no tag at all and tags such as `alpine` or `lts-slim` name another image after each
    release: the same Dockerfile builds today and fails tomorrow, and nobody can tell what it was
    built from. A version still takes its patches, and changes in a commit.

    **When it is applied**

    To official images in FROM, `COPY --from` and `RUN --mount=from=`, where the dated table of their
    tags shows a version that names the same build, with the same variant. The option `policy` says
    how much of the version is kept. No digest is added, and `--platform` stays.

    **When it is refused**

    For images of other publishers and tags that the table does not know, for names from variables,
    on Windows, and where a named context of the build would no longer match. Stages, digests,
    versions and release lines such as `debian:bookworm` are left alone without a word.
    """

    message = "the image is named without a version, and may be another one tomorrow"
    level = Level.STANDARD
    phase = Phase.PINNING
    aliases = ("DL3006", "DL3007")
    reference = (
        "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"
    )
    options = {
        "policy": Option(
            "minor",
            "how much of a version a tag keeps: `2.0.9`, `2.0` or `2`",
            ("patch", "minor", "major"),
        )
    }
    VALID = (
        Valid("FROM alpine:3.12\n"),
        Valid("FROM alpine:3.12 AS alpine\nFROM alpine\n", why="it is the stage above"),
        Valid("FROM scratch\nCOPY --from=0 / /\n"),
        Valid("FROM debian:bookworm-slim\n", why="the code name of a release line is a version"),
        Valid("FROM node:${V}\n", why="the call of the build gives the tag"),
        Valid("ARG V=latest\nFROM node:$V\n", why="the default may be in use", refused=True),
        Valid("FROM me/app\n", why="nothing shows its versions", refused=True),
        Valid("FROM mcr.microsoft.com/windows/servercore\n", refused=True),
        Valid("# syntax=docker/dockerfile:latest\nFROM alpine:3.12\n", refused=True),
    )
    INVALID = (
        Invalid("FROM alpine:latest\n", "FROM alpine:3.24\n", level=Level.STANDARD),
        Invalid(
            "FROM --platform=$BUILDPLATFORM node:alpine AS build\nFROM build\n",
            "FROM --platform=$BUILDPLATFORM node:26.7-alpine AS build\nFROM build\n",
            why="the variant is kept, and so is the platform",
        ),
        Invalid("FROM alpine\n", "FROM alpine:3.24.1\n", options={"policy": "patch"}),
        Invalid(
            "FROM scratch\nCOPY --from=busybox /bin/sh /sh\n",
            "FROM scratch\nCOPY --from=busybox:1.38 /bin/sh /sh\n",
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Reports a frontend without a version; `docker/dockerfile:1` is its own makers' advice."""
        for directive in tree.directives:
            if directive.name == "syntax" and _FRONTEND.fullmatch(directive.value):
                self.refuse(directive, "it is the frontend: name it docker/dockerfile:1 by hand")

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the image that the stage begins with."""
        base = self.facts.plan.stages[stage.index].base
        if self.facts.stages.parent(stage) is None and base != "scratch":
            self._look(stage.start, stage.start.words[0], base, _IN_WORD, ("base",))

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the image of `--from`."""
        self._look_at_origins(node)

    def visit_Run(self, node: Run) -> None:
        """Looks at the images of `--mount`."""
        self._look_at_origins(node)

    def _look_at_origins(self, node: Instruction) -> None:
        stages = {stage.name for stage in self.facts.tree.stages}
        for flag, name in origins(node):
            if not (name.isdecimal() or name == "scratch" or name.lower() in stages):
                self._look(node, flag, name, _IN_FLAG)

    def _look(self, owner: Instruction, leaf: Leaf, name: str, before: str) -> None:
        """Proposes a version for the image `name`, which stands in `leaf` after `before`."""
        image = ImageReference.parse(name)
        answer = image and self.facts.bases.pin(image, self.option("policy"))
        if image is None or answer is None:
            return
        if answer.tag is None and answer.settled:
            return
        places = list(re.finditer(f"({before}){re.escape(name)}(?![\\w./:@-])", leaf.text))
        if self.facts.bases.is_windows(owner):
            self.refuse(leaf, "a tag may name other images on Windows")
        elif "$" in leaf.text and not places:
            self.refuse(leaf, f"the name comes from a variable, by default {name}")
        elif len(places) != 1:
            self.refuse(leaf, "the name is not written in one piece")
        elif answer.tag is None:
            self.refuse(leaf, answer.reason)
        elif self.facts.bases.is_replaced(image):
            self.refuse(leaf, f"a build puts something else in the place of {name}")
        else:
            ...
