"""Where a fault is played out: a folder with a good file, one call in a process, what came of it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ADD = b"FROM debian:12\nADD . /app\n"
COPY = b"FROM debian:12\nCOPY . /app\n"

#: Makes root one account among others: what it may do beyond those is given up for good.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
#: Makes root an account that nobody knows, which may read everything and own nothing.
UNKNOWN = 54_321
AS_UNKNOWN = (
    f"exec setpriv --reuid={UNKNOWN} --regid={UNKNOWN} --clear-groups "
    '--inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@"'
)
#: Seconds after which a call counts as one that hangs.
PATIENCE = 150

_ERROR = re.compile(r"(?:dfix|[^:]+(?::\d+)?): error: \S.*")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Done:
    """What a call gave back."""

    code: int
    out: bytes
    errors: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table: what is wrong, the call, and what has to come of it."""

    name: str
    code: int
    """The exit code; negative for the number of a signal."""
    told: tuple[str, ...] = ()
    """Patterns, each of which some line of standard error holds."""
    given: "Callable[[Scene], None] | None" = None
    """Makes what is wrong."""
    arguments: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files by name, to begin with."""
    left: Mapping[str, bytes] = field(default_factory=dict)
    """Files by name, as they have to be in the end."""
    others: bool = True
    """Whether the good file beside it has to be handled; else it has to be left as it was."""
    shell: str = ""
    """A script that makes the call as `"$@"`."""
    prelude: str = ""
    """What is run in the process before dfix, to be at the very place where something goes wrong."""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    stdin: bytes = b""
    permitted: bool = True
    """Whether root may do as root does; else permissions mean something to it."""
    needs: "Callable[[], str]" = lambda: ""
    """Why it cannot be played on this machine; empty where it can."""
    run: "Callable[[Scene, Fault], Done] | None" = None
    """How it is called, where that is not one process that ends."""
    then: "Callable[[Scene, Done], None] | None" = None
    """What else has to hold."""

    def unable(self) -> str:
        """Why permissions cannot be made to mean something here."""
        helpless = not self.permitted and os.geteuid() == 0 and shutil.which("setpriv") is None
        return "IT TAKES setpriv FOR ROOT TO GIVE UP ITS RIGHTS" if helpless else ""


class Scene:
    """A folder that anybody may enter, with a good file in it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "project"
        self.state = base / "state"
        self.good = self.folder / "good" / "Dockerfile"
        for folder in (self.folder, self.state, self.good.parent):
            folder.mkdir()
            folder.chmod(0o777)
        self.write({"good/Dockerfile": ADD})

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes files by name."""
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def environment(self, fault: Fault) -> dict[str, str]:
        """The variables of a call."""
        own = {"DFIX_STATE_DIR": str(self.state)}
        every = {**os.environ, **own, **fault.environment}
        return {name: value for name, value in every.items() if value is not None}

    def command(self, fault: Fault, *arguments: str) -> list[str]:
        """The words of a call."""
        start = ["-m", "dfix"]
        if fault.prelude:
            start = ["-c", f"{fault.prelude}\nfrom dfix.cli import run\nrun()\n"]
        words = [sys.executable, *start, *(arguments or fault.arguments)]
        words = ["sh", "-c", fault.shell, "sh", *words] if fault.shell else words
        return words if fault.permitted or os.geteuid() != 0 else [*WITHOUT_RIGHTS, *words]

    def start(self, fault: Fault, *arguments: str) -> "subprocess.Popen[bytes]":
        """Begins a call, in a session of its own."""
        return subprocess.Popen(
            self.command(fault, *arguments),
            cwd=self.folder,
            env=self.environment(fault),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self, process: "subprocess.Popen[bytes]", stdin: bytes = b"") -> Done:
        """Waits for a call to end. Raises subprocess.TimeoutExpired for one that hangs."""
        try:
            out, errors = process.communicate(stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
            raise
        return Done(process.returncode, out, errors.decode("utf-8", "backslashreplace"))

    def call(self, fault: Fault, *arguments: str) -> Done:
        """One call from beginning to end."""
        return self.finish(self.start(fault, *arguments), fault.stdin)

    def play(self, fault: Fault) -> Done:
        """Makes what is wrong, calls, and holds what came of it against the table."""
        self.write(fault.files)
        if fault.given is not None:
            fault.given(self)
        done = fault.run(self, fault) if fault.run is not None else self.call(fault)
        assert done.code == fault.code, done.errors
        check_errors(done, internal=any("internal error" in told for told in fault.told))
        for pattern in fault.told:
            assert re.search(pattern, done.errors, re.MULTILINE), done.errors
        for name, data in fault.left.items():
            assert (self.folder / name).read_bytes() == data, name
        assert self.good.read_bytes() == (COPY if fault.others else ADD)
        if fault.then is not None:
            fault.then(self, done)
        return done


def check_errors(done: Done, *, internal: bool = False) -> None:
    """Whatever went wrong, people read lines of their own kind; `internal` errors where due."""
    for mark in ("Traceback", "Exception ignored", *(() if internal else ("internal error",))):
        assert mark not in done.errors, done.errors
    assert not _UNSAFE.search(done.errors), done.errors
    for line in done.errors.split("\n"):
        if "error: " in line:
            assert _ERROR.fullmatch(line), line
    if done.code == 2:
        assert re.search(r": (?:error|failed|left alone): ", done.errors), done.errors
