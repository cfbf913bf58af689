"""Calls of package managers: tool, sub-command, options with their values, and operands."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from dfix.facts.package_tools import TOOLS, Options, Tool
from dfix.identity import by_identity
from dfix.patterns import regex
from dfix.shell import Command, Word

_PIP = regex(r"pip[0-9.]*")
_PYTHON = regex(r"python[0-9.]*")
_SUDO_FLAGS = frozenset({"-E", "-H", "-n", "-S", "-k", "--preserve-env", "--set-home", "--"})
_BOOLEAN = frozenset({"true", "false"})
#: The start of a word that the shell leaves as it is: what follows cannot make it an option.
_PLAIN_START = regex(r"[A-Za-z0-9_./@]|['\"][A-Za-z0-9_./@]")


class Given(Struct, frozen=True):
    """An option as it is given; several of them share a word that combines them.

    `value` is None where the option has none or only the shell knows it.
    """

    name: str
    words: tuple[Word, ...]
    value: str | None = None
    valued: bool = False


class Call(Struct, frozen=True):
    """A command that calls a package manager.

    `problem` says what of it is not understood, and is empty where all is; what is read of a call
    with a problem is the likely meaning, and nothing to build a change on. `program` is the word
    that names the tool, `wrapper` the words in front of it: `sudo -E`, `env`, `python -m`.
    `environment` are the names of the variables that the command sets for it. `words` are all words
    behind the program.
    """

    name: str
    tool: Tool
    command: Command
    program: Word
    words: tuple[Word, ...]
    wrapper: tuple[Word, ...] = ()
    environment: tuple[str, ...] = ()
    sudo: bool = False
    verb: Word | None = None
    before: tuple[Given, ...] = ()
    after: tuple[Given, ...] = ()
    operands: tuple[Word, ...] = ()
    problem: str = ""

    @property
    def written(self) -> str:
        """The program as it is written; on one line, for it to be written once more."""
        text = self.program.text
        return text if "\n" not in text else self.program.value or self.name

    @property
    def sub_command(self) -> str | None:
        """The sub-command's name; None where there is none, or only the shell knows it."""
        return None if self.verb is None else self.verb.value

    @property
    def options(self) -> tuple[Given, ...]:
        """All options, on both sides of the sub-command."""
        return self.before + self.after

    @property
    def installs(self) -> bool:
        """Whether it installs packages."""
        return self.sub_command in self.tool.installs

    @property
    def is_literal(self) -> bool:
        """Whether the text alone fixes every word."""
        return all(word.value is not None for word in (*self.wrapper, self.program, *self.words))

    @property
    def may_have_more_options(self) -> bool:
        """Whether a word may turn into options, or into nothing, when the shell expands it."""
        return any(map(is_unknown, self.operands))

    def has_option(self, *names: str) -> bool:
        """Whether one of these options is given, alone or among combined ones."""
        return any(given.name in names for given in self.options)

    def values_of(self, *names: str) -> tuple[str | None, ...]:
        """The values that these options are given, in order; None for what only the shell knows."""
        return tuple(given.value for given in self.options if given.name in names)


def is_unknown(word: Word) -> bool:
    """Whether a word may turn into an option, or into nothing, when the shell expands it."""
    return word.value is None and not _PLAIN_START.match(word.text)


@by_identity(most=4096)
def call_of(command: Command) -> Call | None:
    """The call of a package manager that a command is; None for any other command."""
    if command.name is None:
        return None
    wrapper, rest, environment, sudo, problem = _unwrapped((command.name, *command.arguments))
    if not rest:
        return None
    first = rest[0]
    # Also where only the folder is a variable: `"$VENV/bin/pip"`.
    name = (first.text.strip('"') if first.value is None else first.value).rpartition("/")[2]
    if _PYTHON.fullmatch(name) and [word.value for word in rest[1:3]] == ["-m", "pip"]:
        wrapper, rest, name = (*wrapper, *rest[:2]), rest[2:], "pip"
        first = rest[0]
    elif _PIP.fullmatch(name):
        name = "pip"
    tool = TOOLS.get(name)
    if tool is None:
        return None
    reading = _Reading(tool, tool.options, problem)
    reading.all(rest[1:])
    return Call(
        name,
        tool,
        command,
        first,
        tuple(rest[1:]),
        tuple(wrapper),
        (*(each.name for each in command.assignments), *environment),
        sudo,
        reading.verb,
        tuple(reading.before),
        tuple(reading.after),
        tuple(reading.operands),
        reading.problem,
    )


def sub_command_of(words: Sequence[str]) -> str:
    """The sub-command among the plain words of a call; empty where there is none."""
    # One that is not listed, aptitude, has the options of apt-get.
    tool = TOOLS.get(words[0].rpartition("/")[2], TOOLS["apt-get"])
    passed = False
    for word in words[1:]:
        if passed:
            passed = False
        elif word.startswith("-"):
            passed = tool.options.take_next(word)
        else:
            return word
    return ""


