"""Builders that need no engine."""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Fakes:
    """Programs on the PATH that are called like the clients, and what they remember."""

    folder: Path
    state: Path

    def install(self, *names: str) -> None:
        """Puts programs of these names on the PATH."""
        for name in names:
            path = self.folder / name
            path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.verify.fake "$0" "$@"\n')
            path.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        """All calls so far: the program's name and its words."""
        file = self.state / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def images(self) -> list[str]:
        """The images that are there."""
        folder = self.state / "images"
        return sorted(each.name for each in folder.iterdir()) if folder.exists() else []

    def say(self, mark: str) -> None:
        """Has the fakes be `silent`, their images `unreadable`, or bases `moving` from now on."""
        (self.state / mark).touch()


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    """A PATH with nothing but what the test puts there, and the system's `sleep`."""
    folder, state = tmp_path / "fake-bin", tmp_path / "fake-state"
    folder.mkdir()
    state.mkdir()
    (folder / "sleep").symlink_to("/bin/sleep")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("FAKE_STATE", str(state))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Fakes(folder, state)


def have_ended(*pids: int) -> bool:
    """Whether processes end, within half a minute: a signal takes its time on a busy machine."""
    deadline = time.monotonic() + 30
    while any(map(_is_there, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    # One that nobody has fetched yet is no process any more.
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
