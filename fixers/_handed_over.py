"""Directories that a build makes for its program to write to, and that can be given to its user."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from dfix import Copy, Env, Facts, Run, Stage, regex
from dfix.facts.commands import base_name, literal_arguments
from dfix.facts.mounts import is_mounted
from dfix.facts.placements import placements
from dfix.facts.scripts import Command, script_of
from dfix.facts.statements import statements_of

from . import _directories

#: Where a directory made by root is meant to be read, or open to all.
_SYSTEM = regex(
    r"/(?:etc|s?bin|lib|tmp|usr/(?:local/)?(?:share|lib|include|etc|s?bin)|var/cache/apt|var/lib/apt)/.*"
    r"|/usr/src(?:/php.*)?"
)
#: What a system has in any case: nobody makes that for a program, nor has it a single owner.
_STANDING = regex(
    r"/|/(?:bin|boot|etc|lib(?:32|64|x32)?|sbin|tmp|usr|var|var/tmp)|/(?:dev|proc|sys)(?:/.*)?"
    r"|/usr/(?:local|(?:local/)?(?:s?bin|etc|games|include|lib(?:32|64|exec)?|man|share|src))"
)
#: Of those, what programs write to without a folder of their own.
_OF_ALL = regex(
    r"/(?:home|media|mnt|opt|run|srv|var/(?:cache|lib|local|lock|log|mail|opt|run|spool))"
)
_FOR_WRITING = regex(r".*/(?:data|db|database|logs?|cache|uploads?|storage|te?mp|spool|run|state)")
_TAKING_AWAY = frozenset({"find", "mv", "rm", "rmdir", "xargs"})
_PLAIN = regex(r"[\w/][\w./-]*")
#: Variables of the image that name a place to write to.
WRITTEN = regex(
    r"(?:.*_)?(?:DATA|LOGS?|UPLOADS?|STORAGE|STATE|DB|DATABASE|SQLITE|MEDIA|PID|CACHE|TE?MP|SPOOL)"
    r"_?(?:DIR|DIRECTORY|PATH|FILE|FOLDER|ROOT|HOME|LOCATION)",
    re.IGNORECASE,
)


class HandedOver(Struct, frozen=True):
    """Empty directories that RUNs make, and the COPYs of which the program writes the result."""

    made: tuple[str, ...] = ()
    copied: tuple[tuple[Copy, str], ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the absolute `path` is one of the directories, or below one."""
        place = posixpath.normpath(path)
        folders = (*self.made, *(where for _, where in self.copied))
        return path.startswith("/") and any(f"{place}/".startswith(f"{one}/") for one in folders)


def handed_over(facts: Facts, stage: Stage) -> HandedOver:
    """What the user of the program of `stage` can be given.

    A directory counts where a RUN certainly makes it, and nothing but `mkdir` and COPY speaks of
    it; and the folder of a COPY where a variable says that it is written to.
    """
    used = places(facts, stage)
    made = dict.fromkeys(
        path
        for run in _runs(facts, stage)
        for path in _made(facts, run)
        if is_meant_for_writing(path, used) and not _OF_ALL.fullmatch(path)
    )
    others = [text for run in _runs(facts, stage) for text in _other_words(facts, run)]
    removed = [each for run in _runs(facts, stage) for each in _removed(facts, run)]
    kept = tuple(
        path
        for path in made
        if not any(posixpath.basename(path) in text for text in others)
        and not any(_is_within(path, each) for each in removed)
    )
    return HandedOver(kept, tuple(_copied(facts, stage, kept)))


def places(facts: Facts, stage: Stage) -> tuple[str, ...]:
    """Where the lineage of `stage` copies to, and where it works."""
    used = [each.destination for each in placements(facts, stage) if each.destination]
    for each in facts.stages.lineage(stage):
        paths = (facts.plan.before(node).workdir for node in each.instructions)
        used += [path for path in paths if path is not None]
    return tuple(used)


