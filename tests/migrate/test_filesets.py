"""Sets of files are read whole or with an error, in bounded memory, whatever they hold."""

import bz2
import gzip
import io
import lzma
import random
import sys
import tarfile
import tracemalloc
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dfix.migrate.archives import archived
from dfix.migrate.files import File, FileSetError
from dfix.migrate.filesets import STANDARD_INPUT, Chunk, FileSet
from dfix.migrate.filework import digest
from dfix.migrate.tables import rows

BLOCK = 512


def tar(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def read(data: bytes) -> list[File]:
    return list(archived(io.BytesIO(data)))


FILES = {f"{'long/' * at}é-{at}": b"FROM a%d\n" % at * at for at in range(60)}
WANTED = [File(name, data) for name, data in FILES.items()]


def zstd(data: bytes) -> bytes:
    pyarrow = pytest.importorskip("pyarrow", reason="zstd needs pyarrow")
    packed: bytes = pyarrow.compress(data, codec="zstd", asbytes=True)
    return packed


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
def test_archives(packed: Callable[[bytes], bytes], form: int) -> None:
    data = tar(FILES, form)
    assert read(packed(data)) == WANTED
    # Tools that pack in parallel write several streams.
    half = len(data) // 2
    assert read(packed(data[:half]) + packed(data[half:])) == WANTED


def test_xz_with_padding_between_streams() -> None:
    data = tar(FILES)
    assert read(lzma.compress(data[:999]) + bytes(40_000) + lzma.compress(data[999:])) == WANTED


def test_an_archive_of_nothing() -> None:
    assert read(tar({})) == []


def test_an_archive_is_told_by_what_it_holds(tmp_path: Path) -> None:
    for packed in (bytes, gzip.compress, lzma.compress):
        (tmp_path / "set").write_bytes(packed(tar(FILES)))
        assert FileSet.of(tmp_path / "set").kind == "tar"
    (tmp_path / "set").write_text("a\n")
    assert FileSet.of(tmp_path / "set").kind == "list"


@pytest.mark.parametrize("at", [0, 10, 59])
def test_an_archive_that_breaks_off_is_no_end(at: int) -> None:
    data = tar(FILES)
    start = data.index(f"é-{at}".encode())
    for cut in (start + 1, start + 100):
        with pytest.raises(FileSetError, match="damaged"):
            read(data[: cut + (BLOCK if at else 0)])
    with pytest.raises(FileSetError, match="damaged"):
        read(gzip.compress(data)[:-200])


def test_rubbish_in_the_middle_is_no_end() -> None:
    good = tar({"a": b"FROM x\n"})[: 2 * BLOCK]
    for rubbish in (b"rubbish" * 200, b"x" * BLOCK, b"short"):
        with pytest.raises(FileSetError, match="damaged"):
            read(good + rubbish + tar(FILES))


def test_what_is_no_archive() -> None:
    for data in (b"", b"FROM debian\n", gzip.compress(b"FROM debian\n")):
        with pytest.raises(FileSetError, match="damaged"):
            read(data)


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.GNU_FORMAT)


BOMBS = {
    "a name of a gigabyte": header("x", 2**30, tarfile.GNUTYPE_LONGNAME) + bytes(2**23),
    "an extended header of a gigabyte": header("x", 2**30, tarfile.XHDTYPE) + bytes(2**23),
    "a global header of a gigabyte": header("x", 2**30, tarfile.XGLTYPE) + bytes(2**23),
    "headers of headers": (header("x", 1, tarfile.GNUTYPE_LONGNAME) + b"x".ljust(BLOCK)) * 20_000,
    "sparse maps without end": (
        header("x", 0, tarfile.GNUTYPE_SPARSE)[:482] + b"\1".ljust(30, b"\0")
    )
    * 20_000,
    "a size below nothing": header("x", 0)[:124] + b"\xff" * 12 + header("x", 0)[136:],
}


@pytest.mark.parametrize("name", BOMBS)
def test_headers_are_bounded(name: str) -> None:
    data = io.BytesIO(BOMBS[name] + tar(FILES))
    tracemalloc.start()
    try:
        with pytest.raises(FileSetError, match="damaged"):
            list(archived(data))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_large_members_are_passed_over() -> None:
    data = header("large", 2**26) + bytes(2**26) + tar({"a": b"FROM x\n"})
    tracemalloc.start()
    try:
        large, small = archived(io.BytesIO(gzip.compress(data, 1)))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    assert large.failed == "larger than 4 MiB: no Dockerfile"
    assert small == File("a", b"FROM x\n")


