"""The shell view of a RUN, for those who only read it, and the shell that reads it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dfix.nodes import Heredoc, Instruction, Run, ShellForm
from dfix.patterns import regex
from dfix.shell import (
    Command,
    Redirect,
    ShellScript,
    Statement,
    Word,
    is_posix_shell,
    parse_shell,
)

if TYPE_CHECKING:
    from dfix.facts import Facts

__all__ = [
    "Command",
    "Redirect",
    "ShellScript",
    "Statement",
    "Word",
    "commands_of",
    "has_posix_shell",
    "is_posix_shell",
    "read",
    "script_of",
    "scripts_of",
]

#: A RUN that is one here-document, read by the shell in force or by the one that is named.
_DOCUMENT = regex(r"<<-?[ \t]*[\w'\"-]+(?:[ \t]+(?:/bin/)?(?:sh|bash|ash|dash)(?:[ \t]+-[a-z]+)*)?")


def read(form: ShellForm, escape: str) -> ShellScript | None:
    """The shell's view of a command line of any instruction; None where it does not parse."""
    script = parse_shell(form.text, escape)
    return None if script.has_error else script


def script_of(run: Run, escape: str) -> ShellScript | None:
    """What a RUN in shell form gives to its shell; None where there is no telling.

    That is so for heredocs, for the exec form, and for text that does not parse. `escape` is the
    file's escape character.
    """
    if run.heredocs or not isinstance(run.command, ShellForm):
        return None
    return read(run.command, escape)


def has_posix_shell(facts: "Facts", instruction: Instruction) -> bool:
    """Whether a RUN in the place of `instruction` would be read by a POSIX shell.

    That a base image of which nothing is known sets no SHELL of its own is for the caller to know.
    """
    argv = facts.plan.before(instruction).shell or facts.bases.default_shell(instruction)
    return not argv or is_posix_shell(argv)


def scripts_of(facts: "Facts", run: Run) -> Iterator[tuple[ShellForm | Heredoc, ShellScript]]:
    """What a POSIX shell reads of a RUN, each with the node whose text its spans are ranges of.

    Here-documents that are the script itself count as well; nothing comes of text that does not
    parse, and of other shells.
    """
    if (
        not isinstance(run.command, ShellForm)
        or not has_posix_shell(facts, run)
        or facts.bases.is_windows(run)
    ):
        return
    node: ShellForm | Heredoc = run.command
    script = script_of(run, facts.tree.escape)
    if len(run.heredocs) == 1 and _DOCUMENT.fullmatch(run.command.value):
        node = run.heredocs[0]
        if not node.body.startswith("#!") or re.match(r"#![^\n]*\b(?:ba|a|da)?sh\b", node.body):
            script = parse_shell(node.body, "")
    if script is not None and not script.has_error:
        yield node, script


def commands_of(facts: "Facts", run: Run) -> Iterator[tuple[ShellForm | Heredoc, Command]]:
    """The commands that a POSIX shell reads in a RUN, as `scripts_of` gives them."""
    for node, script in scripts_of(facts, run):
        for command in script.commands:
            yield node, command
