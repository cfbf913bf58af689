"""Sets of Dockerfiles that are no repositories: a list of paths, a tar archive, a Parquet table.

They are read one file at a time, and nothing is unpacked to disk: a set may have millions of files.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from dfix.migrate.archives import archived, is_archive
from dfix.migrate.files import File, FileSetError
from dfix.migrate.tables import MAGIC, parquet, rows
from dfix.regularfile import TooLargeError, open_regular, read_regular
from dfix.runner import LIMIT

Kind = Literal["list", "tar", "parquet"]

STANDARD_INPUT = Path("-")
"""Stands for a list on standard input, whose paths are relative to the current folder."""

_BLOCK = 64 * 1024  # bytes of a list that are read at once
_LONGEST = 1024 * 1024  # bytes of a path


@dataclass(frozen=True, slots=True)
class FileSet:
    """A set of files on this machine."""

    path: Path
    kind: Kind
    name: str | None = None
    """The column of a table that names files; None for a usual one."""
    content: str | None = None
    """The column of a table that holds files; None for a usual one."""

    @classmethod
    def of(cls, path: Path, *, name: str | None = None, content: str | None = None) -> "FileSet":
        """The set that a path holds, told by its first bytes, else by its name. Raises `FileSetError`.

        A folder is a table in several files.
        """
        if path == STANDARD_INPUT:
            return cls(path, "list", name, content)
        try:
            if path.is_dir():
                if not any(path.rglob("*.parquet")):
                    raise FileSetError(f"{path}: a folder that holds no *.parquet")
                return cls(path, "parquet", name, content)
            with open_regular(path) as file:
                head = file.read(512)
        except OSError as error:
            raise FileSetError(f"{path}: {error.strerror or error}") from error
        if head.startswith(MAGIC):
            return cls(path, "parquet", name, content)
        kind: Kind = "tar" if is_archive(path.name, head) else "list"
        return cls(path, kind, name, content)

    def check(self) -> None:
        """Raises `FileSetError` where what reads the set is not installed."""
        if self.kind == "parquet":
            parquet()
        elif self.name is not None or self.content is not None:
            raise FileSetError(f"{self.path}: only a table has columns")

    def files(self) -> Iterator[File]:
        """The files, in the order of the set. Raises `FileSetError` where the set itself is damaged."""
        try:
            match self.kind:
                case "list":
                    yield from self._listed()
                case "tar":
                    with open_regular(self.path) as file:
                        yield from archived(file)
                case "parquet":
                    yield from self._rows()
        except (FileSetError, OSError) as error:
            told = error.strerror if isinstance(error, OSError) else None
            raise FileSetError(f"{self.path}: {told or error}") from error

    def _listed(self) -> Iterator[File]:
        if self.path == STANDARD_INPUT:
            if sys.stdin is None:
                raise FileSetError("standard input is closed")
            yield from _listed(sys.stdin.buffer, Path.cwd())
            return
        with open_regular(self.path) as file:
            yield from _listed(file, self.path.parent)

    def _rows(self) -> Iterator[File]:
        if not self.path.is_dir():
            yield from rows(self.path, name=self.name, content=self.content)
            return
        at = 0
        for path in sorted(self.path.rglob("*.parquet")):
            within = path.relative_to(self.path).as_posix()
            try:
                for file in rows(path, name=self.name, content=self.content, start=at):
                    at += 1
                    yield file
            except FileSetError as error:
                raise FileSetError(f"{within}: {error}") from error


def _listed(file: IO[bytes], folder: Path) -> Iterator[File]:
    """Files of a list: a path a line, or with a NUL behind each, relative to `folder`."""
    first = file.read(_BLOCK)
    nul = b"\0" in first
    for line in _pieces(first, file, b"\0" if nul else b"\n"):
        name = os.fsdecode(line if nul else line.rstrip(b"\r"))
        if name and (nul or not name.startswith("#")):
            yield _read(name, folder / name)


def _pieces(block: bytes, file: IO[bytes], mark: bytes) -> Iterator[bytes]:
    """What stands between marks in `block` and what follows in `file`, one piece at a time."""
    rest = b""
    while block:
        *whole, rest = (rest + block).split(mark)
        yield from whole
        if len(rest) > _LONGEST:
            raise FileSetError("it is no list of paths, no tar archive and no Parquet table")
        block = file.read(_BLOCK)
    if rest:
        yield rest


def _read(name: str, path: Path) -> File:
    try:
        return File(name, read_regular(path, limit=LIMIT))
    except TooLargeError:
        return File.too_large(name)
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        return File(name, failed=f"cannot be read: {told or error}")


def member_name(name: str) -> str:
    """What a file is called in results: its name, without what would lead out of a folder."""
    parts = [each for each in name.replace("\\", "/").split("/") if each not in ("", ".", "..")]
    return "/".join(parts) or "file"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some files of a set that are worked on together: all that the work needs."""

    number: int
    """From 1 on."""
    files: tuple[File, ...]

    @property
    def name(self) -> str:
        """What its part of the results is called."""
        return f"part-{self.number:06d}"


def chunks(files: Iterator[File], *, count: int, size: int) -> Iterator[Chunk]:
    """Files in chunks of at most `count` files, and of `size` bytes unless one alone has more."""
    number = 0
    held: list[File] = []
    total = 0
    for file in files:
        if held and (len(held) >= count or total + len(file.data) > size):
            number += 1
            yield Chunk(number, tuple(held))
            held, total = [], 0
        held.append(file)
        total += len(file.data)
    if held:
        yield Chunk(number + 1, tuple(held))
