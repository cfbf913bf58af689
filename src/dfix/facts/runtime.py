"""What a container starts: the ENTRYPOINT and the CMD in effect, and the program behind them.

Source: https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
"""

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from dfix.facts.entry_scripts import (
    ARGUMENTS,
    becomes,
    is_shell,
    looks_at_its_arguments,
    script_text,
)
from dfix.nodes import Cmd, Entrypoint, ExecForm, Stage
from dfix.patterns import regex
from dfix.shell import parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

#: Programs that are PID 1 by profession: they reap, and hand signals on or manage services.
INITS = frozenset(
    """tini tini-static dumb-init catatonit docker-init s6-svscan s6-init s6-overlay-suexec runit
    runit-init runsvdir runsvinit runsvdir-start my_init supervisord supervisor supervisorctl
    systemd init openrc-init circusd pid1 go-init yelp-init chaperone horust multirun forego
    foreman honcho overmind monit god pm2-runtime pm2-docker""".split()
)
#: Those of them that run one command with their own process as its parent, and nothing else.
_WRAPPING = frozenset({"tini", "tini-static", "dumb-init", "catatonit", "docker-init"})
_WRAPPER_VALUES = frozenset({"-e", "-p", "--rewrite", "-r"})
_COMMAND_OPTION = regex(r"-[a-z]*c")
_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*=")

#: Entrypoint scripts of official images that only `exec` what they are given, behind the
#: interpreter where that is no command itself. By script: the images, and the interpreter.
#: https://github.com/nodejs/docker-node/blob/main/docker-entrypoint.sh and
#: https://github.com/docker-library/php/blob/master/docker-php-entrypoint and
#: https://github.com/adoptium/containers/blob/main/docker_templates/entrypoint.sh.j2
_TRANSPARENT = {
    "docker-entrypoint.sh": ("node", "node"),
    "docker-php-entrypoint": ("php", "php"),
    "/__cacert_entrypoint.sh": ("eclipse-temurin", ""),
}
_NODE_SCRIPT = regex(r".*\.[cm]?js\Z", re.DOTALL)


class Part(Struct, frozen=True):
    """An ENTRYPOINT or a CMD in effect.

    `words` are those of the exec form; in shell form `text` holds the command line instead.
    `instruction` and `stage` are None for what the base image brings. With `known` False, nobody
    knows what it is.
    """

    words: tuple[str, ...] = ()
    text: str | None = None
    instruction: Entrypoint | Cmd | None = None
    stage: Stage | None = None
    known: bool = True


class Launch(Struct, frozen=True):
    """What is in effect at the end of a stage; None stands for none at all.

    `repeated` tells that a stage of the lineage has several ENTRYPOINTs or CMDs.
    """

    entrypoint: Part | None
    cmd: Part | None
    repeated: bool = False

    @property
    def own(self) -> bool:
        """Whether the file says anything of what is started."""
        return any(part is not None and part.instruction for part in (self.entrypoint, self.cmd))


class Program(Struct, frozen=True):
    """The command behind the wrappers. A word is None where only the shell knows it.

    `init` is the process that stands in front of it, empty for none. `script` is the entrypoint
    script that it is started through, empty for none. `shell` tells that a shell reads the command
    line. `read` are the texts of scripts of the file that were looked through.
    """

    words: tuple[str | None, ...]
    init: str = ""
    script: str = ""
    shell: bool = False
    read: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """The last component of what is started; None where only the shell knows it."""
        return posixpath.basename(self.words[0]) if self.words and self.words[0] else None


def launch(facts: "Facts", stage: Stage) -> Launch:
    """The ENTRYPOINT and the CMD in effect at the end of `stage`.

    An ENTRYPOINT clears a CMD that its stage began with; one of the same stage stays.
    """
    known = facts.bases.of(stage)
    entrypoint = _of_base(known.entrypoint if known is not None else None)
    cmd = _of_base(known.cmd if known is not None else None)
    repeated = False
    for each in reversed(facts.stages.lineage(stage)):
        entrypoints = [node for node in each.instructions if isinstance(node, Entrypoint)]
        cmds = [node for node in each.instructions if isinstance(node, Cmd)]
        repeated = repeated or len(entrypoints) > 1 or len(cmds) > 1
        if entrypoints:
            entrypoint = _of_instruction(entrypoints[-1], each)
            cmd = None
        if cmds:
            cmd = _of_instruction(cmds[-1], each)
    return Launch(entrypoint, cmd, repeated)


def is_neutral(facts: "Facts", stage: Stage, entrypoint: Part | None, name: str) -> bool:
    """Whether the CMD is started as it is, whatever it is, behind `entrypoint`.

    `name` is the program that it begins with, once it stands in exec form.
    """
    if entrypoint is None:
        return True
    if not entrypoint.known or entrypoint.text is not None:
        return False
    cmd = Part((name, "\0"))
    whole = program(facts, stage, Launch(entrypoint, cmd), own_scripts=True)
    alone = program(facts, stage, Launch(None, cmd), own_scripts=True)
    if not isinstance(whole, Program) or not isinstance(alone, Program):
        return False
    if any(looks_at_its_arguments(text) for text in whole.read if text not in alone.read):
        return False
    return whole.words == alone.words


def passes_on(entrypoint: tuple[str, ...], cmd: tuple[str, ...]) -> bool:
    """Whether a base image's entrypoint script does nothing but start `cmd` as it is."""
    _, interpreter = _TRANSPARENT.get(entrypoint[0] if entrypoint else "", ("", ""))
    return bool(interpreter) and cmd[:1] == (interpreter,)


