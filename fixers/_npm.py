"""What npm, yarn and pnpm start: the script of package.json behind a command line."""

import json
import posixpath
import re
from collections.abc import Sequence

from msgspec import Struct

from dfix import Facts, Run, ShellForm, Stage, regex
from dfix.facts.contents import text_of, workdir_of

from ._imports import TOO_MANY, own_texts
from ._plain_words import plain_words
from ._script_evidence import environment_objection

_RUNNERS = frozenset({"npm", "yarn", "pnpm"})
_RUN = frozenset({"run", "run-script"})
_QUIET = frozenset({"-s", "--silent", "-q", "--quiet"})
#: Commands of yarn and pnpm that are no scripts.
_OWN_COMMANDS = frozenset(
    """access add audit autoclean bin cache check config create dedupe deploy dlx exec explain fetch
    generate-lock-entry global help i import info init install integrity link list ll login logout ls
    node npm outdated owner pack patch plugin policies prune publish rebuild remove root search set
    setup stage store tag team test un unlink unplug up update upgrade upgrade-interactive version
    versions why workspace workspaces""".split()
)
#: Settings that change what a script runs under. Without packages for development, NODE_ENV is set:
#: https://docs.npmjs.com/cli/v11/using-npm/config#omit
_SETTINGS = regex(
    r"node[-_]options|script[-_]shell|shell[-_]emulator|ignore[-_]scripts|node[-_]version|\bomit\b"
    r"|\bproduction\b|\bonly\b",
    re.IGNORECASE,
)
_CONFIGURING = regex(r"\b(?:npm|yarn|pnpm)\s+(?:\S+\s+){0,20}?config\b|\b(?:npm|yarn)rc\b")
#: Programs of packages are in a folder of PATH that npm, yarn and pnpm add.
_STARTS_OTHERS = regex(r"""["'`](?:(?:node:)?child_process|execa|cross-spawn|shelljs|zx)["'`/]""")
_BY_NAME = regex(r"\b(?:spawn|exec(?:File)?)(?:Sync)?\b|\bexeca\b|\bshelljs\b|\bzx\b")
_CHANGING = regex(
    r"\b(?:npm|yarn|pnpm)\s+(?:\S+\s+){0,20}?(?:init|pkg|set-script|version)\b|\bnpm\s+create\b|\bng\s+new\b"
)


class Direct(Struct, frozen=True):
    """The command line of a script, and the script as it is written."""

    words: tuple[str, ...]
    script: str


def script_name(words: Sequence[str | None]) -> str | None:
    """The script that a command line runs; None for what is no call of that kind.

    Empty where it is one that takes more than the script's name.
    """
    if not words or words[0] is None or posixpath.basename(words[0]) not in _RUNNERS:
        return None
    runner = posixpath.basename(words[0])
    rest = [word for word in words[1:] if word not in _QUIET]
    if not rest:
        return None
    if rest[0] in _RUN:
        rest = rest[1:]
    elif rest[0] == "start":
        pass
    elif runner == "npm" or rest[0] is None or rest[0] in _OWN_COMMANDS:
        return None
    if len(rest) != 1 or rest[0] is None or rest[0].startswith("-"):
        return ""
    return rest[0]


def direct(facts: Facts, stage: Stage, name: str) -> Direct | str:
    """The command line behind the script `name` in the working directory, or why it is not known."""
    if not name:
        return "it has options, or hands words on"
    workdir = workdir_of(facts, stage)
    if workdir is None:
        return "the working directory is not known"
    text = text_of(facts, stage, posixpath.join(workdir, "package.json"))
    if text is None:
        return f"what the package.json in {workdir} holds is not known from the build context"
    lineage = facts.stages.lineage(stage)
    runs = [each for one in lineage for each in one.instructions if isinstance(each, Run)]
    if any(_CHANGING.search(each.code) for each in runs):
        return "a RUN may change package.json"
    if any(_CONFIGURING.search(each.code) and _SETTINGS.search(each.code) for each in runs):
        return "a RUN configures the package manager"
    if reason := _of_settings(facts, stage, workdir):
        return reason
    linked = text_of(facts, stage, posixpath.join(workdir, ".yarnrc.yml")) is not None
    return _of_package(facts, stage, workdir, name, text, linked)


