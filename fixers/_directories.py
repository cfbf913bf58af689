"""Which directories are there when an instruction begins, and which are certainly not."""

import posixpath
import re
from collections.abc import Iterator

from dfix import Add, Copy, Facts, Instruction, Run, Stage, Workdir
from dfix.facts.commands import (
    BUILTINS,
    COMMON_TOOLS,
    COREUTILS,
    PACKAGE_MANAGERS,
    base_name,
    literal_arguments,
)
from dfix.facts.placements import placements
from dfix.facts.scripts import script_of

from ._text_names import is_text_name

#: Directories that hold programs alone: what is copied to a name in them is a file.
OF_PROGRAMS = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"})
#: What every image has in which a shell and chown run.
_EVERYWHERE = frozenset({"/", "/bin", "/dev", "/etc", "/proc", "/sys"})
#: What the root file systems of distributions have.
_OF_DISTRIBUTIONS = frozenset(
    """/home /lib /media /mnt /opt /root /run /sbin /srv /tmp /usr /usr/bin /usr/lib /usr/local
    /usr/local/bin /usr/local/lib /usr/local/share /usr/sbin /usr/share /var /var/cache /var/lib
    /var/log /var/run /var/spool /var/tmp""".split()
)
_DISTRIBUTIONS = frozenset({"debian", "ubuntu", "alpine", "rhel", "fedora", "amazon", "suse"})
#: Images of a distribution or a language alone: they bring nothing of an application.
_PLAIN_IMAGES = frozenset(
    """alpine almalinux amazoncorretto amazonlinux buildpack-deps centos debian eclipse-temurin
    elixir erlang fedora gcc golang gradle haskell julia maven node openjdk oraclelinux perl pypy
    python rockylinux ruby rust swift ubuntu""".split()
)
_SHARED = ("/home/", "/opt/", "/srv/")
_OF_ACCOUNTS = frozenset("useradd adduser groupadd addgroup usermod".split())
_MAKING_NOTHING = frozenset("chown chgrp chmod rm rmdir".split())
_NOT_LOOKED_INTO = frozenset("pip pip2 pip3 npm yarn gem bundle git go cargo".split())
_KNOWN = PACKAGE_MANAGERS | COREUTILS | COMMON_TOOLS | BUILTINS | _NOT_LOOKED_INTO


def exists(facts: Facts, instruction: Instruction, path: str) -> bool:
    """Whether the absolute `path` is a directory when `instruction` begins; False if not known."""
    known = facts.bases.of(_stage(facts, instruction))
    if path in _EVERYWHERE or (known is not None and path == known.workdir):
        return True
    if path in _OF_DISTRIBUTIONS and known is not None and known.family in _DISTRIBUTIONS:
        return True
    return any(f"{made}/".startswith(f"{path}/") for made in _made(facts, instruction))


def is_common(path: str) -> bool:
    """Whether distributions have a directory of that name."""
    return path in _EVERYWHERE | _OF_DISTRIBUTIONS


def may_exist(facts: Facts, instruction: Instruction, path: str) -> bool:
    """Whether something may be at `path`, or below it, when `instruction` begins."""
    if is_common(path) or is_filled(facts, instruction, path):
        return True
    stage = _stage(facts, instruction)
    known = facts.bases.of(stage)
    if known is None or known.image not in _PLAIN_IMAGES:
        return True
    top = posixpath.dirname(path)
    if top != "/" and f"{top}/" not in _SHARED:
        return True
    if f"{known.workdir}/".startswith(f"{path}/"):
        return True
    return any(posixpath.basename(path) == user.name for user in known.users)


def is_filled(facts: Facts, instruction: Instruction, path: str) -> bool:
    """Whether something before `instruction` may have made `path`, or something below it."""
    stage = _stage(facts, instruction)
    placed = {each.node: each.destination for each in placements(facts, stage)}
    for each in _before(facts, instruction):
        if isinstance(each, Workdir):
            continue  # what it makes is where the next instruction works
        if isinstance(each, Copy | Add):
            where = placed.get(each)
            if where is None or any(_touches(one, path) for one in _targets(each, where)):
                return True
        elif isinstance(each, Run) and _may_make(facts, each, path):
            return True
    return any(f"{made}/".startswith(f"{path}/") for made in _made(facts, instruction))


def _targets(node: Copy | Add, where: str) -> list[str]:
    """What a COPY to `where` may fill: files alone fill nothing but their own names."""
    if where.endswith("/") and not node.heredocs and all(map(is_text_name, node.sources)):
        return [where + posixpath.basename(each) for each in node.sources]
    return [where]


def _touches(where: str, path: str) -> bool:
    """Whether something at `where` may be at or below `path`, or be a folder that reaches into it."""
    place = posixpath.normpath(where).rstrip("/") + "/"
    return place.startswith(f"{path}/") or f"{path}/".startswith(place)


def _may_make(facts: Facts, run: Run, path: str) -> bool:
    """Whether a RUN may make `path`: it does something unknown, or speaks of a name like its last."""
    script = script_of(run, facts.tree.escape)
    if script is None:
        return True
    name = posixpath.basename(path)
    for command in script.commands:
        tool = base_name(command)
        text = script.text[command.span.start : command.span.end]
        if tool not in _KNOWN | {""}:
            return True
        if tool in _OF_ACCOUNTS and path not in text:
            # An account without a directory of its own choice has it in /home.
            if name in text and posixpath.dirname(path) == "/home":
                return True
        elif tool not in _MAKING_NOTHING and name in text:
            return True
    return False


def _made(facts: Facts, instruction: Instruction) -> Iterator[str]:
    """Directories that WORKDIR, `mkdir -p` and COPY to a folder have made by then."""
    stage = _stage(facts, instruction)
    placed = {each.node: each.destination for each in placements(facts, stage)}
    for each in (*_before(facts, instruction), instruction):
        workdir = facts.bases.workdir(each)
        if workdir is not None and facts.plan.before(each).workdir is not None:
            yield posixpath.normpath(workdir)
        if each is instruction:
            return
        if isinstance(each, Copy | Add):
            where = placed.get(each)
            if where is not None and where.endswith("/"):
                yield posixpath.normpath(where)
        elif isinstance(each, Run):
            yield from _by_mkdir(facts, each, workdir)


def _by_mkdir(facts: Facts, run: Run, workdir: str | None) -> Iterator[str]:
    """What the leading `mkdir -p` links of a chain make, with plain names."""
    script = script_of(run, facts.tree.escape)
    for statement in script.statements if script is not None else ():
        command = statement.command
        if statement.operator not in {"", "&&"} or command is None or statement.background:
            return
        if base_name(command) == "mkdir" and "-p" in literal_arguments(command):
            for word in literal_arguments(command):
                if word is not None and re.match(r"/[^$*?]", word):
                    yield posixpath.normpath(word)
                elif word is not None and workdir is not None and not word.startswith("-"):
                    yield posixpath.normpath(posixpath.join(workdir, word))
        elif base_name(command) == "cd":
            return


def _stage(facts: Facts, instruction: Instruction) -> Stage:
    stage = facts.stages.holding(instruction)
    if stage is None:
        raise ValueError("the instruction stands in no stage")
    return stage


def _before(facts: Facts, instruction: Instruction) -> Iterator[Instruction]:
    """The instructions of the lineage above `instruction`, in the order of the build."""
    for each in reversed(facts.stages.lineage(_stage(facts, instruction))):
        for one in each.instructions:
            if one is instruction:
                return
            yield one
