"""What only a process of its own shows: streams, signals, the environment, start-up."""

import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ADD, BROKEN, COPY, Caller

_HEAVY = ("lark", "tree_sitter", "tree_sitter_bash", "rich", "ruamel", "hcl2", "pathspec", "jinja2")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["fix", "--help"]])
def test_start_up_loads_little(call: Caller, arguments: list[str]) -> None:
    code = f"""
import sys
sys.argv = ["dfix", *{arguments!r}]
from dfix.cli import run
try:
    run()
finally:
    print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=call.folder
    )
    loaded = set(eval(done.stderr, {}))
    assert "click" in loaded
    assert not {name for name in loaded if name.split(".")[0] in _HEAVY}
    assert not {name for name in loaded if name.startswith("dfix.fixers")}
    assert not {"dfix.parser", "dfix.engine", "dfix.registry"} & loaded


def test_version_is_quick() -> None:
    def seconds(*arguments: str) -> float:
        """Processor time, which tells more than a clock where others work too."""
        times = []
        for _ in range(7):
            start = _processor_time()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            times.append(_processor_time() - start)
        return min(times)

    assert seconds("-m", "dfix", "--version") <= 2 * seconds("-c", "import click")


@pytest.mark.parametrize("mode", [("--diff",), ("--check",), ("--check", "--format", "json")])
def test_a_reader_that_goes_away(call: Caller, mode: tuple[str, ...]) -> None:
    call.write({f"{at}/Dockerfile": ADD * 300 for at in range(3)})
    process = _started(call, *mode, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert "Exception" not in errors


def test_writing_goes_on_without_a_reader(call: Caller) -> None:
    call.write({f"{at}/Dockerfile": ADD for at in range(5)})
    process = _started(call, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors.startswith("5 files: 5 fixed")
    assert {call.text(f"{at}/Dockerfile") for at in range(5)} == {COPY}


@pytest.mark.parametrize("closed", [(1,), (2,), (1, 2), (0, 1, 2)])
def test_streams_closed_from_the_start(call: Caller, closed: tuple[int, ...]) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": BROKEN})
    redirections = " ".join(f"{number}>&-" for number in closed)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m dfix {redirections}', sys.executable],
        cwd=call.folder,
        env=call.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert call.text("a/Dockerfile") == COPY


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--diff",),
        ("rules",),
        ("--check", "--format", "json"),
        ("--help",),
        ("rules", "--help"),
        ("--version",),
    ],
)
def test_a_full_disk_is_an_error(call: Caller, arguments: tuple[str, ...]) -> None:
    call.write({"Dockerfile": ADD})
    with Path("/dev/full").open("wb") as full:
        process = _started(call, *arguments, stdout=full.fileno())
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.endswith("dfix: error: the output cannot be written: No space left on device\n")


def test_an_interrupt(call: Caller) -> None:
    process = _started(call, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    # More than the pipe holds: this is written only when the command has begun to read.
    process.stdin.write("#" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert out == ""


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, id="ascii"),
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="c-locale"),
        pytest.param({"PYTHONIOENCODING": "utf-16"}, id="utf-16"),
    ],
)
def test_a_locale_that_is_not_utf_8(call: Caller, environment: dict[str, str]) -> None:
    call.write({"ünï/Dockerfile": "FROM debian:12\n# é\nADD . /app\n"})
    diff = call("--diff").raw
    done = call.process("--diff", environment=environment)
    assert (done.code, done.raw) == (1, diff)
    assert call.process("--check", environment=environment).code == 1
    plain = call("--check", "--format", "json")
    assert call.process("--check", "--format", "json", environment=environment).raw == plain.raw
    assert call.process(environment=environment).code == 0


def test_bytes_pass_through_standard_input(call: Caller) -> None:
    text = b"\xef\xbb\xbfFROM debian:12\r\n# \xe9\r\nADD . /app"
    done = call.process("-", stdin=text, environment={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.raw) == (0, text.replace(b"ADD", b"COPY"))


def test_no_home(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    variables = {"HOME": None, "XDG_STATE_HOME": None, "DFIX_STATE_DIR": "/proc/nowhere"}
    done = call.process(environment=variables)
    assert done.code == 0
    assert "dfix: warning: `dfix undo` cannot put back all of this run: " in done.errors
    assert call.text() == COPY


def test_a_narrow_terminal(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    wide, narrow = (
        call.process("--check", environment={"COLUMNS": columns}) for columns in ("200", "20")
    )
    assert wide == narrow
    assert call.process("--help", environment={"COLUMNS": "20"}).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-",),
        ("pin",),
        ("verify", "."),
        ("config", "--show", "."),
        ("rules", "--adopt-hadolint"),
        ("migrate", ".", "--out", "x"),
    ],
    ids=" ".join,
)
def test_a_folder_that_is_gone(call: Caller, arguments: tuple[str, ...]) -> None:
    done = _in_a_folder_that_is_gone(call, *arguments)
    assert done.returncode == 2
    assert done.stderr == (
        "dfix: error: the current folder cannot be read: No such file or directory\n"
    )


def test_undo_needs_no_current_folder(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    call()
    done = _in_a_folder_that_is_gone(call, "undo")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{call.folder / 'Dockerfile'}: restored\n"
    assert call.text() == ADD


def _in_a_folder_that_is_gone(call: Caller, *arguments: str) -> "subprocess.CompletedProcess[str]":
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" -m dfix "$@"'
    return subprocess.run(
        ["sh", "-c", script, sys.executable, *arguments],
        cwd=call.folder,
        env=call.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        pytest.param({}, (), True, id="terminal"),
        pytest.param({}, ("--no-color",), False, id="option"),
        pytest.param({"NO_COLOR": "1"}, (), False, id="no-color"),
        pytest.param({"NO_COLOR": ""}, (), True, id="no-color-empty"),
        pytest.param({"TERM": "dumb"}, (), False, id="dumb"),
        pytest.param({"TERM": ""}, (), False, id="no-term"),
    ],
)
@pytest.mark.parametrize("mode", ["--diff", "--check"])
def test_colours_on_a_terminal(
    call: Caller,
    mode: str,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    expected: bool,
) -> None:
    # What a file holds is never a code to the terminal, with colours or without.
    call.write({"Dockerfile": f'{ADD}RUN echo "\x1b[1m"\n'})
    ours, theirs = pty.openpty()
    process = _started(
        call, mode, *arguments, stdout=theirs, environment={"TERM": "xterm", **environment}
    )
    os.close(theirs)
    printed = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                printed += piece
        except OSError:  # how a terminal says that it has ended
            pass
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert (b"\x1b[" in printed) == expected
    assert b"add-to-copy" in printed or b"+COPY" in printed


def test_colours_in_a_pipe_when_forced(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    assert b"\x1b[" not in call.process("--diff").raw
    assert b"\x1b[" in call.process("--diff", environment={"FORCE_COLOR": "1"}).raw
    both = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    assert b"\x1b[" not in call.process("--diff", environment=both).raw


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _started(
    call: Caller,
    *arguments: str,
    stdin: int | None = None,
    stdout: int | None = None,
    environment: dict[str, str] | None = None,
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "dfix", *arguments],
        cwd=call.folder,
        env={**call.environment, **(environment or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
