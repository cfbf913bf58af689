"""Entrypoint scripts that the file itself copies: what becomes of the command that they are given."""

import posixpath
import re
from typing import TYPE_CHECKING

from dfix.facts.contents import program_path, text_of
from dfix.nodes import Stage
from dfix.shell import parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

_SHELL_LINE = re.compile(r"#!\s*(?:/usr)?/bin/(?:env\s+)?(?:ba|da|a)?sh\b[^\n]*\n")
_HANDS_OVER = re.compile(r'exec\s+(?:(?:gosu|su-exec)\s+[\w:-]+\s+)?(?:"\$@"|"\$\{@\}"|\$@)')
_ARGUMENT = re.compile(r"\$\{?[0-9@*#]|\bshift\b|\bset\s+--|\bgetopts\b")


def script_text(facts: "Facts", stage: Stage, word: str) -> str | None:
    """The text of the program `word` of `stage`, where the file copies it and it can be read."""
    path = program_path(facts, stage, word)
    return None if path is None else text_of(facts, stage, path)


def hands_over(text: str) -> bool:
    """Whether a shell script ends by becoming the command that it is given."""
    first = _SHELL_LINE.match(text.replace("\r\n", "\n"))
    if first is None:
        return False
    script = parse_shell(text.replace("\r\n", "\n")[first.end() :], "")
    if script.has_error or not script.statements:
        return False
    last = script.statements[-1]
    return (
        last.kind == "command"
        and last.operator in {"", ";", "\n"}
        and not last.background
        and bool(_HANDS_OVER.fullmatch(script.text[last.span.start : last.span.end].strip()))
    )


def looks_at_its_arguments(text: str) -> bool:
    """Whether a script that hands over may make a difference between commands."""
    return len(_ARGUMENT.findall(text)) > 1


def is_shell(word: str | None) -> bool:
    """Whether a word is a shell by its name."""
    return posixpath.basename(word or "") in {"sh", "ash", "dash", "bash"}
