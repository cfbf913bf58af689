"""What files of an image hold, where the build context or the Dockerfile itself shows it."""

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dfix.facts.placements import Placement, placements
from dfix.nodes import Instruction, Run, ShellForm, Stage
from dfix.patterns import regex
from dfix.shell import Command, parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

#: Directories that a bare name is looked for in.
PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
#: Commands that leave what a file says as it is.
_HARMLESS = frozenset("chmod chown chgrp ls cat test [ stat dos2unix echo pip pip3".split())
#: Commands that may put any number of files where they are told to.
_FILLING = frozenset("cp mv rsync tar bsdtar unzip git svn hg cpio 7z".split())
_LINE_ENDS = regex(r"s/\\r\$?//g?|s/\^M\$//g?")
_LIMIT = 262_144


def workdir_of(facts: "Facts", stage: Stage) -> str | None:
    """The directory that a container of `stage` begins in; None if not known."""
    written = facts.plan.stages[stage.index].config.workdir
    if written is None:
        known = facts.bases.of(stage)
        written = None if known is None else known.workdir
    return written if written is not None and re.fullmatch(r"/[^$<]*", written) else None


def program_path(facts: "Facts", stage: Stage, word: str) -> str | None:
    """The absolute path of a program that the file itself copies; None for any other one."""
    if "/" in word:
        workdir = "/" if word.startswith("/") else workdir_of(facts, stage)
        return None if workdir is None else posixpath.normpath(posixpath.join(workdir, word))
    placed = tuple(placements(facts, stage))
    paths = (f"{folder}/{word}" for folder in PATH)
    return next((path for path in paths if any(one.source_of(path) for one in placed)), None)


def text_of(facts: "Facts", stage: Stage, path: str) -> str | None:
    """The text of the file at the absolute `path` at the end of `stage`; None if not known.

    It is followed through COPY to the build context, or to a heredoc; what a RUN may have done to
    it makes it unknown.
    """
    return _found(facts, stage, posixpath.normpath(path), 0)


def _found(facts: "Facts", stage: Stage, path: str, depth: int) -> str | None:
    holders = [each for each in placements(facts, stage) if each.holds(path)]
    if not holders or depth > len(facts.tree.stages):
        return None
    last = holders[-1]
    if _is_rewritten(facts, stage, path, last.node):
        return None
    if last.node.heredocs:
        return _document(last, path)
    if last.image is not None or any(last.node.flag(name) for name in ("parents", "exclude")):
        return None
    if last.origin is not None:
        return _of_stage(facts, last, path, depth)
    return _of_context(facts, last, path)


def _document(placement: Placement, path: str) -> str | None:
    """A heredoc of COPY that nothing is expanded in."""
    node = placement.node
    if len(node.heredocs) != 1 or len(node.sources) != 1 or path != placement.destination:
        return None
    (document,) = node.heredocs
    return None if document.expand and "$" in document.body else document.content


def _of_context(facts: "Facts", placement: Placement, path: str) -> str | None:
    evidence = facts.surroundings.evidence
    if evidence is None:
        return None
    for source in reversed(placement.node.sources):
        if "$" in source:
            return None
        for candidate, whole in _candidates(placement, source, path):
            kind = evidence.kind(source, level_is_safe=False)
            if placement.does != "copy" and kind not in {"file", "directory"}:
                return None
            if (kind == "directory") is whole:
                continue
            text = evidence.text(candidate, level_is_safe=False, limit=_LIMIT)
            if text is not None:
                return text
    return None


def _of_stage(facts: "Facts", placement: Placement, path: str, depth: int) -> str | None:
    """What another stage has in the place that it is copied from."""
    if placement.origin is None:
        return None
    for source in reversed(placement.node.sources):
        if "$" in source or "*" in source:
            return None
        for candidate, _ in _candidates(placement, posixpath.join("/", source), path):
            text = _found(facts, placement.origin, posixpath.normpath(candidate), depth + 1)
            if text is not None:
                return text
    return None


def _candidates(placement: Placement, source: str, path: str) -> Iterator[tuple[str, bool]]:
    """What may become `path`, each with whether it is the source itself, rather than below it."""
    target = posixpath.normpath(placement.destination or "/")
    if path == target:
        yield source, True
        return
    rest = posixpath.relpath(path, target)
    name = posixpath.basename(source.rstrip("/"))
    if "/" not in rest and fnmatchcase(rest, name):
        yield posixpath.join(posixpath.dirname(source.rstrip("/")), rest), True
    yield posixpath.join(source, rest), False


def _is_rewritten(facts: "Facts", stage: Stage, path: str, since: Instruction) -> bool:
    """Whether a RUN of the lineage after `since` may have written the file at `path`."""
    begun = False
    for each in reversed(facts.stages.lineage(stage)):
        for instruction in each.instructions:
            begun = begun or instruction is since
            if begun and isinstance(instruction, Run) and _writes(facts, instruction, path):
                return True
    return False


def _writes(facts: "Facts", run: Run, path: str) -> bool:
    name, folder = posixpath.basename(path), posixpath.dirname(path)
    if run.heredocs or not isinstance(run.command, ShellForm):
        return name in run.code
    script = parse_shell(run.command.text, facts.tree.escape)
    if script.has_error:
        return True
    cwd = facts.plan.before(run).workdir
    if any(command.words()[:1] in {("cd",), ("pushd",)} for command in script.commands):
        cwd = None
    return any(_writes_to(command, name, folder, cwd) for command in script.commands)


def _writes_to(command: Command, name: str, folder: str, cwd: str | None) -> bool:
    words = command.words()
    targets = [each.target.value for each in command.redirects if each.target is not None]
    if any(each is None or posixpath.basename(each) == name for each in targets):
        return True
    if not words or words[0] is None:
        return bool(words)
    program = posixpath.basename(words[0])
    if program in _FILLING:
        return _fills(words, name, folder, cwd)
    if program in _HARMLESS or not any(name in (each or name) for each in words[1:]):
        return False
    if program == "sed":
        scripts = [each for each in words[1:] if each and not each.startswith("-")]
        return not (scripts and _LINE_ENDS.fullmatch(scripts[0]))
    return posixpath.basename(words[0]) != name


def _fills(words: tuple[str | None, ...], name: str, folder: str, cwd: str | None) -> bool:
    """Whether a command that makes files from others may make the one that is asked for."""
    last = words[-1]
    if posixpath.basename(words[0] or "") not in {"cp", "mv"} or last is None:
        return True
    target = posixpath.normpath(posixpath.join(cwd or "", last))
    return (
        not target.startswith("/")
        or target == folder
        or folder.startswith(f"{target.rstrip('/')}/")
        or name in last
    )
