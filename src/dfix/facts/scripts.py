"""The shell view of a RUN, for those who only read it."""

from dfix.nodes import Run, ShellForm
from dfix.shell import Command, ShellScript, parse_shell

__all__ = ["Command", "ShellScript", "script_of"]


def script_of(run: Run, escape: str) -> ShellScript | None:
    """What a RUN in shell form gives to its shell; None where there is no telling.

    That is so for heredocs, for the exec form, and for text that does not parse. `escape` is the
    file's escape character.
    """
    if run.heredocs or not isinstance(run.command, ShellForm):
        return None
    script = parse_shell(run.command.text, escape)
    return None if script.has_error else script
