"""What a COPY brings: under which names, whether they are files, and with which modes."""

import posixpath
from collections.abc import Sequence

from msgspec import Struct

from dfix import Add, Copy, Facts, Level, Run, regex
from dfix.facts.placements import Placement

from . import _directories, _modes
from ._text_names import is_pattern, is_text_name

_LEVELS = {"proven": Level.SAFE, "convention": Level.STANDARD, "assumed": Level.AGGRESSIVE}
_RIGHTS = regex(
    r"\bsetcap\b|\bchmod\s+(?:-\S+\s+)*(?:0*[2-7][0-7]{3}|\S*[+=]\S*s)\b"
    r"|\binstall\s(?:[^;&|]*\s)?(?:-m|--mode)[\s=]*(?:0*[2-7][0-7]{3}|\S*[+=]\S*s)\b"
)
#: Where a distribution and its packages keep programs, of which some are setuid.
_OF_PACKAGES = ("bin", "lib", "lib64", "sbin", "usr/bin", "usr/lib", "usr/libexec", "usr/sbin")
_RIGHTS_GO = "chown takes setuid and capabilities away, which files of {} may have"


class Certainty(Struct, frozen=True):
    """How certain something is, and what it rests on."""

    level: Level = Level.SAFE
    reasons: tuple[str, ...] = ()

    def also(self, level: Level, reason: str = "") -> "Certainty":
        """The same, resting on a further ground."""
        reasons = (*self.reasons, reason) if reason else self.reasons
        return Certainty(max(self.level, level), tuple(dict.fromkeys(reasons)))


def destination(placement: Placement) -> str:
    """Where a COPY puts things, without a slash at the end."""
    return posixpath.normpath(placement.destination or "/")


def targets(placement: Placement, paths: Sequence[str]) -> tuple[str, ...]:
    """The names that the sources land under, each below the destination or the destination itself.

    Where the text leaves open which of the two it is, `paths` decide: they name a file below it.
    """
    names = [posixpath.basename(each.rstrip("/")) for each in placement.node.sources]
    place = destination(placement)
    inside = tuple(posixpath.join(place, name) for name in names)
    if placement.node.heredocs or "" in names or set(names) & {".", ".."}:
        return (place,)
    if (placement.destination or "").endswith("/") and not any(place == each for each in paths):
        return inside
    return inside if len(names) > 1 or inside[0] in paths else (place,)


def brings(placement: Placement, path: str) -> bool:
    """Whether `path` is, by its name, what a COPY brings."""
    return placement.destination is not None and (
        path == destination(placement) or path in targets(placement, (path,))
    )


def sources(placement: Placement) -> tuple[str, ...]:
    """The sources that are no heredocs."""
    return () if placement.node.heredocs else placement.node.sources


def are_known(placement: Placement) -> bool:
    """Whether the sources are plain names, or what they are called is of no matter."""
    if placement.does == "fetch" and not (placement.destination or "/").endswith("/"):
        return len(placement.node.sources) == 1
    return not any("$" in each or is_pattern(each) for each in sources(placement))


def are_files(facts: Facts, placement: Placement, paths: Sequence[str]) -> Certainty | str:
    """How certain it is that the sources are files and land at `paths`, or why they do not."""
    found = Certainty()
    for source in sources(placement):
        kind = _kind(facts, placement, source)
        if kind == "directory":
            return f"{source} is a folder, whose files and folders have several modes"
        if kind == "convention":
            found = found.also(_LEVELS[kind], f"{source} is a file, by its name or by its folder")
        elif kind == "assumed":
            found = found.also(_LEVELS[kind], f"{source} is taken for a file")
    place = destination(placement)
    if place not in targets(placement, paths):
        return found
    if (placement.destination or "").endswith("/"):
        return f"{place} is a folder"
    if _directories.exists(facts, placement.node, place):
        return f"{place} is a folder, and the file is put below it"
    if posixpath.dirname(place) not in _directories.OF_PROGRAMS and not is_text_name(place):
        same = [posixpath.basename(each) for each in sources(placement)] == [
            posixpath.basename(place)
        ]
        common = _directories.is_common(place)
        if not same or common or _directories.is_filled(facts, placement.node, place):
            return f"{place} may be a folder already"
        return found.also(Level.AGGRESSIVE, f"{place} is taken for a file")
    stage = facts.stages.holding(placement.node)
    known = None if stage is None else facts.bases.of(stage)
    if known is None or known.family is None:
        return found.also(Level.STANDARD, f"{place} is a file by its name")
    return found


