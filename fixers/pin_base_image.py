"""Writes the version that an image without one stands for."""

from collections.abc import Mapping
from typing import ClassVar

from msgspec.structs import replace

from dfix import (
    Copy,
    Dockerfile,
    Fixer,
    Flag,
    From,
    ImageReference,
    Invalid,
    Level,
    Option,
    Phase,
    Run,
    Stage,
    Valid,
    Word,
    regex,
)

from ._image_names import InDefault, written

_FRONTEND = regex(r"(?:docker\.io/)?docker/dockerfile(?::latest)?")


class PinBaseImage(Fixer):
    """Writes the version that an image without one stands for.

    **Why**

    `latest`, no tag at all and tags such as `alpine` or `lts-slim` name another image after each
    release: the Dockerfile that builds today fails tomorrow, and nobody can tell what an image was
    built from. A version still takes its patches, and another one comes with a commit.

    **When it is applied**

    To official images in FROM, `COPY --from` and `RUN --mount=from=`, where the dated table of their
    tags has a version that names the same build, with the same variant. The option `policy` says
    how much of the version is kept; what a lock file `dfix.lock` says comes first. No digest is added
    but by the option `digest`: then the one of the image's index, which that file has, and the tag
    stays. `--platform` stays, too.

    Where `ARG TAG=latest` above the first FROM is the tag of one image (`FROM node:$TAG`), or
    `ARG IMAGE=node` all of one, and is for nothing else, its default gets the version: a build that
    gives an argument goes on to get what it asks for.

    **When it is refused**

    For images of other publishers and tags that the table does not know, for other names from
    variables, for Windows, and where a named context of the build would no longer take the image's
    place. For an argument also where it is mentioned or declared once more, or where a Compose file, a
    Bake file, a workflow or a script of the tree gives it. Stages, digests, versions and release lines
    such as `debian:bookworm` are left alone silently.
    """

    message = "the image has no version: what the name stands for changes with each release"
    level = Level.STANDARD
    phase = Phase.PINNING
    aliases = ("DL3006", "DL3007")
    practices = ("03",)
    plan_paths = ("base", "effect.from", "effect.flags")
    reference = "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"
    options: ClassVar[Mapping[str, Option]] = {
        "policy": Option(
            "minor",
            "how much of a version is kept: `2.0.9`, `2.0` or `2`",
            ("patch", "minor", "major"),
        ),
        "digest": Option(
            "no", "whether the digest is written behind the tag, from `dfix.lock`", ("no", "yes")
        ),
    }
    VALID = (
        Valid("FROM alpine:3.12\n"),
        Valid("FROM alpine:3.12 AS alpine\nFROM alpine\n", why="it is the stage above"),
        Valid("FROM scratch AS a\nFROM scratch\nCOPY --from=0 / /\n"),
        Valid("FROM debian:bookworm-slim\n", why="the code name of a release line is a version"),
        Valid("ARG V\nFROM node:$V\n", why="nothing tells what V will be"),
        Valid(
            "ARG V=latest\nFROM node:$V\nARG V\nRUN a $V\n",
            why="V is not for the tag alone",
            refused=True,
        ),
        Valid("ARG V=lts\nFROM node:${V}-slim\n", why="V is a part of the tag only", refused=True),
        Valid("FROM me/app\n", why="nothing shows its versions", refused=True),
        Valid("FROM mcr.microsoft.com/windows/servercore\n", refused=True),
        Valid("# syntax=docker/dockerfile:latest\nFROM alpine:3.12\n", refused=True),
    )
    INVALID = (
        Invalid("FROM alpine:latest\n", "FROM alpine:3.24\n", level=Level.STANDARD),
        Invalid(
            "FROM --platform=$BUILDPLATFORM node:alpine AS build\nFROM build\n",
            "FROM --platform=$BUILDPLATFORM node:26.7-alpine AS build\nFROM build\n",
            why="variant and platform stay",
        ),
        Invalid("FROM alpine\n", "FROM alpine:3.24.1\n", options={"policy": "patch"}),
        Invalid(
            "FROM scratch\nCOPY --from=busybox /bin/sh /sh\n",
            "FROM scratch\nCOPY --from=busybox:1.38 /bin/sh /sh\n",
        ),
        Invalid(
            "ARG TAG=lts\nFROM node:${TAG}\n",
            "ARG TAG=24.19\nFROM node:${TAG}\n",
            why="the default is the tag, and nothing else in the file",
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Reports a frontend without a version."""
        for directive in tree.directives:
            if directive.name == "syntax" and _FRONTEND.fullmatch(directive.value):
                self.refuse(directive, "its makers' advice is docker/dockerfile:1; choose by hand")

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the image that a stage begins with."""
        base = self.facts.plan.stages[stage.index].base
        if stage.start.words and self.facts.stages.parent(stage) is None and base != "scratch":
            self._look(stage.start, stage.start.words[0], base)

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the image of `--from`."""
        self._look_at_origins(node)

    def visit_Run(self, node: Run) -> None:
        """Looks at the images of `--mount`."""
        self._look_at_origins(node)

    def _look_at_origins(self, node: Copy | Run) -> None:
        for flag, name in self.facts.stages.foreign(node):
            self._look(node, flag, name)

    def _look(self, node: From | Copy | Run, leaf: Word | Flag, name: str) -> None:
        """Proposes a version for the image `name`, which a leaf of `node` names."""
        image = ImageReference.parse(name)
        answer = None if image is None else self.facts.bases.pin(image, self.option("policy"))
        if image is None or answer is None:
            return
        tag = answer.tag
        if answer.tag is None and answer.settled and image.digest is None:
            tag = image.tag
        digest = None
        if self.option("digest") == "yes" and tag is not None:
            digest = self.facts.bases.digest(replace(image, tag=tag))
            if digest is None:
                self.refuse(
                    leaf,
                    f"no lock file has the digest of {image.with_tag(tag)}: see `dfix pin --online --digest`",
                )
                return
        elif answer.tag is None and answer.settled:
            return
        place = written(self.facts, node, leaf, name)
        if self.facts.bases.is_windows(node):
            self.refuse(leaf, "it may be an image for Windows, where a tag can name another one")
        elif isinstance(place, str):
            self.refuse(leaf, place)
        elif tag is None:
            assert answer.tag is None
            self.refuse(leaf, answer.reason)
        elif digest is not None and isinstance(place, InDefault) and place.part == "tag":
            self.refuse(leaf, "the argument holds a tag, which a digest is no part of")
        elif any(map(self.facts.bases.is_replaced, (image, replace(image, tag=tag)))):
            self.refuse(leaf, f"a build takes {name}, or its version, from a context of that name")
        elif not isinstance(place, InDefault) or place.froms[0] is node:
            new = replace(image, tag=tag, digest=digest)
            self.fix(
                leaf,
                place.changes(new),
                expects=place.expects(new),
                reason=(
                    f"{name} was {new} in the {answer.source}"
                    if answer.tag
                    else f"{name} had this digest when it was locked"
                ),
            )
