"""Reports an account that a build makes, and that nothing runs as."""

import posixpath
from collections.abc import Iterator

from dfix import Fixer, Instruction, Phase, Reported, Run, Stage, User, Valid, regex
from dfix.facts.commands import base_name
from dfix.facts.runtime import INITS, Launch, launch, program
from dfix.facts.scripts import script_of

from . import _account_calls
from ._programs import SERVERS, is_interpreter, is_shell_script

#: What gives root up by itself, or runs other programs as somebody else.
_GIVING_UP = regex(
    r"\b(?:gosu|su-exec|setpriv|runuser|chpst|setuidgid|start-stop-daemon|sudo|doas|su|login|sshd|x?inetd"
    r"|openssh-server|s6-\w+|supervisord?|runit|systemd|cron\w*|setuid|fixuid|dind|\w*ftpd)\b"
)


class UserNeverUsed(Fixer):
    """Reports an account that a build makes, and that nothing runs as.

    **Why**

    An account for the program was made, and USER forgotten: the program runs as root all the same.

    **When it is reported**

    For the last stage, where exactly one account is made, no USER is written, and nothing in the
    file gives root up by itself: no gosu, sudo or supervisor, and no start script or server, which
    may do that. An interpreter without a program makes an image to build on, which offers the account.

    **What to do**

    Write USER with the account above ENTRYPOINT and CMD, and give it what the program writes to.
    """

    message = "an account is made, and nothing runs as it"
    phase = Phase.RUNTIME
    aliases = ("DL3002",)
    practices = ("02",)
    reference = "https://docs.docker.com/reference/dockerfile/#user"
    VALID = (
        Valid('FROM debian:12\nRUN useradd app\nUSER app\nCMD ["/app"]\n'),
        Valid('FROM debian:12\nRUN useradd app\nENTRYPOINT ["gosu", "app", "/app"]\n'),
        Valid('FROM debian:12\nRUN useradd app\nCOPY run.sh /\nCMD ["/run.sh"]\n'),
        Valid("FROM debian:12\nRUN useradd app\n", why="an image to build on"),
        Valid('FROM debian:12\nRUN useradd a && useradd b\nCMD ["/app"]\n', why="which of them?"),
        Valid('FROM debian:12\nRUN useradd redis\nCMD ["redis-server"]\n'),
        Valid('FROM alpine:3.20\nRUN adduser -D node\nCMD ["node"]\n', why="it is to build on"),
        Valid('FROM debian:12\nRUN useradd app\nENTRYPOINT ["/usr/local/bin/chaperone"]\n'),
    )
    REPORTED = (
        Reported('FROM debian:12\nRUN useradd -u 1001 app\nCOPY app /\nCMD ["/app"]\n', line=2),
        Reported('FROM alpine:3.20\nRUN adduser -D app\nCMD ["java", "-jar", "a.jar"]\n', line=2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks for accounts in the lineage of the last stage, and for what would run as them."""
        if not self.facts.stages.is_final(stage):
            return
        lineage = self.facts.stages.lineage(stage)
        if any(isinstance(each, User) for one in lineage for each in one.instructions):
            return
        started = launch(self.facts, stage)
        if not started.own or _GIVING_UP.search(_text(lineage)):
            return
        if not self._keeps_root(stage, started):
            return
        found = dict(self._made(lineage))
        if len(found) != 1:
            return
        ((name, run),) = found.items()
        if any(name in word for part in (started.entrypoint, started.cmd) if part
               for word in (*part.words, part.text or "")
               if posixpath.basename(word) != name):  # fmt: skip
            return  # it may be told to run as that
        self.advise(
            run,
            f"nothing runs as `{name}`: write `USER {self._number(stage, name)}` above ENTRYPOINT and "
            "CMD, unless the program needs root and gives it up by itself",
        )

    def _keeps_root(self, stage: Stage, started: Launch) -> bool:
        """Whether what is started is one program that is not known to give root up."""
        found = program(self.facts, stage, started)
        if isinstance(found, str) or not found.words or found.words[0] is None:
            return False
        name = posixpath.basename(found.words[0])
        base = started.entrypoint
        scripted = base is not None and base.instruction is None and not found.script
        starting = scripted or is_shell_script(found.words[0]) or name in INITS
        offered = is_interpreter(name) and not any(
            word is None or not word.startswith("-") for word in found.words[1:]
        )
        return not (starting or name in SERVERS or offered)

    def _made(self, lineage: tuple[Stage, ...]) -> Iterator[tuple[str, Run]]:
        """All accounts that are made, by name; an empty one stands for a name that is not known."""
        for each in lineage:
            for instruction in each.instructions:
                if not isinstance(instruction, Run):
                    continue
                script = script_of(instruction, self.facts.tree.escape)
                for command in script.commands if script is not None else ():
                    if base_name(command) in {"useradd", "adduser"}:
                        made = _account_calls.account_of(command, instruction)
                        if made is not None:
                            yield made, instruction

    def _number(self, stage: Stage, name: str) -> str:
        last: Instruction = stage.instructions[-1]
        for each in _account_calls.made(self.facts, stage, last):
            if each.name == name and not each.group and each.number is not None:
                return str(each.number)
        return name


def _text(lineage: tuple[Stage, ...]) -> str:
    return "\n".join(
        each.with_changes(leading_lines=()).code for one in lineage for each in one.instructions
    )
