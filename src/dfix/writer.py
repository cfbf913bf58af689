"""The only writer of users' files: replaces one by a new version of it, whole or not at all."""

import contextlib
import os
import stat
from pathlib import Path

from dfix.regularfile import NotRegularError, TooLargeError, read_regular
from dfix.wholefile import CREATE, flush_folder

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class ChangedOnDisk(Exception):
    """The file no longer holds what was read from it; it was left as it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: changed on disk meanwhile")
        self.path = path


class WriteFailed(OSError):
    """The file could not be replaced; it was left as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def replace_file(path: Path, expected: bytes, new: bytes, *, root: Path | None = None) -> None:
    """Make `path` hold `new`, provided that it holds `expected`.

    A temporary file in the same folder is flushed to disk and then renamed over the old one, so
    that at every moment either version is there whole. Mode, and owner and extended attributes
    where permitted, stay. Of a symbolic link the target is replaced; with `root`, only one within
    it. The rename parts a file from its other hard links, which keep the old text: writing into
    the shared file instead could leave half a file behind.

    Raises `ChangedOnDisk`, and `WriteFailed` for a read-only file or folder and for whatever
    else the system refuses.
    """
    target = resolved_target(path, root=root)
    try:
        _require_unchanged(path, target, expected)
        status = target.stat()
        if not status.st_mode & _WRITABLE or not os.access(target, os.W_OK):
            raise WriteFailed(path, "the file is read-only")
        temporary = target.with_name(f".dfix-{os.urandom(8).hex()}")
        try:
            _write_like(temporary, new, target, status)
            # Asked again as late as can be; between this and the next call nothing is to be done.
            _require_unchanged(path, target, expected)
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):  # The reason why it cannot be written tells more.
                temporary.unlink()
            raise
        flush_folder(target.parent)
    except WriteFailed:
        raise
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error


def create_file(path: Path, data: bytes, *, root: Path) -> tuple[Path, ...]:
    """Make the new file `path` within `root`, and the folders that it lacks; those are returned.

    The file appears whole or not at all, and never in place of another one. No link is followed
    out of `root`. Raises `ChangedOnDisk` where there is something by now, and `WriteFailed`.
    """
    made: list[Path] = []
    try:
        made += _make_folders(path, root)
        temporary = path.with_name(f".dfix-{os.urandom(8).hex()}")
        try:
            with os.fdopen(os.open(temporary, CREATE, 0o666), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _link(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
        flush_folder(path.parent)
    except BaseException as error:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, FileExistsError):
            raise ChangedOnDisk(path) from error
        if isinstance(error, OSError) and not isinstance(error, WriteFailed):
            raise WriteFailed(path, error.strerror or str(error)) from error
        raise
    return tuple(made)


def _link(temporary: Path, path: Path) -> None:
    """Give a whole file its name, unless something has it: a rename would overwrite that."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # Not every file system has hard links.
        data = temporary.read_bytes()
        with os.fdopen(os.open(path, CREATE, 0o666), "wb") as file:
            file.write(data)


def _make_folders(path: Path, root: Path) -> list[Path]:
    """Make the folders that `path` needs below `root`. Raises `WriteFailed` and OSError."""
    if not path.is_relative_to(root):
        raise WriteFailed(path, "it is not within the tree")
    made: list[Path] = []
    for folder in reversed(path.parents):
        if not folder.is_relative_to(root) or folder == root:
            continue
        if folder.is_symlink():
            raise WriteFailed(path, "a folder of it is a symbolic link")
        if not folder.is_dir():
            if os.path.lexists(folder):
                raise WriteFailed(path, f"{folder.name} is no folder")
            folder.mkdir()
            made.append(folder)
    return made


def resolved_target(path: Path, *, root: Path | None = None) -> Path:
    """The file that `path` leads to through symbolic links.

    Raises `WriteFailed` where that is not within `root`.
    """
    target = Path(os.path.realpath(path))
    if root is not None and not target.is_relative_to(os.path.realpath(root)):
        raise WriteFailed(path, "the symbolic link leaves the tree")
    return target


def _require_unchanged(path: Path, target: Path, expected: bytes) -> None:
    try:
        unchanged = read_regular(target, limit=len(expected), follow=False) == expected
    except (TooLargeError, NotRegularError, FileNotFoundError):
        unchanged = False
    if not unchanged:
        raise ChangedOnDisk(path)


def _write_like(temporary: Path, data: bytes, original: Path, status: os.stat_result) -> None:
    """Write and flush `temporary`, with the owner, attributes and mode of `original`."""
    # Nobody else may read it before it has the original's owner and mode.
    descriptor = os.open(temporary, CREATE, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        _keep_owner(descriptor, status)
        _keep_attributes(descriptor, original)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))  # after the owner: that resets bits
        os.fsync(descriptor)


def _keep_owner(descriptor: int, status: os.stat_result) -> None:
    if not hasattr(os, "fchown"):
        return
    # Apart, since the group can be given without the right to give the owner.
    for owner, group in ((status.st_uid, -1), (-1, status.st_gid)):
        with contextlib.suppress(PermissionError):  # Kept where permitted.
            os.fchown(descriptor, owner, group)


def _keep_attributes(descriptor: int, original: Path) -> None:
    if not hasattr(os, "listxattr"):
        return
    names: list[str] = []
    with contextlib.suppress(OSError):  # Not every file system has them.
        names = os.listxattr(original)
    for name in names:
        with contextlib.suppress(OSError):  # Kept where permitted.
            os.setxattr(descriptor, name, os.getxattr(original, name))
