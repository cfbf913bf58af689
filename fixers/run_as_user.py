"""Gives the program a user without root's rights."""

import posixpath
from collections.abc import Mapping
from typing import ClassVar

from dfix import (
    Change,
    Cmd,
    Entrypoint,
    Fixer,
    Healthcheck,
    Insert,
    Instruction,
    Invalid,
    Level,
    Node,
    Option,
    Phase,
    Remove,
    Run,
    Stage,
    User,
    Valid,
    Word,
    Workdir,
    above,
    with_flag,
)
from dfix.facts.runtime import INITS, Launch, Part, launch
from dfix.facts.scripts import has_posix_shell

from ._accounts import Account, Wish
from ._handed_over import HandedOver, handed_over
from ._readable import rests_on_convention
from ._rootless import ROOT, account_for, ports
from ._search_path import not_searched

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
    it. The program must be one that the build copies, or a script of an interpreter. Directories
    that a RUN makes for it to write to (`mkdir -p /data`) are given to the user, and so is a folder
    that is copied and that a variable names as a place to write to (`DATA_DIR`).

    **When it is refused**

    Where a USER is written already, the entrypoint needs root or gives it up by itself, the program
    lies below /root or cannot be read by others, something shows that it writes elsewhere (VOLUME, an
    empty working directory, settings for data or logs, what a Compose service, a Pod or a `docker run` of
    the tree mounts, and its sources and the libraries that they name, where the build context has them), a
    RUN does what is not known, another Dockerfile of the tree is built on it, or the base image is not
    known. An image that starts nothing of its own is one to build on, and is left alone too.
    """

    message = "the program runs as root"
    level = Level.STANDARD
    phase = Phase.RUNTIME
    aliases = ("DL3002",)
    practices = ("02",)
    plan_paths = ("effect", "effect.owner", "config.user")
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
        Valid(
            'FROM node:22\nWORKDIR /srv\nCOPY . .\nCMD ["node", "index.js"]\n',
            why="the program writes into the working directory, which is root's",
            refused=True,
            context={"index.js": b'fs.writeFileSync("state.json", text)\n'},
        ),
    )
    INVALID = (
        Invalid(
            'FROM alpine:3.12\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n',
            "FROM alpine:3.12\n\nCOPY app /app\n\nRUN addgroup -S -g 10001 app \\\n"
            "  && adduser -S -D -H -u 10001 -G app app\nUSER 10001:10001\n\n"
            'ENTRYPOINT ["/app"]\n',
        ),
        Invalid(
            "FROM node:22\nWORKDIR /srv\nCOPY . .\nRUN mkdir data\n"
            'ENV DATA_DIR=/srv/data\nCMD ["node", "index.js"]\n',
            "FROM node:22\nWORKDIR /srv\nCOPY . .\nRUN mkdir data\nENV DATA_DIR=/srv/data\n"
            'RUN chown -R 1000:1000 /srv/data\nUSER 1000:1000\nCMD ["node", "index.js"]\n',
            why="the directory is there to be written to",
        ),
        Invalid(
            'FROM node:22\nCOPY index.js /\nCMD ["node", "/index.js"]\n',
            'FROM node:22\nCOPY index.js /\nUSER 1000:1000\nCMD ["node", "/index.js"]\n',
            why="the image brings an account for this",
        ),
        Invalid(
            "FROM node:22\nARG P=80\nCOPY index.js /\nEXPOSE 80$P 8080:81\n"
            'CMD ["node", "/index.js"]\n',
            "FROM node:22\nARG P=80\nCOPY index.js /\nEXPOSE 80$P 8080:81\n"
            'USER 1000:1000\nCMD ["node", "/index.js"]\n',
            why="which port it is matters little",
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
        if last is not None and last not in ROOT:
            return
        if written:
            self.refuse(written[-1], self._of_last_root(stage, written))
            return
        known = self.facts.bases.of(stage)
        if known is not None and known.default_user not in ROOT | {None}:
            return
        started = launch(self.facts, stage)
        node = self._starting(stage, started)
        given = handed_over(self.facts, stage)
        wish = Wish(self.option("style"), self.option("user"), self.option("uid"))
        found = account_for(self.facts, stage, given, wish)
        if isinstance(found, str):
            self.refuse(node, found)
            return
        place = _place(stage)
        if isinstance(place, str):
            self.refuse(node, place)
            return
        self._propose(stage, node, place, found, given)

    def _starting(self, stage: Stage, started: Launch) -> Instruction:
        """What names the program: its comments may speak against a user.

        That is the CMD also behind an ENTRYPOINT that init-process has put above it.
        """
        main, cmd = started.entrypoint or Part(), started.cmd or Part()
        known = self.facts.bases.of(stage)
        neutral: tuple[object, ...] = ((), known.entrypoint if known is not None else ())
        if posixpath.basename(main.words[0] if main.words else "") in INITS and cmd.instruction:
            behind = main.words[main.words.index("--") + 1 :] if "--" in main.words else None
            if behind in neutral:
                return cmd.instruction
        return main.instruction or cmd.instruction or stage.start

    def _of_last_root(self, stage: Stage, written: list[User]) -> str:
        """What to do about a USER of root that is the last one."""
        known = self.facts.bases.of(stage)
        before = [each.argument.value for each in written if each.argument is not None]
        others = [each for each in before if each not in ROOT]
        reason = "USER is written: somebody means it"
        if others:
            return f"{reason}; if only RUNs need root, end with `USER {others[-1]}`"
        if known is not None and known.default_user not in ROOT | {None}:
            return f"{reason}; if only RUNs need root, end with the image's `USER {known.default_user}`"
        return reason

    def _propose(
        self,
        stage: Stage,
        node: Instruction,
        place: Instruction,
        found: Account,
        given: HandedOver,
    ) -> None:
        facts = self.facts
        commands = found.commands
        if given.made:
            commands = (*commands, f"chown -R {found.word} {' '.join(given.made)}")
        if commands and not has_posix_shell(facts, place):
            self.refuse(node, "the SHELL in force is no POSIX shell")
            return
        if reason := not_searched(facts, place, found.programs):
            self.refuse(node, reason)
            return
        new: list[Instruction] = [User(argument=Word(text=found.user))]
        if commands:
            new.insert(0, facts.habits.run(*commands))
        expects = [Change(stage.index, "effect", None, command) for command in commands]
        changes: dict[Node, Node | Remove | Insert] = {}
        for copy, _ in given.copied:
            changes[copy] = with_flag(copy, f"--chown={found.user}")
            expects.append(Change(stage.index, "effect.owner", None, found.user))
        user = "${APP_UID}" if found.user == "$APP_UID" else found.user
        expects.append(Change(stage.index, "config.user", None, user))
        reason = found.reason
        for path in (*given.made, *(where for _, where in given.copied)):
            reason += f"; {path} is given to it"
        if rests_on_convention(facts, stage):
            reason += "; files of the build context have the modes that git keeps"
        if any(port < 1024 for port in ports(facts, stage)):
            reason += (
                "; ports below 1024 are open to it where the engine allows that, as Docker does"
            )
        self.fix(
            node,
            {**changes, place: above(place, *new, paragraph=True)},
            expects=tuple(expects),
            reason=reason,
        )


def _place(stage: Stage) -> Instruction | str:
    """The instruction to stand above: behind it nothing of the build depends on the user."""
    behind: list[Instruction] = []
    for instruction in stage.instructions:
        if isinstance(instruction, Run | Workdir):
            behind = []
        else:
            behind.append(instruction)
    for instruction in behind:
        if isinstance(instruction, _STARTING):
            return instruction
    return "what is started stands above a RUN or a WORKDIR, or in another stage"
