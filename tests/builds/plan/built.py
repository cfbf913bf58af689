"""Builds of one file: of each stage its image's configuration, and what the RUNs told in the log."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from dfix.nodes import Dockerfile
from tests.builds.images import docker
from tests.builds.plan.stand_ins import MARK

_TOLD = re.compile(rf"^#[0-9]+ [0-9.]+ {MARK} (.*)$", re.MULTILINE)
_COUNT = count()


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that COPY or ADD brought."""

    owner: str
    mode: str
    content: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one call of the probe saw."""

    number: int
    cwd: str
    #: User and group by their numbers.
    user: str
    umask: str
    #: Who owns the working directory.
    cwd_owner: str
    #: What the builder ran, and with what environment.
    command: tuple[str, ...]
    given: Mapping[str, str]
    #: The environment of the probe itself: what the shell around it made of it.
    env: Mapping[str, str]
    files: Mapping[str, Copied]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An image's configuration."""

    config: Mapping[str, Any]
    author: str


@dataclass(frozen=True, slots=True)
class Built:
    """What came of building one file: each stage for itself, the last one first and from nothing."""

    #: By the stage's number.
    records: Mapping[int, Record]
    #: In the order of the log of the last stage's build.
    told: tuple[Told, ...]
    #: Of the builds of the other stages, as far as they had to run anything.
    more: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is built for one stage: the file, or what it is up to there, and the name to build."""

    text: str
    target: str | None


def goals(tree: Dockerfile) -> list[Goal]:
    """The goals of a file's stages in order. A stage without a name of its own is made the last."""
    names = [each.name for each in tree.stages]
    found: list[Goal] = []
    for stage in tree.stages[:-1]:
        if stage.name is not None and names.count(stage.name) == 1:
            found.append(Goal(tree.text, stage.name))
            continue
        end = tree.instructions.index(tree.stages[stage.index + 1].start)
        cut = tree.with_changes(instructions=tree.instructions[:end], footer=())
        found.append(Goal(cut.text, None))
    return [*found, Goal(tree.text, None)]


def build(
    goals: Sequence[Goal], context: Path, arguments: Mapping[str, str], *, kept: bool
) -> Built:
    """Builds all goals, of which the last is the whole file.

    With `kept`, what was already built is not run again for another stage. Raises AssertionError with
    the builder's log where it fails.
    """
    records: dict[int, Record] = {}
    told, record = _build(goals[-1], context, arguments, "--no-cache")
    records[len(goals) - 1] = record
    more: list[Told] = []
    for index, goal in enumerate(goals[:-1]):
        here, records[index] = _build(goal, context, arguments, *(() if kept else ("--no-cache",)))
        more += here
    return Built(records, told, tuple(more))


def platform_arguments() -> dict[str, str]:
    """The arguments that the builder itself gives, where it builds for its own machine."""
    answer = docker("version", "--format", "{{.Server.Os}} {{.Server.Arch}}").decode().split()
    system, machine = answer
    return {
        f"{side}{name}": value
        for side in ("BUILD", "TARGET")
        for name, value in (
            ("PLATFORM", f"{system}/{machine}"),
            ("OS", system),
            ("ARCH", machine),
        )
    }


def _build(
    goal: Goal, context: Path, arguments: Mapping[str, str], *more: str
) -> tuple[tuple[Told, ...], Record]:
    words = ["build", "--progress=plain", "--network=host", "--provenance=false", *more]
    words += [word for item in arguments.items() for word in ("--build-arg", "=".join(item))]
    if goal.target is not None:
        words += ["--target", goal.target]
    tag = f"dfix-plan-built:{os.getpid()}-{next(_COUNT)}"
    words += ["--tag", tag, "--file", "-", str(context)]
    done = subprocess.run(
        ["docker", *words], input=goal.text.encode(), capture_output=True, check=False, timeout=300
    )
    log = done.stderr.decode()
    assert done.returncode == 0, f"{' '.join(words)}\n{goal.text}\n{log}"
    [record] = json.loads(docker("image", "inspect", tag))
    docker("image", "rm", tag)
    lines = (_told(line.split(" ")) for line in _TOLD.findall(log))
    return tuple(lines), Record(record["Config"], record.get("Author") or "")


def _told(fields: Sequence[str]) -> Told:
    number, cwd, user, umask, owner, command, given, env, files = fields
    lines = _decoded(files).splitlines()
    copied: dict[str, Copied] = {}
    marks: list[str] = []
    for line in lines:
        if line.startswith("/"):
            marks.append(line)
        else:
            who, mode, content, path = line.split(" ", 3)
            copied[path] = Copied(who, mode, _decoded(f"={content[:-1]}"))
    return Told(
        int(number),
        _decoded(cwd).rstrip("\n"),
        user,
        umask,
        owner,
        tuple(_decoded(command).split("\0")[:-1]),
        _environment(given),
        _environment(env),
        copied,
        tuple(marks),
    )


def _environment(field: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in _decoded(field).split("\0")[:-1])
    return {name: value for name, _, value in pairs}


def _decoded(field: str) -> str:
    return base64.b64decode(field[1:], validate=True).decode()
