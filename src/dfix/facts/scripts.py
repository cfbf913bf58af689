"""The shell view of a RUN, for those who only read it, and the shell that reads it."""

from typing import TYPE_CHECKING

from dfix.nodes import Instruction, Run, ShellForm
from dfix.shell import Command, ShellScript, is_posix_shell, parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

__all__ = ["Command", "ShellScript", "has_posix_shell", "is_posix_shell", "read", "script_of"]


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

    That the base image sets no SHELL of its own is for the caller to know.
    """
    argv = facts.plan.before(instruction).shell
    return argv is None or is_posix_shell(argv)
