"""The results of a set of files: one part for each chunk, in the form that the set had.

Parts are made where the work is done, and are bytes from there on. The same chunk gives the same bytes:
one that is written again, because a process was killed before it was noted, changes nothing.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dfix.migrate.executors import Executor
from dfix.migrate.files import File
from dfix.migrate.filesets import Chunk, Kind, member_name
from dfix.migrate.filework import ChunkResult, Recipe, RewrittenFile, one_by_one, rewrite_chunk
from dfix.migrate.tables import parquet
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.totals import Totals
from dfix.wholefile import whole_file

RESULTS = "results"
"""The folder of the parts within the campaign's."""


@dataclass(frozen=True, slots=True)
class PartTask:
    """A chunk, what is to be done with it, and what is to be made of it. Can be pickled."""

    recipe: Recipe
    chunk: Chunk
    kind: Kind
    source: str
    """The set, as it is shown."""
    listed: bool
    """Whether the record tells of each file; else of their numbers alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a chunk. Can be pickled."""

    number: int
    files: tuple[tuple[str, bytes], ...]
    """By the name in `RESULTS`."""
    record: RepositoryRecord

    def write(self, folder: Path) -> None:
        """Writes its files into a folder, each whole or not at all. Raises OSError."""
        for name, data in self.files:
            with whole_file(folder / name) as file:
                file.write(data)


def make_part(task: PartTask) -> Part:
    """Does the work. Raises nothing for a file; `FileSetError` where a table cannot be made."""
    return _part(task, rewrite_chunk(task.recipe, task.chunk))


def make_part_one_by_one(task: PartTask, executor: Executor) -> Part:
    """Has the work done on a chunk over which a process died: the file that it died of costs itself."""
    return _part(task, one_by_one(task.recipe, task.chunk, executor))


def _part(task: PartTask, result: ChunkResult) -> Part:
    """What came of a chunk in the form that its set has.

    Of a list and an archive: `NAME.jsonl` with a record of every file, and `NAME.tar` with those that
    changed. Of a table: `NAME.parquet` with a row for every file.
    """
    name = task.chunk.name
    files: tuple[tuple[str, bytes], ...]
    if task.kind == "parquet":
        files = ((f"{name}.parquet", _table(task.chunk, result)),)
    else:
        lines = "".join(json.dumps(data) + "\n" for data in _data(result)).encode("ascii")
        files = ((f"{name}.tar", _archive(result)), (f"{name}.jsonl", lines))
    records = tuple(each.record for each in result.files)
    changed = any(each.status == "changed" for each in records)
    record = RepositoryRecord(
        name,
        task.source,
        "changed" if changed else "unchanged",  # a file that failed is no failure of its chunk
        patch=f"{RESULTS}/{files[-1][0]}",
        files=records,
    )
    if not task.listed:
        record = replace(record, files=(), unlisted=Totals.of([record]).as_data())
    return Part(task.chunk.number, files, record)


def _data(result: ChunkResult) -> Iterator[dict[str, object]]:
    """The records of files as JSON can take them, with the names of those that changed in the archive."""
    for file in result.files:
        data = file.record.as_data()
        if file.record.status == "changed":
            data["member"] = member_name(file.name)
        yield data


def _archive(result: ChunkResult) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in result.files:
            if file.after is not None:
                member = tarfile.TarInfo(member_name(file.name))
                member.size = len(file.after)  # no time, no owner: the same bytes each time
                archive.addfile(member, io.BytesIO(file.after))
    return packed.getvalue()


def _table(chunk: Chunk, result: ChunkResult) -> bytes:
    writer = parquet()
    import pyarrow

    pairs = list(zip(chunk.files, result.files, strict=True))
    records = [each.record.as_data() for each in result.files]
    columns: dict[str, object] = {
        "path": [each["path"] for each in records],
        "content": pyarrow.array([_content(*each) for each in pairs], pyarrow.binary()),
        "status": [each["status"] for each in records],
        "reason": pyarrow.array([each["reason"] for each in records], pyarrow.string()),
        "diff": [each["diff"] for each in records],
        "findings": [json.dumps(each["findings"]) for each in records],
        "plan": [json.dumps(each["plan"]) for each in records],
    }
    packed = io.BytesIO()
    writer.write_table(pyarrow.table(columns), packed, compression="zstd")
    return packed.getvalue()


def _content(file: File, rewritten: RewrittenFile) -> bytes | None:
    """A file's text as it is to be; None for one that has none, or that was too large to be read."""
    if rewritten.after is not None:
        return rewritten.after
    return file.data if file.failed is None and file.skipped is None else None
