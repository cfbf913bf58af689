"""Standard input, read to its end."""

import sys

import click

from dfix.runner import LIMIT


def read_standard_input(limit: int = LIMIT) -> bytes:
    """All of standard input. Raises click.ClickException if it cannot be read or is too large."""
    if sys.stdin is None:
        raise click.ClickException("standard input is closed")
    try:
        data = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise click.ClickException(
            f"standard input cannot be read: {error.strerror or error}"
        ) from error
    if len(data) > limit:
        raise click.ClickException(f"standard input is larger than {limit // 1024**2} MiB")
    return data
