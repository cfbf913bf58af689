"""What a script calls in the end, behind `sudo` and the like: package managers, and all else."""

from msgspec import Struct
from msgspec.structs import replace

from dfix import by_identity
from dfix.facts import packages
from dfix.facts.programs import unwrapped, words_of
from dfix.facts.scripts import Command, ShellScript, Word


class Called(Struct, frozen=True):
    """A command without what stands in front of it; `wrapped` tells that something does.

    `command` is all of it. `call` is how a package manager reads it, and None for other commands.
    """

    command: Command
    name: str
    written: str
    arguments: tuple[Word, ...]
    wrapped: bool
    call: packages.Call | None = None

    @property
    def verb_word(self) -> Word | None:
        """The sub-command of a package manager; None where there is none."""
        return None if self.call is None else self.call.verb

    @property
    def verb(self) -> str:
        """The name of the sub-command; empty without one, and where only the shell knows it."""
        return (self.verb_word.value or "") if self.verb_word is not None else ""

    @property
    def plain(self) -> tuple[str, ...]:
        """The arguments, those left out that only the shell knows."""
        return tuple(word.value for word in self.arguments if word.value is not None)

    def has(self, *options: str) -> bool:
        """Whether a package manager is given one of `options`, with a value or without."""
        return self.call is not None and self.call.has_option(*options)


@by_identity(most=4096)
def called_by(command: Command) -> Called | None:
    """What a command calls; `python -m pip` calls `pip`. None for assignments alone."""
    words = words_of(command)
    inner = unwrapped(words)
    if not inner or command.name is None:
        return None
    at = len(words) - len(inner)
    first, *arguments = (command.name, *command.arguments)[at:]
    call = packages.call_of(replace(command, name=first, arguments=tuple(arguments)))
    if call is not None:
        return Called(command, call.name, call.written, call.words, at > 0, call)
    return Called(command, inner[0].rpartition("/")[2], inner[0], tuple(arguments), at > 0)


def called_in(script: ShellScript) -> tuple[Called, ...]:
    """What a script calls, at any depth, in the order of the source."""
    return tuple(found for each in script.commands if (found := called_by(each)) is not None)