def test_memory_does_not_grow_with_members() -> None:
    data = tar({f"{at}": b"" for at in range(8000)})
    peaks = []
    for count in (1000, 8000):
        source = io.BytesIO(data[: count * BLOCK] + bytes(2 * BLOCK))
        tracemalloc.start()
        assert sum(1 for _ in archived(source)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def test_xz_that_needs_too_much_memory() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2**28}]
    with pytest.raises(FileSetError, match=r"damaged: Memory usage limit"):
        read(lzma.compress(tar(FILES), filters=filters))


def test_zstd_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("compression.zstd", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(FileSetError, match=r"zstd needs .*pip install 'dfix\[parquet\]'"):
        read(b"\x28\xb5\x2f\xfd" + bytes(1000))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_any_damage_is_told(packed: Callable[[bytes], bytes]) -> None:
    data = packed(tar(dict(list(FILES.items())[:8])))
    chance = random.Random(7)
    told = 0
    for _ in range(600 if packed is bytes else 150):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(broken))
            if chance.random() < 0.7:
                broken[at] = chance.randrange(256)
            else:
                broken[at:at] = chance.randbytes(chance.choice((1, 100, BLOCK)))
        try:
            read(bytes(broken))
        except FileSetError:
            told += 1
    assert told > 20


# Lists


def listed(data: bytes, folder: Path) -> list[str]:
    (folder / "list").write_bytes(data)
    return [file.name for file in FileSet(folder / "list", "list").files()]


def test_lists(tmp_path: Path) -> None:
    long = b"x" * 200_000
    for end in (b"", b"\n"):
        assert listed(b"a\r\n\n# no\nb c\n\xff" + end, tmp_path) == ["a", "b c", "\udcff"]
        assert listed(long + b"\n" + long + end, tmp_path) == [long.decode()] * 2
    for end in (b"", b"\0"):
        assert listed(b"a\0# b\0c\nd\r" + end, tmp_path) == ["a", "# b", "c\nd\r"]
    assert listed(b"", tmp_path) == []


def test_a_list_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"FROM x\n")
    monkeypatch.chdir(tmp_path)
    source = types.SimpleNamespace(buffer=io.BytesIO(b"a\nb\n"))
    monkeypatch.setattr(sys, "stdin", source)
    first, second = FileSet.of(STANDARD_INPUT).files()
    assert first == File("a", b"FROM x\n")
    assert second.failed == "cannot be read: No such file or directory"
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileSetError, match="standard input is closed"):
        list(FileSet.of(STANDARD_INPUT).files())


def test_a_list_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("a\n")
    with pytest.raises(FileSetError, match="only a table has columns"):
        FileSet.of(tmp_path / "list", name="x").check()


# Tables


@pytest.fixture
def arrow() -> Any:
    return pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")


def table(arrow: Any, path: Path, /, **columns: Any) -> Path:
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow.table(columns), path)
    return path


def found(path: Path, name: str | None = None, content: str | None = None) -> list[File]:
    return list(rows(path, name=name, content=content))


TEXTS = ["FROM a\n", None, "FROM b\n"]
ROWS = [
    File("x", b"FROM a\n"),
    File("y", skipped="no content"),
    File("row-000000003", b"FROM b\n"),
]


@pytest.mark.parametrize(
    "kind", ["string", "large_string", "string_view", "binary", "large_binary", "binary_view"]
)
def test_tables(kind: str, arrow: Any, tmp_path: Path) -> None:
    texts = arrow.array(TEXTS).cast(getattr(arrow, kind)())
    assert found(table(arrow, tmp_path / "t", path=["x", "y", None], content=texts)) == ROWS


def test_tables_with_dictionaries(arrow: Any, tmp_path: Path) -> None:
    texts = arrow.array(TEXTS).dictionary_encode()
    assert found(table(arrow, tmp_path / "t", path=["x", "y", None], content=texts)) == ROWS


