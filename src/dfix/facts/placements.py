"""Where COPY and ADD put what they bring into a stage."""

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from dfix.nodes import Add, Copy, Stage
from dfix.patterns import regex
from dfix.plan.model import BASE_DIRECTORY, Does, Symbolic, Transfer

if TYPE_CHECKING:
    from dfix.facts import Facts

_FILE = regex(r"[^.].*\.[^.]+")


class Placement(Struct, frozen=True):
    """A COPY or ADD with its destination as an absolute path; None where that is not known.

    `origin` is the stage that it copies from, and `image` the image; both are None for the build
    context. `owner` and `mode` are the values of `--chown` and `--chmod`. A slash at the end of a
    destination is kept.
    """

    node: Copy | Add
    destination: str | None
    does: Does = "copy"
    origin: Stage | None = None
    image: str | None = None
    owner: str | None = None
    mode: str | None = None

    def holds(self, path: str) -> bool:
        """Whether the absolute `path` may come from here.

        A source whose name has an extension is taken for a file, any other one for a folder too.
        """
        if self.destination is None:
            return False
        target = self.destination.rstrip("/")
        if path == target or self.source_of(path) is not None:
            return True
        if not path.startswith(target + "/"):
            return False
        name = posixpath.basename(path)
        return any(
            not _FILE.fullmatch(last := posixpath.basename(source.rstrip("/")))
            or fnmatchcase(name, last)
            for source in self.node.sources
        )

    def source_of(self, path: str) -> str | None:
        """The source that is `path` by its name; None where `path` stands below a source."""
        if self.destination is None:
            return None
        sources = self.node.sources
        if path == self.destination and len(sources) == 1:
            return sources[0]
        named = [each for each in sources if posixpath.basename(each.rstrip("/")) != ""]
        for source in named:
            name = posixpath.basename(source.rstrip("/"))
            if path == f"{self.destination.rstrip('/')}/{name}":
                return source
        return None


def placements(facts: "Facts", stage: Stage) -> Iterator[Placement]:
    """What the lineage of `stage` copies, in the order of the build."""
    for each in reversed(facts.stages.lineage(stage)):
        effects = facts.plan.stages[each.index].effects
        transfers = [effect for effect in effects if isinstance(effect, Transfer)]
        nodes = [node for node in each.instructions if isinstance(node, Copy | Add)]
        # Triggers of a parent's ONBUILD come first.
        for node, effect in zip(nodes, transfers[len(transfers) - len(nodes) :], strict=True):
            origin, image = _origin(facts, effect.origin)
            path = _absolute(facts, stage, effect.destination)
            yield Placement(node, path, effect.does, origin, image, effect.owner, effect.mode)


def _origin(facts: "Facts", origin: str | None) -> tuple[Stage | None, str | None]:
    if origin is None:
        return None, None
    number = origin.removeprefix("stage ")
    if number != origin and number.isdecimal() and int(number) < len(facts.tree.stages):
        return facts.tree.stages[int(number)], None
    return None, origin


def _absolute(facts: "Facts", stage: Stage, path: str) -> str | None:
    if not isinstance(path, Symbolic):
        return path if path.startswith("/") else None
    known = facts.bases.of(stage)
    text, base = str(path), str(BASE_DIRECTORY)
    if (
        known is None
        or known.workdir is None
        or "$" in text
        or not f"{text}/".startswith(f"{base}/")
    ):
        return None
    return known.workdir.rstrip("/") + text.removeprefix(base) or "/"
