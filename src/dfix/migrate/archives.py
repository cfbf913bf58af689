"""The files of a tar archive, read from front to back: nothing is unpacked to disk.

What an archive says of itself is not believed: memory is bounded whatever its headers state, and an
archive that breaks off or is damaged in its middle is an error, not an early end.
"""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Protocol

from dfix.archive import is_tar_header
from dfix.migrate.files import File, FileSetError
from dfix.runner import LIMIT

_BLOCK = 512  # bytes: a tar header
_HEADERS = 1024 * 1024  # bytes that the headers of one member may have
_SKIPPED = 256 * 1024  # bytes that are read at once where nothing is wanted of them
_XZ_MEMORY = 128 * 1024 * 1024  # bytes that a decoder may use; `xz -9` needs 65 MiB
_EXTENSIONS = (".tar", ".tgz", ".tbz2", ".txz", ".tzst")
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_archive(name: str, head: bytes) -> bool:
    """Whether a file is one, by its name and its first 512 bytes."""
    stem = name.lower()
    return _packing(head) is not None or is_tar_header(head) or stem.endswith(_EXTENSIONS)


def archived(file: IO[bytes]) -> Iterator[File]:
    """The regular files of the archive in `file`; of links, devices and the like only the name is told.

    Folders are passed over. Raises `FileSetError` for what is no archive, or a damaged one.
    """
    head = file.read(_BLOCK)
    file.seek(0)
    try:
        forward = _Forward(_unpacked(file, _packing(head)))
        forward.allow(_HEADERS)
        with tarfile.open(fileobj=forward, mode="r:", errorlevel=2) as archive:  # type: ignore[call-overload]
            while (member := archive.next()) is not None:
                archive.members = []  # else all are kept
                if not member.isdir():
                    yield _file(member, forward)
                forward.allow(_HEADERS)
        forward.require_end()
    except FileSetError:
        raise
    except (
        tarfile.TarError, OSError, EOFError, ValueError, RecursionError, lzma.LZMAError, zlib.error,
    ) as error:  # fmt: skip
        raise FileSetError(f"the archive is damaged: {error}") from error


def _file(member: tarfile.TarInfo, forward: "_Forward") -> File:
    """A member that is no folder."""
    name = member.name
    parts = name.split("/")
    if not member.isreg():
        return File(name, skipped="a link, a device or a pipe")
    if member.issparse():
        return File(name, skipped="a sparse file")
    if name.startswith("/") or ".." in parts:
        return File(name, skipped="a path that leads out of the archive")
    if member.size > LIMIT:
        return File.too_large(name)
    forward.seek(member.offset_data)
    forward.allow(member.size)
    data = forward.read(member.size)
    if len(data) != member.size:
        raise EOFError(f"it breaks off within {name}")
    return File(name, data)


def _packing(head: bytes) -> str | None:
    """How an archive is compressed; None where it is not."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def _unpacked(file: IO[bytes], packing: str | None) -> _Source:
    match packing:
        case "gzip":
            return gzip.open(file)
        case "bzip2":
            return bz2.open(file)
        case "xz":
            return _Xz(file)
        case "zstd":
            return _zstd(file)
        case _:
            return file


def _zstd(file: IO[bytes]) -> _Source:
    """What Python 3.14 can read, and pyarrow."""
    try:
        source: _Source = import_module("compression.zstd").open(file)
    except ImportError:
        try:
            source = import_module("pyarrow").CompressedInputStream(file, "zstd")
        except ImportError as error:
            told = "zstd needs Python 3.14, or pyarrow: pip install 'dfix[parquet]'"
            raise FileSetError(told) from error
    return source


class _Xz:
    """What an xz file holds, with bounded memory: `lzma.open` takes what the file asks for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder: lzma.LZMADecompressor | None = None

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end alone."""
        while size:
            data = b""
            if self._decoder is None:
                data = self._next_stream()
                if self._decoder is None:
                    return b""
            elif self._decoder.needs_input:
                data = self._file.read(_SKIPPED)
                if not data:
                    raise EOFError("it breaks off")
            found = self._decoder.decompress(data, size)
            if self._decoder.eof:
                self._file.seek(-len(self._decoder.unused_data), 1)
                self._decoder = None
            if found:
                return found
        return b""

    def _next_stream(self) -> bytes:
        """The beginning of the next stream, for which there is a decoder then; none at the end."""
        data = self._file.read(_SKIPPED)
        while data and not (data := data.lstrip(b"\0")):  # padding between streams
            data = self._file.read(_SKIPPED)
        if data:
            self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        return data


class _Forward:
    """A file as `tarfile` reads it, that can only be read on, and only as much as is allowed."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._at = 0
        self._allowed = 0
        self._last = b""

    def allow(self, size: int) -> None:
        """Allows that many bytes to be read from here on, beside those that are passed over."""
        self._allowed = size

    def tell(self) -> int:
        """How many bytes were read and passed over."""
        return self._at

    def read(self, size: int) -> bytes:
        """The next bytes, fewer at the end alone."""
        self._allowed -= size
        if self._allowed < 0:
            raise FileSetError(
                f"the archive is damaged: the headers at byte {self._at} are too long"
            )
        pieces = []
        while size and (piece := self._source.read(size)):
            pieces.append(piece)
            size -= len(piece)
        self._last = b"".join(pieces)
        self._at += len(self._last)
        return self._last

    def seek(self, position: int) -> None:
        """Passes over what lies before `position`."""
        if position < self._at:
            raise FileSetError(
                "the archive is damaged: a member that lies before the one before it"
            )
        while self._at < position:
            passed = len(self._source.read(min(position - self._at, _SKIPPED)))
            if not passed:
                raise EOFError("it breaks off")
            self._at += passed

    def require_end(self) -> None:
        """Raises `FileSetError` where what was read last is no end: `tarfile` takes rubbish for one."""
        if self._last.strip(b"\0") or len(self._last) not in (0, _BLOCK):
            raise FileSetError(f"the archive is damaged: byte {self._at} is within no member")
