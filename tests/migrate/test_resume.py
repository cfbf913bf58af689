"""A campaign that is killed at any moment goes on and ends as if nothing had happened."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import is_there

from .campaigns import Command
from .repositories import git, line, repository

#: Names of commits, which hold their times, and the times themselves.
TIMED = re.compile(r"\b[0-9a-f]{7,40}\b|^Date: .*$", re.MULTILINE)
REPOSITORIES = 24
KILLS = 10


#: What is started in the background by a shell ignores interrupts, and so would its children.
INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("dfix", run_name="__main__", alter_sys=True)
"""


def start(*arguments: str, jobs: str = "2") -> subprocess.Popen[bytes]:
    """The command as a process with a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "migrate", *arguments, "--jobs", jobs],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def timeless(folder: Path) -> dict[str, Any]:
    """The report without times, and all patches."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["campaign"].pop("started")
    for each in report["repositories"]:
        each.pop("seconds")
        each["commits"] = len(each["commits"])  # a commit's name holds its time
    report["patches"] = {
        path.name: TIMED.sub("", path.read_text("utf-8"))
        for path in sorted((folder / "patches").iterdir())
    }
    return dict(report)


def make(folder: Path) -> None:
    for at in range(REPOSITORIES):
        text = b"FROM debian:12\nENV a b\nMAINTAINER %d\n" % at
        repository(folder / f"r{at:02}", {"Dockerfile": text, "x/Dockerfile": text})


def test_killed_again_and_again_it_ends_the_same(migrate: Command, tmp_path: Path) -> None:
    make(tmp_path / "once")
    undisturbed = migrate(tmp_path / "once", "--commit")
    assert undisturbed.code == 0
    make(tmp_path / "killed")
    out = tmp_path / "killed-out"
    pauses = random.Random(4)
    arguments = [str(tmp_path / "killed"), "--commit", "--out", str(out)]
    interrupted = 0
    for _ in range(200):
        process = start(*arguments)
        try:
            process.wait(timeout=pauses.uniform(0.05, 1.5) if interrupted < KILLS else None)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            interrupted += 1
        process.communicate()
        if process.returncode == 0 and interrupted >= KILLS:
            break
        if (out / "campaign.sqlite").exists() and process.returncode != 2:
            arguments = ["--resume", "--out", str(out)]
        elif process.returncode == 2:  # it was killed before it had begun
            arguments = [str(tmp_path / "killed"), "--commit", "--out", str(out)]
    else:
        raise AssertionError("it never came to its end")
    killed, once = timeless(out), timeless(undisturbed.folder)
    for each in (*killed["repositories"], *once["repositories"]):
        each["source"] = Path(each["source"]).name
    assert killed == once
    assert not list(out.glob(".dfix-*"))
    for at in range(REPOSITORIES):
        folder = tmp_path / "killed" / f"r{at:02}"
        assert line(folder, "rev-list", "--count", "main..dfix/migrate") == "1"
        git(folder, "fsck", "--strict")


def test_an_interrupt_ends_it_in_order(tmp_path: Path) -> None:
    make(tmp_path / "all")
    process = start(str(tmp_path / "all"), "--out", str(tmp_path / "out"))
    deadline = time.monotonic() + 30
    while not (tmp_path / "out" / "patches").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130), err
    assert b"Traceback" not in err
    again = start("--resume", "--out", str(tmp_path / "out"))
    again.communicate(timeout=120)
    assert again.returncode == 0


SLOW = """#!/bin/sh
echo $$ > '{marker}'
exec sleep 600
"""


#: One process that is killed ends nobody: what git is at then has an end of its own.
ENDS = [
    (signal.SIGINT, "1"),
    (signal.SIGINT, "2"),
    (signal.SIGTERM, "1"),
    (signal.SIGTERM, "2"),
    (signal.SIGKILL, "2"),
]


@pytest.mark.parametrize(("number", "jobs"), ENDS)
def test_what_git_is_at_ends_with_the_run(
    number: signal.Signals, jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that takes its time goes on for nobody, and leaves nothing behind."""
    marker = tmp_path / "marker"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ssh").write_text(SLOW.format(marker=marker))
    (tmp_path / "bin" / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    out = tmp_path / "out"
    process = start("ssh://host/x", "--out", str(out), jobs=jobs)
    wait_for(lambda: marker.exists() and marker.read_text().endswith("\n"))
    time.sleep(0.3)  # git is at it, but dfix may not yet have learned that it could start it
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=60)
    wait_for(lambda: not is_there(int(marker.read_text())))
    wait_for(lambda: not list(out.glob(".dfix-work-*")))
    assert b"Traceback" not in err
    codes = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}
    assert process.returncode == codes[number], err


def wait_for(true: Callable[[], bool]) -> None:
    """Waits until something is so, and fails where it never is."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