def runs_as_owner(facts: Facts, stage: Stage) -> bool:
    """Whether npm may start a script as the owner of its folder, where root calls it.

    Versions 7 and 8 do: https://docs.npmjs.com/cli/v8/using-npm/scripts#user
    """
    user = facts.plan.stages[stage.index].config.user
    if user is None:
        known = facts.bases.of(stage)
        user = None if known is None else known.default_user
    if user is not None and user.partition(":")[0] not in {"", "root", "0"}:
        return False
    return any(
        "chown" in each.with_changes(leading_lines=()).code
        for one in facts.stages.lineage(stage)
        for each in one.instructions
    )


def _of_settings(facts: Facts, stage: Stage, workdir: str) -> str:
    """Files beside package.json that change how scripts are run."""
    evidence = facts.surroundings.evidence
    state = facts.plan.stages[stage.index].config.env
    if any(key.lower().startswith(("npm_config_", "yarn_")) for key in state):
        return "ENV configures the package manager"
    for name in (".npmrc", ".yarnrc", ".yarnrc.yml", ".pnp.cjs", ".pnp.js", "pnpm-workspace.yaml"):
        text = text_of(facts, stage, posixpath.join(workdir, name))
        if text is None:
            if evidence is not None and evidence.kind(name, level_is_safe=False) != "unknown":
                return f"there is a {name}, which may say more"
        elif name.startswith(".pnp") or (
            name == ".yarnrc.yml"
            and not re.search(r"^nodeLinker:\s*[\"']?node-modules", text, re.MULTILINE)
        ):
            return "Yarn's Plug'n'Play has to be set up for node first"
        elif _SETTINGS.search(text):
            return f"{name} changes how scripts are run"
    return ""


def _of_package(
    facts: Facts, stage: Stage, workdir: str, name: str, text: str, linked: bool
) -> Direct | str:
    """The script as package.json has it; `linked` tells that Yarn makes a folder `node_modules`."""
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):
        return "package.json is no JSON"
    scripts = package.get("scripts") if isinstance(package, dict) else None
    script = scripts.get(name) if isinstance(scripts, dict) else None
    if not isinstance(scripts, dict) or not isinstance(script, str):
        return f"package.json has no script `{name}`"
    if any(f"{hook}{name}" in scripts for hook in ("pre", "post")):
        return f"package.json has a script that runs before or after `{name}`"
    packages = (package.get("dependencies"), package.get("devDependencies"))
    if any(isinstance(each, dict) and "node" in each for each in packages):
        return "package.json brings a node of its own"
    if re.match(r"yarn@[2-9]", str(package.get("packageManager", ""))) and not linked:
        return "Yarn's Plug'n'Play has to be set up for node first"
    if "npm_" in script or "config" in package:
        return "the script uses variables that the package manager sets"
    plain = plain_words(ShellForm(text=script), "")
    if isinstance(plain, str):
        return f"the script `{name}`: {plain}"
    words = plain.words
    if words[0] != "node":
        return f"the script `{name}` starts `{words[0]}`, and not node"
    if len(words) < 2 or any(word in {"--watch", "--inspect-brk"} for word in words):
        return f"the script `{name}` is for a developer at a terminal"
    for word in words[1:]:
        path = posixpath.normpath(posixpath.join(workdir, word))
        for at, file in own_texts(facts, stage, path):
            if file is None:
                return TOO_MANY
            shown = posixpath.relpath(at, workdir)
            if "npm_" in file or "INIT_CWD" in file:
                return f"{shown} uses variables that the package manager sets"
            if _STARTS_OTHERS.search(file) and _BY_NAME.search(file):
                return f"{shown} starts programs, which it may find by the package manager's PATH"
    # It starts a script by a shell.
    return environment_objection(facts, stage, words) or Direct(words, script)
