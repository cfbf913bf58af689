"""Talking with a command: what it is told and what it prints, within bounds of time and size.

What a repository or a server makes a command print may be without end, and what it starts may outlive it.
"""

import contextlib
import os
import signal
import subprocess
import threading
from typing import IO, Any

_CHUNK = 64 * 1024  # bytes
_GRACE = 5.0  # seconds in which what a command printed is read to its end after it ended


class Talk:
    """What is said to a command and read of it, all at once, until it ends or is enough."""

    def __init__(self, process: subprocess.Popen[bytes], data: bytes, most: int) -> None:
        self.out = b""
        self.err = b""
        self.late = False
        """Whether it did not end in time."""
        self.long = False
        """Whether it printed more than was wanted."""
        self._process = process
        self._data = data
        self._most = most

    def run(self, timeout: float) -> None:
        """Talks with the command for at most `timeout` seconds. Raises RuntimeError without threads."""
        parts = (self._say, self._hear, self._listen)
        threads = [threading.Thread(target=each, daemon=True) for each in parts]
        try:
            for thread in threads:
                thread.start()
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.late = True
        except RuntimeError:
            end(self._process)
            raise
        finally:
            if self._process.poll() is None:
                _kill(self._process)
                self._process.wait()
            for thread in threads:
                if thread.ident is not None:  # It was not begun where a run was ended at once.
                    thread.join(_GRACE)
            if any(thread.is_alive() for thread in threads):
                # It has ended, but something that it left behind holds its pipes.
                self.late = True
                _kill(self._process)

    def _say(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # It has heard enough; its end tells whether it is well.
            self._process.stdin.write(self._data)
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _hear(self) -> None:
        with _open(self._process.stdout) as stream:
            pieces = []
            left = self._most + 1
            while left and (piece := stream.read(min(left, _CHUNK))):
                pieces.append(piece)
                left -= len(piece)
            self.long = not left
            if self.long:
                _kill(self._process)
            else:
                self.out = b"".join(pieces)

    def _listen(self) -> None:
        """Keeps the last of what it complains of, which says what was wrong in the end."""
        with _open(self._process.stderr) as stream:
            while piece := stream.read(_CHUNK):
                self.err = (self.err + piece)[-_CHUNK:]


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _kill(process: subprocess.Popen[Any]) -> None:
    """Kills a command and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def end(process: subprocess.Popen[Any]) -> None:
    """Ends a command and all that it started, if it runs still, and closes its pipes."""
    if process.poll() is None:
        _kill(process)
        process.wait()
    pipes: tuple[IO[bytes] | None, ...] = (process.stdin, process.stdout, process.stderr)
    for pipe in pipes:
        if pipe is not None:
            with contextlib.suppress(OSError):  # What was not read any more cannot be written.
                pipe.close()
