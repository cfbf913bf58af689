"""The file of `--output`, which holds the whole report or what it held before."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from dfix.cli.terminal import Output
from dfix.wholefile import whole_file


@contextmanager
def report_file(path: Path) -> Iterator[Output]:
    """The file to write a report to. What a symbolic link leads to is replaced, the link stays.

    A pipe or a device is written to as it is. Raises click.ClickException if nothing can be written.
    """
    with ExitStack() as stack:
        try:
            target = path.resolve() if path.is_symlink() else path
            if target.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            special = target.exists() and not target.is_file()
            file = stack.enter_context(path.open("wb") if special else whole_file(target))
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


def _failed(path: Path, error: OSError) -> click.ClickException:
    return click.ClickException(f"{path}: cannot be written: {error.strerror or error}")
