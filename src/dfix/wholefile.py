"""Writing a file of dfix's own so that its name never stands for half of it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CREATE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""How a file is opened that must not be there yet."""

TEMPORARY = ".dfix-"
"""How the names of files begin that are not whole yet, and stay where a process was killed."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Bytes to write that become `path` when all of them are written.

    Until then they are a temporary file in the same folder, flushed to disk before the rename. What
    `path` was is replaced; a symbolic link is, and what it leads to stays as it is. On an error nothing
    changes and nothing is left behind. Raises OSError.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(temporary, CREATE, 0o666), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # The reason why it cannot be written tells more.
            temporary.unlink()
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush to disk which files a folder holds, as far as the system lets."""
    with contextlib.suppress(OSError):  # Not every system opens or flushes a folder.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Remove from `folder` what was never finished, because a process was killed over it.

    Only for a folder in which nobody else is writing. A folder that is a link is left alone.
    """
    if folder.is_symlink():
        return
    for path in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):  # It stays, and is in nobody's way.
            path.unlink()
