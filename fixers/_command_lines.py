"""The command lines that the last stage starts, as the file has them."""

import posixpath

from msgspec import Struct

from dfix import Cmd, Entrypoint, ExecForm, Facts, ShellForm, Stage, regex
from dfix.facts.entry_scripts import is_shell
from dfix.facts.runtime import launch
from dfix.facts.scripts import Command, ShellScript, read

_COMMAND_OPTION = regex(r"-[a-z]*c")


class CommandLine(Struct, frozen=True):
    """An ENTRYPOINT or CMD in effect: the words of an exec form, and the script that a shell reads.

    `script` is that of a shell form or of `sh -c`, None without one, or where it does not parse.
    """

    node: Cmd | Entrypoint
    words: tuple[str, ...] = ()
    script: ShellScript | None = None

    @property
    def calls(self) -> tuple[tuple[str | None, ...], ...]:
        """The words of each command in it, the exec form's own first."""
        inside = self.script.commands if self.script is not None else ()
        return (*((self.words,) if self.words else ()), *(words_of(each) for each in inside))


def command_lines(facts: Facts, stage: Stage) -> tuple[CommandLine, ...]:
    """Those of the file that are in effect; not a CMD that an ENTRYPOINT in shell form ignores."""
    started = launch(facts, stage)
    parts = [started.entrypoint]
    if started.entrypoint is None or started.entrypoint.text is None:
        parts.append(started.cmd)
    found: list[CommandLine] = []
    for part in parts:
        node = part.instruction if part is not None else None
        if node is None:
            continue
        if isinstance(node.command, ShellForm):
            found.append(CommandLine(node, (), read(node.command, facts.tree.escape)))
        elif isinstance(node.command, ExecForm):
            words = node.command.values
            found.append(CommandLine(node, words, _inner(words)))
    return tuple(found)


def words_of(command: Command) -> tuple[str | None, ...]:
    """A command's words, without `exec` in front."""
    words = command.words()
    return words[1:] if words[:1] == ("exec",) else words


def base_of(words: tuple[str | None, ...]) -> str:
    """The last component of what a command starts; empty where that is not known."""
    return posixpath.basename(words[0] or "") if words else ""


def _inner(words: tuple[str, ...]) -> ShellScript | None:
    """The script of `sh -c`, also behind an init process."""
    for at, word in enumerate(words[:-2]):
        if is_shell(word) and _COMMAND_OPTION.fullmatch(words[at + 1]):
            return read(ShellForm(text=words[at + 2]), "")
    return None
