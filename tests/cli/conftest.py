"""Calls of the command line: within this process for speed, in one of its own where that matters."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dfix.cli.group import main
from tests.resolve.registries.images import Image, Index
from tests.resolve.registries.scripted import Server, listing

Serve = Callable[..., Server]

ADD = "FROM debian:12\nADD . /app\n"
COPY = "FROM debian:12\nCOPY . /app\n"
REFUSED = "FROM debian:12\nADD https://example.com/x /x\n"
BROKEN = "FROM debian:12\nFRON debian:12\n"


@dataclass(frozen=True, slots=True)
class Done:
    """What a call gave back."""

    code: int
    raw: bytes
    errors: str

    @property
    def out(self) -> str:
        return self.raw.decode()


class Caller:
    """Calls `dfix` in a folder of its own, with a journal of its own."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsysbinary: pytest.CaptureFixture[bytes],
    ) -> None:
        self.folder = folder
        self.environment = {**os.environ, "DFIX_STATE_DIR": str(folder.parent / "state")}
        self._monkeypatch = monkeypatch
        self._captured = capsysbinary

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files by name, as they are given."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def text(self, name: str = "Dockerfile") -> str:
        """What a file holds."""
        return (self.folder / name).read_bytes().decode()

    def __call__(self, *arguments: str, stdin: str | bytes = b"") -> Done:
        """A call within this process, with `add-to-copy` alone unless it names other fixers."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        self._captured.readouterr()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
            code = main(list(arguments))
        captured = self._captured.readouterr()
        return Done(code, captured.out, captured.err.decode())

    def process(
        self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str | None] = {}
    ) -> Done:
        """A call in a process of its own; a variable that is None is not set there."""
        variables = {
            name: value
            for name, value in {**self.environment, **environment}.items()
            if value is not None
        }
        done = subprocess.run(
            [sys.executable, "-m", "dfix", *arguments],
            cwd=self.folder,
            env=variables,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


@pytest.fixture
def call(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Caller]:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DFIX_STATE_DIR", str(tmp_path / "state"))
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # One fixer, so that these tests speak of the command line and of nothing else.
    (folder.parent / "dfix.toml").write_text('select = ["add-to-copy"]\n')
    yield Caller(folder, monkeypatch, capsysbinary)


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Starts registries with some images, by default those that the module calls TAGS."""
    made: list[Server] = []

    def start(tags: dict[str, Image | Index] | None = None) -> Server:
        made.append(Server(listing(request.module.TAGS if tags is None else tags)))
        return made[-1]

    yield start
    for each in made:
        each.close()
