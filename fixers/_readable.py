"""Whether the program of a stage can be read and run by others than root."""

import posixpath
import re

from dfix import Facts, Run, Stage, regex
from dfix.facts.contents import program_path, workdir_of
from dfix.facts.placements import Placement, placements
from dfix.facts.runtime import Program

from ._account_files import brought
from ._handed_over import HandedOver
from ._program_files import Target, target_of

_WRITTEN = regex(
    r"(?:.*[=:])?(?:.*/)?(?:[^/]+\.(?:log|pid|sock|db|sqlite3?)|(?:logs?|data|cache)/?)"
    r"|(?:.*[=:])?/(?:var/(?:log|run|lib|spool|cache)|run|data|logs?)(?:/.*)?",
    re.IGNORECASE,
)
#: Options whose value is a file or a folder that comes of the program.
_RESULT = regex(
    r"(?:-o|--?(?:out|output|dest|destination|dir|directory|export|save)(?:[-_]\w+)*)(?:=.*)?"
)
#: Tools that are copied in for programs that talk to the engine, or give root up.
_ROOT_TOOLS = frozenset(
    "docker dockerd docker-compose containerd runc gosu su-exec sudo s6".split()
)
_UNPACKING = regex(r"\b(?:tar|bsdtar|unzip|cpio|7z)\s")
_COMPILING = regex(
    r"\b(?:go|cargo|make|cmake|ninja|gcc|g\+\+|clang|rustc|swift|mvnw?|gradlew?|sbt|lein|npm|yarn|pnpm"
    r"|dotnet|stack|cabal|ghc|dune|nim|zig|crystal|mix|bazel|build)\b"
)
_RESTRICTING = regex(
    r"\bumask\b|\bchmod\s+(?:-\S+\s+)*(?:[0-7]?[0-7]{2}[0-3]\b|\S*[-=]|[ug]+\+\S*x)"
)
_ROOT = frozenset({"root", "0", "root:root", "0:0"})


def objection(
    facts: Facts,
    stage: Stage,
    found: Program,
    names: frozenset[str],
    made: bool,
    given: HandedOver,
) -> str | None:
    """What speaks against running the program of `stage` without root, by what and where it is.

    `names` are those of the account that it would run as, `made` tells that it has to be made,
    and `given` what it is given.
    """
    target = target_of(found.words)
    if isinstance(target, str):
        return target
    words = found.words
    for at, word in enumerate(words[1:], 1):
        if word is None or given.holds(word.partition("=")[2] or word):
            continue
        if _RESULT.fullmatch(word):
            value = word.partition("=")[2] or (words[at + 1] if at + 1 < len(words) else "-")
            if value is None or not (value.startswith("-") or given.holds(value)):
                return f"`{word}` names something that the program may write"
        if _WRITTEN.fullmatch(word):
            return f"`{word}` names something that the program may write"
    workdir = workdir_of(facts, stage)
    if workdir is None:
        return "the working directory is not known"
    if _is_private(workdir):
        return f"the working directory is {workdir}, and only root may enter /root"
    if not _is_filled(facts, stage, workdir):
        return (
            f"nothing is put into the working directory {workdir}: it may be there to be written to"
        )
    path = (program_path(facts, stage, target.path) if target.path else None) or ""
    for each in placements(facts, stage):
        reason = _of_destination(facts, each, made, path) or _of_modes(facts, each, names)
        if reason is not None:
            return reason
    return _of_target(facts, stage, target, path, workdir)


def rests_on_convention(facts: Facts, stage: Stage) -> bool:
    """Whether modes of files of the build context are taken for those that git keeps."""
    evidence = facts.surroundings.evidence
    for each in placements(facts, stage):
        if each.origin is not None or each.image is not None or each.mode is not None:
            continue
        for source in () if each.node.heredocs else each.node.sources:
            if evidence is None or evidence.mode(source, level_is_safe=False) is None:
                return True
    return False


def _is_filled(facts: Facts, stage: Stage, workdir: str) -> bool:
    """Whether the build puts something into a working directory that the file itself makes."""
    if facts.plan.stages[stage.index].config.workdir is None or workdir == "/":
        return True
    folder = f"{posixpath.normpath(workdir)}/"
    for each in placements(facts, stage):
        place = posixpath.normpath(each.destination or "/").rstrip("/") + "/"
        if place.startswith(folder) or (folder.startswith(place) and place != "/"):
            return True
    return False