def _of_base(value: tuple[str, ...] | str | None) -> Part | None:
    if value is None:
        return Part(known=False)
    if isinstance(value, str):
        return Part(text=value)
    return Part(value) if value else None


def _of_instruction(node: Entrypoint | Cmd, stage: Stage) -> Part | None:
    if isinstance(node.command, ExecForm):
        return Part(node.command.values, None, node, stage) if node.command.elements else None
    # The shell view wants the text as it stands in the file.
    text = node.command.text if node.command is not None else ""
    return Part((), text, node, stage)


def program(
    facts: "Facts", stage: Stage, started: Launch, *, own_scripts: bool = False
) -> Program | str:
    """The one program that a container of `stage` starts, or why there is none to be told.

    With `own_scripts`, scripts that the file copies are looked through as well: those that can be
    read, and end by becoming another command.
    """
    first, second = started.entrypoint, started.cmd
    if first is not None and not first.known:
        return "the ENTRYPOINT of the base image is not known"
    if second is not None and not second.known and (first is None or first.text is None):
        return "the CMD of the base image is not known"
    escape = facts.tree.escape
    main = first or second
    peeling = _Peeling(facts, stage, own_scripts)
    if main is None:
        return "nothing is started"
    if main.text is not None:
        words: Sequence[str | None] | str = _words(main.text, escape if main.instruction else "")
        return words if isinstance(words, str) else peeling.all(words, shell=True)
    given: list[str | None] = list(main.words)
    if first is not None and second is not None:
        if second.text is None:
            given += second.words
        else:
            words = _words(second.text, escape if second.instruction else "")
            if isinstance(words, str):
                return words
            return peeling.all([*given, *words], shell=True)
    return peeling.all(given, shell=False)


def _words(text: str, escape: str) -> tuple[str | None, ...] | str:
    """The words of a shell text that is one plain command, or what it is instead."""
    script = parse_shell(text, escape)
    if script.has_error:
        return "the shell text of the command line does not parse"
    if len(script.statements) != 1 or script.statements[0].kind != "command":
        return "the command line is a shell script of its own"
    statement = script.statements[0]
    command = statement.command
    if command is None or statement.background or len(script.commands) != 1:
        return "the command line is a shell script of its own"
    if command.redirects:
        return "the command line redirects what the program reads or writes"
    return command.words()


class _Peeling:
    """Takes what only wraps a program off a command line."""

    def __init__(self, facts: "Facts", stage: Stage, own_scripts: bool) -> None:
        self.facts = facts
        self.stage = stage
        self.own_scripts = own_scripts
        known = facts.bases.of(stage)
        self.image = known.image if known is not None else ""
        base = known.entrypoint if known is not None else None
        self.entrypoint = base[0] if isinstance(base, tuple) and base else ""
        self.init = ""
        self.script = ""
        self.shell = False
        self.read: list[str] = []

    def all(self, words: Sequence[str | None], *, shell: bool) -> Program | str:
        """The program that `words` start."""
        self.shell = shell
        left: list[str | None] = list(words)
        while left:
            again = self.one(left)
            if isinstance(again, str):
                return again
            if again is None:
                return Program(tuple(left), self.init, self.script, self.shell, tuple(self.read))
            left = again
        return "the command line starts nothing"

    def one(self, words: list[str | None]) -> list[str | None] | str | None:
        """`words` without their first wrapper; None where there is no more."""
        first = words[0]
        if first is None:
            return "which program is started is only known at run time"
        image, interpreter = _TRANSPARENT.get(first, ("", ""))
        if first == self.entrypoint and image == self.image:
            self.script = first
            return self.through_script(words[1:], interpreter)
        if self.own_scripts and (left := self.behind_own_script(words)) is not None:
            return left
        name = posixpath.basename(first)
        if name in _WRAPPING:
            self.init = self.init or name
            return _behind_options(words[1:], _WRAPPER_VALUES)
        if is_shell(name) and len(words) > 2 and _COMMAND_OPTION.fullmatch(words[1] or ""):
            # Words behind the text only set its positional parameters.
            text = words[2]
            if text is None:
                return "the command line is a shell script of its own"
            self.shell = True
            found = _words(text, "")
            return found if isinstance(found, str) else list(found)
        if first == "exec" and self.shell:
            return words[1:]
        if name == "env":
            left = words[1:]
            while left and left[0] is not None and _ASSIGNMENT.match(left[0]):
                left = left[1:]
            return left
        return None

    def behind_own_script(self, words: list[str | None]) -> list[str | None] | None:
        """The command that a script of the file itself becomes; None where that is not known."""
        at = 1 if is_shell(words[0]) and len(words) > 1 else 0
        word = words[at]
        if word is None or word.startswith("-"):
            return None
        text = script_text(self.facts, self.stage, word)
        found = becomes(text) if text is not None and text not in self.read else None
        if text is None or found is None:
            return None
        self.script = word
        self.read.append(text)
        given = words[at + 1 :]
        return [each for one in found for each in (given if one == ARGUMENTS else [one])]

    def through_script(self, words: list[str | None], interpreter: str) -> list[str | None] | str:
        """What the entrypoint script makes of its arguments."""
        if not words:
            return "the command line starts nothing"
        first = words[0] or ""
        if interpreter and (
            first.startswith("-") or (interpreter == "node" and _NODE_SCRIPT.match(first))
        ):
            return [interpreter, *words]
        return words


def _behind_options(words: list[str | None], with_value: frozenset[str]) -> list[str | None]:
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return words[at + 1 :]
        if word is None or not word.startswith("-"):
            break
        at += 2 if word in with_value else 1
    return words[at:]
