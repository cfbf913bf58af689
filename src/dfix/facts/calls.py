"""Calls of a program in a shell text, and whether they are given an option."""

import re

from dfix.facts.commands import name_of
from dfix.shell import Command, ShellScript

#: The folders of the system's own programs.
_FOLDERS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/")


def calls_of(script: ShellScript, *programs: str) -> tuple[Command, ...]:
    """The commands, at any depth and in source order, that call one of `programs`.

    A program may be called by its name or with a folder of the system in front, `/usr/bin/wget`. A
    command whose name only the shell knows is none of them, nor is one behind `sudo` or `env`.
    """
    names = {folder + program for program in programs for folder in ("", *_FOLDERS)}
    return tuple(each for each in script.commands if name_of(each) in names)


def has_option(command: Command, *options: str) -> bool | None:
    """Whether a command is given one of `options`, such as `-l` and `--no-log-init`.

    One letter counts also among others in one word (`-ml`), a long option also with a value
    (`--uid=1`). Which letters take a value is not known here, so that what may be part of one counts
    as given: in doubt there is the option. None says that the text has none of them, but a word
    that only the shell knows may bring one. Behind `--` nothing is an option.
    """
    letters = "".join(re.escape(each[1]) for each in options if re.fullmatch(r"-[^-]", each))
    long = "|".join(re.escape(each) for each in options if not re.fullmatch(r"-[^-]", each))
    patterns = [f"-[a-zA-Z]*[{letters}].*"] if letters else []
    patterns += [f"(?:{long})(?:=.*)?"] if long else []
    given = re.compile("|".join(patterns), re.DOTALL)
    answer: bool | None = False
    for word in command.arguments:
        if word.value == "--":
            break
        if given.fullmatch(word.text if word.value is None else word.value):
            return True
        if word.value is None and not re.match(r"[\"']?[A-Za-z0-9_./@-]", word.text):
            answer = None
    return answer
