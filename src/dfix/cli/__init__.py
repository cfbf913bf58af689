"""The command line. Nothing else imports it."""

import contextlib
import gc
import os
import sys


def run() -> None:
    """Runs the command that the process was called with, and ends the process with its exit code.

    0: nothing to do, or all was done. 1: something would change, or is left. 2: the call was wrong,
    or something could not be handled. 130: interrupted. Errors are one line each, never a traceback.
    """
    # Modules, trees and plans are made by the thousand and hold few cycles: looking for those less
    # often makes a long run a quarter faster, and a short one a twentieth. The process is dfix's own.
    gc.set_threshold(100_000, 50, 50)
    try:
        from dfix.cli.group import main

        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except MemoryError:
        with contextlib.suppress(OSError):
            os.write(2, b"dfix: error: there is not enough memory\n")
        code = 2
    _flush()
    sys.exit(code)


def _flush() -> None:
    """Writes out what is left, so that the interpreter has nothing to complain about at its end."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None or stream.closed:
            continue
        try:
            stream.flush()
        except OSError:  # Nobody reads it any more; it would be tried again, and complained about.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
