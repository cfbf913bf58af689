"""Running a builder's client: its lines as they come, a limit of time, and an end in any case."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

Say = Callable[[str], None]
"""Takes a line of progress."""

_TAIL = 30  # lines that are kept of what a client printed
_LINE = 16 * 1024  # bytes of one line
_CHILDREN = 3.0  # seconds to notice that a step of the build is gone
_GRACE = 15.0  # seconds to end in by itself; buildah then removes its containers


class ClientFailed(Exception):
    """A client ended with an error: its exit code and the last of what it printed."""

    def __init__(self, code: int, tail: Sequence[str]) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self.tail = tuple(tail)


class TimedOut(Exception):
    """A client was ended because it took longer than it might."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took more than {seconds:g} seconds")


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    timeout: float | None = None,
    say: Say = lambda _line: None,
) -> tuple[str, ...]:
    """Runs a command to its end, and gives the last lines of what it printed to either stream.

    Raises ClientFailed, TimedOut, and OSError for a program that cannot be started. Whatever is
    raised meanwhile, no process of it is left behind.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    tail: deque[str] = deque(maxlen=_TAIL)
    process = _started(command, environment, stderr=subprocess.STDOUT)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    assert process.stdout is not None
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    try:
        while (line := _next(lines, deadline)) is not None:
            tail.append(line)
            say(line)
        code = process.wait(None if deadline is None else max(deadline - time.monotonic(), 1))
    except (queue.Empty, subprocess.TimeoutExpired):
        assert timeout is not None
        raise TimedOut(timeout) from None
    finally:
        stop(process)
    if code:
        raise ClientFailed(code, tail)
    return tuple(tail)


@contextmanager
def output_of(
    command: Sequence[str], *, environment: Mapping[str, str], timeout: float | None = None
) -> Iterator[IO[bytes]]:
    """What a command writes to its standard output, as a stream that cannot be sought in.

    Raises ClientFailed and TimedOut at the end, also where reading failed because of that.
    """
    process = _started(command, environment, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stderr, lines), daemon=True).start()
    late = threading.Event()

    def end() -> None:
        late.set()
        stop(process)

    timer = threading.Timer(timeout or 0, end)
    timer.daemon = True
    if timeout is not None:
        timer.start()
    try:
        yield process.stdout
        while process.stdout.read(_LINE):
            pass  # so that it can end by itself
        process.wait()
    except Exception:
        # What cannot be read is mostly so because the client failed: it knows better why.
        _require(process, late, timeout, lines)
        raise
    finally:
        timer.cancel()
        stop(process)
        process.stdout.close()
    _require(process, late, timeout, lines)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process and all that it started; gently at first.

    What it started goes first: podman, when asked to end, leaves its working container behind, which
    it removes where a step of the build fails.
    """
    try:
        if process.poll() is None and _end_children(process):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_CHILDREN)
        if process.poll() is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
    finally:  # also where a second interrupt came
        # Its children may be there still, and hold its output open.
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _require(
    process: "subprocess.Popen[bytes]",
    late: threading.Event,
    timeout: float | None,
    lines: "queue.SimpleQueue[str | None]",
) -> None:
    """Raises what speaks against a client that may have ended."""
    if late.is_set():
        assert timeout is not None
        raise TimedOut(timeout)
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return
    if code > 0:
        tail: list[str] = []
        while (line := _next(lines, time.monotonic() + 1)) is not None:
            tail.append(line)
        raise ClientFailed(code, tail[-_TAIL:])


def _started(
    command: Sequence[str], environment: Mapping[str, str], *, stderr: int
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        # A terminal's interrupt is for dfix alone, which ends the client in an order of its own.
        start_new_session=True,
    )


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # there is none left
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        elif process.returncode is None:
            process.send_signal(number)


def _end_children(process: "subprocess.Popen[bytes]") -> bool:
    """Ends what a process started and is still of its group; False where there is nothing such."""
    found = False
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208
    except OSError:
        return False  # Not every system tells.
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if pid != process.pid and os.getpgid(pid) == process.pid:
                os.kill(pid, signal.SIGTERM)
                found = True
    return found


def _read(stream: IO[bytes], lines: "queue.SimpleQueue[str | None]") -> None:
    # It is closed here: whoever held it open behind the client's back would block another thread.
    with stream:
        while line := stream.readline(_LINE):
            lines.put(line.decode("utf-8", "replace").rstrip("\r\n"))
    lines.put(None)


def _next(lines: "queue.SimpleQueue[str | None]", deadline: float | None) -> str | None:
    """The next line, None at the end. Raises queue.Empty at the deadline."""
    if deadline is None:
        return lines.get()
    return lines.get(timeout=max(deadline - time.monotonic(), 0.001))
