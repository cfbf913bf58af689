"""Whether the program of a stage can be read and run by others than root."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from dfix import Facts, Run, Stage, regex
from dfix.facts.contents import program_path, text_of, workdir_of
from dfix.facts.entry_scripts import is_idle, is_shell_script
from dfix.facts.placements import Placement, placements
from dfix.facts.runtime import Program
from dfix.facts.scripts import script_of

from ._account_files import brought
from ._handed_over import HandedOver
from ._program_files import Target, target_of
from ._written_places import named_by

#: Tools that are copied in for programs that talk to the engine, or give root up.
_ROOT_TOOLS = frozenset(
    "docker dockerd docker-compose containerd runc gosu su-exec sudo s6".split()
)
#: Tools that keep their settings, keys or caches below the home directory, which is another one then.
_HOME_TOOLS = frozenset(
    "kubectl helm trivy terraform tofu terragrunt packer pulumi aws gcloud gsutil az rclone".split()
)
#: Images of a language, in which what runs by itself is a script, of that language or of a shell.
_OF_SCRIPTS = frozenset("node php perl python pypy ruby".split())
#: Packages to build with, by what is then within the program: what needs root's rights, and devices.
_WITHIN_FOR_ROOT = regex(
    r"(?:lib)?(?:pcap|bpf|fuse|usb|nl|nl3|netfilter|nfnetlink|nftnl|mnl|iptc|gpiod|udev|asound2?)"
    r"(?:[-_0-9].*)?"
)
#: The same for databases that are files of the program's own, modules of Go among them.
_WITHIN_FOR_FILES = regex(
    r"(?:lib)?(?:sqlite|leveldb|rocksdb|lmdb)[-0-9]*(?:dev|devel|libs)"
    r"|(?:.*/)?(?:bbolt|bolt|boltdb|badger|buntdb|go-sqlite3|goleveldb)(?:[/@].*)?"
)
#: Where Mix and Rebar put releases, which write below themselves when they start.
_RELEASED = regex(r"(?:.*/)?_build/.*|(?:.*/)?rel/[^/]+/?")
#: Where sbt puts applications of Play, too, which write a file with their number beside themselves.
_STAGED = regex(r".*/target/universal(?:/.*)?")
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
    words = [each for each in found.words[1:] if each is None or each != target.path]
    if word := named_by(words, given):
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
    return _of_target(facts, stage, target, path, workdir, found.words)


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


def _of_target(
    facts: Facts,
    stage: Stage,
    target: Target,
    path: str,
    workdir: str,
    words: Sequence[str | None],
) -> str | None:
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
    if last.origin is None and target.runs and _may_be_shell_script(facts, stage, path):
        return f"`{target.path}` may be a shell script, which is not read"
    if any(map(_RELEASED.fullmatch, last.node.sources)):
        return "a release of Erlang or Elixir writes below itself when it starts"
    if any(map(_STAGED.fullmatch, last.node.sources)) and not _has_no_pid_file(words):
        return "it may be an application of Play, which writes a file beside itself"
    source = last.source_of(path)
    mode = _mode(facts, last, source) if source is not None else None
    if target.runs and mode is not None and mode & 0o100 and not mode & 0o001:
        return f"only its owner may run {source} (mode {mode:04o})"
    return None


def _may_be_shell_script(facts: Facts, stage: Stage, path: str) -> bool:
    """Whether a file of the build context that runs by itself is one, or is not known to be none."""
    text = text_of(facts, stage, path)
    if text is not None:
        return is_shell_script(text) and not is_idle(text)
    known = facts.bases.of(stage)
    is_named = "." in posixpath.basename(path)
    return known is not None and known.image in _OF_SCRIPTS and not is_named


def _has_no_pid_file(words: Sequence[str | None]) -> bool:
    return any(word is not None and word.endswith("pidfile.path=/dev/null") for word in words)


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
    for word in _words_of(facts, origin):
        if _WITHIN_FOR_ROOT.fullmatch(word):
            return f"the program is built with `{word}`, for what only root may do"
        if _WITHIN_FOR_FILES.fullmatch(word):
            return f"the program is built with `{word}`: it may write a database file"
    return None


def _words_of(facts: Facts, origin: Stage) -> Iterator[str]:
    """The words of all commands that the RUNs of the lineage of `origin` have."""
    for each in facts.stages.lineage(origin):
        for instruction in each.instructions:
            script = None
            if isinstance(instruction, Run):
                script = script_of(instruction, facts.tree.escape)
            for command in script.commands if script is not None else ():
                yield from (word for word in command.words()[1:] if word is not None)


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
        if posixpath.basename(each) in _HOME_TOOLS:
            return (
                f"`{posixpath.basename(each)}` is copied, which has files below the home directory"
            )
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
                return "/root is copied, and may hold what only root may read"
            continue
        kind = "unknown" if evidence is None else evidence.kind(source, level_is_safe=False)
        if placement.does != "copy" and kind not in {"file", "directory"}:
            return "ADD may unpack an archive, which has modes of its own"
        # Of a folder what is in it is copied: where it goes to, a folder of mode 0755 is made.
        mode = None if kind == "directory" else _mode(facts, placement, source)
        if mode is not None and not mode & 0o004:
            return f"only its owner may read {source} (mode {mode:04o})"
        below = (
            () if evidence is None or placement.mode is not None else evidence.modes_below(source)
        )
        if any(not mode & 0o004 for mode in below):
            return f"{source} holds something that only its owner may read"
    return None
