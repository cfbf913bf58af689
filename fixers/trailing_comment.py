"""Reports a `#` behind an instruction that the builder takes for words."""

import re

from dfix import (
    Add,
    Arg,
    Cmd,
    Copy,
    Dockerfile,
    Entrypoint,
    Env,
    Fixer,
    Healthcheck,
    Instruction,
    Label,
    Leaf,
    Phase,
    Reported,
    ShellForm,
    User,
    Valid,
    Volume,
    Workdir,
    regex,
)

from ._remarks import has_remark

_ARRAY = regex(r"\[.*\][ \t]+#", re.DOTALL)


class TrailingComment(Fixer):
    """Reports a `#` behind an instruction that the builder takes for words.

    **Why**

    A comment is a line that begins with `#`. Elsewhere the sign is part of the instruction: `WORKDIR
    /a # b` makes a directory of that name, `ARG A=1 # b` declares two more arguments, and `CMD
    ["a"] # b` is text for a shell.

    **When it is reported**

    For ` #` behind ARG, COPY, ADD, VOLUME, WORKDIR, USER, the form `ENV key value`, and the array of
    a command. The shell knows such comments: text of RUN is left alone.

    **What to do**

    Put the comment on a line of its own, above the instruction.
    """

    message = "what stands behind the `#` is no comment here"
    phase = Phase.LANGUAGE
    reference = "https://docs.docker.com/reference/dockerfile/#format"
    VALID = (
        Valid("# a comment\nFROM debian:12\n"),
        Valid("FROM debian:12\nRUN true # the shell knows comments\n"),
        Valid('FROM debian:12\nENV A="1 # 2"\n', why="it is meant, in quotes"),
        Valid("FROM debian:12\nENV COLOR #fff\n", why="it begins the value"),
    )
    REPORTED = (
        Reported("FROM debian:12\nARG A=1 # note\n", line=2),
        Reported("FROM debian:12\nWORKDIR /srv # note\n", line=2),
        Reported('FROM debian:12\nCMD ["a"] # note\n', line=2),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at every instruction that can hold such a comment."""
        for instruction in tree.instructions:
            leaf = _comment(instruction)
            if leaf is not None:
                self.advise(
                    instruction,
                    "put the comment on a line of its own: here the builder takes it for part of the "
                    f"{instruction.name}",
                )


def _comment(instruction: Instruction) -> Leaf | None:
    """What holds a trailing comment of an instruction; None for nothing."""
    if isinstance(instruction, Arg | Env | Label):
        for at, pair in enumerate(instruction.pairs):
            if at and pair.value.startswith("#"):
                return pair
            if pair.legacy and has_remark(pair.assigned or ""):
                return pair
    elif isinstance(instruction, Copy | Add):
        return next((word for word in instruction.paths[1:] if word.value.startswith("#")), None)
    elif isinstance(instruction, Volume):
        return next((word for word in instruction.words[1:] if word.value.startswith("#")), None)
    elif isinstance(instruction, Workdir | User):
        word = instruction.argument
        if word is not None and has_remark(word.value):
            return word
    elif isinstance(instruction, Cmd | Entrypoint | Healthcheck):
        form = instruction.command
        if isinstance(form, ShellForm) and _ARRAY.match(form.value):
            return form
    return None
