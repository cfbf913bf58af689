"""Sets of Dockerfiles that are no repositories: a list of paths, a tar archive, a Parquet table.

They are read one file at a time, and nothing is unpacked to disk: a set may have millions of files.
"""

import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal

from dfix.regularfile import TooLargeError, open_regular, read_regular
from dfix.runner import LIMIT

Kind = Literal["list", "tar", "parquet"]

_NAMES = ("path", "name", "file", "filename", "id")
_CONTENTS = ("content", "contents", "text", "dockerfile", "data", "bytes")
_BATCH = 512  # rows of a table that are read at once
_MAGIC = b"PAR1"
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


class FileSetError(ValueError):
    """A set that cannot be read; says which and why, in one line."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a set: its name, and its bytes or why there are none."""

    name: str
    data: bytes = b""
    failed: str | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class FileSet:
    """A set of files on this machine."""

    path: Path
    kind: Kind

    @classmethod
    def of(cls, path: Path) -> "FileSet":
        """The set that a path holds, told by its name and its first bytes. Raises `FileSetError`."""
        try:
            with open_regular(path) as file:
                head = file.read(len(_MAGIC))
        except OSError as error:
            raise FileSetError(f"{path}: {error.strerror or error}") from error
        if head == _MAGIC:
            return cls(path, "parquet")
        return cls(path, "tar" if path.name.lower().endswith(_TARS) else "list")

    def check(self) -> None:
        """Raises `FileSetError` where what reads the set is not installed."""
        if self.kind == "parquet":
            parquet()

    def files(self) -> Iterator[File]:
        """The files, in the order of the set. Raises `FileSetError` where the set itself is damaged."""
        match self.kind:
            case "list":
                return self._listed()
            case "tar":
                return self._packed()
            case "parquet":
                return self._rows()

    def _listed(self) -> Iterator[File]:
        """Files of a list: a path a line, or with a NUL behind each, relative to the list's folder."""
        try:
            with open_regular(self.path) as file:
                ends_with_nul = b"\0" in file.read(65536)
                file.seek(0)
                for line in _pieces(file, b"\0" if ends_with_nul else b"\n"):
                    name = os.fsdecode(line if ends_with_nul else line.rstrip(b"\r"))
                    if name and not (name.startswith("#") and not ends_with_nul):
                        yield _read(name, self.path.parent / name)
        except OSError as error:
            raise FileSetError(f"{self.path}: {error.strerror or error}") from error

    def _packed(self) -> Iterator[File]:
        """Regular files of an archive; of anything else only the name is told."""
        try:
            with tarfile.open(self.path, "r|*", errorlevel=2) as archive:
                for member in archive:
                    if member.isdir():
                        continue
                    if not member.isreg():
                        yield File(member.name, skipped="a link or a device of the archive")
                    elif member.size > LIMIT:
                        yield File(member.name, failed=_too_large())
                    else:
                        held = archive.extractfile(member)
                        assert held is not None
                        yield File(member.name, held.read())
                    archive.members = []  # type: ignore[attr-defined]  # else all are kept
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise FileSetError(f"{self.path}: the archive is damaged: {error}") from error

    def _rows(self) -> Iterator[File]:
        """The rows of a table that have a column for names and one for contents."""
        reader = parquet()
        import pyarrow

        try:
            with reader.ParquetFile(self.path) as table:
                columns = table.schema_arrow.names
                name, content = _column(columns, _NAMES), _column(columns, _CONTENTS)
                if name is None or content is None:
                    raise FileSetError(
                        f"{self.path}: needs a column {_either(_NAMES)} and a column {_either(_CONTENTS)}; "
                        f"has {', '.join(columns)}"
                    )
                for batch in table.iter_batches(_BATCH, columns=[name, content]):
                    names, contents = (
                        batch.column(name).to_pylist(),
                        batch.column(content).to_pylist(),
                    )
                    yield from map(_row, names, contents)
        except (pyarrow.ArrowException, OSError) as error:
            raise FileSetError(f"{self.path}: the table is damaged: {error}") from error


def _pieces(file: IO[bytes], mark: bytes) -> Iterator[bytes]:
    """What stands between marks, one piece at a time; a piece is at most some kilobytes long."""
    rest = b""
    while block := file.read(65536):
        *whole, rest = (rest + block).split(mark)
        yield from whole
        if len(rest) > 2**20:
            raise OSError("it is no list of paths")
    if rest:
        yield rest


def _read(name: str, path: Path) -> File:
    try:
        return File(name, read_regular(path, limit=LIMIT))
    except TooLargeError:
        return File(name, failed=_too_large())
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        return File(name, failed=f"cannot be read: {told or error}")


def _row(name: object, content: object) -> File:
    shown = name if isinstance(name, str) else repr(name)
    match content:
        case None:
            return File(shown, skipped="the row has no content")
        case str():
            data = content.encode("utf-8", "surrogatepass")
        case bytes():
            data = content
        case _:
            return File(shown, failed="the content is neither text nor bytes")
    return File(shown, failed=_too_large()) if len(data) > LIMIT else File(shown, data)


def _too_large() -> str:
    return f"larger than {LIMIT // 1024**2} MiB: no Dockerfile"


def _column(columns: list[str], wanted: tuple[str, ...]) -> str | None:
    lowered = {each.lower(): each for each in reversed(columns)}
    return next((lowered[each] for each in wanted if each in lowered), None)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def parquet() -> Any:
    """The module that reads and writes Parquet. Raises `FileSetError` where it is not installed."""
    try:
        return import_module("pyarrow.parquet")
    except ImportError as error:
        raise FileSetError("Parquet needs pyarrow: pip install 'dfix[parquet]'") from error


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


def beginning(chunked: Iterator[Chunk], limit: int | None) -> Iterator[Chunk]:
    """The first `limit` chunks; all for None."""
    return chunked if limit is None else islice(chunked, limit)
