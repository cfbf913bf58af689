"""Gives the program a user without root's rights."""

from collections.abc import Mapping
from typing import ClassVar

from dfix import (
    Change,
    Cmd,
    Entrypoint,
    Fixer,
    Healthcheck,
    Instruction,
    Invalid,
    Level,
    Onbuild,
    Option,
    Phase,
    Run,
    Stage,
    User,
    Valid,
    Word,
    Workdir,
    above,
)
from dfix.facts.runtime import Part, launch, program

from . import _readable, _root_steps
from ._accounts import Account, Wish, account
from ._variable_base import may_be_another

_ROOT = frozenset({"root", "0", "root:root", "0:0", "root:0", "0:root"})
_STARTING = (Entrypoint, Cmd, Healthcheck)


class RunAsUser(Fixer):
    """Gives the program a user without root's rights.

    **Why**

    A program that is taken over as root has all files of the image, and one bug of the kernel or one
    mount away, the host's. Most programs need nothing that only root has.

    **When it is applied**

    To the last stage, where nothing sets a user and the base image's is root: after the last RUN,
    before ENTRYPOINT, CMD and HEALTHCHECK. The user is the one that the base image brings for this
    (node, .NET, distroless), or an account that is made with the tools of Alpine, Debian or Ubuntu
    and the images built on them. USER gets numbers, which Kubernetes can check, or with
    `style=name` names. What the build copies stays root's: the program reads it, and cannot change
    it. The program must be one that the build copies, or a script of an interpreter.

    **When it is refused**

    Where a USER is written already, the entrypoint needs root or gives it up by itself, the program
    lies below /root or cannot be read by others, something shows that it writes files (VOLUME, empty
    directories, settings for data or logs), a RUN does what is not known, or the base image is not
    known. An image that starts nothing of its own is one to build on, and is left alone too.
    """

    message = "the program runs as root"
    level = Level.STANDARD
    phase = Phase.RUNTIME
    aliases = ("DL3002",)
    reference = "https://docs.docker.com/build/building/best-practices/#user"
    options: ClassVar[Mapping[str, Option]] = {
        "style": Option("number", "what USER gets", ("number", "name")),
        "user": Option("app", "the name of an account that has to be made"),
        "uid": Option("10001", "the number of an account and a group that have to be made"),
    }
    VALID = (
        Valid('FROM alpine:3.20\nCOPY app /app\nUSER 10001\nCMD ["/app"]\n'),
        Valid("FROM node:22\nRUN npm install -g x\n", why="an image to build on", refused=True),
        Valid(
            'FROM alpine:3.20\nCOPY app /app\nUSER root\nCMD ["/app"]\n',
            why="somebody means it",
            refused=True,
        ),
        Valid('FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n', refused=True),
        Valid(
            'FROM alpine:3.20\nWORKDIR /root\nCOPY app .\nCMD ["./app"]\n',
            why="only root may enter /root",
            refused=True,
        ),
        Valid(
            'FROM alpine:3.20\nCOPY app /app\nVOLUME /data\nCMD ["/app"]\n',
            why="the program writes to the volume, which is root's",
            refused=True,
        ),
        Valid('FROM example.com/base\nCOPY app /app\nCMD ["/app"]\n', refused=True),
    )
    INVALID = (
        Invalid(
            'FROM alpine:3.12\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n',
            "FROM alpine:3.12\n\nCOPY app /app\n\nRUN addgroup -S -g 10001 app \\\n"
            "  && adduser -S -D -H -u 10001 -G app app\nUSER 10001:10001\n\n"
            'ENTRYPOINT ["/app"]\n',
        ),
        Invalid(
            'FROM node:22\nCOPY index.js /\nCMD ["node", "/index.js"]\n',
            'FROM node:22\nCOPY index.js /\nUSER 1000:1000\nCMD ["node", "/index.js"]\n',
            why="the image brings an account for this",
        ),
        Invalid(
            'FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]\n',
            'FROM scratch\nCOPY app /app\nUSER 65534:65534\nENTRYPOINT ["/app"]\n',
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes a user for the last stage, or says what speaks against one."""
        if not self.facts.stages.is_final(stage):
            return
        lineage = self.facts.stages.lineage(stage)
        written = [each for one in lineage for each in one.instructions if isinstance(each, User)]
        last = self.facts.plan.stages[stage.index].config.user
        if last is not None and last not in _ROOT:
            return
        if written:
            self.refuse(written[-1], "USER is written: somebody means it")
            return
        known = self.facts.bases.of(stage)
        if known is not None and known.default_user not in _ROOT | {None}:
            return
        started = launch(self.facts, stage)
        main = started.entrypoint if started.entrypoint and started.entrypoint.instruction else None
        node = (main or started.cmd or Part()).instruction or stage.start
        found = self._account(stage)
        if isinstance(found, str):
            self.refuse(node, found)
            return
        place = _place(stage)
        if isinstance(place, str):
            self.refuse(node, place)
            return
        self._propose(stage, node, place, found)
