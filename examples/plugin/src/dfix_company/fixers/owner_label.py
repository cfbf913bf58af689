"""Writes into a label who is responsible for an image."""

import re
from typing import ClassVar

from dfix import (
    Change,
    Dockerfile,
    Fixer,
    Invalid,
    Label,
    Level,
    Option,
    Pair,
    Phase,
    Valid,
    below,
)

KEY = "com.example.owner"
#: What stands for itself between the quotes of a label.
_PLAIN = re.compile(r"[A-Za-z0-9@._ -]+")


class OwnerLabel(Fixer):
    """Writes into a label who is responsible for an image.

    **Why**

    When an image is found to be vulnerable, somebody has to be told. The label says who.

    **When it is applied**

    To the last stage of a file, if nothing in it sets the label. The option `owner` says what is
    written; a repository's `pyproject.toml` or `dfix.toml` is the place for it.

    **When it is refused**

    Without the option, and where the name of a label comes from a variable, which may be this one.
    """

    message = "nobody is named who is responsible for the image"
    level = Level.STANDARD
    phase = Phase.STYLE
    aliases = ("CO001",)
    plan_paths = (f"config.labels.{KEY}",)
    reference = "https://docs.docker.com/engine/manage-resources/labels/"
    options: ClassVar = {"owner": Option("", "who is responsible for the image")}
    VALID = (
        Valid(f"FROM debian:12\nLABEL {KEY}=web\n", options={"owner": "shop"}),
        Valid(f"FROM debian:12 AS base\nLABEL {KEY}=web\nFROM base\n", options={"owner": "shop"}),
        Valid("FROM debian:12\n", why="the option is not set", refused=True),
        Valid("FROM debian:12\nARG K\nLABEL $K=x\n", options={"owner": "shop"}, refused=True),
        Valid("FROM debian:12\n", options={"owner": 'a"b'}, refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\n# the program\nCOPY app /app\n",
            f'FROM debian:12\n# the program\nCOPY app /app\nLABEL {KEY}="team shop"\n',
            options={"owner": "team shop"},
        ),
        Invalid(
            f"FROM debian:12 AS build\nLABEL {KEY}=web\nFROM debian:12",
            f'FROM debian:12 AS build\nLABEL {KEY}=web\nFROM debian:12\nLABEL {KEY}="shop"',
            options={"owner": "shop"},
            why="what another stage says is not inherited",
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at the last stage: it becomes the image."""
        stage = tree.stages[-1]
        last = (stage.start, *stage.instructions)[-1]
        labels = self.facts.plan.stages[stage.index].config.labels
        owner = self.option("owner").strip()
        if KEY in labels:
            return
        if any("$" in name for name in labels):
            self.refuse(stage.start, "the name of a label comes from a variable")
        elif not owner:
            self.advise(stage.start, f"set the option {self.name}.owner, or the label {KEY}")
        elif not _PLAIN.fullmatch(owner):
            self.refuse(stage.start, f"the owner {owner!r} is more than a plain text")
        else:
            label = Label(pairs=(Pair(" ", f'{KEY}="{owner}"'),))
            self.fix(
                stage.start,
                {last: below(label)},
                expects=(Change(stage.index, f"config.labels.{KEY}", None, owner),),
                reason="the configuration names the owner",
            )
