"""Starts the program under tini, so that it is not PID 1 itself."""

import json
import re
from collections.abc import Mapping
from typing import ClassVar

from dfix import (
    Change,
    Cmd,
    Entrypoint,
    ExecForm,
    Fixer,
    Healthcheck,
    Insert,
    Instruction,
    Invalid,
    Level,
    Node,
    Onbuild,
    Option,
    Phase,
    Stage,
    Valid,
    above,
    below,
    regex,
)
from dfix.facts.runtime import INITS, Launch, Part, Program, launch, passes_on, program

from ._init_edits import behind, installed_at, place_in
from ._init_package import Installation, installation, mentioned_init
from ._programs import no_gain, server

_SHELL = "a shell reads the command line, and hands no signal on: write the exec form first"
#: What looks for the program itself at PID 1, where an init process is then.
_LOOKS_AT_FIRST = regex(
    r"""\$\$["']?\s*(?:-eq|-ne|-gt|==?|!=)\s*["']?1\b|\b1["']?\s*(?:-eq|-ne|-lt|==?|!=)\s*["']?\$\$"""
    r"""|\bBASHPID\b|/proc/1/(?!fd/)|\bkill\s+(?:-\S+\s+)*1\b"""
    r"""|\bps\s(?:[^|\n]{0,200}\s)?-?-?p(?:id)?[ =]?1\b"""
)
_ELSEWHERE = "the ENTRYPOINT stands in another stage"


