"""Errors of a call that speak of a file."""

import click


class FileError(click.ClickException):
    """What is wrong with a file: told as `path:line: error: message`."""

    def __init__(self, path: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.place = path if line is None else f"{path}:{line}"
