"""Reports what stands between the container and its program, and keeps signals to itself."""

from dfix import Fixer, Phase, Reported, ShellForm, Stage, Valid
from dfix.facts.commands import BUILTINS, COREUTILS
from dfix.facts.entry_scripts import is_shell, script_text
from dfix.facts.runtime import Program, launch, program
from dfix.facts.scripts import ShellScript, read

from ._command_lines import CommandLine, base_of, command_lines
from ._npm import script_name
from ._programs import RUNNERS

#: Commands that are over at once: who ends them does not matter.
_SHORT = (COREUTILS | BUILTINS | {"make", "pytest", "phpunit", "rspec", "tox"}) - {
    "sleep",
    "tail",
    "exec",
    "wait",
}
_EXEC = "write `exec` in front of the last command, so that it takes the shell's place"

_TRAP = "let the shell `trap` SIGTERM and hand it to what it waits for"


class SignalSwallowed(Fixer):
    """Reports what stands between the container and its program, and keeps signals to itself.

    **Why**

    `docker stop` sends SIGTERM to the first process. A shell that waits for a program does not hand
    it on, nor do npm and its like in good order: the program is killed after the grace period, in
    the midst of what it does.

    **When it is reported**

    Where the last stage starts several commands by a shell and the last of them has no `exec`, one
    command by `sh -c` of dash without `exec`, a script by `sh` that is not known to end in `exec`, a script
    that the build context shows not to, or `npx` and `npm exec`. What exec-form and node-direct
    look at is told by them.

    **What to do**

    Let the last command of a script begin with `exec`, and start programs themselves rather than by
    a package manager. Where the shell has to stay, let it `trap` the signal and hand it on.
    """

    message = "signals do not get to the program"
    phase = Phase.RUNTIME
    practices = ("01",)
    reference = "https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example"
    VALID = (
        Valid('FROM node:22\nCMD ["node", "index.js"]\n'),
        Valid("FROM node:22\nCMD npm run migrate && exec node index.js\n", why="it has exec"),
        Valid('FROM node:22\nCMD ["sh", "-c", "exec node $FILE"]\n', why="it has exec"),
        Valid("FROM node:22\nCMD node index.js\n", why="exec-form is for this"),
        Valid("FROM debian:12\nCMD cat /etc/os-release && ls -l\n", why="over at once"),
        Valid('FROM debian:12\nENTRYPOINT ["/entrypoint.sh"]\n', why="most of these end in exec"),
        Valid(
            'FROM debian:12\nCOPY run.sh /\nCMD ["sh", "/run.sh"]\n',
            why="it ends in exec",
            context={"run.sh": b"#!/bin/sh\nset -e\nexec node index.js\n"},
        ),
    )
    REPORTED = (
        Reported("FROM node:22\nCMD npm run migrate && node index.js\n", 2),
        Reported('FROM node:22\nCMD ["sh", "-c", "node $FILE"]\n', 2),
        Reported('FROM node:22\nCMD ["sh", "start.sh"]\n', 2),
        Reported('FROM node:22\nENTRYPOINT ["npx", "serve"]\n', 2),
        Reported(
            'FROM debian:12\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n',
            3,
            context={"run.sh": b"#!/bin/sh\nmigrate\nnode index.js\n"},
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at what the last stage starts."""
        if not self.facts.stages.is_final(stage):
            return
        lines = command_lines(self.facts, stage)
        for line in lines:
            if advice := self._of_line(stage, line):
                self.advise(line.node, advice)
                return
        found = program(self.facts, stage, launch(self.facts, stage))
        if not (lines and isinstance(found, Program) and found.name in RUNNERS):
            return
        if _runs_a_program(found.words) or _is_split(found.words, lines):
            self.advise(
                lines[-1].node,
                f"`{found.name}` waits for the program, and hands no signal on in good order: "
                "start the program itself",
            )

    def _of_line(self, stage: Stage, line: CommandLine) -> str:
        """What to do about a command line; empty where nothing is known against it."""
        if line.script is not None:
            single = len(line.script.commands) == 1
            shell_form = isinstance(line.node.command, ShellForm)
            if single and (shell_form or not self._forks(stage, line)):
                return ""  # exec-form tells of the first; for the second, the shell makes way
            return _of_script(line.script)
        if not line.words:
            return ""
        by_shell = is_shell(line.words[0])
        word = line.words[1] if by_shell and len(line.words) > 1 else line.words[0]
        if word.startswith("-") or (by_shell and len(line.words) < 2):
            return ""
        text = script_text(self.facts, stage, word)
        if text is None:
            by_shell = by_shell and "entrypoint" not in word  # most of these end in exec
            unknown = f"unless `{word}` ends in `exec`, the shell keeps signals to itself: let it"
            return unknown if by_shell else ""
        if not by_shell and not text.startswith(
            ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash")
        ):
            return ""
        script = read(ShellForm(text=text.replace("\r\n", "\n")), "")
        advice = "" if script is None else _of_script(script)
        return f"`{word}`: {advice}" if advice else ""

    def _forks(self, stage: Stage, line: CommandLine) -> bool:
        """Whether the shell of `sh -c` stays in front of a single command, as dash does."""
        names = {base_of((word,)) for word in line.words}
        known = self.facts.bases.of(stage)
        return "dash" in names or ("sh" in names and known is not None and known.shell == "dash")


def _of_script(script: ShellScript) -> str:
    """What to do about a script whose last command does not take the shell's place."""
    if not script.statements or any("exec" in each.words()[:1] for each in script.commands):
        return ""
    if any("trap" in each.words()[:1] for each in script.commands):
        return ""
    last = script.statements[-1].command
    if last is not None and last.words()[:1] == ("wait",):
        return _TRAP
    name = base_of(last.words()) if last is not None else ""
    if last is None or not last.words() or name in _SHORT:
        return ""
    return _EXEC


def _is_split(words: tuple[str | None, ...], lines: tuple[CommandLine, ...]) -> bool:
    """Whether a script's name stands in CMD, and its package manager in ENTRYPOINT."""
    return script_name(words) is not None and all(
        line.words and script_name(line.words) is None for line in lines
    )


def _runs_a_program(words: tuple[str | None, ...]) -> bool:
    """Whether a package manager is called to start a program, and not for itself."""
    name = base_of(words)
    return name in {"npx", "bunx", "pnpx"} or words[1:2] in {("exec",), ("dlx",)}