def modes_before(facts: Facts, placement: Placement) -> tuple[set[int] | None, bool]:
    """The modes that the files may have, None for any, and whether they were seen."""
    if placement.node.heredocs:
        return set(_modes.OF_HEREDOC), True
    if placement.does == "fetch":
        return set(_modes.OF_FETCHED), True
    if placement.origin is not None or placement.image is not None:
        return None, False
    evidence = facts.surroundings.evidence
    modes: set[int] = set()
    seen = True
    for source in placement.node.sources:
        for strict in (True, False):
            mode = evidence.mode(source, level_is_safe=strict) if evidence else None
            if mode is not None:
                modes.add(mode)
                seen = seen and strict
                break
        else:
            modes |= _modes.KEPT_BY_GIT
            seen = False
    return modes, seen


def loses_rights(facts: Facts, placement: Placement) -> str:
    """Why chown would do more than to give files away; empty where it would not."""
    if placement.image is not None:
        return _RIGHTS_GO.format("an image")
    if reason := _brought_rights(facts, placement.node):
        return reason
    if placement.origin is None:
        return ""
    if any(map(_may_be_of_packages, placement.node.sources)):
        return _RIGHTS_GO.format("packages")
    for stage in facts.stages.lineage(placement.origin):
        for each in stage.instructions:
            if isinstance(each, Run) and _RIGHTS.search(each.code):
                return _RIGHTS_GO.format("that stage")
            if isinstance(each, Copy | Add) and _brought_rights(facts, each):
                return _RIGHTS_GO.format("that stage")
    return ""


def _brought_rights(facts: Facts, node: Copy | Add) -> str:
    """Whose setuid a COPY brings: that of `--chmod`, or of a file of the context; empty for none.

    Git keeps no such bits, but a disk does.
    """
    chmod = node.flag("chmod")
    mode = None if chmod is None else chmod.argument or ""
    if mode is not None and _modes.is_plain(mode):
        return ""
    if mode is not None and not _modes.is_without_rights(mode):
        return f"chown takes setuid away, which --chmod={mode} may give"
    evidence = None if node.heredocs else facts.surroundings.evidence
    for source in node.sources:
        modes = () if evidence is None else evidence.modes_below(source)
        if any(mode & _modes.SETUID_OR_SETGID for mode in modes):
            return f"chown takes setuid away, which {source} has or holds"
    return ""


def _may_be_of_packages(source: str) -> bool:
    """Whether something at or below a path of a stage may be what a package brought."""
    place = posixpath.normpath(f"/{source}/.").lstrip("/")
    return any(
        place in {"", each} or place.startswith(f"{each}/") or each.startswith(f"{place}/")
        for each in _OF_PACKAGES
    )


def _kind(facts: Facts, placement: Placement, source: str) -> str:
    """`proven`, `convention` or `assumed` to be a file, or a `directory`."""
    if placement.does == "fetch":
        return "proven"
    if placement.origin is not None or placement.image is not None:
        return "convention" if is_text_name(source) else "assumed"
    evidence = facts.surroundings.evidence
    if posixpath.normpath(source.lstrip("/") or ".") == "." or source.endswith("/"):
        return "directory"
    for strict in (True, False):
        kind = evidence.kind(source, level_is_safe=strict) if evidence else "unknown"
        if kind in {"file", "archive"}:
            return "proven" if strict else "convention"
        if kind == "directory":
            return kind
    return "convention" if is_text_name(source) else "assumed"