class InitProcess(Fixer):
    """Starts the program under tini.

    **Why**

    The kernel delivers SIGTERM to PID 1 only if it has a handler. A program of node or python
    without one runs on until it is killed after the grace period, and processes that it leaves
    behind stay as zombies. tini as PID 1 hands signals on and reaps.

    **When it is applied**

    To the last stage, where the program is one of an interpreter, and ENTRYPOINT and CMD are in exec
    form and known, those of the base image included; scripts that the build context shows are looked
    through, where they end by becoming the program. tini is installed from the base image's own
    packages: on Alpine, on Debian from 11 and on Ubuntu's long-term releases. An ENTRYPOINT is kept
    behind tini; the entrypoint script of node's images is left out where it would do nothing.

    **When it is refused**

    For servers and runtimes that handle signals themselves, shell forms and shell scripts, npm and
    its like, programs that nothing is known about, base images with an unknown entrypoint or another
    package manager, releases whose archives are gone, and where the user is not root.
    """

    message = "the program is PID 1 without an init process"
    level = Level.STANDARD
    phase = Phase.RUNTIME
    practices = ("01",)
    plan_paths = ("effect", "config.entrypoint", "config.cmd")
    reference = "https://github.com/krallin/tini#using-tini"
    options: ClassVar[Mapping[str, Option]] = {
        "keep-entrypoint": Option(
            "no", "keep an entrypoint script of the base also where it would do nothing",
            ("no", "yes"),
        )
    }  # fmt: skip
    VALID = (
        Valid('FROM node:22-alpine\nENTRYPOINT ["/sbin/tini", "--"]\nCMD ["node", "index.js"]\n'),
        Valid("FROM python:3.13-alpine\nRUN pip install x\n", why="it starts nothing of its own"),
        Valid(
            'FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n',
            why="nginx is made to be PID 1",
            refused=True,
        ),
        Valid("FROM node:22-alpine\nCMD node index.js\n", why="the shell is PID 1", refused=True),
        Valid('FROM node:22-alpine\nCMD ["npm", "start"]\n', refused=True),
        Valid('FROM alpine:3.20\nCOPY app /app\nCMD ["/app"]\n', refused=True),
        Valid('FROM centos:8\nCMD ["python3", "app.py"]\n', why="no package", refused=True),
        Valid('FROM example.com/node:1\nCMD ["node", "index.js"]\n', refused=True),
    )
    INVALID = (
        Invalid(
            'FROM node:22-alpine\nWORKDIR /app\n\nCOPY . .\n\nCMD ["node", "index.js"]\n',
            "FROM node:22-alpine\nWORKDIR /app\n\nRUN apk add --no-cache tini\n\nCOPY . .\n\n"
            'ENTRYPOINT ["/sbin/tini", "--"]\nCMD ["node", "index.js"]\n',
        ),
        Invalid(
            'FROM debian:12\nCOPY app.py /\nENTRYPOINT ["python3", "/app.py"]\n',
            "FROM debian:12\nRUN apt-get update \\\n"
            "  && apt-get install -y --no-install-recommends tini \\\n"
            "  && rm -rf /var/lib/apt/lists/*\nCOPY app.py /\n"
            'ENTRYPOINT ["/usr/bin/tini", "--", "python3", "/app.py"]\n',
            why="an ENTRYPOINT goes on behind tini",
        ),
        Invalid(
            'FROM node:22-alpine\nCOPY . .\nCMD ["index.js"]\n',
            "FROM node:22-alpine\nRUN apk add --no-cache tini\nCOPY . .\n"
            'ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]\nCMD ["index.js"]\n',
            why="the base's entrypoint script is what calls node",
        ),
        Invalid(
            "FROM debian:12\nCOPY app.py /\n"
            "RUN rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y less\n"
            'ENTRYPOINT ["python3", "/app.py"]\n',
            "FROM debian:12\nRUN apt-get update \\\n"
            "  && apt-get install -y --no-install-recommends tini \\\n"
            "  && rm -rf /var/lib/apt/lists/*\nCOPY app.py /\n"
            "RUN rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y less\n"
            'ENTRYPOINT ["/usr/bin/tini", "--", "python3", "/app.py"]\n',
            why="it changes what is kept of packages, not where they come from",
        ),
        Invalid(
            "FROM debian:12\nCOPY app.py /\n"
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y x\n"
            'ENTRYPOINT ["python3", "/app.py"]\n',
            "FROM debian:12\nRUN apt-get update \\\n"
            "  && apt-get install -y --no-install-recommends tini \\\n"
            "  && rm -rf /var/lib/apt/lists/*\nCOPY app.py /\n"
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y x\n"
            'ENTRYPOINT ["/usr/bin/tini", "--", "python3", "/app.py"]\n',
            why="a RUN further down may begin in the same way",
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes tini for the last stage, or says what speaks against it."""
        if not self.facts.stages.is_final(stage):
            return
        started = launch(self.facts, stage)
        main = started.entrypoint if started.entrypoint and started.entrypoint.instruction else None
        node = (main or started.cmd or Part()).instruction
        if node is None:
            return
        found = program(self.facts, stage, started, own_scripts=True)
        if _has_init(started, found) or self._base_has_init(stage, started):
            return
        reason = self._objection(stage, started, found)
        if reason or isinstance(found, str):
            self.refuse(node, reason or str(found))
            return
        place = place_in(stage)
        how = installation(self.facts, stage, place)
        if isinstance(how, str):
            self.refuse(node, how)
            return
        self._propose(stage, started, found, how, place)

    def _objection(self, stage: Stage, started: Launch, found: Program | str) -> str | None:
        """What speaks against an init process in front of what is started."""
        if self.facts.bases.is_windows(stage.start):
            return "there is no tini for Windows"
        lineage = self.facts.stages.lineage(stage)
        if any(isinstance(each, Onbuild) for one in lineage for each in one.instructions):
            return "ONBUILD makes it an image to build on"
        if started.repeated:
            return "there is more than one ENTRYPOINT or CMD"
        for service in self.facts.surroundings.services:
            if service.init:
                return f"{service.source} starts {service.name} with an init process already"
        if isinstance(found, str):
            return found
        if mentioned := mentioned_init(self.facts, stage):
            return f"`{mentioned}` is mentioned: there may be an init process already"
        entrypoint, cmd = started.entrypoint, started.cmd
        checks = [
            each.code
            for one in lineage
            for each in one.instructions
            if isinstance(each, Healthcheck)
        ]
        if looking := next(filter(None, map(_LOOKS_AT_FIRST.search, (*found.read, *checks))), None):
            return f"`{looking[0]}` looks for the program as PID 1, which the init process would be"
        if found.shell:
            return _SHELL
        if entrypoint is None or entrypoint.instruction is None:
            if any(isinstance(each, Entrypoint) for one in lineage for each in one.instructions):
                return "an ENTRYPOINT is cleared on purpose"
            if cmd is None or cmd.stage is None:
                return "the CMD is the base image's"
        elif entrypoint.stage is not stage:
            return _ELSEWHERE
        if entrypoint is not None and entrypoint.instruction is None and not found.script:
            words = cmd.words if cmd is not None else ()
            return server(words) or "what the entrypoint of the base image does is not known"
        return no_gain(found.words)

    def _base_has_init(self, stage: Stage, started: Launch) -> bool:
        """Whether the base image's own ENTRYPOINT, still in force, starts one."""
        known = self.facts.bases.of(stage)
        inherited = started.entrypoint is not None and started.entrypoint.instruction is None
        return inherited and known is not None and known.init not in {None, "none"}

    def _propose(
        self, stage: Stage, started: Launch, found: Program, how: Installation, place: Instruction
    ) -> None:
        run = self.facts.habits.run(*how.commands)
        old = started.entrypoint.instruction if started.entrypoint else None
        changes: dict[Node, Instruction | Insert]
        if isinstance(old, Entrypoint) and isinstance(old.command, ExecForm):
            words = (how.path, "--", *old.command.values)
            new = old.with_changes(command=behind(old.command, how.path))
            changes = {old: new}
            node: Instruction = old
        else:
            words = (how.path, "--", *self._kept(started))
            entrypoint = Entrypoint(command=ExecForm.of(*words))
            cmd = started.cmd or Part()
            node = cmd.instruction or stage.start
            if cmd.stage is stage:
                changes = {node: above(node, entrypoint)}
            else:
                restated = Cmd(command=ExecForm.of(*cmd.words))
                last = (stage.start, *stage.instructions)[-1]
                changes = {last: below(entrypoint, restated)}
        changes[place] = installed_at(place, run, changes.get(place))
        before = self.facts.plan.stages[stage.index].config.entrypoint
        expects = [Change(stage.index, "effect", None, command) for command in how.commands]
        expects.append(
            Change(stage.index, "config.entrypoint", _rendered(before), _rendered(words))
        )
        self.fix(
            node,
            changes,
            expects=tuple(expects),
            reason=f"`{found.name}` leaves signals to the kernel, which does not end PID 1",
        )

    def _kept(self, started: Launch) -> tuple[str, ...]:
        """The words of the base's ENTRYPOINT that stay behind tini."""
        entrypoint, cmd = started.entrypoint, started.cmd
        if entrypoint is None:
            return ()
        idle = cmd is not None and passes_on(entrypoint.words, cmd.words)
        # Another command may be one that the script makes something of.
        idle = idle and not any(one.replaces_command for one in self.facts.surroundings.services)
        return () if idle and self.option("keep-entrypoint") == "no" else entrypoint.words


def _has_init(started: Launch, found: Program | str) -> bool:
    """Whether an init process is named by what is started."""
    if isinstance(found, Program):
        return bool(found.init) or found.name in INITS
    texts = [
        text
        for part in (started.entrypoint, started.cmd)
        if part is not None
        for text in (*part.words, part.text or "")
    ]
    return any(INITS.intersection(re.findall(r"[\w-]+", text)) for text in texts)


def _rendered(words: tuple[str, ...] | None) -> str | None:
    """Words as the plan's differences show them."""
    return None if words is None else json.dumps(words, ensure_ascii=False)
