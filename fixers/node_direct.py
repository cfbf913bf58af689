"""Starts node itself, where npm, yarn or pnpm stands in front of it."""

import json

from dfix import Cmd, Entrypoint, ExecForm, Fixer, Invalid, Level, Phase, ShellForm, Stage, Valid
from dfix.facts.runtime import is_neutral, launch

from ._heirs import changed
from ._npm import direct, runs_as_owner, script_name
from ._plain_words import plain_words, shell_objection

_PACKAGE = b'{"scripts": {"start": "node index.js"}}'
_CONTEXT = {"package.json": _PACKAGE, "index.js": b"serve()\n"}


class NodeDirect(Fixer):
    """Starts node itself, where npm, yarn or pnpm stands in front of it.

    **Why**

    npm and yarn end on SIGTERM without waiting for the program that they started, so that it never
    gets to close what it has open. node as the program of the container gets the signal itself.

    **When it is applied**

    To CMD, or to an ENTRYPOINT without CMD, of the last stage that is `npm start`, `npm run NAME` or
    the same of yarn and pnpm, where the package.json that the build copies into the working
    directory is in the build context, and its script is plain words that begin with `node`. The
    variables `npm_*`, and `node_modules/.bin` in PATH, are gone then.

    **When it is refused**

    Without that package.json, for scripts with `pre` and `post` hooks, for scripts that need a shell
    or start something else, where a file of the program uses variables of npm or starts programs
    that may be those of packages, where settings of the package manager change how scripts run, for
    root in a folder that is another user's, with Plug'n'Play, and behind an ENTRYPOINT that may look
    at the command.
    """

    message = "the package manager stands between the container and node"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    practices = ("01",)
    plan_paths = ("config.cmd", "config.entrypoint")
    reference = "https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd"
    VALID = (
        Valid('FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node", "index.js"]\n'),
        Valid('FROM node:22\nCMD ["npm", "test"]\n', why="this is no program to go on running"),
        Valid(
            'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
            why="what the script is, is not known",
            refused=True,
        ),
        Valid(
            'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
            why="a list",
            refused=True,
            context={"package.json": b'{"scripts": {"start": "node a.js && echo done"}}'},
        ),
        Valid(
            'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
            why="something runs first",
            refused=True,
            context={"package.json": b'{"scripts": {"prestart": "x", "start": "node a.js"}}'},
        ),
    )
    INVALID = (
        Invalid(
            'FROM node:16-alpine3.15\nWORKDIR /app\nCOPY . .\nCMD ["yarn", "start"]\n',
            'FROM node:16-alpine3.15\nWORKDIR /app\nCOPY . .\nCMD ["node", "index.js"]\n',
            context=_CONTEXT,
        ),
        Invalid(
            "FROM node:16-alpine3.15\nWORKDIR /app\nCOPY . .\nCMD npm run start\n",
            'FROM node:16-alpine3.15\nWORKDIR /app\nCOPY . .\nCMD ["node", "index.js"]\n',
            context=_CONTEXT,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes the script's own command line for the last stage."""
        if not self.facts.stages.is_final(stage):
            return
        started = launch(self.facts, stage)
        part = started.cmd if started.cmd and started.cmd.instruction else started.entrypoint
        node = part.instruction if part is not None else None
        if part is None or node is None or not node.command:
            return
        words = _words(node, self.facts.tree.escape)
        name = script_name(words)
        if name is None:
            return
        objection = ""
        if part.stage is not stage:
            objection = f"the {node.word} stands in another stage"
        elif isinstance(node.command, ShellForm):
            objection = shell_objection(self.facts, node) or ""
        if isinstance(node, Entrypoint) and started.cmd is not None:
            objection = "the ENTRYPOINT takes a CMD"
        if isinstance(node, Cmd) and not is_neutral(self.facts, stage, started.entrypoint, "node"):
            objection = "the ENTRYPOINT may look at the command"
        if words[0].endswith("npm") and runs_as_owner(self.facts, stage):
            objection = objection or "npm may start the program as the owner of its folder"
        found = direct(self.facts, stage, name)
        if objection or isinstance(found, str):
            self.refuse(node, objection or str(found))
            return
        field = "cmd" if isinstance(node, Cmd) else "entrypoint"
        old: tuple[str, ...] = getattr(self.facts.plan.stages[stage.index].config, field)
        form = ExecForm.of(*found.words)
        if isinstance(node.command, ExecForm):
            form = _spaced(form, node.command)
        else:
            form = form.with_changes(open=form.open.with_changes(prefix=node.command.prefix))
        self.fix(
            node,
            {node: node.with_changes(command=form)},
            expects=changed(self.facts, stage, field, _rendered(old), _rendered(found.words)),
            reason=f"the script `{name}` of package.json is `{found.script}`; variables that "
            f"{words[0]} sets are gone",
        )


def _words(node: Cmd | Entrypoint, escape: str) -> tuple[str, ...]:
    """The words of a command line; none where it needs a shell."""
    if isinstance(node.command, ExecForm):
        return node.command.values
    plain = plain_words(node.command, escape) if node.command is not None else ""
    return () if isinstance(plain, str) else plain.words


def _spaced(form: ExecForm, old: ExecForm) -> ExecForm:
    """`form` with the blanks that `old` has inside its brackets."""
    first, *rest = form.elements
    string = first.string.with_changes(prefix=old.elements[0].string.prefix)
    return old.with_changes(elements=(first.with_changes(string=string), *rest))


def _rendered(words: tuple[str, ...]) -> str:
    """Words as the plan's differences show them."""
    return json.dumps(words, ensure_ascii=False)
