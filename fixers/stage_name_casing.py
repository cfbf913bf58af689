"""Writes the name of a stage in small letters, where it is defined and wherever it is used."""

import re

from dfix import (
    Add,
    Copy,
    Fixer,
    ImageReference,
    Invalid,
    Leaf,
    Level,
    Node,
    Phase,
    Run,
    Stage,
    Valid,
)
from dfix.facts.stages import origins


class StageNameCasing(Fixer):
    """Writes the name of a stage in small letters, where it is defined and wherever it is used.

    **Why**

    The builder keeps names of stages in small letters, and FROM finds them by these alone: `FROM
    Build` is an error below `AS Build`. The builder's own check warns about it.

    **When it is applied**

    To the name behind AS, and to each `COPY --from` and `RUN --mount=from=` that means it. A build
    with `--target` finds the stage by either spelling, as do Compose and Bake files. The image is
    the same.

    **When it is refused**

    When another stage or an image of the file has the same name, and when a use of the name is not
    written in one piece. What stands behind ONBUILD is left alone: the image keeps it as text, and
    the builder finds the stage all the same.
    """

    message = "the name of a stage is not written in small letters"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("StageNameCasing",)
    reference = "https://docs.docker.com/reference/build-checks/stage-name-casing/"
    VALID = (
        Valid("FROM debian:12 AS build\nFROM scratch\nCOPY --from=build /a /a\n"),
        Valid("FROM debian:12 AS build\nFROM scratch\nCOPY --from=BUILD /a /a\n"),
        Valid("FROM debian:12 AS A\nFROM debian:12 AS a\n", why="which is meant?", refused=True),
        Valid("FROM node AS Node\n", why="an image has the name", refused=True),
        Valid('FROM debian:12 AS A\nFROM scratch\nCOPY --from="A" a b\n', refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12 AS Build\nFROM scratch\nCOPY --from=Build /a /a\n",
            "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build /a /a\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12 AS B\nFROM debian:12\nRUN --mount=from=B,target=/b cp /b/a /a\n",
            "FROM debian:12 AS b\nFROM debian:12\nRUN --mount=from=b,target=/b cp /b/a /a\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12 AS Base\nFROM base\nRUN true\n",
            "FROM debian:12 AS base\nFROM base\nRUN true\n",
            level=Level.SAFE,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes small letters for a name and all that means it."""
        name = stage.name
        if name is None or stage.start.words[2].value == name:
            return
        word = stage.start.words[2]
        if reason := self._taken(stage, name):
            self.refuse(word, reason)
            return
        if word.joined is not None or '"' in word.text or "'" in word.text:
            self.refuse(word, "the name is not written in one piece")
            return
        changes: dict[Node, Leaf] = {word: word.with_changes(text=name)}
        for user in self.facts.tree.instructions:
            if not isinstance(user, Copy | Add | Run):
                continue
            for flag, written in origins(user):
                if written.lower() != name or written == name:
                    continue
                place = re.compile(rf"(?<=from=){re.escape(written)}(?![^,])")
                if flag.joined is not None or len(place.findall(flag.text)) != 1:
                    self.refuse(flag, "the name is not written in one piece")
                    return
                changes[flag] = flag.with_changes(text=place.sub(name, flag.text))
        self.fix(word, changes)

    def _taken(self, stage: Stage, name: str) -> str:
        """What else has the name of a stage; empty if nothing has."""
        for other in self.facts.tree.stages:
            if other is not stage and other.name == name:
                return "another stage has the same name"
        for other in self.facts.tree.stages:
            image = ImageReference.parse(other.start.image)
            parent = self.facts.stages.parent(other)
            if image is not None and parent is None and image.familiar_name == name:
                return "an image of the file has the same name"
        return ""
