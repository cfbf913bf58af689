"""How old the programs of a base image may be, by what its name tells.

An option that a program does not know ends the build, so that "not known" is no "new enough".
"""

import re

from dfix import Add, Copy, Facts, Instruction, Run, Stage, regex
from dfix.facts.scripts import ShellScript, script_of

from ._called import Called, called_in

#: Releases with pip before 6 and apk before 2.6, by their names and numbers.
_OLD = regex(
    r"lucid|precise|quantal|raring|saucy|trusty|utopic|vivid|lenny|squeeze|wheezy|jessie"
    r"|ubuntu[:/-]?(?:8|9|1[0-5])\.|debian[:/-]?[5-8](?:\b|\.)|centos[:/-]?(?:centos)?[56]\b"
    r"|fedora[:/-]?(?:1\d|2[01])\b|alpine[:/-]?(?:2\.|3\.[0-2]\b)"
)
#: Those that are newer.
_RECENT = regex(
    r"stretch|buster|bullseye|bookworm|trixie|xenial|bionic|focal|jammy|noble"
    r"|ubuntu[:/-]?(?:1[6-9]|2\d)\.|debian[:/-]?(?:9|1\d)(?:\b|\.)"
    r"|(?:centos|rockylinux|almalinux|ubi|oraclelinux)[:/-]?(?:centos|stream)?(?:[7-9]|10)\b"
    r"|fedora[:/-]?(?:2[2-9]|[3-9]\d)\b|alpine[:/-]?3\.(?:[3-9]|[12]\d)\b|amazonlinux"
)
#: Images that bring a pip of their own, brought up to date with each build of them.
_WITH_PIP = regex(
    r"(?:docker\.io/)?(?:library/)?(?:python|pypy|continuumio/(?:mini|ana)conda3|condaforge/.*"
    r"|tensorflow/tensorflow|pytorch/pytorch|jupyter/.*|quay\.io/jupyter/.*|tiangolo/.*)"
)
_UPGRADE = frozenset({"-U", "--upgrade"})


def _base(facts: Facts, stage: Stage) -> str:
    """The image that a stage's lineage begins with, as far as it is written."""
    first = facts.stages.lineage(stage)[-1]
    return f"{facts.plan.stages[first.index].base}".lower()


def _script(facts: Facts, instruction: Instruction) -> ShellScript | None:
    return script_of(instruction, facts.tree.escape) if isinstance(instruction, Run) else None


def is_recent_apk(facts: Facts, stage: Stage) -> bool | None:
    """Whether apk knows `--no-cache` (2.6, Alpine 3.3); None if not known."""
    base = _base(facts, stage)
    if _OLD.search(base):
        return False
    known = facts.bases.of(stage)
    if _RECENT.search(base) or (known is not None and known.family == "alpine"):
        return True
    return True if _used(facts, stage) else None


def is_recent_pip(facts: Facts, stage: Stage, call: Called) -> bool | None:
    """Whether the pip of `call` knows `--no-cache-dir` (6.0); None if not known."""
    base = _base(facts, stage)
    if _WITH_PIP.match(base):
        return True
    if _OLD.search(base):
        return _upgraded_before(facts, stage, call)
    known = facts.bases.of(stage)
    tag = base.partition(":")[2]
    newest = known is not None and not known.extrapolated and tag in {"", "latest", "stable", "lts"}
    if _RECENT.search(base) or newest or re.search(r"alpine3\.\d", base):
        return True
    return True if _upgraded_before(facts, stage, call) else None


def _used(facts: Facts, stage: Stage) -> bool:
    """Whether the file itself calls apk with that option, in the same lineage."""
    return any(
        call.name == "apk" and call.has("--no-cache")
        for each in facts.stages.lineage(stage)
        for run in each.instructions
        if (script := _script(facts, run)) is not None
        for call in called_in(script)
    )


def _upgraded_before(facts: Facts, stage: Stage, until: Called) -> bool:
    """Whether pip was brought up to date, or given that option, above or earlier in the RUN."""
    for each in reversed(facts.stages.lineage(stage)):
        for run in each.instructions:
            script = _script(facts, run)
            for command in () if script is None else script.commands:
                if command is until.command:
                    return False
                words = [word.value for word in command.arguments]
                if "get-pip.py" in " ".join(value or "" for value in words):
                    return True
            for call in () if script is None else called_in(script):
                if call.command is until.command:
                    return False
                plain = {word.value for word in call.arguments}
                if call.name == "pip" and (
                    ("pip" in plain and _UPGRADE & plain) or "--no-cache-dir" in plain
                ):
                    return True
    return False


#: Options that yarn 1 alone takes: later ones stop at them.
_YARN_1 = (
    "--production", "--prod", "--pure-lockfile", "--ignore-optional", "--no-progress",
    "--ignore-platform",
)  # fmt: skip
_NO_SETTINGS = regex(
    r"(?:.*/)?(?:[\w-][\w.-]*\.(?:json|lock|js|ts|toml|ya?ml|md)|\.npmrc|yarn\.\*|package\*\.json"
    r"|package\*|\*\.json)"
)


def is_yarn_1(facts: Facts, stage: Stage, call: Called) -> bool:
    """Whether `yarn` is version 1, proven by its options or by which files are there.

    Later versions are named by settings of the project, or by corepack.
    """
    if call.has(*_YARN_1) or call.verb == "global":
        return True
    for each in facts.stages.lineage(stage):
        for instruction in each.instructions:
            if isinstance(instruction, Copy | Add) and not all(
                _NO_SETTINGS.fullmatch(source) for source in instruction.sources
            ):
                return False
            script = _script(facts, instruction)
            if script is not None and any(
                name in script.cooked
                for name in ("corepack", "berry", "yarn set", "yarnrc", "git clone", "COREPACK")
            ):
                return False

    return True
