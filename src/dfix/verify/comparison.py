"""How two images differ: pure functions over what was read of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from dfix.verify.image import Config
from dfix.verify.tree import Entry, Tree

Aspect = Literal[
    "added",
    "removed",
    "type",
    "mode",
    "owner",
    "content",
    "target",
    "attributes",
    "hard links",
]
ASPECTS: frozenset[Aspect] = frozenset(get_args(Aspect))
_PRESENCE: frozenset[Aspect] = frozenset({"added", "removed"})

Unsteady = Mapping[str, frozenset[Aspect]]
"""What differs between two builds of one file: aspects by path."""


@dataclass(frozen=True, slots=True)
class PathDifference:
    """What differs at one path. `reason` is what allows it; None for nothing."""

    path: str
    aspects: frozenset[Aspect]
    before: Entry | None
    after: Entry | None
    reason: str | None = None

    def told(self) -> tuple[str, str]:
        """What the path is before and after, as far as that differs."""
        return _told(self.before, self.aspects), _told(self.after, self.aspects)


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """What differs in one key of the configuration; None for what is not set."""

    key: str
    before: object
    after: object
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TreeComparison:
    """The differences of two trees, sorted, and how many paths with one were noise."""

    differences: tuple[PathDifference, ...]
    noise: int = 0


def compare_trees(
    before: Tree, after: Tree, noise: Callable[[str], bool] = lambda _path: False
) -> TreeComparison:
    """All paths that differ."""
    found: list[PathDifference] = []
    ignored = 0
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        if noise(path):
            ignored += 1
        else:
            found.append(PathDifference(path, _aspects(old, new), old, new))
    return TreeComparison(tuple(found), ignored)


def compare_configs(before: Config, after: Config) -> tuple[SettingDifference, ...]:
    """All keys that differ."""
    return tuple(
        SettingDifference(key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    )


def unsteady(once: Tree, again: Tree) -> Unsteady:
    """What differs between two builds of the same file."""
    return {each.path: each.aspects for each in compare_trees(once, again).differences}


def without(
    differences: Iterable[PathDifference], unsteady: Unsteady
) -> tuple[tuple[PathDifference, ...], tuple[str, ...]]:
    """What is left of differences beside what is unsteady, and the paths that are gone by that."""
    left: list[PathDifference] = []
    gone: list[str] = []
    for each in differences:
        moving = unsteady.get(each.path, frozenset())
        if moving & _PRESENCE:
            moving = ASPECTS  # it is there at times, and has then whatever it has
        aspects = each.aspects - moving
        if aspects:
            left.append(replace(each, aspects=aspects))
        else:
            gone.append(each.path)
    return tuple(left), tuple(gone)


def _aspects(old: Entry | None, new: Entry | None) -> frozenset[Aspect]:
    if old is None or new is None:
        return frozenset({"added" if old is None else "removed"})
    found: set[Aspect] = set()
    if old.kind != new.kind:
        found.add("type")
    elif old.content != new.content:
        found.add("target" if old.kind == "link" else "content")
    if old.mode != new.mode:
        found.add("mode")
    if (old.uid, old.gid) != (new.uid, new.gid):
        found.add("owner")
    if old.xattrs != new.xattrs:
        found.add("attributes")
    if old.linked != new.linked:
        found.add("hard links")
    return frozenset(found)


def _told(entry: Entry | None, aspects: frozenset[Aspect]) -> str:
    if entry is None:
        return "-"
    if aspects & _PRESENCE:
        return entry.kind
    told: list[str] = []
    if "type" in aspects:
        told.append(entry.kind)
    if "content" in aspects:
        told.append(f"{entry.size} bytes, {entry.content[:8]}")
    if "target" in aspects:
        told.append(entry.content)
    if "mode" in aspects:
        told.append(f"{entry.mode:04o}")
    if "owner" in aspects:
        told.append(f"{entry.uid}:{entry.gid}")
    if "attributes" in aspects:
        told.append(", ".join(name for name, _ in entry.xattrs) or "no attributes")
    if "hard links" in aspects:
        told.append(f"the same file as {entry.linked}" if entry.linked else "a file of its own")
    return "; ".join(told)
