"""Mounts a secret of the build where it is used, in place of an ARG; reports it elsewhere."""

from msgspec import Struct

from dfix import (
    Arg,
    Change,
    Comment,
    Dockerfile,
    Env,
    Fixer,
    Instruction,
    Invalid,
    Level,
    Node,
    Onbuild,
    Pair,
    Phase,
    Remove,
    Reported,
    Run,
    Stage,
    Valid,
    with_flag,
)
from dfix.facts.scripts import has_posix_shell, script_of
from dfix.facts.statements import no_longer_seen, statements_of

from ._frontend import objection_to_secret_env
from ._secrets import (
    assigned,
    expands,
    is_empty,
    is_reader,
    is_secret,
    is_told,
    is_unquoted,
    is_value,
    may_read,
    mentions,
    resembling,
    sets,
    teller,
    tells_unset,
    text_of,
    uses,
)

#: RUNs that do not name the secret and would get it all the same: more of them are no help.
_MOST_UNNAMED = 3


class _Use(Struct, frozen=True):
    """A secret, the ARGs that declare it, and the RUNs that see it."""

    name: str
    args: tuple[Arg, ...]
    runs: tuple[Run, ...]


class SecretToMount(Fixer):
    """Mounts a secret of the build where it is used, in place of an ARG; reports it elsewhere.

    **Why**

    What ARG and ENV hold can be read by everybody who has the image: in its history, its
    configuration, and the provenance of the build. A secret mount is there in one RUN, and nowhere
    else. What a RUN itself writes into a file stays in the image, as before.

    **When it is applied**

    To an `ARG` without a default, or with an empty one, whose name has a word for a secret in it, such
    as `token` or `password`, when nothing but RUN uses it. The ARG goes; each RUN that names the
    variable has it mounted as that variable, and so has each RUN that sees it and calls more than
    programs of the base system, as `npm` may read it by way of `.npmrc`. The build is then called with
    `--secret`, as the reason prints it; the builder must know version 1.10 of the Dockerfile syntax.
    Without the secret the variable is empty in these RUNs.

    **When it is refused**

    When another instruction or a flag names the variable, or an ARG above FROM does; when a comment or
    a file of the tree tells to call the build with it as an argument; when a RUN sets it itself, has it
    without quotes, or cannot be read; when no RUN uses it by all signs, or many may without naming it;
    when a RUN can tell a variable that is empty from one that is not set; when linters, which know an
    ARG, would miss it; with an older frontend or another builder. A default with a text in it is a
    leaked secret already, and ENV is there for the container: both are only reported.
    """

    message = "a secret in ARG or ENV is there to be read in the image"
    level = Level.AGGRESSIVE
    phase = Phase.RUNTIME
    aliases = ("SecretsUsedInArgOrEnv", "DL3064")
    practices = ()
    plan_paths = ("effect.env", "effect.flags")
    reference = "https://docs.docker.com/build/building/secrets/"
    VALID = (
        Valid("FROM debian:12\nARG VERSION\nRUN make $VERSION\n"),
        Valid("FROM debian:12\nARG PUBLIC_KEY\nRUN echo $PUBLIC_KEY\n", why="it is public"),
        Valid("FROM debian:12\nENV KEYBOARD=us\n", why="the word is another one"),
        Valid("FROM debian:12\nRUN --mount=type=secret,id=token,env=TOKEN make\n"),
        Valid(
            "FROM debian:12\nARG TOKEN\nENV TOKEN=$TOKEN\nRUN fetch $TOKEN\n",
            why="ENV writes it into the image",
            refused=True,
        ),
        Valid(
            "# syntax=docker/dockerfile:1.7\nFROM debian:12\nARG TOKEN\nRUN fetch $TOKEN\n",
            why="the frontend is older than 1.10",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nARG API_KEY\nCOPY . .\nRUN make\n",
            why="that make reads it is a guess",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nARG TOKEN\nRUN apt-get update\n"
            'RUN curl -fsSL -H "Authorization: Bearer $TOKEN" -o /a https://example.org/a\n',
            "FROM debian:12\nRUN apt-get update\n"
            "RUN --mount=type=secret,id=TOKEN,env=TOKEN"
            ' curl -fsSL -H "Authorization: Bearer $TOKEN" -o /a https://example.org/a\n',
        ),
        Invalid(
            "FROM node:22\nARG NPM_TOKEN\nCOPY .npmrc package.json ./\nRUN npm install\n",
            "FROM node:22\nCOPY .npmrc package.json ./\n"
            "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm install\n",
            why="npm reads it by way of .npmrc",
        ),
    )
    REPORTED = (
        Reported("FROM debian:12\nARG TOKEN=abc\nRUN fetch $TOKEN\n", line=2),
        Reported("FROM debian:12\nENV DB_PASSWORD=x\n", line=2),
    )

    def visit_Dockerfile(self, node: Dockerfile) -> None:
        """Looks for secrets by the names of variables; each name is one case for the whole file."""
        declared: dict[str, list[tuple[Arg, Pair]]] = {}
        for stage in node.stages:
            for each in stage.instructions:
                if isinstance(each, Arg | Env):
                    for pair in each.pairs:
                        if not is_secret(pair.key):
                            continue
                        if isinstance(each, Arg):
                            declared.setdefault(pair.key, []).append((each, pair))
                        else:
                            self._report_env(pair)
        for name, found in declared.items():
            self._arg(node, name, found)

    def _report_env(self, pair: Pair) -> None:
        name = pair.key
        self.advise(
            pair,
            f"give {name} to the container when it is started, and where the build needs it, mount it"
            f" with --mount=type=secret,id={name},env={name}",
            level=Level.SAFE,
        )

    def _arg(self, tree: Dockerfile, name: str, found: list[tuple[Arg, Pair]]) -> None:
        """Handles all ARGs of one name."""
        with_text = [pair for _, pair in found if pair.assigned is not None and not is_empty(pair)]
        for pair in with_text:
            self.advise(
                pair,
                f"take the ARG out with its default, and give each RUN that needs it"
                f" --mount=type=secret,id={name},env={name} (Dockerfile syntax 1.10); then build with"
                f" `docker build --secret id={name},env={name} .`",
                level=Level.SAFE,
            )
        rest = [pair for _, pair in found if pair not in with_text]
        if not rest:
            return
        args = tuple(arg for arg, _ in found)
        runs = tuple(
            each
            for stage in tree.stages
            for each in stage.instructions
            if isinstance(each, Run) and name in self.facts.plan.before(each).args
        )
        use = _Use(name, args, runs)
        reason = (
            "another stage gives it a default with a text in it"
            if with_text
            else self._objection(tree, use)
        )
        mounted = () if reason else self._mounted(use)
        reason = reason or self._objection_to_runs(use, mounted, not all(map(is_empty, rest)))
        if reason:
            for pair in rest:
                self.refuse(pair, reason)
            return
        self._fix(use, rest[0], mounted)

    def _mounted(self, use: _Use) -> tuple[Run, ...]:
        """The RUNs that name the secret, or may run what reads it."""
        return tuple(
            each
            for each in use.runs
            if mentions(use.name, text_of(each)) or may_read(self.facts, each)
        )

    def _objection(self, tree: Dockerfile, use: _Use) -> str:
        """What speaks against it outside of the RUNs; empty if nothing does."""
        name = use.name
        if not is_value(name):
            return f"{name} may be no secret itself, but tell where one is, or about it"
        if any(len(arg.pairs) != 1 for arg in use.args):
            return "the ARG declares more than this"
        for each in tree.instructions:
            if each not in use.args and uses(each, name):
                where = f"{each.name} above FROM" if each in tree.global_args else each.name
                kind = "a flag of RUN" if isinstance(each, Run) else where
                return f"{name} is used by {kind}, which no secret can be mounted for"
        if is_told(name, tree.text):
            return f"a line of the file tells to give {name} to the build as an argument"
        if file := teller(self.facts, name):
            return f"{file} may give {name} to the build as an argument"
        if any(_is_run_by_children(self, stage, use) for stage in tree.stages):
            return "an ONBUILD of a stage runs in another stage that sees the secret"
        return objection_to_secret_env(tree)

    def _objection_to_runs(self, use: _Use, mounted: tuple[Run, ...], unset: bool) -> str:
        """What speaks against mounting the secret in these RUNs; empty if nothing does."""
        name, facts = use.name, self.facts
        named = [each for each in mounted if mentions(name, text_of(each))]
        for each in named:
            script = script_of(each, facts.tree.escape)
            if script is None or not has_posix_shell(facts, each):
                return f"a RUN that names {name} is no shell text that can be read"
            if sets(script, name):
                return f"a RUN sets {name} itself"
            if is_unquoted(script, name):
                return f"a RUN has {name} without quotes, which linters let pass for an ARG alone: quote it"
            known = {*facts.plan.before(each).env, *assigned(script)}
            if other := resembling(name, sorted(known)):
                return f"linters would take {name} for a slip of {other}"
        if name != name.upper():
            return f"linters would miss where {name} is set"
        if any(facts.bases.is_windows(each) for each in mounted):
            return "a secret in the environment is not known to work on Windows"
        if not any(
            expands(name, text_of(each)) or is_reader(facts, each, name) for each in mounted
        ):
            return f"no RUN uses {name} by all signs: take it out, or mount it where a program needs it"
        if len(mounted) - len(named) > _MOST_UNNAMED:
            return f"many a RUN may use {name} without naming it"
        if unset and any(
            tells_unset(text_of(each), name)
            or any("nounset" in link.options for link in statements_of(facts, each))
            for each in mounted
        ):
            return f"without the secret {name} would be empty, where it is not set now"
        return ""

    def _fix(self, use: _Use, node: Node, mounted: tuple[Run, ...]) -> None:
        name = use.name
        flag = f"--mount=type=secret,id={name},env={name}"
        changes: dict[Node, Node | Remove] = {each: with_flag(each, flag) for each in mounted}
        for arg in use.args:
            changes[arg] = Remove()
            following = _heir(self.facts.tree, arg)
            if following is not None and following not in use.args:
                new = changes.get(following, following)
                if isinstance(new, Instruction):
                    changes[following] = new.with_changes(leading_lines=arg.leading_lines)
        expects: list[Change] = []
        for each in use.runs:
            expects += no_longer_seen(self.facts, each, name, flag if each in mounted else "")
        self.fix(
            node,
            changes,
            expects=tuple(expects),
            reason=f"build with `docker build --secret id={name},env={name} .` in place of --build-arg,"
            " and with version 1.10 of the Dockerfile syntax or a later one; a build without the secret"
            f" finds {name} empty",
        )


def _heir(tree: Dockerfile, arg: Arg) -> Instruction | None:
    """The instruction right below an ARG that takes its empty lines over, where it needs them."""
    at = tree.instructions.index(arg) + 1
    if at == len(tree.instructions) or any(isinstance(each, Comment) for each in arg.leading_lines):
        return None  # comments stay by themselves, with the lines among them
    following = tree.instructions[at]
    return following if arg.leading_lines and not following.leading_lines else None


def _is_run_by_children(fixer: SecretToMount, stage: Stage, use: _Use) -> bool:
    """Whether a stage has a RUN in an ONBUILD that a stage of the file runs, and sees the secret."""
    triggers = [each for each in stage.instructions if isinstance(each, Onbuild)]
    held = {fixer.facts.stages.holding(arg) for arg in use.args}
    return bool(triggers and fixer.facts.stages.children(stage)) and any(
        each in held for each in fixer.facts.stages.lineage(stage)
    )
