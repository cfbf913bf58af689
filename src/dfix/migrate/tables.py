"""The files of a Parquet table: a row for each, with a column for its name and one for its contents."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfix.migrate.files import File, FileSetError
from dfix.runner import LIMIT
from dfix.text import decode

if TYPE_CHECKING:
    import pyarrow

MAGIC = b"PAR1"
NAMES = ("path", "name", "file", "filename", "id")
CONTENTS = ("content", "contents", "text", "dockerfile", "data", "bytes")

_ROWS = 32  # that are read at once
_BUFFER = 1024 * 1024  # bytes of a column that are read at once; else it is all of a row group


def parquet() -> Any:
    """`pyarrow.parquet`. Raises `FileSetError` where it is not installed."""
    try:
        return import_module("pyarrow.parquet")
    except ImportError as error:
        raise FileSetError("Parquet needs pyarrow: pip install 'dfix[parquet]'") from error


def rows(path: Path, *, name: str | None, content: str | None, start: int = 0) -> Iterator[File]:
    """The rows of the table at `path`; without a name, a row is called by its number, behind `start`.

    `name` and `content` are columns; None for the usual ones, `NAMES` and `CONTENTS`. Raises
    `FileSetError` for a table that lacks them, and for a damaged one.
    """
    reader = parquet()
    import pyarrow

    try:
        with reader.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as table:
            schema = table.schema_arrow
            named = _column(schema.names, name, NAMES)
            held = _column(schema.names, content, CONTENTS)
            if held is None:
                raise FileSetError(
                    f"no column is called {content or _either(CONTENTS)}: there are "
                    f"{', '.join(schema.names) or 'none'}"
                )
            if name is not None and named is None:
                raise FileSetError(
                    f"no column is called {name}: there are {', '.join(schema.names)}"
                )
            columns = [held] if named is None else [named, held]
            at = start
            for batch in table.iter_batches(_ROWS, columns=columns):
                contents = _bytes(batch.column(held))
                if contents is None:
                    raise FileSetError(f"the column {held} holds neither text nor bytes")
                names = [None] * len(batch) if named is None else _texts(batch.column(named))
                for shown, scalar in zip(names, contents, strict=True):
                    at += 1
                    yield _file(shown or f"row-{at:09d}", scalar)
    except FileSetError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        told = " ".join(str(error).split())
        raise FileSetError(f"the table is damaged: {told}") from error


def _file(name: str, scalar: Any) -> File:
    buffer = scalar.as_buffer()
    if buffer is None:
        return File(name, skipped="no content")
    if buffer.size > LIMIT:
        return File.too_large(name)
    return File(name, buffer.to_pybytes())


def _texts(column: "pyarrow.Array") -> list[str | None]:
    """A column as names; bytes that are not UTF-8 stay what they are."""
    found = _bytes(column)
    if found is None:
        return [None if each is None else str(each) for each in column.to_pylist()]
    buffers = (each.as_buffer() for each in found)
    return [None if each is None else decode(each.to_pybytes()) for each in buffers]


def _bytes(column: "pyarrow.Array") -> "pyarrow.Array | None":
    """A column of texts or bytes as bytes; None for one of anything else."""
    from pyarrow import large_binary, types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    binary = (types.is_binary, types.is_large_binary, types.is_binary_view)
    if not any(of(kind) for of in (*texts, *binary, types.is_fixed_size_binary)):
        return None
    return column.cast(large_binary())


def _column(columns: Sequence[str], asked: str | None, usual: Sequence[str]) -> str | None:
    """The column that is asked for, or the first of the usual ones, in any letter case."""
    if asked is not None:
        return asked if asked in columns else None
    lowered = {each.lower(): each for each in reversed(columns)}
    return next((lowered[each] for each in usual if each in lowered), None)


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
