"""What tools that fix leave of real Dockerfiles: how many the builder refuses afterwards, and what is lost.

usage: damage.py FOLDER [--files N]

Prints a Markdown table. FOLDER holds Dockerfiles, at any depth; of those that BuildKit's grammar takes, N
are taken by chance, always the same. Each tool fixes copies of them in place, without a build context,
and once more. Needs dfix and tally (PyPI `tally-cli`) on the PATH, and BuildKit's grammar
(`e2b-dockerfile-utils`). tally stops at a file that it does not take: it is called again
without that one.
"""

import argparse
import operator
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2b_dockerfile_utils import parse_dockerfile_ast

SEED = 7
TOOLS: Mapping[str, list[str]] = {
    "dfix --level safe": ["dfix", "--quiet", "--no-gitignore", "--level", "safe"],
    "dfix": ["dfix", "--quiet", "--no-gitignore"],
    "tally lint --fix": ["tally", "lint", "--no-config", "--slow-checks=off", "--fix"],
}
#: How tally names the file at which it stopped, before anything was written.
STOPPED = re.compile(r"^Error: failed to lint (\S+):", re.MULTILINE)


@dataclass
class Left:
    """What a tool left of the files, in files, and the lines of comments that are gone."""

    changed: int = 0
    refused: int = 0
    without_comments: int = 0
    comments: int = 0
    changed_again: int = 0


def accepted(data: bytes) -> bool:
    """Whether BuildKit's grammar takes a file."""
    try:
        parse_dockerfile_ast(data.decode())
    except ValueError:
        return False
    return True


def comments(data: bytes) -> int:
    """How many lines of a file are nothing but a comment."""
    return sum(line.lstrip().startswith(b"#") for line in data.splitlines())


def fixed(command: Sequence[str], texts: Sequence[bytes]) -> list[bytes]:
    """What a tool makes of files that lie in a folder each."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        paths = [root / f"{number:05d}" / "Dockerfile" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.parent.mkdir()
            path.write_bytes(text)
        words = [str(path.relative_to(root)) for path in paths]
        while stopped := STOPPED.search(_complaints([*command, *words], root)):
            words.remove(stopped[1])
        return [path.read_bytes() for path in paths]


def _complaints(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=3600
    )
    return done.stderr


def left(command: Sequence[str], texts: Sequence[bytes]) -> Left:
    """A run of a tool over files, and another one over those that the builder still takes."""
    found = Left()
    once = fixed(command, texts)
    for before, after in zip(texts, once, strict=True):
        gone = comments(before) - comments(after)
        found.changed += before != after
        found.refused += not accepted(after)
        found.without_comments += gone > 0
        found.comments += max(0, gone)
    whole = [after for after in once if accepted(after)]
    again = fixed(command, whole)
    found.changed_again = sum(map(operator.ne, whole, again))
    return found


def main(arguments: Sequence[str]) -> int:
    """Measures and prints; 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=500)
    given = parser.parse_args(arguments)
    paths = sorted(
        path for path in given.folder.rglob("*") if path.is_file() and path.suffix != ".tsv"
    )
    random.Random(SEED).shuffle(paths)
    texts: list[bytes] = []
    for path in paths:
        data = path.read_bytes()
        if len(texts) < given.files and accepted(data):
            texts.append(data)
    if not texts:
        print("damage.py: there is no Dockerfile", file=sys.stderr)
        return 2
    print(f"{len(texts)} files\n")
    print("| | changed | refused | files that lost comments | comments lost | changed again |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, command in TOOLS.items():
        if shutil.which(command[0]) is None:
            print(f"not measured: there is no {command[0]}", file=sys.stderr)
            continue
        it = left(command, texts)
        cells = (it.changed, it.refused, it.without_comments, it.comments, it.changed_again)
        print(f"| `{name}` | {' | '.join(map(str, cells))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
