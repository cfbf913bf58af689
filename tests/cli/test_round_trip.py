"""A diff, taken by `git apply` and by `patch -p1`, makes the very bytes that writing makes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Caller

TOOLS = {"git": ("git", "apply"), "patch": ("patch", "-p1", "--no-backup-if-mismatch", "--silent")}
LINES = b"FROM debian:12\nRUN a\nRUN b\nRUN c\nADD . /app\nRUN d\nRUN e\nRUN f\nRUN g\nADD . /b\n"

TEXTS = {
    "plain": LINES,
    "crlf": LINES.replace(b"\n", b"\r\n"),
    "mixed-line-ends": LINES.replace(b"RUN b\n", b"RUN b\r\n"),
    "no-final-line-end": LINES[:-1],
    "no-final-line-end-far-away": LINES + b"RUN h\nRUN i\nRUN j\nRUN k",
    "crlf-no-final-line-end": LINES.replace(b"\n", b"\r\n")[:-2],
    "byte-order-mark": b"\xef\xbb\xbf" + LINES,
    "not-utf-8": LINES.replace(b"RUN b", b"RUN b \xe9\xff"),
    "lone-carriage-return": LINES.replace(b"RUN b", b"RUN b\rc"),
    "form-feed-and-line-separator": LINES.replace(b"RUN b", b"RUN b\x0c\x1c\xe2\x80\xa8\xc2\x85"),
    "trailing-blanks": LINES.replace(b"RUN b", b"RUN b \t "),
    "looks-like-a-diff": LINES.replace(b"RUN b\n", b"# --- a/x\n# +++ b/x\n# @@ -1 +1 @@\n"),
}
NAMES = {
    "blank": "sub dir/a b.Dockerfile",
    "blank-at-both-ends": " lead/Dockerfile.x ",
    "unicode": "ünï/Dockerfile",
    "quote": 'qu"ote/Dockerfile',
    "backslash": "back\\slash/Dockerfile",
    "tab": "t\tab/Dockerfile",
    "newline": "new\nline/Dockerfile",
    "dash": "-x/Dockerfile",
    "not-utf-8": "caf\udce9/Dockerfile",
    "like-a-date": "2024-01-01 00:00:00/Dockerfile",
}


def _applied(tool: str, folder: Path, diff: bytes) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(TOOLS[tool], cwd=folder, input=diff, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_texts(call: Caller, text: bytes, tool: str) -> None:
    call.write({"project/Dockerfile": text, "written/Dockerfile": text})
    diff = call("--diff", "project").raw.replace(b"/project/", b"/")
    _applied(tool, call.folder / "project", diff)
    call("written")
    written = (call.folder / "written" / "Dockerfile").read_bytes()
    assert written.count(b"COPY . ") == 2
    assert (call.folder / "project" / "Dockerfile").read_bytes() == written


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names(call: Caller, name: str, tool: str) -> None:
    call.write({name: LINES})
    _applied(tool, call.folder, call("--diff").raw)
    assert (call.folder / name).read_bytes() == LINES.replace(b"ADD", b"COPY")
    assert call("--diff").code == 0


def test_in_a_folder_of_a_work_tree(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    subprocess.run(["git", "init", "--quiet"], cwd=call.folder, check=True)
    call.write({"a/Dockerfile": LINES, "b/Dockerfile": LINES})
    monkeypatch.chdir(call.folder / "a")
    _applied("git", call.folder / "a", call("--diff").raw)
    assert (call.folder / "a" / "Dockerfile").read_bytes() == LINES.replace(b"ADD", b"COPY")
    assert (call.folder / "b" / "Dockerfile").read_bytes() == LINES
