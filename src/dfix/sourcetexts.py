"""The texts of files below a folder that are somebody's own sources, and not more than can be read."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dfix.dockerignore import DockerIgnore
from dfix.regularfile import read_regular
from dfix.text import decode

_LOOKED_AT = 5000  # files and folders
_CHARACTERS = 16 * 1024 * 1024  # of all texts
_TEXT_LIMIT = 256 * 1024  # bytes; what is larger is data, or made by a program
#: Folders of other people's code, of results, of tests and of pages.
_ASIDE = frozenset(
    """node_modules vendor venv env virtualenv site-packages third_party target build dist out obj
    coverage __pycache__ test tests __tests__ spec specs testdata fixtures e2e cypress doc docs
    example examples benchmark benchmarks""".split()
)


def texts_of(
    files: Iterable[tuple[str, Path | None]],
    wanted: Callable[[str], bool],
    ignored: DockerIgnore,
) -> Iterator[tuple[str, str | None]]:
    """The texts of those of `files`, and of those below them, whose paths are `wanted`.

    `files` are paths with where they are on disk. What is `ignored` is not there,
    and links in folders are not followed. Behind the first
    file too many, whose text is given as None, nothing is looked at.
    """
    pending = [(path, location) for path, location in files if location is not None][::-1]
    looked, left = 0, _CHARACTERS
    while pending:
        path, location = pending.pop()
        looked += 1
        if looked > _LOOKED_AT or left < 0:
            yield path, None
            return
        try:
            if location.is_dir():
                pending += [(posixpath.join(path, name), location / name) for name in _in(location)]
            elif wanted(path) and not ignored.ignores(path):
                text = decode(read_regular(location, limit=_TEXT_LIMIT))
                left -= len(text)
                yield path, text
        except OSError:
            continue  # Too large, or not for us to read.


def _in(folder: Path) -> list[str]:
    """What is in a folder, from the last name to the first."""
    with os.scandir(folder) as entries:
        return sorted(
            (each.name for each in entries if not each.is_symlink() and not _is_aside(each)),
            reverse=True,
        )


def _is_aside(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and (entry.name.startswith(".") or entry.name.lower() in _ASIDE)
