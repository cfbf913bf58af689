"""The file of `--output`, which holds the whole report or what it held before."""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from dfix.cli.terminal import Output
from dfix.hadolint import NAMES as HADOLINT_NAMES
from dfix.regularfile import leads_to_file
from dfix.resolve.lock import NAME as LOCK_NAME
from dfix.wholefile import whole_file

#: The names of files beside Dockerfiles that a call reads, whichever they are.
_READ = frozenset({"dfix.toml", "pyproject.toml", *HADOLINT_NAMES, LOCK_NAME})


@contextmanager
def report_file(path: Path) -> Iterator[Output]:
    """The file to write a report to. What a symbolic link leads to is replaced, the link stays.

    A pipe or a device is written to as it is. Raises click.ClickException if nothing can be written.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_opened(path))
        except OSError as error:
            raise _failed(path, error) from error
        output = Output(file)
        yield output
        if output.failure is not None:
            raise _failed(path, output.failure)
        try:
            stack.close()
        except OSError as error:
            raise _failed(path, error) from error


def require_no_input(path: Path, inputs: Iterable[Path]) -> None:
    """Raises click.UsageError if a report in `path` would take the place of one of `inputs`."""
    target = os.path.realpath(path)
    name = Path(target).name
    if name in _READ and leads_to_file(Path(target)):
        raise click.UsageError(f"--output: {path} is read by dfix")
    for each in inputs:
        # There may be very many: where each of them is, need not be asked.
        if (each.name == name or each.is_symlink()) and os.path.realpath(each) == target:
            raise click.UsageError(f"--output: {each} is one of the files that are looked at")


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """Raises OSError."""
    number = _stream(path)
    if number is not None:
        return os.fdopen(os.dup(number), "wb")
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    if path.exists() and not path.is_file():
        return path.open("wb")
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_symlink():  # its own name is met again on the way
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return whole_file(target)


def _stream(path: Path) -> int | None:
    """The number of a stream of the process, which may be a file: it goes on where others ended."""
    if path.parent in {Path("/dev/fd"), Path("/proc/self/fd")}:
        return int(path.name) if re.fullmatch("[0-9]{1,9}", path.name) else None
    return {"/dev/stdout": 1, "/dev/stderr": 2}.get(str(path))


def _failed(path: Path, error: OSError) -> click.ClickException:
    return click.ClickException(f"{path}: cannot be written: {error.strerror or error}")
