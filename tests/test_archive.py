import bz2
import gzip
import io
import lzma
import os
import tarfile
from pathlib import Path

import pytest

from dfix.archive import is_archive, is_tar_header


def tar(*names: str, form: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return held.getvalue()


TAR = tar("a")
NOISE = b"\x8a\xe1\x0f\x93" * 1024
NOT_ARCHIVES = {
    "empty file": b"",
    "text": b"FROM scratch\n" * 100,
    "short": b"a",
    "zeros": bytes(10240),
    "empty tar": tar(),
    "cut header": TAR[:500],
    "bad checksum": b"b" + TAR[1:],
    "no checksum": TAR[:148] + bytes(8) + TAR[156:],
    "underscore in checksum": TAR[:148] + b"1_0" + TAR[151:],
    "zip": b"PK\x03\x04" + NOISE,
    "gzipped text": gzip.compress(b"text" * 1000),
    "gzipped little": gzip.compress(b"text"),
    "gzipped nothing": gzip.compress(b""),
    "gzipped empty tar": gzip.compress(tar()),
    "bzip2 of text": bz2.compress(b"text" * 1000),
    "xz of text": lzma.compress(b"text" * 1000),
    "xz of little": lzma.compress(b"text"),
}
ARCHIVES = {
    "pax": TAR,
    "ustar": tar("a", form=tarfile.USTAR_FORMAT),
    "gnu": tar("a", form=tarfile.GNU_FORMAT),
    "long name": tar("a" * 300),
    "non-ascii name": tar("ä"),
    "cut after the header": TAR[:512],
    "gzip": gzip.compress(TAR),
    "gzip in two members": gzip.compress(TAR[:100]) + gzip.compress(TAR[100:]),
    "gzip cut off later": gzip.compress(TAR + os.urandom(100_000))[:90_000],
    "bzip2": bz2.compress(TAR),
    "bzip2 full block": bz2.compress(TAR + os.urandom(2_000_000)),
}
UNKNOWN = {
    "xz of tar": lzma.compress(TAR),
    "zstd": b"\x28\xb5\x2f\xfd" + NOISE,
    "zstd skippable frame": b"\x53\x2a\x4d\x18" + NOISE,
    "broken gzip": b"\x1f\x8b\x08" + NOISE,
    "broken bzip2": b"BZh9" + NOISE,
    "broken xz": b"\xfd7zXZ\x00" + NOISE,
    "gzip cut off at once": gzip.compress(TAR)[:20],
    "xz cut off at once": lzma.compress(TAR)[:30],
}


@pytest.mark.parametrize("data", NOT_ARCHIVES.values(), ids=NOT_ARCHIVES)
def test_is_not_unpacked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(data)
    assert is_archive(tmp_path / "a.tar.gz") is False


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_is_unpacked_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert is_archive(tmp_path / "a.txt") is True


@pytest.mark.parametrize("data", UNKNOWN.values(), ids=UNKNOWN)
def test_cannot_be_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert is_archive(tmp_path / "a") is None


def test_a_bomb_is_not_blown_up(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(bytes(50_000_000)))
    assert is_archive(tmp_path / "a") is False


def test_endless_empty_members_are_given_up(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(b"") * 150_000 + gzip.compress(TAR))
    assert is_archive(tmp_path / "a") is None


def test_xz_that_wants_much_memory_is_not_decoded(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28}]
    (tmp_path / "a").write_bytes(lzma.compress(b"text", filters=filters))
    assert is_archive(tmp_path / "a") is None


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file"):
        is_archive(tmp_path / "a")


def test_signed_checksums_of_old_writers_count() -> None:
    block = bytearray(tar("\xe4", form=tarfile.GNU_FORMAT)[:512])
    block[0:2] = b"\xe4\xe4"
    block[148:156] = b" " * 8
    signed = sum(byte - 256 if byte > 127 else byte for byte in block)
    block[148:156] = f"{signed:06o}\0 ".encode()
    assert is_tar_header(bytes(block))
