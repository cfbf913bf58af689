"""What docs/migrate.md shows is what happens."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from .repositories import Content, repository

DOCUMENT = Path(__file__).parents[2] / "docs" / "migrate.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)

SHOP: dict[str, Content] = {
    "api/Dockerfile": b"FROM debian:12\nENV a b\n",
    "web/Dockerfile": b"FROM debian:12 as x\nENV a b\n",
}


def transcript() -> list[tuple[str, str]]:
    """The commands of the document in their order, each with what it prints."""
    steps: list[tuple[str, str]] = []
    for block in CONSOLE.findall(DOCUMENT.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            steps.append((command, output))
    return steps


def run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    program = [sys.executable, "-m", "dfix"] if words[0] == "dfix" else [words[0]]
    # With several processes, repositories are told as they are done.
    words += ["--jobs", "1"] if words[1:2] == ["migrate"] else []
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [*program, *words[1:]],
        cwd=folder,
        env={
            **own,
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.replace(f"{folder}/", "")


def test_the_transcript(tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.com\n")
    repository(tmp_path / "repositories" / "shop", SHOP)
    repository(tmp_path / "repositories" / "cart", {"Dockerfile": SHOP["api/Dockerfile"]})
    repository(tmp_path / "repositories" / "docs", {"README.md": b"none"})
    (tmp_path / "migrated.txt").write_text("repositories/shop dfix/migrate\n")
    steps = transcript()
    assert len(steps) >= 7
    for command, output in steps:
        assert run(command, tmp_path) == output, command
