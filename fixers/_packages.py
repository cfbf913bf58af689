"""Package managers: how a RUN calls them, and what the fixers that edit such calls ask."""

from collections.abc import Iterator
from dataclasses import dataclass

from dfix.facts.packages import Call, Given, call_of, calls
from dfix.facts.scripts import ShellScript, Statement, Word

__all__ = ["Call", "Given", "Placed", "call_of", "calls", "last_flag", "placed"]

#: What says that nothing is done in earnest, or not all of it.
_TRIES = {
    "apt": ("-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act", "-d",
            "--download-only", "--print-uris", "-h", "--help", "-v", "--version"),
    "apk": ("-s", "--simulate", "-h", "--help", "-V", "--version"),
    "rpm": ("--assumeno", "--downloadonly", "-h", "--help", "--version"),
    "zypper": ("-D", "--dry-run", "-d", "--download-only", "-h", "--help", "-V", "--version"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A call in its place: `link` is the member of the RUN's top-level list that holds it.

    `alone` tells that the call is all of the link. `fed` tells that it reads its standard input
    from a pipe, a file or a here-document.
    """

    call: Call
    link: Statement
    alone: bool
    fed: bool


def placed(script: ShellScript) -> Iterator[Placed]:
    """The calls of package managers in a script, in the order of the source."""
    for link in script.statements:
        for statement, fed in _within(link, fed=False):
            command = statement.command
            call = None if command is None else call_of(command)
            if call is not None:
                reads = any(each.operator.startswith("<") for each in call.command.redirects)
                yield Placed(call, link, statement is link, fed or reads)


def tries_only(call: Call) -> bool:
    """Whether a call only pretends, downloads or explains."""
    return call.has_option(*_TRIES.get(call.tool.family, ()))


def last_flag(script: ShellScript, call: Call) -> Word:
    """The word behind which a further flag goes: the sub-command, or the flags behind it.

    Flags on lines of their own, or among the operands, are passed by: the layout of a list stays.
    """
    words = call.words
    taken = {given.words[0]: given.words[-1] for given in call.after}
    at = words.index(call.verb) if call.verb is not None else 0
    while at + 1 < len(words) and words[at + 1] in taken:
        end = words.index(taken[words[at + 1]])
        if "\n" in script.text[words[at].span.end : words[end].span.start]:
            break
        at = end
    return words[at]


def _within(statement: Statement, *, fed: bool) -> Iterator[tuple[Statement, bool]]:
    """A statement and all below it, each with whether something feeds its standard input."""
    fed = fed or any(each.operator.startswith("<") for each in statement.redirects)
    yield statement, fed
    for each in statement.condition:
        yield from _within(each, fed=fed)
    for at, each in enumerate(statement.children):
        yield from _within(each, fed=fed or (statement.kind == "pipeline" and at > 0))
