"""Writing a file so that its name never stands for half of it."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_CREATE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Text to write, as UTF-8, that becomes `path` when all of it is written.

    Until then it is a temporary file in the same folder, flushed to disk before the rename. What
    `path` was is replaced; a symbolic link is, and what it leads to stays as it is. On an error
    nothing changes and nothing is left behind. Raises OSError.
    """
    temporary = path.with_name(f".dfix-{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, _CREATE, 0o666)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # The reason why it cannot be written tells more.
            temporary.unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Not every system opens or flushes a folder.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
