"""Command lines in shell form that are plain words, and the same in exec form."""

import itertools
import json
import re

from msgspec import Struct

from dfix import Element, ExecForm, Facts, Instruction, Leaf, ShellForm, regex
from dfix.facts.commands import BUILTINS
from dfix.facts.scripts import Command, is_posix_shell, read

#: Words that a shell gives a meaning of its own where a command's name stands.
_RESERVED = frozenset(
    "! { } case coproc do done elif else esac fi for function if in select then time until while".split()
)
#: What runs inside the shell, but is a program of the base system as well, and does the same.
_ALSO_PROGRAMS = frozenset({"echo", "true", "false"})
_QUOTED = regex(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", re.DOTALL)
_SPECIAL = regex(r"[$*?\[\]~`;&|<>(){}#^!]")
_OPTIONS = regex(r"-[eux]*o?c?|pipefail|errexit|nounset|xtrace")


class PlainWords(Struct, frozen=True):
    """The words of a shell form, and the same as exec form, with the lines and comments kept.

    `replaces` tells that the text says `exec` itself, so that the shell is gone either way.
    """

    words: tuple[str, ...]
    form: ExecForm
    replaces: bool = False


def plain_words(form: ShellForm, escape: str) -> PlainWords | str:
    """The words of a shell form that needs no shell, or what it needs one for."""
    command = only_command(form, escape)
    if isinstance(command, str):
        return command
    if command.redirects:
        return "a shell redirects what the program reads or writes"
    if command.assignments or command.name is None:
        return "a shell sets variables for the program"
    written = [command.name, *command.arguments]
    values = [word.value for word in written]
    replaces = values[0] == "exec" and len(values) > 1
    if replaces:
        written, values = written[1:], values[1:]
    words = tuple(value for value in values if value is not None)
    if len(words) < len(values):
        return "a shell expands variables, patterns or substitutions in it"
    if reason := _of_name(words, replaces):
        return reason
    text = form.text
    if any(_SPECIAL.search(_QUOTED.sub("", text[e.span.start : e.span.end])) for e in written):
        return "it has characters that mean something to a shell"
    if any("\0" in word or not word.isprintable() for word in words):
        return "it has characters that are better left to the shell"
    gaps = [text[one.span.end : other.span.start] for one, other in itertools.pairwise(written)]
    front = "" if replaces else text[: written[0].span.start]
    if text[written[-1].span.end :].strip() or (replaces and "\n" in text[: written[0].span.start]):
        return "it spans lines in a way that is better left"
    return PlainWords(words, _exec_form(form.prefix + front, words, gaps), replaces)


def only_command(form: ShellForm, escape: str) -> Command | str:
    """The one simple command of a shell form, or what else it is."""
    if form.text.lstrip().startswith("["):
        return "it looks like exec form with a mistake in it, such as single quotes"
    script = read(form, escape)
    if script is None:
        return "the shell text does not parse"
    if script.comments or script.notes:
        return "it has a comment that only a shell skips"
    if len(script.statements) != 1 or not script.commands:
        return "it is more than one command"
    (statement,) = script.statements
    if statement.kind != "command" or statement.background or statement.terminated:
        return "it is more than one command"
    if len(script.commands) > 1:
        return "a shell puts the output of other commands in it"
    return script.commands[0]


def _of_name(words: tuple[str, ...], replaces: bool) -> str | None:
    name = words[0]
    if not re.fullmatch(r"[\w./+@:-]+", name):
        return "what it starts is no plain name"
    if name.startswith("-"):
        return "`exec` has options of its own"
    if name in _RESERVED:
        return f"`{name}` means something to a shell alone"
    if name in BUILTINS and not replaces:
        told = any("\\" in word for word in words) or (words[1:2] and words[1].startswith("-"))
        if name not in _ALSO_PROGRAMS or told:
            return f"`{name}` is part of the shell"
    return None


def _exec_form(front: str, words: tuple[str, ...], gaps: list[str]) -> ExecForm:
    """The words as a JSON array, on the lines where they stood."""
    prefixes = ["", *(gap if "\n" in gap else " " for gap in gaps)]
    last = len(words) - 1
    return ExecForm(
        open=Leaf(front, "["),
        elements=tuple(
            Element(
                Leaf(prefix, json.dumps(word, ensure_ascii=False)),
                Leaf("", ",") if at < last else None,
            )
            for at, (prefix, word) in enumerate(zip(prefixes, words, strict=True))
        ),
    )


def shell_objection(facts: Facts, node: Instruction) -> str | None:
    """What a shell does of its own to the command line of `node`; None where it only runs it."""
    if facts.bases.is_windows(node):
        return "Windows reads command lines in its own way"
    state = facts.plan.before(node)
    inherited = facts.bases.environment(node) or {}
    stage = facts.stages.holding(node)
    # What is set below the command line is there when a container starts, too.
    final = {} if stage is None else facts.plan.stages[stage.index].config.env
    known = {*state.env, *inherited, *final}
    if "BASH_ENV" in known or "ENV" in known:
        return "the shell reads a file of its own first"
    argv = state.shell
    if argv is None:
        argv = facts.bases.default_shell(node)
        if argv is None:
            return "nothing is known about the base image, which may set a SHELL"
    if argv and not (is_posix_shell(argv) and all(map(_OPTIONS.fullmatch, argv[1:]))):
        return "the SHELL in force is not a plain one"
    return None
