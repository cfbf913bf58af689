"""Fixing one Dockerfile from another program: no configuration is read and nothing is written."""

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

from dfix.config import Settings
from dfix.engine import Request, Result, fix_bytes
from dfix.fixer import Level
from dfix.registry import faults
from dfix.regularfile import leads_to_folder, read_regular
from dfix.selection import Selection
from dfix.surroundings import surroundings_of, surroundings_of_text
from dfix.text import encode


class PluginWarning(UserWarning):
    """A fixer of another package cannot be used, and is left out."""


def fix(
    source: str | bytes | Path,
    *,
    level: Level | str = Level.STANDARD,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    options: Mapping[str, Mapping[str, object]] | None = None,
    context: Path | None = None,
) -> Result:
    """What becomes of a Dockerfile: its text, its bytes, or the path of the file that holds it.

    `select` and `ignore` take names and codes of fixers; without `select` all run that are not off
    by default. `options` are by fixer and option. `context` is the build context; without it, a
    path is judged by what lies beside it, and a text by nothing but itself.

    What is wrong with the file is told in the result. Raises ValueError for a level, name or option
    that there is none of and for a `dfix.lock` that is none, NotADirectoryError for a `context` that
    is none, and OSError for a path that cannot be read. Warns with `PluginWarning` of each fixer of
    another package that cannot be used.
    """
    if context is not None and not leads_to_folder(context):
        raise NotADirectoryError(f"the build context is not a folder: {context}")
    if isinstance(source, Path):
        file, data = source.absolute(), read_regular(source)
    else:
        file = (context or Path.cwd()).absolute() / "Dockerfile"
        data = encode(source) if isinstance(source, str) else source
    selection = Selection(
        Level.named(level) if isinstance(level, str) else level,
        None if select is None else tuple(select),
        ignore=tuple(ignore),
        options=options or {},
    )
    choice = selection.choose(Settings(), file)
    for left_out in faults():
        warnings.warn(str(left_out), PluginWarning, stacklevel=2)
    if isinstance(source, Path) or context is not None:
        surroundings = surroundings_of(
            file,
            options=choice.options,
            context=context,
            has_context=isinstance(source, Path),
        )
    else:
        surroundings = surroundings_of_text(choice.options)
    return fix_bytes(data, Request(choice.fixers, choice.level, surroundings, choice.ignored))
