"""Whether a file is what ADD unpacks: a tar archive, bare or compressed, told by its content.

The builder reads the first tar header behind a gzip, bzip2, xz or zstd magic number, whatever
the file is called (https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives).
"""

import bz2
import gzip
import io
import lzma
import zlib
from pathlib import Path

from dfix.regularfile import open_regular

_BLOCK = 512  # bytes: a tar header
_INPUT = 2 * 1024 * 1024  # bytes read at most; one bzip2 block holds 900 kB
_XZ_MEMORY = 128 * 1024 * 1024  # bytes a decoder may use

_CHECKSUM = slice(148, 156)
_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after a first byte of 0x50 to 0x5f


def is_archive(path: Path) -> bool | None:
    """Whether ADD would unpack the regular file at `path`; None where that cannot be told.

    It cannot for zstd, which the standard library of every supported Python cannot read, nor for
    a tar within xz, which is unpacked only on a host that has `xz`. An empty tar is no archive.
    Raises OSError where the file cannot be read.
    """
    with open_regular(path) as file:
        head = file.read(_BLOCK)
        if head.startswith(_ZSTD) or (head[1:4] == _ZSTD_SKIPPABLE and head[0] >> 4 == 5):
            return None
        if not head.startswith((_GZIP, _BZIP2, _XZ)):
            return is_tar_header(head)
        data = head + file.read(_INPUT - len(head))
    try:
        block = _decompressed(data)
    except (EOFError, OSError, zlib.error, lzma.LZMAError):
        # Broken, cut off by the bound on the input, or in need of too much memory; the builder
        # may get further than these decoders.
        return None
    if not is_tar_header(block):
        return False
    return None if data.startswith(_XZ) else True


def is_tar_header(block: bytes) -> bool:
    """Whether `block` is a tar header: 512 bytes that sum up to the checksum they state."""
    if len(block) != _BLOCK:
        return False
    digits = block[_CHECKSUM].lstrip(b" \0").partition(b"\0")[0].strip()
    if not digits or digits.strip(b"01234567"):
        return False
    stated = int(digits, 8)
    # The checksum's own field counts as blanks. Some old writers summed signed bytes.
    blanked = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(blanked)
    signed = unsigned - 256 * sum(byte > 127 for byte in blanked)
    return stated in (unsigned, signed)


def _decompressed(data: bytes) -> bytes:
    """The first 512 bytes of what `data` holds. Raises as the decoders do."""
    if data.startswith(_XZ):
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        block = decoder.decompress(data, _BLOCK)
        if len(block) < _BLOCK and (not decoder.eof or decoder.unused_data):
            raise EOFError("the stream is cut off, or another one follows")
        return block
    source = io.BytesIO(data)
    with gzip.open(source) if data.startswith(_GZIP) else bz2.open(source) as file:
        return file.read(_BLOCK)
