"""Documents whose examples are run: files below `<!-- file: NAME -->`, and calls in `console` blocks."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

_DOCS = Path(__file__).parents[1] / "docs"
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)


def lay_files(document: str, folder: Path) -> list[str]:
    """Writes the files of a document below a folder; gives their names."""
    names = []
    for name, text in _FILE.findall((_DOCS / document).read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        names.append(name)
    return names


def steps(document: str) -> list[tuple[str, str]]:
    """The calls of a document in their order, each with what it prints."""
    found: list[tuple[str, str]] = []
    for block in _CONSOLE.findall((_DOCS / document).read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def run(command: str, folder: Path) -> str:
    """What a call prints on both streams, without the folder's own name."""
    words = shlex.split(command)
    assert words[0] == "dfix"
    done = subprocess.run(
        [sys.executable, "-m", "dfix", *words[1:]],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "DFIX_STATE_DIR": str(folder.parent / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout.replace(f"{folder}/", "")
