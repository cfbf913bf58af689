"""Accounts and groups that a build makes by name: with which numbers, as far as the calls say."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from dfix import Facts, Instruction, Run, Stage, User, regex
from dfix.facts.commands import base_name
from dfix.facts.contents import program_path, text_of
from dfix.facts.placements import placements
from dfix.facts.scripts import Command, script_of
from dfix.facts.statements import statements_of

from ._account_files import brought
from ._heirs import descendants
from ._local_scripts import script_of as called_script
from ._variable_base import may_be_another

#: Short options with a value, by tool; `adduser` is Debian's or BusyBox's.
_VALUES = {
    "useradd": "bcdefgGkKpRsuZ",
    "groupadd": "gKpR",
    "adduser": "hgsGuk",
    "addgroup": "g",
}
_LONG_FLAGS = frozenset(
    """--system --create-home --no-create-home --no-user-group --user-group --no-log-init --force
    --disabled-password --disabled-login --quiet --group --non-unique --ingroup-only --debug
    --allow-bad-names --allow-badname --force-badname --badname --gecos= --add_extra_groups""".split()
)
_NUMBER = {"useradd": ("u", "uid"), "adduser": ("u", "uid"), "groupadd": ("g", "gid"),
           "addgroup": ("g", "gid")}  # fmt: skip
_CHANGING = regex(
    r"\b(?:usermod|userdel|deluser|groupmod|groupdel|delgroup|fixuid|vipw|vigr|newusers)\b"
    r"|/etc/(?:passwd|group)\b"
)

#: What may let another account do what root may.
_GIVING_RIGHTS = regex(
    r"sudo|\bdoas\b|\bwheel\b|polkit|\bpkexec\b|\badmin\b|\bsetcap\b"
    r"|\bchmod\b.*(?:\b0?[4-7]\d{3}\b|[+=]\w*s)|--chmod=(?:0?[4-7]\d{3}\b|\S*[+=]\w*s)",
    re.DOTALL,
)


class Made(Struct, frozen=True):
    """An account, or with `group` a group; `number` is None where the call does not fix it."""

    name: str
    number: int | None
    group: bool
    run: Run


def made(facts: Facts, stage: Stage, until: Instruction) -> Iterator[Made]:
    """The accounts and groups that certainly are made before `until`, in the order of the build."""
    for run in runs_before(facts, stage, until):
        script = script_of(run, facts.tree.escape)
        if script is None:
            continue
        planned = statements_of(facts, run)
        if len(planned) != len(script.statements):
            continue
        for statement, plan in zip(script.statements, planned, strict=True):
            command = statement.command
            if statement.kind != "command" or command is None or plan.failure != "aborts":
                continue
            tool = base_name(command)
            if tool in _VALUES and not command.assignments:
                found = _parsed(tool, command.words()[1:], run)
                if found is not None:
                    yield found


def account_of(command: Command, run: Run) -> str | None:
    """The account that a call of useradd or adduser makes; empty for a name that is not known.

    None where it only puts an account into a group.
    """
    words = command.words()
    tool = base_name(command) or ""
    found = _parsed(tool, words[1:], run)
    if found is not None:
        return found.name
    plain = [word for word in words[1:] if word is not None and not word.startswith("-")]
    grouping = tool == "adduser" and len(plain) == 2 and len(words) == 3
    return None if grouping else ""


def mentions(facts: Facts, stage: Stage, until: Instruction, name: str) -> bool:
    """Whether something before `until` may make or change an account called `name`."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    tools = re.compile(r"\b(?:user|group)(?:add|mod|del)\b|\b(?:add|del)(?:user|group)\b")
    for run in runs_before(facts, stage, until):
        text = run.with_changes(leading_lines=()).code
        if word.search(text) and tools.search(text):
            return True
    return False


def may_change(facts: Facts, stage: Stage, until: Instruction) -> bool:
    """Whether a RUN before `until` may change accounts that are there, or a copy replace them.

    A copy further down counts as well: USER is looked up once more when a container starts.
    """
    for run in runs_before(facts, stage, until):
        if _CHANGING.search(run.with_changes(leading_lines=()).code):
            return True
        if not _is_powerless(facts, stage, run) and any(
            _changes(facts, stage, script) for script in _scripts(facts, run)
        ):
            return True
    return any(
        brought(facts, placement) is not None
        for each in (stage, *descendants(facts, stage))
        for placement in placements(facts, each)
    )


def _is_powerless(facts: Facts, stage: Stage, run: Run) -> bool:
    """Whether a RUN is run as an account that surely has no rights to change accounts."""
    user = facts.bases.user(run)
    if user is None or user == "root" or not user.strip("0"):
        return False
    known = facts.bases.of(stage)
    if known is None or may_be_another(facts, stage):
        # The base may have given the rights to accounts of its own.
        own = [each for each in made(facts, stage, run) if not each.group]
        if not any(user in {each.name, str(each.number)} for each in own):
            return False
    elif "sudo" in known.tools_installed:
        return False
    for each in facts.stages.lineage(stage):
        for instruction in each.instructions:
            text = instruction.with_changes(leading_lines=()).code
            # The call of the build may tell another account than the file.
            if isinstance(instruction, User) and "$" in text:
                return False
            if _GIVING_RIGHTS.search(text):
                return False
    return True


def _scripts(facts: Facts, run: Run) -> Iterator[str]:
    """The scripts that a RUN calls, as they are written."""
    script = script_of(run, facts.tree.escape)
    for command in script.commands if script is not None else ():
        called = called_script(command.words())
        if called is not None:
            yield called


def _changes(facts: Facts, stage: Stage, script: str) -> bool:
    """Whether a script changes accounts, or cannot be read."""
    path = program_path(facts, stage, script)
    text = None if path is None else text_of(facts, stage, path)
    return text is None or _CHANGING.search(text) is not None


def runs_before(facts: Facts, stage: Stage, until: Instruction) -> Iterator[Run]:
    """The RUNs of the lineage of `stage` above `until`, in the order of the build."""
    for each in reversed(facts.stages.lineage(stage)):
        for instruction in each.instructions:
            if instruction is until:
                return
            if isinstance(instruction, Run):
                yield instruction


def _parsed(tool: str, words: Sequence[str | None], run: Run) -> Made | None:
    """What one call makes; None where it cannot be read."""
    operands: list[str] = []
    number: str | None = None
    short, long = _NUMBER[tool]
    left = list(words)
    while left:
        word = left.pop(0)
        if word is None:
            return None
        if word.startswith("--"):
            name, joined, value = word[2:].partition("=")
            if word == "--non-unique" or name in {"root", "prefix"}:
                return None
            if not joined and word not in _LONG_FLAGS:
                value = (left.pop(0) if left else None) or ""
            number = value if name == long else number
        elif word.startswith("-") and len(word) > 1:
            for at, letter in enumerate(word[1:], 2):
                if letter == "o" or (letter in "PR" and tool in {"useradd", "groupadd"}):
                    return None  # the number may be another's, or the account of another tree
                if letter in _VALUES[tool]:
                    value = word[at:] or (left.pop(0) if left else None) or ""
                    number = value if letter == short else number
                    break
        else:
            operands.append(word)
    if len(operands) != 1:
        return None  # two are an account and a group to put it in
    known = int(number) if number is not None and re.fullmatch("[0-9]{1,10}", number) else None
    if number is not None and known is None:
        return None
    return Made(operands[0], known, tool in {"groupadd", "addgroup"}, run)
