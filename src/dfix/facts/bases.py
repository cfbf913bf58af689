"""What is known about the images that stages begin with, and what follows for each instruction."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from dfix.image import ImageReference
from dfix.nodes import Instruction, Stage
from dfix.patterns import regex

if TYPE_CHECKING:
    from dfix.facts import Facts
    from dfix.resolve.bases import BaseFacts
    from dfix.resolve.tags import Pin, Unpinned

_WINDOWS = regex(r"windows|nanoserver|servercore|dotnet-framework|mssql-server-win", re.IGNORECASE)
_ROOT = frozenset({"root", "0"})
#: Images of an operating system, which none for Windows hides behind: others may be for several.
_LINUX_ALONE = frozenset(
    """alpine almalinux amazonlinux archlinux busybox centos debian fedora opensuse/leap oraclelinux
    rockylinux ubuntu""".split()
)


class Images(Protocol):
    """Where facts about images and answers to floating tags come from."""

    def base_facts(self, image: ImageReference) -> "BaseFacts | None":
        """What is known about `image`; None for nothing."""

    def pin(self, image: ImageReference, policy: str) -> "Pin | Unpinned":
        """The tag that a floating reference stands for; `policy` is `patch`, `minor` or `major`."""

    def digest(self, image: ImageReference) -> str | None:
        """The digest of the index that `image`, with its tag, names; None for not known."""

    def tags(self, image: ImageReference) -> frozenset[str]:
        """The tags that an image is known to have."""


class Bases:
    """The base images of one tree."""

    def __init__(self, facts: "Facts") -> None:
        self.facts = facts
        self._known: dict[Stage, BaseFacts | None] = {}
        self._windows: dict[Stage | None, bool] = {}

    def reference(self, stage: Stage) -> ImageReference | None:
        """The image that a stage's lineage begins with; None where it has a variable or is invalid."""
        first = self.facts.stages.lineage(stage)[-1]
        return ImageReference.parse(self.facts.plan.stages[first.index].base)

    def of(self, stage: Stage) -> "BaseFacts | None":
        """What is known about the image that a stage's lineage begins with; None for nothing.

        Nothing is known of one that a named context of a build takes the place of.
        """
        if stage not in self._known:
            images = self.facts.surroundings.images
            reference = self.reference(stage)
            self._known[stage] = (
                images.base_facts(reference)
                if images is not None and reference is not None and not self._is_named(reference)
                else None
            )
        return self._known[stage]

    def pin(self, image: ImageReference, policy: str) -> "Pin | Unpinned | None":
        """The tag that a floating reference stands for, or why there is none; None without a source.

        `policy` says how much of a version the tag keeps: `patch`, `minor` or `major`.
        """
        images = self.facts.surroundings.images
        return None if images is None else images.pin(image, policy)

    def digest(self, image: ImageReference) -> str | None:
        """The digest of the index that `image`, with its tag, names; None for not known."""
        images = self.facts.surroundings.images
        return None if images is None else images.digest(image)

    def tags(self, image: ImageReference) -> frozenset[str]:
        """The tags that an image is known to have; empty where none is known."""
        images = self.facts.surroundings.images
        return frozenset() if images is None else images.tags(image)

    def is_replaced(self, image: ImageReference) -> bool:
        """Whether something beside the file may put another image in this one's place.

        The builder compares familiar names, and takes `latest` for no tag:
        https://docs.docker.com/build/building/context/#named-contexts.
        """
        return "*" in self.facts.surroundings.overridden or self._is_named(image)

    def _is_named(self, image: ImageReference) -> bool:
        wanted = _context_name(image)
        return any(
            wanted == (_context_name(other) if (other := ImageReference.parse(name)) else name)
            for name in self.facts.surroundings.overridden
        )

    def stage_of(self, instruction: Instruction) -> Stage | None:
        """The stage that an instruction stands in; None above the first FROM."""
        return self.facts.stages.holding(instruction)

    def _of(self, instruction: Instruction) -> "BaseFacts | None":
        stage = self.stage_of(instruction)
        return None if stage is None else self.of(stage)

    def user(self, instruction: Instruction) -> str | None:
        """The account that an instruction runs as: `root`, or as USER says; None if not known."""
        written = self.facts.plan.before(instruction).user
        if written is None:
            known = self._of(instruction)
            written = None if known is None else known.default_user
        if written is None or "$" in written:
            return None
        name = written.partition(":")[0]
        return "root" if name in _ROOT else name

    def workdir(self, instruction: Instruction) -> str | None:
        """The absolute working directory of an instruction; None if not known."""
        written = self.facts.plan.before(instruction).workdir
        if written is not None:
            return None if "$" in written or not written.startswith("/") else written
        known = self._of(instruction)
        return None if known is None else known.workdir

    def shell(self, instruction: Instruction) -> str | None:
        """What `/bin/sh` is in the image of an instruction; None if not known."""
        known = self._of(instruction)
        return None if known is None else known.shell

    def default_shell(self, instruction: Instruction) -> tuple[str, ...] | None:
        """The SHELL that the image sets: empty for none, None if not known."""
        known = self._of(instruction)
        return None if known is None or known.family == "windows" else known.default_shell

    def environment(self, instruction: Instruction) -> Mapping[str, str] | None:
        """All that ENV of the image sets that an instruction's stage begins with; None if not known."""
        known = self._of(instruction)
        return None if known is None else known.env

    def is_windows(self, instruction: Instruction) -> bool:
        """Whether an instruction runs on Windows, or may by all signs."""
        stage = self.stage_of(instruction)
        if stage not in self._windows:
            self._windows[stage] = self._may_be_windows(stage)
        return self._windows[stage]

    def _may_be_windows(self, stage: Stage | None) -> bool:
        known = None if stage is None else self.of(stage)
        if known is not None and known.image in _LINUX_ALONE:
            return False
        if self.facts.tree.escape != "\\":
            return True
        if stage is None:
            return False
        first = self.facts.stages.lineage(stage)[-1]
        platform = first.start.flag("platform")
        if platform is not None and "windows" in (platform.argument or "").lower():
            return True
        written = f"{first.start.image} {self.facts.plan.stages[first.index].base}"
        if known is not None and known.family not in {None, "windows"}:
            # An image for several systems has them in its tags: `node:20-windowsservercore`.
            written = " ".join(
                each.rpartition("/")[2].partition(":")[2] for each in written.split()
            )
        return _WINDOWS.search(written) is not None or (
            known is not None and known.family == "windows"
        )


def _context_name(image: ImageReference) -> str:
    """The name under which a context of the build would take an image's place."""
    tag = "" if image.tag in {None, "latest"} else f":{image.tag}"
    return f"{image.familiar_name}{tag}"
