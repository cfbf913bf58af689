"""docs/tutorial.md is run from top to bottom, in a copy of the example."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
#: Files to write, edits to make, and calls with what they print, as they follow each other.
BLOCK = re.compile(
    r"^(?:<!-- (file|edit)(?:: (\S+))? -->\n)?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
#: The name of a run, which is another one each time.
RUN = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{6}")


def steps(text: str) -> Iterator[tuple[str, str, str]]:
    """What a reader does: ("file", name, text), ("edit", "", diff) or ("call", command, output)."""
    for kind, name, language, body in BLOCK.findall(text):
        if kind:
            yield kind, name, body
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield "call", command, output


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which `dfix` is this one, and nothing is the user's."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "dfix").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dfix "$@"\n')
    (bin_folder / "dfix").chmod(0o755)
    (tmp_path / "gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.com\n")
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return own | {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "DFIX_STATE_DIR": str(tmp_path / "state"),
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def shell(command: str, folder: Path, environment: dict[str, str], text: str = "") -> str:
    """What a shell prints on both streams, without the folder's own name."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return RUN.sub("RUN", done.stdout.replace(f"{folder}/", ""))


@pytest.mark.skipif(os.name == "nt", reason="THE TUTORIAL IS NOT RUN: it needs a POSIX shell")
@pytest.mark.skipif(not shutil.which("git"), reason="THE TUTORIAL IS NOT RUN: there is no git")
def test_every_step(tmp_path: Path, surroundings: dict[str, str]) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "examples" / "shop", folder / "examples" / "shop")
    calls = 0
    for kind, name, body in steps(TUTORIAL.read_text("utf-8")):
        if kind == "file":
            (folder / name).write_text(body, "utf-8")
        elif kind == "edit":
            assert shell("git apply -", folder, surroundings, body) == ""
        elif name.startswith("cd "):
            folder = folder / name.removeprefix("cd ")
        else:
            assert shell(name, folder, surroundings) == RUN.sub("RUN", body), name
            calls += 1
    assert calls >= 20
    assert shell("git status --short", folder, surroundings) == "?? dfix.toml\n"