def is_meant_for_writing(path: str, used: Sequence[str]) -> bool:
    """Whether a directory that root makes may be there to be written to; `used` is in use."""
    if _STANDING.fullmatch(path):
        return False
    filled = any(f"{each.rstrip('/')}/".startswith(f"{path}/") for each in used)
    return bool(_FOR_WRITING.fullmatch(path)) or not (filled or _SYSTEM.fullmatch(path))


def _runs(facts: Facts, stage: Stage) -> Iterator[Run]:
    for each in reversed(facts.stages.lineage(stage)):
        for instruction in each.instructions:
            if isinstance(instruction, Run):
                yield instruction


def _made(facts: Facts, run: Run) -> Iterator[str]:
    """The directories that a RUN makes, where its failure would end the build."""
    script = script_of(run, facts.tree.escape)
    planned = statements_of(facts, run)
    if script is None or len(planned) != len(script.statements):
        return
    workdir = facts.bases.workdir(run)
    if any(base_name(command) in {"cd", "pushd", None} for command in script.commands):
        workdir = None
    for statement, plan in zip(script.statements, planned, strict=True):
        command = statement.command
        if statement.kind != "command" or command is None or plan.failure != "aborts":
            continue
        if base_name(command) == "mkdir":
            for path in _operands(command, workdir):
                if not is_mounted(run, path):
                    yield path


def _operands(command: Command, workdir: str | None) -> Iterator[str]:
    words = literal_arguments(command)
    if any(word is not None and re.match(r"-[a-z]*m|--(?!parents)", word) for word in words):
        return
    for word in words:
        if word is None or not _PLAIN.fullmatch(word):
            continue
        if word.startswith("/") or workdir is not None:
            yield posixpath.normpath(posixpath.join(workdir or "/", word))


def _other_words(facts: Facts, run: Run) -> Iterator[str]:
    """The words of all commands of a RUN but mkdir; the whole text of one that is not read."""
    script = script_of(run, facts.tree.escape)
    if script is None:
        yield run.code
        return
    for command in script.commands:
        if base_name(command) != "mkdir":
            yield script.text[command.span.start : command.span.end]


def _removed(facts: Facts, run: Run) -> Iterator[str]:
    """What a RUN may take away or move: paths and patterns; relative where the directory is not known."""
    script = script_of(run, facts.tree.escape)
    commands = script.commands if script is not None else ()
    moves = any(base_name(command) in {"cd", "pushd", None} for command in commands)
    workdir = None if moves else facts.bases.workdir(run)
    for command in commands:
        if base_name(command) in _TAKING_AWAY:
            for word in command.arguments:
                text = (word.value or word.text).strip("\"'")
                if not text.startswith("-"):
                    yield posixpath.normpath(posixpath.join(workdir or "", text))


def _is_within(path: str, removed: str) -> bool:
    """Whether `path` may be what is removed, or below it."""
    if removed.startswith("$"):
        return True
    parts = path.split("/")
    if not removed.startswith("/"):
        return any(fnmatchcase(part, removed.rpartition("/")[2]) for part in parts[1:])
    pattern = re.sub(r"\$\{[^{}]*\}|\$\w+", "*", removed)
    if "${" in pattern:
        return True  # a variable within another one: it may be anything
    return any(fnmatchcase("/".join(parts[: at + 1]), pattern) for at in range(1, len(parts)))


def _copied(facts: Facts, stage: Stage, made: tuple[str, ...]) -> Iterator[tuple[Copy, str]]:
    """COPYs that fill a new folder which a variable names as a place to write to."""
    named = {
        posixpath.normpath((pair.assigned or "").strip("\"'"))
        for each in stage.instructions
        if isinstance(each, Env)
        for pair in each.pairs
        if WRITTEN.fullmatch(pair.key)
    }
    for placement in placements(facts, stage):
        node = placement.node
        place = posixpath.normpath(placement.destination or "/")
        if place not in named or place in made or not isinstance(node, Copy):
            continue
        if placement.owner is not None or facts.stages.holding(node) is not stage:
            continue
        parent = posixpath.dirname(place)
        if _directories.exists(facts, node, parent) and not _directories.may_exist(
            facts, node, place
        ):
            yield node, place
