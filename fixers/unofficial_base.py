"""Reports base images that are neither official nor on the list of those that are trusted."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import ClassVar

from dfix import Copy, Fixer, ImageReference, Leaf, Option, Phase, Reported, Run, Stage, Valid

_HUB = "docker.io"


class UnofficialBase(Fixer):
    """Reports base images that are neither official nor on the list of those that are trusted.

    **Why**

    All that is in a base image is in the image that is shipped, and runs with its rights. Official
    images are reviewed, and corrected within days.

    **When it is reported**

    Only when it is selected, or the configuration has `trusted-registries` (in `.hadolint.yaml`
    `trustedRegistries`): for images of FROM, `COPY --from` and `RUN --mount=from=` that are no Docker
    official images, come from none of these registries and match no pattern of `allow`, such as
    `gcr.io/distroless/*,ghcr.io/me/*`. Names from variables are left alone.

    **What to do**

    Take an official image, or one of a publisher that you trust, and add that to `allow`.
    """

    message = "the image is not official, and not on the list of trusted ones"
    phase = Phase.PINNING
    aliases = ("DL3026",)
    practices = ("02",)
    default = False
    reference = "https://docs.docker.com/docker-hub/repos/manage/trusted-content/official-images/"
    options: ClassVar[Mapping[str, Option]] = {
        "allow": Option("", "patterns of further images, with commas between: `gcr.io/me/*`"),
        "registries": Option(
            "", "patterns of trusted registries, with commas between: `ghcr.io,*.example.com`"
        ),
    }
    VALID = (
        Valid("FROM debian:12\n"),
        Valid("FROM debian:12\nFROM scratch\nCOPY --from=0 a b\n"),
        Valid("FROM debian:12 AS me\nFROM me\n"),
        Valid("FROM gcr.io/distroless/base\n", options={"allow": "gcr.io/distroless/*, me/*"}),
        Valid("FROM a.example.com/x:1\n", options={"registries": "ghcr.io, *.example.com"}),
        Valid("FROM me/base:1\n", options={"registries": "docker.io"}),
    )
    REPORTED = (
        Reported("FROM me/base:1\n", line=1),
        Reported("FROM debian:12\nCOPY --from=ghcr.io/a/b:1 /a /a\n", line=2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the image that a stage begins with."""
        if stage.start.words and self.facts.stages.parent(stage) is None:
            self._look(stage.start.words[0], self.facts.plan.stages[stage.index].base)

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the image of `--from`."""
        self._look_at_origins(node)

    def visit_Run(self, node: Run) -> None:
        """Looks at the images of `--mount`."""
        self._look_at_origins(node)

    def _look_at_origins(self, node: Copy | Run) -> None:
        for flag, name in self.facts.stages.foreign(node):
            self._look(flag, name)

    def _look(self, leaf: Leaf, name: str) -> None:
        image = ImageReference.parse(name)
        if image is None or image.is_official:
            return
        known = ((image.familiar_name, "allow"), (image.registry or _HUB, "registries"))
        if not any(fnmatchcase(name, each) for name, key in known for each in self._listed(key)):
            self.advise(
                leaf,
                f"take an official image in place of {image.familiar_name}, or add it to `allow`",
            )

    def _listed(self, option: str) -> list[str]:
        return [each.strip() for each in self.option(option).split(",")]
