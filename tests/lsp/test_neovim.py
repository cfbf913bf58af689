"""A session in a real editor, whose client is nothing of ours."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("editing.lua")
BEFORE = "FROM debian:12 AS build\nADD . /😀\nFROM scratch\nCOPY --from=build /😀 /a\n"
AFTER = (
    'FROM debian:12 AS tools\nLABEL a=😀x\nLABEL org.opencontainers.image.authors="é😀"\nCOPY . /😀\n'
    "FROM scratch\nCOPY --from=tools /😀 /a\n"
)


@pytest.mark.skipif(shutil.which("nvim") is None, reason="there is no nvim on the PATH")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_session(tmp_path: Path, end: str) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(BEFORE.replace("\n", end).encode())
    command = [sys.executable, "-m", "dfix", "lsp"]
    done = subprocess.run(
        ["nvim", "--headless", "-n", "-u", "NONE", "-S", str(SCRIPT)],
        cwd=tmp_path,
        env={
            **os.environ,
            "COMMAND": json.dumps(command),
            "XDG_STATE_HOME": str(tmp_path / "state"),
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert file.read_bytes().decode() == AFTER.replace("\n", end)