def test_columns_are_found_and_asked_for(arrow: Any, tmp_path: Path) -> None:
    path = table(arrow, tmp_path / "t", ID=[1, 2, 3], Text=TEXTS, other=["p", "q", "r"])
    assert [file.name for file in found(path)] == ["1", "2", "3"]
    assert [file.name for file in found(path, name="other")] == ["p", "q", "r"]
    assert [file.data for file in found(path, content="other")] == [b"p", b"q", b"r"]
    assert [file.name for file in found(table(arrow, tmp_path / "u", text=["x", "y"]))] == [
        "row-000000001",
        "row-000000002",
    ]
    for asked in ({"name": "gone"}, {"content": "gone"}):
        with pytest.raises(FileSetError, match="no column is called gone: there are ID, Text, oth"):
            found(path, **asked)
    with pytest.raises(FileSetError, match=r"no column is called content, .* there are a"):
        found(table(arrow, tmp_path / "v", a=[1]))


@pytest.mark.parametrize("values", [[1, 2], [["a"], []], [{"a": "b"}, None], [1.5, None]])
def test_contents_are_texts_or_bytes(values: list[Any], arrow: Any, tmp_path: Path) -> None:
    with pytest.raises(FileSetError, match="the column content holds neither text nor bytes"):
        found(table(arrow, tmp_path / "t", path=["a", "b"], content=values))


def test_texts_that_are_not_utf_8(arrow: Any, tmp_path: Path) -> None:
    offsets, held = arrow.py_buffer(b"\0\0\0\0\2\0\0\0"), arrow.py_buffer(b"\xff\n")
    odd = arrow.Array.from_buffers(arrow.string(), 1, [None, offsets, held])
    assert found(table(arrow, tmp_path / "t", path=odd, content=odd)) == [
        File("\udcff\n", b"\xff\n")
    ]


def test_a_large_value(arrow: Any, tmp_path: Path) -> None:
    path = table(arrow, tmp_path / "t", name=["a", "b"], content=["x" * (5 * 2**20), "y"])
    assert [file.failed is None for file in found(path)] == [False, True]


def test_a_table_in_several_files(arrow: Any, tmp_path: Path) -> None:
    (tmp_path / "set" / "b").mkdir(parents=True)
    table(arrow, tmp_path / "set" / "b" / "0.parquet", content=["c", "d"])
    table(arrow, tmp_path / "set" / "a.parquet", content=["a", "b"])
    files = FileSet.of(tmp_path / "set").files()
    assert [(file.name, file.data) for file in files] == [
        (f"row-{at:09}", data) for at, data in enumerate((b"a", b"b", b"c", b"d"), 1)
    ]
    (tmp_path / "set" / "c.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileSetError, match=r"set: c\.parquet: the table is damaged"):
        list(FileSet.of(tmp_path / "set").files())


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(FileSetError, match=r"holds no \*\.parquet"):
        FileSet.of(tmp_path)


def test_any_damage_to_a_table_is_told(arrow: Any, tmp_path: Path) -> None:
    path = table(arrow, tmp_path / "t", path=[str(at) for at in range(40)], content=["FROM a"] * 40)
    data = path.read_bytes()
    chance = random.Random(7)
    told = 0
    for _ in range(400):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken)
        try:
            found(path)
        except FileSetError as error:
            assert "\n" not in str(error)
            told += 1
    assert told > 20


def test_memory_does_not_grow_with_a_table(arrow: Any, tmp_path: Path) -> None:
    import pyarrow.parquet

    texts = [f"FROM a:{at}\n" * 300 for at in range(10_000)]
    held = arrow.table({"content": texts})
    pyarrow.parquet.write_table(held, tmp_path / "t", use_dictionary=False, compression="none")
    del held, texts
    assert (tmp_path / "t").stat().st_size > 30 * 2**20
    pool = arrow.default_memory_pool()
    before, most = pool.bytes_allocated(), 0
    for _ in rows(tmp_path / "t", name=None, content=None):
        most = max(most, pool.bytes_allocated() - before)
    assert 0 < most < 8 * 2**20


# Chunks


def _chunk(*files: File) -> str:
    return digest(Chunk(1, files))


def test_what_a_chunk_holds_has_one_digest() -> None:
    digests: Iterator[str] = iter(
        [
            _chunk(),
            _chunk(File("a")),
            _chunk(File("a"), File("")),
            _chunk(File("", b"a")),
            _chunk(File("ab")),
            _chunk(File("a", b"b")),
            _chunk(File("a", failed="b")),
            _chunk(File("a", skipped="b")),
            _chunk(File("\udcff")),
        ]
    )
    known = list(digests)
    assert len(set(known)) == len(known)
    assert _chunk(File("a", b"b")) == _chunk(File("a", b"b"))
