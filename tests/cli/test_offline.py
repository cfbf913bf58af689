"""Nothing reaches for the network unless it was asked to: sockets are denied, and attempts noted.

An audit hook (https://docs.python.org/3/library/audit_events.html) sits below every library. It
comes by `sitecustomize`, so that also worker processes have it. What talks within the machine only
(AF_UNIX) is let through.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Caller

EXAMPLES = Path(__file__).parents[2] / "examples"
HOOK = """
import os, sys

def deny(event, arguments):
    reaching = event in (
        "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo",
        "socket.gethostbyname", "socket.gethostbyaddr",
    )
    family = int(arguments[1]) if event == "socket.__new__" else None
    if family not in (None, 1) or reaching and "AF_UNIX" not in repr(arguments):
        note(event)
        raise PermissionError("no network here")
    if event == "import" and arguments[0] in ("httpx", "httpcore", "requests", "urllib3"):
        note("import " + arguments[0])

def note(text):
    with open(os.environ["NOTES"], "a") as file:
        file.write(text + "\\n")

sys.addaudithook(deny)
"""


class Denied:
    """Runs programs without a network; `notes` holds what they tried."""

    def __init__(self, folder: Path, call: Caller) -> None:
        self._call = call
        self._notes = folder / "notes.txt"
        self._notes.touch()
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(HOOK, "utf-8")
        self.environment = {
            **call.environment,
            "PYTHONPATH": str(folder / "hook"),
            "NOTES": str(self._notes),
            "DFIX_CACHE_DIR": str(folder / "cache"),
        }

    @property
    def notes(self) -> list[str]:
        return self._notes.read_text("utf-8").splitlines()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self._call.folder,
            env=self.environment,
            capture_output=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def denied(tmp_path: Path, call: Caller) -> Denied:
    (tmp_path / "dfix.toml").unlink()  # every fixer
    call.write({"Dockerfile": "FROM node\nADD . /app\nRUN npm ci\nCMD npm start\n"})
    for name in ("shop", "pin-base-image"):
        shutil.copytree(EXAMPLES / name, call.folder / name)
    return Denied(tmp_path, call)


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("socket.socket()", "socket.__new__"),
        ("socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)", "socket.__new__"),
        ("socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo"),
        ("socket.gethostbyname('localhost')", "socket.gethostbyname"),
    ],
)
def test_the_hook_sees_what_is_tried(denied: Denied, code: str, note: str) -> None:
    done = denied.run("-c", f"import socket; {code}")
    assert b"no network here" in done.stderr
    assert denied.notes[:1] == [note]


def test_the_hook_sees_the_client(denied: Denied) -> None:
    done = denied.run(
        "-c",
        "from dfix.image import ImageReference\n"
        "from dfix.resolve.registry import Limits, Registry\n"
        "with Registry(cache=None, limits=Limits(tries=1)) as registry:\n"
        "    registry.digest(ImageReference.parse('127.0.0.1:9/node'))\n",
    )
    assert done.returncode == 1
    assert "import httpx" in denied.notes
    assert any(each.startswith("socket.") for each in denied.notes)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("fix", "--level", "aggressive", "--jobs", "1"), id="fix"),
        pytest.param(("fix", "--level", "aggressive", "--jobs", "2"), id="jobs"),
        pytest.param(("--diff", "."), id="diff"),
        pytest.param(("--check", "--format", "json", "."), id="check"),
        pytest.param(("--write-neighbours", "."), id="neighbours"),
        pytest.param(("--check", "--online", "--offline", "."), id="offline"),
        pytest.param(("pin",), id="pin"),
        pytest.param(("plan", "Dockerfile"), id="plan"),
        pytest.param(("explain", "pin-base-image"), id="explain"),
        pytest.param(("rules",), id="rules"),
    ],
)
def test_nothing_is_tried(denied: Denied, call: Caller, arguments: tuple[str, ...]) -> None:
    done = denied.run("-m", "dfix", *arguments)
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    assert denied.notes == []
    if arguments[0] == "fix":
        assert call.text().startswith("FROM node:")
