"""Reports arrays that the builder does not take for arrays."""

import re

from dfix import (
    Add,
    Cmd,
    Copy,
    Dockerfile,
    Entrypoint,
    Fixer,
    Healthcheck,
    Instruction,
    Phase,
    Reported,
    Run,
    ShellForm,
    Valid,
    Volume,
    regex,
)

_QUOTES = "\"'\u2018\u2019\u201c\u201d"
#: A bracket and a quote, as an array begins; `[ "$a" = b ]` is a test of the shell, without commas.
_ARRAY = regex(rf"\[(?:[{_QUOTES}]|\s+[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]\s*(?:,|\]\s*\Z))")
_COMMENT = regex(r"\][ \t]+#")


class BrokenArray(Fixer):
    """Reports arrays that the builder does not take for arrays.

    **Why**

    An array is JSON: strings in double quotes, with commas between and none behind the last one. All
    else that looks like one is text: `CMD ['a']` is run by a shell, which finds no program `[a]`, and
    `VOLUME ['/data']` makes a volume of that very name.

    **When it is reported**

    For CMD, ENTRYPOINT, HEALTHCHECK, RUN, VOLUME, COPY and ADD that begin with a bracket and a quote,
    and are no JSON array of strings.

    **What to do**

    Write double quotes, one string for each word, with commas between them, and nothing behind the
    closing bracket.
    """

    message = "this looks like an array, and is none to the builder"
    phase = Phase.LANGUAGE
    reference = "https://docs.docker.com/reference/dockerfile/#exec-form"
    VALID = (
        Valid('FROM debian:12\nCMD ["a", "b"]\n'),
        Valid('FROM debian:12\nRUN [ "$A" = b ] && true\n', why="this is a test of the shell"),
        Valid('FROM debian:12\nVOLUME ["/data"]\n'),
        Valid("FROM debian:12\nCOPY [a] /b/\n", why="a pattern of file names"),
    )
    REPORTED = (
        Reported("FROM debian:12\nCMD ['a', 'b']\n", line=2),
        Reported('FROM debian:12\nENTRYPOINT ["a", "b",]\n', line=2),
        Reported("FROM debian:12\nVOLUME ['/data']\n", line=2),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at every instruction that takes an array."""
        for instruction in tree.instructions:
            text = _text(instruction)
            if _ARRAY.match(text) and not _COMMENT.search(text):
                self.advise(instruction, _advice(text))


def _text(instruction: Instruction) -> str:
    """What stands in the place of an array, as the builder sees it; empty where one is understood."""
    if isinstance(instruction, Cmd | Entrypoint | Healthcheck | Run):
        form = instruction.command
        return form.value if isinstance(form, ShellForm) else ""
    if isinstance(instruction, Volume):
        return " ".join(word.value for word in instruction.words)
    if isinstance(instruction, Copy | Add):
        return " ".join(word.value for word in instruction.paths)
    return ""


def _advice(text: str) -> str:
    if re.match(r"\[\s*[^\"\s]", text):
        return "write the strings in double quotes: JSON knows no others"
    if re.search(r",\s*\]", text):
        return "take out the comma behind the last string"
    if re.search(r"\"\s+\"", text):
        return "write a comma between the strings"
    if "]" not in text:
        return "close the array with a bracket"
    if re.search(r"\\[^\"\\/bfnrtu]", text):
        return "write each backslash twice"
    if not text.endswith("]"):
        return "take out what stands behind the closing bracket, or write no array at all"
    return "write each string in double quotes, with commas between them"
