"""Takes images from the registry that took the place of a retired one."""

import re

from dfix import Change, Fixer, From, ImageReference, Invalid, Level, Phase, Valid

OLD = "registry.old.example.com"
NEW = "registry.example.com"


class RetiredRegistry(Fixer):
    """Takes images from the registry that took the place of a retired one.

    **Why**

    The old registry is switched off, and the new one has all its images under the same names.

    **When it is applied**

    To FROM, where the name of the image begins with the old registry, or does by an ARG's default.

    **When it is refused**

    Where the name is put together from variables: a call of the build may give other values.
    """

    message = "the image comes from a registry that is switched off"
    level = Level.STANDARD
    phase = Phase.PINNING
    aliases = ("CO002",)
    plan_paths = ("base",)
    reference = "https://docs.docker.com/reference/dockerfile/#from"
    VALID = (
        Valid(f"FROM {NEW}/base/node:20\n"),
        Valid(f"FROM debian:12 AS build\nFROM debian:12\nCOPY --from={OLD}/a /a /a\n"),
        Valid("FROM registry.old.example.com.evil.example/base\n", why="another host"),
        Valid(f"ARG R={OLD}\nFROM $R/base/node:20\n", refused=True),
    )
    INVALID = (
        Invalid(f"FROM {OLD}/base/node:20\n", f"FROM {NEW}/base/node:20\n"),
        Invalid(
            f"FROM --platform=$BUILDPLATFORM {OLD}/go AS build\n",
            f"FROM --platform=$BUILDPLATFORM {NEW}/go AS build\n",
        ),
    )

    def visit_From(self, node: From) -> None:
        """Looks at the image that a stage begins with, as it is after the expansion of ARG."""
        stage = self.facts.stages.holding(node)
        if stage is None or self.facts.stages.parent(stage) is not None:
            return
        base = self.facts.plan.stages[stage.index].base
        image = ImageReference.parse(base)
        if image is None or image.registry != OLD:
            return
        word = node.words[0]
        if not re.fullmatch(r"[\w./:@-]+", word.text):
            self.refuse(word, f"the name is not written out; by default it is {base}")
            return
        new = image.with_registry(NEW).code
        self.fix(
            word,
            {word: word.with_changes(text=new)},
            expects=(Change(stage.index, "base", base, new),),
            reason=f"{NEW} has the images of {OLD}",
        )
