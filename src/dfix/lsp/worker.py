"""The process that looks into texts: takes one task after the other from its standard input.

It is started by `dfix.lsp.lane`, has no other master, and ends with it, in the middle of a task, too.
"""

import os
import pickle
import queue
import signal
import struct
import sys
import threading
from typing import IO

#: The length of a message in front of it.
LENGTH = struct.Struct(">Q")


def main() -> None:
    """Works until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: it is meant for the server
    tasks, answers = _taken(0, os.O_RDONLY, "rb"), _taken(1, os.O_WRONLY, "wb")
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks, asked), daemon=True).start()
    from dfix.lsp import workshop

    while True:
        name, arguments = pickle.loads(asked.get())
        try:
            answer = (True, getattr(workshop, name)(*arguments))
        except Exception as error:  # told to the server, who knows what it makes of it
            told = " ".join(str(error).split())
            answer = (False, (type(error).__name__, told))
        data = pickle.dumps(answer)
        answers.write(LENGTH.pack(len(data)) + data)
        answers.flush()


def _taken(number: int, flags: int, mode: str) -> IO[bytes]:
    """A standard stream for ourselves alone: what others read or print must not get between."""
    own = os.dup(number)
    if flags == os.O_RDONLY:
        os.dup2(os.open(os.devnull, flags), number)
    else:
        os.dup2(2, number)
    return os.fdopen(own, mode)


def _listen(tasks: IO[bytes], asked: "queue.SimpleQueue[bytes]") -> None:
    while True:
        head = tasks.read(LENGTH.size)
        data = tasks.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
        if not data:
            sys.stderr.flush()
            os._exit(0)  # The server has gone: nobody waits for an answer.
        asked.put(data)


if __name__ == "__main__":
    main()
