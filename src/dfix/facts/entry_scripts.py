"""Scripts that the file itself copies: which command they end by becoming."""

import posixpath
from typing import TYPE_CHECKING

from dfix.facts.contents import program_path, text_of
from dfix.nodes import Stage
from dfix.patterns import regex
from dfix.shell import Command, ShellScript, parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

#: Stands for the arguments of a script among the words that it ends in.
ARGUMENTS = "\0@"
_SHELL_LINE = regex(r"#!\s*(?:/usr)?/bin/(?:env\s+)?(?:ba|da|a)?sh\b[^\n]*\n")
_ANY_SHELL_LINE = regex(
    r"#!\s*(?:/usr)?(?:/local)?/s?bin/(?:env\s+(?:-S\s+)?)?(?:ba|da|a|k|z)?sh\b[^\n]*(?:\n|\Z)"
)
_IDLE: frozenset[str | None] = frozenset(": echo exec exit printf set sleep true".split())
_ALL_ARGUMENTS = frozenset({'"$@"', '"${@}"', "$@"})
_ARGUMENT = regex(r"\$\{?[0-9@*#]|\bshift\b|\bset\s+--|\bgetopts\b")
_OTHER_ARGUMENTS = regex(r"\bshift\b|\bset\s+(?:-\w+\s+)*--")
_ITSELF = regex(r"\"?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})\"?")
#: Programs that become another one as another user, whose name comes first.
_AS_USER = frozenset({"gosu", "su-exec"})


def script_text(facts: "Facts", stage: Stage, word: str) -> str | None:
    """The text of the program `word` of `stage`, where the file copies it and it can be read."""
    path = program_path(facts, stage, word)
    return None if path is None else text_of(facts, stage, path)


def becomes(text: str) -> tuple[str | None, ...] | None:
    """The words of the command that a shell script ends by becoming; None where it does not.

    ARGUMENTS stands for those that it is given, where they are handed on as they came.
    """
    text = text.replace("\r\n", "\n")
    first = _SHELL_LINE.match(text)
    if first is None:
        return None
    script = parse_shell(text[first.end() :], "")
    last = script.statements[-1] if script.statements else None
    command = last.command if last is not None else None
    if script.has_error or last is None or command is None or command.words()[:1] != ("exec",):
        return None
    if last.operator in {"&&", "||"} or last.background or command.assignments:
        return None
    words = _handed_on(script, command)
    if ARGUMENTS in words and _OTHER_ARGUMENTS.search(script.text):
        return None
    for other in script.commands:
        if other.words()[:1] != ("exec",) or not other.arguments or other is command:
            continue
        written = [script.text[word.span.start : word.span.end] for word in other.arguments]
        if _handed_on(script, other) != words and not _begins_again(written):
            return None
    return words or None


def _handed_on(script: ShellScript, command: Command) -> tuple[str | None, ...]:
    """The words that an `exec` becomes, as whichever user; ARGUMENTS for those of the script."""
    words = tuple(
        ARGUMENTS if script.text[word.span.start : word.span.end] in _ALL_ARGUMENTS else word.value
        for word in command.arguments
    )
    is_for_user = bool(words) and posixpath.basename(words[0] or "") in _AS_USER
    return words[2:] if is_for_user else words


def _begins_again(words: list[str]) -> bool:
    """Whether a script starts itself once more, as another user: `exec gosu app "$0" "$@"`."""
    return len(words) > 1 and words[-1] in _ALL_ARGUMENTS and bool(_ITSELF.fullmatch(words[-2]))


def is_shell_script(text: str) -> bool:
    """Whether a shell runs the file of that text, by its first line."""
    return _ANY_SHELL_LINE.match(text) is not None


def is_idle(text: str) -> bool:
    """Whether all that a shell script does is to tell something, and to wait."""
    script = parse_shell(text, "")
    for command in script.commands:
        words = command.words()
        started = words[: 2 if words[:1] == ("exec",) else 1]
        if command.redirects or not _IDLE.issuperset(started):
            return False
    return not script.has_error


def looks_at_its_arguments(text: str) -> bool:
    """Whether a script that hands its arguments on may make a difference between commands."""
    return len(_ARGUMENT.findall(text)) > 1


def is_shell(word: str | None) -> bool:
    """Whether a word is a shell by its name."""
    return posixpath.basename(word or "") in {"sh", "ash", "dash", "bash"}
