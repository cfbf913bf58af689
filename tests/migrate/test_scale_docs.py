"""What docs/scale.md shows is what happens."""

import io
import os
import re
import shlex
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="clusters need dask.distributed")

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)
PORT = "8786"


def steps() -> Iterator[tuple[str, str]]:
    """The commands of the document in their order, each with what it prints; Python by itself."""
    for kind, block in BLOCK.findall(DOCUMENT.read_text("utf-8")):
        if kind == "python":
            yield "python", block
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def words(command: str, port: int) -> list[str]:
    first, *rest = shlex.split(command.replace(PORT, str(port)))
    own = {"dfix": [sys.executable, "-m", "dfix"], "dask": [sys.executable, "-m", "dask"]}
    return [*own.get(first, [first]), *rest]


@contextmanager
def running(command: str, port: int, folder: Path) -> Iterator[None]:
    """A command in the background; a scheduler answers before anything else is done."""
    process = subprocess.Popen(
        [*words(command, port), "--no-dashboard"], cwd=folder, stderr=subprocess.DEVNULL
    )
    try:
        while " scheduler " in command:
            assert process.poll() is None
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def follow(todo: Iterator[tuple[str, str]], port: int, folder: Path) -> int:
    """Does what the document says, what is in the background to its end; how much that was."""
    done = 0
    for command, output in todo:
        done += 1
        if command.endswith(" &"):
            with running(command.removesuffix(" &"), port, folder):
                return done + follow(todo, port, folder)
        call = [sys.executable, "-"] if command == "python" else words(command, port)
        result = subprocess.run(
            call,
            cwd=folder,
            input=output if command == "python" else "",
            env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        told = result.stdout.replace(f"{folder}/", "")
        if command == "python":
            assert result.returncode == 0, told
        else:
            assert (result.returncode, told) == (0, output), command
    return done


def test_the_transcript(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "dockerfiles.tar", "w") as archive:
        for name in ("api/Dockerfile", "web/Dockerfile", "db/Dockerfile"):
            data = b"FROM debian:12\nENV a b\n" if name[0] != "d" else b"FROM debian:12\n"
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    assert follow(steps(), free_port(), tmp_path) >= 6
