"""Copies that may bring accounts of their own: /etc/passwd itself, or folders that may hold it."""

import posixpath

from dfix import Facts, regex
from dfix.facts.placements import Placement

_FILES = frozenset({"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"})
#: Names of folders that are laid over the root of an image, or over /etc.
_OVERLAYS = regex(r"|\.|[/\w.-]*?(?:rootfs|root|overlay|filesystem|etc|fs)")
_WITH_EXTENSION = regex(r"[^*?\[.][^*?\[]*\.[\w-]+")


def brought(facts: Facts, placement: Placement, program: str | None = None) -> str | None:
    """The source of a copy that may bring accounts; None where there is none.

    Of what is copied to `/` or `/etc`, anything counts that may be a folder, but for the program at
    the path `program`. Where that is None, only what is called like a tree of files counts.
    """
    path = posixpath.normpath(placement.destination or "/")
    sources = placement.node.sources
    if path in _FILES:
        return sources[0]
    if path not in {"/", "/etc"}:
        return None
    for source in sources:
        name = posixpath.basename(source.rstrip("/"))
        if f"{path}/{name}" in _FILES:
            return source
        if _is_without(facts, placement, source, path):
            continue
        if program is None:
            if placement.does in {"unpack", "unknown"} or _OVERLAYS.fullmatch(name):
                return source
        elif source != placement.source_of(program) and not _WITH_EXTENSION.fullmatch(name):
            return source
    return None


def _is_without(facts: Facts, placement: Placement, source: str, path: str) -> bool:
    """Whether the build context shows a file, or a folder that has no such files."""
    evidence = facts.surroundings.evidence
    if evidence is None or placement.origin is not None or placement.image is not None:
        return False
    kind = evidence.kind(source, level_is_safe=False)
    if kind != "directory":
        return kind == "file"
    inside = (posixpath.relpath(each, path) for each in _FILES)
    return all(
        evidence.kind(posixpath.join(source, each), level_is_safe=False) == "unknown"
        for each in inside
    )