def _is_private(path: str) -> bool:
    return f"{posixpath.normpath(path)}/".startswith("/root/")


def _of_target(facts: Facts, stage: Stage, target: Target, path: str, workdir: str) -> str | None:
    """Why others may not be able to read or run the file of the program."""
    if not target.path:
        return None
    if _is_private(path):
        return f"{path} is the program, and only root may enter /root"
    placed = tuple(placements(facts, stage))
    holders = [one for one in placed if path and one.holds(path)]
    if not holders:
        # What a RUN makes of sources beside them has the modes that root's umask leaves.
        folder = workdir.rstrip("/") + "/"
        sources = any(f"{one.destination}/".startswith(folder) for one in placed)
        if folder != "/" and path.startswith(folder) and sources:
            return None
        return f"nothing shows who may read `{target.path}`: it is not copied"
    last = holders[-1]
    if last.image is not None:
        return f"the modes of files in the image {last.image} are not known"
    if last.origin is not None and (reason := _of_origin(facts, last.origin)):
        return reason
    source = last.source_of(path)
    mode = _mode(facts, last, source) if source is not None else None
    if target.runs and mode is not None and mode & 0o100 and not mode & 0o001:
        return f"only its owner may run {source} (mode {mode:04o})"
    return None


def _of_origin(facts: Facts, origin: Stage) -> str | None:
    """Why a file of the stage `origin` may not be for others to read or run."""
    text = "\n".join(
        instruction.shell or ""
        for each in facts.stages.lineage(origin)
        for instruction in each.instructions
        if isinstance(instruction, Run)
    )
    if _RESTRICTING.search(text):
        return "the stage that the program comes from sets modes"
    if _UNPACKING.search(text) and not _COMPILING.search(text):
        return "the program may come from an archive, which has modes of its own"
    return None


def _mode(facts: Facts, placement: Placement, source: str) -> int | None:
    """The mode that a source of the build context has in the image; None if not known."""
    evidence = facts.surroundings.evidence
    if placement.mode is not None:
        return int(placement.mode, 8) if re.fullmatch("[0-7]{3,4}", placement.mode) else None
    if evidence is None or placement.origin is not None or placement.image is not None:
        return None
    return evidence.mode(source, level_is_safe=False)


def _of_destination(facts: Facts, placement: Placement, made: bool, program: str) -> str | None:
    """Why a place may be out of reach, or accounts come with what is copied there."""
    path = placement.destination
    if path is None:
        return "where something is copied to is not known"
    if _is_private(path):
        return f"{path} is filled, and only root may enter /root"
    for each in (path, *placement.node.sources):
        if posixpath.basename(each) in _ROOT_TOOLS:
            return f"`{posixpath.basename(each)}` is copied, which is of use to root alone"
    source = brought(facts, placement, program) if made else None
    if source is not None:
        return f"{source} is copied to {path}, and may bring accounts of its own"
    return None


def _of_modes(facts: Facts, placement: Placement, names: frozenset[str]) -> str | None:
    node = placement.node
    if placement.owner is not None and placement.owner not in _ROOT | names:
        return f"files are given to {placement.owner}: the program may be meant to run as that"
    if placement.mode is not None:
        if not re.fullmatch(r"[0-7]?[0-7]{2}[4-7]", placement.mode):
            return f"others may not be able to read what is copied with --chmod={placement.mode}"
        return None
    if placement.does == "fetch":
        return "ADD makes what it fetches readable for root alone"
    evidence = facts.surroundings.evidence
    for source in () if node.heredocs else node.sources:
        if placement.origin is not None or placement.image is not None:
            if _is_private(posixpath.join("/", source)) and posixpath.normpath(source) == "/root":
                return "the folder /root is copied, with its mode"
            continue
        kind = "unknown" if evidence is None else evidence.kind(source, level_is_safe=False)
        if placement.does != "copy" and kind not in {"file", "directory"}:
            return "ADD may unpack an archive, which has modes of its own"
        mode = _mode(facts, placement, source)
        if mode is not None and not mode & 0o004:
            return f"only its owner may read {source} (mode {mode:04o})"
    return None
