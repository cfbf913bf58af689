"""Pages that tell what to write and what to call: files, commands, and what these print."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Step = tuple[Literal["file", "replace", "call"], str, str]
_BLOCK = re.compile(
    r"(?:<!-- (?P<how>file|replace): (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def steps(page: Path) -> Iterator[Step]:
    """The files and calls of a page in their order, each call with what it prints.

    `replace` stands for the end of a file, from the method on whose first line the text begins with.
    """
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        if block["how"] == "file":
            yield "file", block["path"], block["text"]
        elif block["how"] == "replace":
            yield "replace", block["path"], block["text"]
        elif block["kind"] == "console":
            for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield "call", command, output


def prints(shown: str, printed: str) -> bool:
    """Whether a call printed what a page shows; `...` alone on a line stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "...\n" else re.escape(line)
        for line in shown.splitlines(keepends=True)
    )
    return bool(re.fullmatch(pattern, printed))
