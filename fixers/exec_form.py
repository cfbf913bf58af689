"""Writes command lines that need no shell in exec form."""

import json
from typing import ClassVar

from dfix import (
    Cmd,
    Entrypoint,
    Fixer,
    Healthcheck,
    Invalid,
    Level,
    Option,
    Phase,
    ShellForm,
    Stage,
    Valid,
)
from dfix.facts.commands import BUILTINS
from dfix.facts.runtime import is_neutral, launch

from ._heirs import changed, descendants
from ._lines import further_keywords, text_of
from ._plain_words import only_command, plain_words, shell_objection
from ._script_evidence import environment_objection, shebang_objection
from ._search_path import found_by_shell_alone

_Node = Cmd | Entrypoint | Healthcheck
_CHECKED = "a shell is started for each check, and has nothing to do"


class ExecForm(Fixer):
    """Writes command lines that need no shell in exec form.

    **Why**

    In shell form, a shell is PID 1 and the program may be its child: SIGTERM goes to the shell, which
    hands nothing on, and the container is killed after the grace period.

    **When it is applied**

    To CMD, ENTRYPOINT and HEALTHCHECK, where the text is one command of plain words, quotes removed
    as a POSIX shell does, under the default shell or a plain POSIX one. `exec` in front is dropped.
    The program has to be one that starts without a shell, and does not read PWD, which is set by the
    shell alone: a script that the build context shows has its `#!` line. With `style = exec`, CMD
    and ENTRYPOINT become `exec ...` in shell form instead, which keeps expansions.

    **When it is refused**

    For lists, pipes, redirections, expansions, patterns, variables in front, what is part of the
    shell, scripts that may have no `#!` line, a PATH with a folder that is not absolute, unknown
    base images, an ENTRYPOINT with a CMD (which it would begin to take), and a CMD behind an
    ENTRYPOINT that may make a difference of it.
    """

    message = "a shell stands between the container and its program"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    aliases = ("DL3025", "JSONArgsRecommended")
    practices = ("01",)
    plan_paths = ("config.cmd", "config.entrypoint", "config.healthcheck")
    reference = "https://docs.docker.com/reference/build-checks/json-args-recommended/"
    options: ClassVar = {
        "style": Option(
            "json", "a JSON array, or the shell form with `exec` in front", ("json", "exec")
        )
    }
    VALID = (
        Valid('FROM node:22\nCMD ["node", "index.js"]\n'),
        Valid("FROM node:22\nCMD node a.js && node b.js\n", why="a list", refused=True),
        Valid("FROM node:22\nCMD node $FILE\n", why="the shell expands it", refused=True),
        Valid("FROM node:22\nCMD NODE_ENV=x node a.js\n", why="sets a variable", refused=True),
        Valid("FROM node:22\nCMD . /env.sh\n", why="part of the shell", refused=True),
        Valid("FROM node:22\nCOPY run.sh /\nCMD /run.sh\n", why="has it `#!`?", refused=True),
        Valid(
            "FROM node:22\nENV PATH=node_modules/.bin:$PATH\nCMD next start\n",
            why="only a shell finds it there",
            refused=True,
        ),
        Valid(
            "FROM node:22\nCOPY a.js /\nCMD node /a.js\n",
            why="it reads PWD, which a shell sets",
            refused=True,
            context={"a.js": b"start(process.env.PWD)\n"},
        ),
        Valid("FROM node:22\nENTRYPOINT node\nCMD a.js\n", why="it would take it", refused=True),
        Valid("FROM example.com/a\nCMD node a.js\n", why="its ENTRYPOINT?", refused=True),
        Valid("FROM node:22\nCMD ['node', 'a.js']\n", why="broken JSON", refused=True),
    )
    INVALID = (
        Invalid("FROM node:22\nCMD node index.js\n", 'FROM node:22\nCMD ["node", "index.js"]\n'),
        Invalid(
            "FROM debian:12\nENTRYPOINT exec python3 -m 'my app'\n",
            'FROM debian:12\nENTRYPOINT ["python3", "-m", "my app"]\n',
        ),
        Invalid(
            "FROM node:22\nCOPY run.sh /\nCMD /run.sh\n",
            'FROM node:22\nCOPY run.sh /\nCMD ["/run.sh"]\n',
            why="the context shows its `#!` line",
            context={"run.sh": b"#!/bin/sh\nexec node a.js\n"},
        ),
        Invalid(
            "FROM node:22\nCMD node $FILE\n",
            "FROM node:22\nCMD exec node $FILE\n",
            options={"style": "exec"},
        ),
    )

    def visit_Cmd(self, node: Cmd) -> None:
        """Looks at the default command line."""
        self._look(node, "cmd")

    def visit_Entrypoint(self, node: Entrypoint) -> None:
        """Looks at the fixed part of the command line."""
        self._look(node, "entrypoint")

    def visit_Healthcheck(self, node: Healthcheck) -> None:
        """Looks at the command that checks the program."""
        self._look(node, "healthcheck")

    def _look(self, node: _Node, field: str) -> None:
        stage = self.facts.stages.holding(node)
        if stage is None or not isinstance(node.command, ShellForm) or not node.command.text:
            return
        if [each for each in stage.instructions if type(each) is type(node)][-1] is not node:
            self.refuse(node, f"a later {node.word} takes its place")
        elif any(further_keywords(text_of(node))):
            self._turn_down(node, "an instruction seems to be swallowed in it")
        elif reason := shell_objection(self.facts, node):
            self._turn_down(node, reason)
        elif self.option("style") == "exec" and field != "healthcheck":
            self._replace_shell(node, node.command, stage, field)
        else:
            self._leave_shell(node, node.command, stage, field)

    def _turn_down(self, node: _Node, reason: str) -> None:
        """A check of health may well need a shell, and nobody sends it a signal: that is no case."""
        if not isinstance(node, Healthcheck):
            self.refuse(node, reason)

    def _leave_shell(self, node: _Node, form: ShellForm, stage: Stage, field: str) -> None:
        plain = plain_words(form, self.facts.tree.escape)
        if isinstance(plain, str):
            self._turn_down(node, plain)
            return
        name = plain.words[0]
        reason = (
            self._chain_objection(node, stage, name)
            or shebang_objection(self.facts, stage, name)
            or found_by_shell_alone(self.facts, stage, name)
            or environment_objection(self.facts, stage, plain.words)
        )
        if reason:
            self._turn_down(node, reason)
            return
        old: tuple[str, ...] = getattr(self.facts.plan.stages[stage.index].config, field)
        new = (*old[:-2], "CMD", *plain.words) if field == "healthcheck" else plain.words
        told = "these are plain words, which mean the same without a shell"
        if field == "entrypoint":
            told += "; what `docker run` is given behind the image's name gets to the program now"
        self.fix(
            node,
            {node: node.with_changes(command=plain.form)},
            expects=changed(self.facts, stage, field, _rendered(old), _rendered(new)),
            message=_CHECKED if field == "healthcheck" else None,
            reason=told,
        )

    def _replace_shell(self, node: _Node, form: ShellForm, stage: Stage, field: str) -> None:
        """The shell form with `exec` in front."""
        command = only_command(form, self.facts.tree.escape)
        if isinstance(command, str):
            self.refuse(node, command)
            return
        name = command.name.value if command.name is not None else None
        if name == "exec":
            return
        if command.name is None or command.assignments or not name or name in BUILTINS:
            self.refuse(node, "what it starts is no program, or gets variables from the shell")
            return
        at = command.name.span.start
        new = node.with_changes(
            command=form.with_changes(text=f"{form.text[:at]}exec {form.text[at:]}")
        )
        old: tuple[str, ...] = getattr(self.facts.plan.stages[stage.index].config, field)
        self.fix(
            node,
            {node: new},
            expects=changed(
                self.facts, stage, field, _rendered(old), _rendered((*old[:-1], new.shell or ""))
            ),
            reason=f"it is one command: the shell can become `{name}`",
        )

    def _chain_objection(self, node: _Node, stage: Stage, name: str) -> str | None:
        """What ENTRYPOINT and CMD would make of each other in another form."""
        if isinstance(node, Entrypoint):
            stages = (*self.facts.stages.lineage(stage), *descendants(self.facts, stage))
            if any(isinstance(each, Cmd) for one in stages for each in one.instructions):
                return "there is a CMD, which an ENTRYPOINT in exec form takes as its arguments"
            if any(each.replaces_command for each in self.facts.surroundings.services):
                return "Compose gives it a command, which the exec form takes as its arguments"
            return None
        if isinstance(node, Healthcheck):
            return None
        entrypoint = launch(self.facts, stage).entrypoint
        if entrypoint is None or is_neutral(self.facts, stage, entrypoint, name):
            return None
        if not entrypoint.known:
            return "the ENTRYPOINT of the base image is not known"
        if entrypoint.text is not None:
            return "the ENTRYPOINT is in shell form, and takes no CMD"
        return "the ENTRYPOINT may treat another command line in another way"


def _rendered(words: tuple[str, ...]) -> str:
    """Words as the plan's differences show them."""
    return json.dumps(words, ensure_ascii=False)
