"""The two readers: a port of BuildKit's parser to Python, and BuildKit's parser of January 2024."""

import json
import re
import subprocess
import sys
from typing import Protocol, Self

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, parse_dockerfile_ast

from .reading import KEYWORDS, Read, Reading


class Reader(Protocol):
    """Reads a Dockerfile's text."""

    name: str

    def read(self, text: str) -> Read:
        """What the reader makes of `text`."""


class PortedReader:
    """PyPI `e2b-dockerfile-utils`, which follows today's BuildKit."""

    name = "e2b"

    def read(self, text: str) -> Read:
        """Its readings, or its refusal."""
        try:
            ast = parse_dockerfile_ast(text)
        except DockerfileSyntaxError as error:
            return Read(refusal=str(error))
        return Read(
            tuple(
                Reading(
                    each.name,
                    tuple(each.flags),
                    _arguments(each, ast.escape_token),
                    each.json,
                    tuple((heredoc.name, heredoc.content) for heredoc in each.heredocs),
                    each.start_line,
                    each.end_line,
                )
                for each in ast.instructions
            )
        )


def _arguments(instruction: DockerfileInstruction, escape: str) -> tuple[str, ...]:
    if instruction.name in ("ENV", "LABEL"):  # key, value and what stands between them
        return tuple(part for at, part in enumerate(instruction.args) if at % 3 != 2)
    if instruction.name == "ONBUILD":  # not looked into: another instruction has it shown
        rest = instruction.original.strip()[len("ONBUILD") :]
        text = f"# escape={escape}\nMAINTAINER{rest} ."  # it must not end with an escape character
        argument = parse_dockerfile_ast(text).instructions[0].args
        word = re.split(r"[\t\v\f\r ]", argument[0])[0] if argument else "."
        return () if word == "." else (word.upper(),)
    return tuple(instruction.args)


#: Run by an interpreter of its own: the library's Go runtime does not outlive a fork.
_SERVER = """
import json, sys, dockerfile
for line in sys.stdin:
    try:
        answer = [list(each) for each in dockerfile.parse_string(json.loads(line))]
    except dockerfile.GoParseError as error:
        answer = str(error)
    print(json.dumps(answer), flush=True)
"""


class GoReader:
    """PyPI `dockerfile`: BuildKit 0.12.5's own parser, in another process."""

    name = "go"

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def read(self, text: str) -> Read:
        """Its readings, or its refusal. Raises RuntimeError where the other process died."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the Go parser died")
        answer = json.loads(line)
        if isinstance(answer, str):
            return Read(refusal=answer)
        return Read(tuple(_reading(each) for each in answer))


def _reading(fields: list[object]) -> Reading:
    keyword, inner, is_json, _, start, end, flags, arguments, heredocs = fields
    name = str(keyword or "").upper()
    if name == "ONBUILD":
        is_json, arguments = False, ([str(inner).upper()] if inner else [])
    elif name not in KEYWORDS:
        arguments = []  # it has an empty one there
    return Reading(
        name,
        tuple(flags),  # type: ignore[arg-type]
        tuple(arguments),  # type: ignore[arg-type]
        bool(is_json),
        tuple((heredoc[0], heredoc[2]) for heredoc in heredocs),  # type: ignore[attr-defined]
        int(start),  # type: ignore[call-overload]
        int(end),  # type: ignore[call-overload]
    )
