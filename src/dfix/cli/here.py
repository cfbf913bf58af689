"""The current folder, which somebody may have removed."""

from pathlib import Path

import click


def current_folder() -> Path:
    """Where the call was made. Raises click.ClickException where that is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise click.ClickException(
            f"the current folder cannot be read: {error.strerror or error}"
        ) from error
