"""The results of a set of files: one part for each chunk, in the form that the set had.

A part appears whole or not at all, and the same result gives the same bytes: one that is written again,
because the process was killed before it was noted, changes nothing.
"""

import dataclasses
import io
import json
import tarfile
from pathlib import Path

from dfix.migrate.filesets import Kind, member_name, parquet
from dfix.migrate.filework import ChunkResult
from dfix.wholefile import whole_file


def write_part(result: ChunkResult, kind: Kind, folder: Path) -> None:
    """Writes a chunk's part into `folder`. Raises OSError, and `FileSetError` without pyarrow.

    Of a list and an archive: `NAME.tar` with the files that changed, and `NAME.jsonl` with a record of
    every file. Of a table: `NAME.parquet` with a row for every file.
    """
    if kind == "parquet":
        _write(folder / f"{result.name}.parquet", _table(result))
        return
    _write(folder / f"{result.name}.tar", _archive(result))
    lines = (json.dumps(_data(result, at)) + "\n" for at in range(len(result.files)))
    _write(folder / f"{result.name}.jsonl", "".join(lines).encode("ascii"))


def _write(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def _data(result: ChunkResult, at: int) -> dict[str, object]:
    file = result.files[at]
    data = dataclasses.asdict(file.record)
    if file.record.status == "changed":
        data["member"] = member_name(file.name)
    return data


def _archive(result: ChunkResult) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in result.files:
            if file.record.status == "changed" and file.after is not None:
                member = tarfile.TarInfo(member_name(file.name))
                member.size = len(file.after)  # no time, no owner: the same bytes each time
                archive.addfile(member, io.BytesIO(file.after))
    return packed.getvalue()


def _table(result: ChunkResult) -> bytes:
    writer = parquet()
    import pyarrow

    columns: dict[str, object] = {
        "path": [file.record.path for file in result.files],
        "status": [file.record.status for file in result.files],
        "reason": pyarrow.array([file.record.reason for file in result.files], pyarrow.string()),
        "content": pyarrow.array([file.after for file in result.files], pyarrow.binary()),
        "diff": [file.record.diff for file in result.files],
        "findings": [
            json.dumps([dataclasses.asdict(each) for each in file.record.findings])
            for file in result.files
        ],
    }
    packed = io.BytesIO()
    writer.write_table(pyarrow.table(columns), packed, compression="zstd")
    return packed.getvalue()
