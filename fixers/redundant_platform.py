"""Removes a --platform=$TARGETPLATFORM from FROM, which is what FROM takes by itself."""

from dfix import Arg, Change, Fixer, From, Invalid, Level, Phase, Remove, Valid, regex

_TARGET = regex(r"\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})")


class RedundantPlatform(Fixer):
    """Removes a --platform=$TARGETPLATFORM from FROM, which is what FROM takes by itself.

    **Why**

    Every stage is built for the target platform unless FROM says otherwise. The flag says the same
    again, and makes the reader look for the difference.

    **When it is applied**

    When the flag's whole argument is TARGETPLATFORM as the builder sets it. Only a call of the build
    that sets that argument itself (`--build-arg TARGETPLATFORM=...`) would be answered otherwise.

    **When it is refused**

    When an ARG gives TARGETPLATFORM a default, or a Compose file, a Bake file, a workflow or a script
    of the tree gives builds one; and when the stage begins with another one.
    """

    message = "FROM builds for the target platform anyway"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    aliases = ("RedundantTargetPlatform", "DL3065")
    plan_paths = ("platform",)
    reference = "https://docs.docker.com/reference/build-checks/redundant-target-platform/"
    VALID = (
        Valid("FROM --platform=$BUILDPLATFORM golang:1.22 AS build\nFROM scratch\n"),
        Valid("FROM --platform=linux/$TARGETARCH debian:12\n"),
        Valid("FROM --platform=${TARGETPLATFORM:-linux/amd64} debian:12\n"),
        Valid(
            "ARG TARGETPLATFORM=linux/arm64\nFROM --platform=$TARGETPLATFORM debian:12\n",
            why="the default counts",
            refused=True,
        ),
        Valid(
            "FROM debian:12 AS a\nFROM --platform=$TARGETPLATFORM a\n",
            why="the platform is the other stage's",
            refused=True,
        ),
    )
    INVALID = (
        Invalid("FROM --platform=$TARGETPLATFORM debian:12\n", "FROM debian:12\n"),
        Invalid(
            "ARG TARGETPLATFORM\nFROM --platform=${TARGETPLATFORM} debian:12 AS a\n",
            "ARG TARGETPLATFORM\nFROM debian:12 AS a\n",
        ),
    )

    def visit_From(self, node: From) -> None:
        """Proposes to take the flag out, or says what it is good for."""
        flag = node.flag("platform")
        if flag is None or not _TARGET.fullmatch(flag.argument or ""):
            return
        stage = self.facts.stages.holding(node)
        for each in self.facts.tree.global_args:
            if isinstance(each, Arg) and any(
                pair.key == "TARGETPLATFORM" and pair.assigned is not None for pair in each.pairs
            ):
                self.refuse(flag, "an ARG gives TARGETPLATFORM a default")
                return
        if stage is None or self.facts.stages.parent(stage) is not None:
            self.refuse(flag, "the stage begins with another one, whose platform it has")
            return
        passed = self.facts.surroundings.passed
        if passed is not None and (file := passed("TARGETPLATFORM")) is not None:
            self.refuse(flag, f"{file} gives builds a TARGETPLATFORM of its own, or may do so")
            return
        old = self.facts.plan.stages[stage.index].platform
        self.fix(
            flag,
            {flag: Remove()},
            expects=(Change(stage.index, "platform", str(old), None),),
            reason="it is the default, unless the call of the build sets TARGETPLATFORM itself",
        )
