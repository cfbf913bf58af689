"""Calls of chmod, chown and chgrp, and what they are as flags of COPY."""

import posixpath

from msgspec import Struct

from dfix import Facts, Run, is_pragma, regex
from dfix.facts.commands import base_name
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Command

_TOOLS = {"chmod": "chmod", "chown": "chown", "chgrp": "chown"}
_OPTION = regex(r"-[Rvcf]+")
_NAME = regex(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


class Call(Struct, frozen=True):
    """A call of chmod or chown: the flag of COPY, the value as the tool has it, and the paths."""

    flag: str
    value: str
    recursive: bool
    paths: tuple[str, ...]

    @property
    def owner(self) -> str | None:
        """`USER:GROUP` for `--chown`; None where it is not certain to be the same there.

        What chown leaves as it is, is root's in a COPY. A user without a group is not enough: COPY
        would give the files to the user's own group.
        """
        user, colon, group = self.value.partition(":")
        if colon and not group:
            return None  # the login group of the user
        pair = (user or "0", group or "0")
        return ":".join(pair) if all(map(_NAME.fullmatch, pair)) else None


def call_of(facts: Facts, run: Run, command: Command) -> Call | None:
    """The call of chmod, chown or chgrp that `command` is; None for all else.

    None also where its operands are not plain.
    """
    tool = base_name(command) or ""
    if tool not in _TOOLS or command.redirects or command.assignments:
        return None
    operands, options = _operands(command)
    if operands is None or len(operands) < 2:
        return None
    workdir = facts.bases.workdir(run)
    if workdir is None and any(not each.startswith("/") for each in operands[1:]):
        return None
    value = f":{operands[0]}" if tool == "chgrp" else operands[0]
    paths = tuple(posixpath.normpath(posixpath.join(workdir or "/", p)) for p in operands[1:])
    return Call(_TOOLS[tool], value, "R" in options, paths)


def objection_to_run(rewrite: Rewrite) -> str:
    """Why the first link cannot be taken out of a RUN; empty where it can."""
    user = rewrite.facts.bases.user(rewrite.run)
    if user not in {None, "root"}:
        return f"the RUN is run as {user}, who may not do it: the build may fail there"
    if rewrite.run.flags:
        return "the RUN has flags of its own"
    if any(is_pragma(line) for line in rewrite.run.leading_lines):
        return "a comment above the RUN speaks to a tool"
    statements = rewrite.script.statements
    if len(statements) == 1:
        return "a comment would be lost" if "#" in rewrite.script.text else ""
    if statements[1].operator != "&&" or any(each.operator == "||" for each in statements):
        return "the RUN goes on when it fails"
    return ""


def _operands(command: Command) -> tuple[list[str] | None, str]:
    """The operands of a call, None where they are not plain, and the letters of its options."""
    operands: list[str] = []
    options = ""
    for word in command.arguments:
        value = word.value
        if value is not None and _OPTION.fullmatch(value):
            options += value
        elif value is None or value.startswith("--") or (value.startswith("-") and operands):
            return None, options
        else:
            operands.append(value)
    return operands, options
