"""Bounded reading of regular files: never a pipe, a socket or a device, never more than asked for.

What lies in somebody's tree may be anything; opening a pipe would wait for ever, and reading a
device may do more than read.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NotRegularError(OSError):
    """What the path leads to is a folder, a pipe, a socket or a device."""

    def __str__(self) -> str:
        return f"{self.strerror}: {self.filename}"


class TooLargeError(OSError):
    """The file holds more bytes than the reader is ready to take."""


class OutsideError(OSError):
    """The path leads out of the folder that is looked at."""


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open the regular file at `path` for reading; a symbolic link only with `follow`.

    Raises `NotRegularError`, and OSError as `os.open` does.
    """
    # Asked before opening, because to open some devices is to act on them; asked again after,
    # because the path may lead elsewhere by then.
    _require_regular(path.stat(follow_symlinks=follow), path)
    descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NOFOLLOW)
    try:
        _require_regular(os.fstat(descriptor), path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path, *, limit: int | None = None, follow: bool = True) -> bytes:
    """The bytes of the regular file at `path`.

    Raises `TooLargeError` for more than `limit` bytes, `NotRegularError`, and OSError as
    `os.open` does.
    """
    with open_regular(path, follow=follow) as file:
        if limit is None:
            return file.read()
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLargeError(f"more than {limit} bytes")
    return data


def real_within(root: Path, path: Path) -> Path:
    """What a path below the folder `root` leads to. Raises `OutsideError` for what lies elsewhere."""
    try:
        real = Path(os.path.realpath(path))
    except ValueError as error:  # A name that no file can have.
        raise OutsideError(str(error)) from error
    if not real.is_relative_to(os.path.realpath(root)):
        raise OutsideError(f"{path} is not below {root}")
    return real


def read_within(root: Path, path: Path, *, limit: int) -> bytes:
    """The bytes of a regular file below the folder `root`; what lies elsewhere, or leads there, is not read.

    Raises `OutsideError` for that, and what `read_regular` does.
    """
    return read_regular(real_within(root, path), limit=limit, follow=False)


def leads_to_folder(path: Path) -> bool:
    """Whether there is a folder at `path`; not so where the system cannot tell, whatever hinders it."""
    try:
        return path.is_dir()
    except (OSError, ValueError):  # A name that no file can have, for one.
        return False


def leads_to_file(path: Path) -> bool:
    """Whether there is a regular file at `path`; not so where the system cannot tell."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _require_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(0, "not a regular file", str(path))