def _unwrapped(
    words: Sequence[Word],
) -> tuple[Sequence[Word], Sequence[Word], tuple[str, ...], bool, str]:
    """The words up to a tool's name, those from it on, the variables set, and whether by sudo."""
    at = 0
    sudo = False
    environment: list[str] = []
    problem = ""
    while at < len(words) and words[at].value in {"sudo", "env"}:
        sudo = sudo or words[at].value == "sudo"
        at += 1
        while at < len(words) and (value := words[at].value or words[at].text):
            if re.match(r"[A-Za-z_][A-Za-z0-9_]*=", value):
                environment.append(value.partition("=")[0])
            elif not value.startswith("-"):
                break
            elif value not in _SUDO_FLAGS:
                problem = f"the option {value} of sudo or env is not known"
            at += 1
    return words[:at], words[at:], tuple(environment), sudo, problem


class _Reading(Struct):
    """Reads the words behind a tool's name: the options, the sub-command and the operands."""

    tool: Tool
    options: Options | None
    problem: str = ""
    literal: bool = False  # behind a `--`
    verb: Word | None = None
    before: list[Given] = field(default_factory=list)
    after: list[Given] = field(default_factory=list)
    operands: list[Word] = field(default_factory=list)

    @property
    def given(self) -> list[Given]:
        """The options on the side of the sub-command that is read."""
        return self.before if self.verb is None else self.after

    def all(self, words: Sequence[Word]) -> None:
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            text = word.text if word.value is None else word.value
            if not self.literal and text == "--":
                self.literal = True
                self.object("-- ends the options")
            elif not self.literal and text.startswith("-") and text != "-":
                at += self.word(word, words[at : at + 1])
            elif self.verb is None:
                if word.value is None:
                    self.object("the sub-command is not fixed by the text")
                self.verb = word
                self.options = self.tool.behind(word.value)
            else:
                self.operands.append(word)

    def word(self, word: Word, following: Sequence[Word]) -> int:
        """Reads a word that begins with a dash; the number of further words that it takes."""
        text = word.text if word.value is None else word.value
        if self.options is None:
            self.object(f"what {text} means here is not known")
            self.given.append(Given(text, (word,)))
            return 0
        name, equals, value = text.partition("=")
        if word.value is None and ("$" in name or "`" in name):
            self.object(f"the option {text} has a variable in it")
            return 0
        if self.options.take_next(text):
            return self.valued(text, word, following)
        if name in self.options.valued and equals:
            self.given.append(Given(name, (word,), None if word.value is None else value, True))
        elif text in self.options.alone:
            self.given.append(Given(text, (word,)))
            if self.tool.family == "npm" and following and following[0].value in _BOOLEAN:
                self.object(f"{text} {following[0].value} may be one option")
        elif equals and name in self.options.alone and name.startswith("--"):
            self.given.append(Given(name, (word,), None if word.value is None else value, True))
        elif text.startswith("--") or not self.tool.combines:
            self.object(f"the option {text} is not known")
            self.given.append(Given(name, (word,)))
        else:
            return self.combined(text, word, following)
        return 0

    def combined(self, text: str, word: Word, following: Sequence[Word]) -> int:
        """Reads short options that stand in one word, `-qqy`, the last maybe with its value."""
        assert self.options is not None
        for at, letter in enumerate(text[1:], 1):
            name = f"-{letter}"
            rest = text[at + 1 :]
            if name in self.options.valued:
                if not rest:
                    return self.valued(name, word, following)
                value = None if word.value is None else rest.removeprefix("=")
                self.given.append(Given(name, (word,), value, True))
                return 0
            if name not in self.options.alone:
                if self.tool.family == "apt" and text[at - 1 :].startswith(("q=", "qq=")):
                    return 0
                self.object(f"the option {text} is not known")
                return 0
            self.given.append(Given(name, (word,)))
        return 0

    def valued(self, name: str, word: Word, following: Sequence[Word]) -> int:
        if not following:
            self.object(f"{name} has no value")
            self.given.append(Given(name, (word,)))
            return 0
        if following[0].value is None and following[0].text[:1] == "$":
            self.object(f"what {name} is given is a variable, which may be more than one word")
        self.given.append(Given(name, (word, following[0]), following[0].value, True))
        return 1

    def object(self, problem: str) -> None:
        self.problem = self.problem or problem


def calls(commands: Iterable[Command]) -> tuple[Call, ...]:
    """The calls of package managers among some commands."""
    return tuple(call for command in commands if (call := call_of(command)) is not None)
