"""A campaign over a set of files: chunk by chunk, without knowing beforehand how many there are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from dfix.config import Settings, settings_for
from dfix.migrate.call import Call, Mismatch
from dfix.migrate.executors import Executor
from dfix.migrate.filesets import Chunk, FileSet, chunks
from dfix.migrate.filework import (
    ChunkResult,
    ChunkTask,
    Recipe,
    digest,
    one_by_one,
    rewrite_chunk,
)
from dfix.migrate.journal import Journal
from dfix.migrate.parts import write_part
from dfix.report.campaign import model
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.write import write_report
from dfix.version import __version__

RESULTS = "results"
"""The folder of the parts within the campaign's."""

#: Files, and bytes, of one chunk. A chunk is the unit of resuming: another size would be another campaign.
CHUNK_FILES = 100
CHUNK_BYTES = 4 * 1024 * 1024

LISTED = 10_000
"""How many files the report lists one by one; the parts have all."""


class FileCampaign:
    """A campaign over a set of files of which this process is in charge."""

    def __init__(self, folder: Path, journal: Journal, call: Call, moment: datetime) -> None:
        self.folder = folder
        self.call = call
        self._journal = journal
        self._moment = moment

    @classmethod
    def begin(cls, folder: Path, call: Call) -> Self:
        """A new campaign in `folder`. Raises `JournalError`."""
        moment = datetime.now(UTC).replace(microsecond=0)
        options = {"call": call.as_json(), "started": moment.isoformat(), "dfix": __version__}
        return cls(folder, Journal.create(folder, options, ()), call, moment)

    def close(self) -> None:
        """Ends the work; another process may go on with it."""
        self._journal.close()

    def run(self, executor: Executor, *, limit: int | None = None) -> Iterator[RepositoryRecord]:
        """Does what is left, at most `limit` chunks, and gives what came of each when it is kept.

        Raises `FileSetError`, and `Mismatch` where the set is no longer what was worked on.
        """
        assert self.call.files is not None
        files = FileSet.of(Path(self.call.files))
        recipe = Recipe.of(self.call.selection, self._settings())
        (self.folder / RESULTS).mkdir(exist_ok=True)
        todo = self._todo(files, recipe, self._journal.done(), limit)
        for _, result in executor.run(rewrite_chunk, todo, died=one_by_one):
            write_part(result, files.kind, self.folder / RESULTS)
            record = self._record(result, files)
            work = {"digest": result.digest}
            self._journal.append(result.number, result.name, work, record)
            yield record

    def report(self) -> None:
        """Writes the reports on all that was done so far. Raises OSError."""
        words = self.call.shown() | {"result": f"parts in {RESULTS}", "files": str(self.call.files)}
        words["listed"] = f"the first {LISTED:,} files that changed or failed; the parts have all"
        for name in ("branch", "group"):
            words.pop(name)
        shown = model.Campaign(
            __version__,
            self._moment.isoformat(),
            words,
            self._journal.records,
            noun=("part", "parts"),
            listed=LISTED,
        )
        write_report(shown, self.folder)

    def counts(self) -> dict[str, int]:
        """How many chunks there are in each state."""
        return self._journal.counts()

    def _settings(self) -> Settings:
        """The configuration that the call names; a set has none of its own."""
        if self.call.config is None:
            return Settings()
        return settings_for(Path(self.call.config), config=Path(self.call.config))

    def _todo(
        self,
        files: FileSet,
        recipe: Recipe,
        done: Mapping[int, Mapping[str, Any]],
        limit: int | None,
    ) -> Iterator[ChunkTask]:
        given = 0
        for chunk in chunks(files.files(), count=CHUNK_FILES, size=CHUNK_BYTES):
            held = done.get(chunk.number)
            if held is not None:
                _require_same(chunk, held, files)
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            yield ChunkTask(recipe, chunk)

    def _record(self, result: ChunkResult, files: FileSet) -> RepositoryRecord:
        """The chunk's record; of files that are not listed, what the totals need."""
        listed = result.number * CHUNK_FILES <= LISTED
        records = tuple(
            file.record if listed or file.record.status == "failed" else _counted(file.record)
            for file in result.files
        )
        changed = any(each.status == "changed" for each in records)
        ending = "parquet" if files.kind == "parquet" else "jsonl"
        return RepositoryRecord(
            result.name,
            str(files.path),
            "changed" if changed else "unchanged",  # a file that failed is no failure of its chunk
            patch=f"{RESULTS}/{result.name}.{ending}",
            files=records,
        )


def _counted(record: model.FileRecord) -> model.FileRecord:
    """A record without its diff and all that is only shown."""
    findings = tuple(replace(each, plan=(), message="") for each in record.findings)
    return replace(record, diff="", findings=findings)


def _require_same(chunk: Chunk, held: Mapping[str, Any], files: FileSet) -> None:
    if digest(chunk) != held.get("digest"):
        raise Mismatch(
            f"{files.path} has changed since {chunk.name} was made: begin a new campaign with another --out"
        )
