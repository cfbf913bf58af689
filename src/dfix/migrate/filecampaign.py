"""A campaign over a set of files: chunk by chunk, without knowing beforehand how many there are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from dfix.config import Settings, settings_for
from dfix.migrate.call import Call, Mismatch
from dfix.migrate.executors import Executor
from dfix.migrate.filesets import FileSet, chunks
from dfix.migrate.filework import Recipe, digest
from dfix.migrate.journal import Journal, made_folder
from dfix.migrate.parts import RESULTS, PartTask, make_part, make_part_one_by_one
from dfix.report.campaign import model
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.write import write_report
from dfix.version import __version__
from dfix.wholefile import remove_unfinished

#: Bytes of one chunk. A chunk is the unit of resuming: another size would be another campaign.
CHUNK_BYTES = 4 * 1024 * 1024

LISTED = 10_000
"""How many files the report tells of one by one: a page has to end somewhere."""


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
        files = file_set(self.call)
        recipe = Recipe.of(self.call.selection, self._settings())
        results = made_folder(self.folder / RESULTS)
        for folder in (self.folder, results):
            remove_unfinished(folder)
        digests: dict[int, str] = {}
        todo = self._todo(files, recipe, digests, limit)
        for task, made in executor.run(make_part, todo, died=_nothing):
            part = make_part_one_by_one(task, executor) if made is None else made
            part.write(results)
            work = {"digest": digests.pop(part.number)}
            self._journal.append(part.number, task.chunk.name, work, part.record)
            yield part.record

    def report(self) -> None:
        """Writes the reports on all that was done so far. Raises OSError."""
        words = self.call.shown() | {"result": f"parts in {RESULTS}", "files": str(self.call.files)}
        words["listed"] = f"the first {LISTED:,} files; the parts tell of all"
        for name in ("branch", "group"):
            words.pop(name)
        shown = model.Campaign(
            __version__,
            self._moment.isoformat(),
            words,
            self._journal.records,
            noun=("part", "parts"),
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
        self, files: FileSet, recipe: Recipe, digests: dict[int, str], limit: int | None
    ) -> Iterator[PartTask]:
        """What is left, at most `limit` chunks; their digests go into `digests`."""
        done = self._journal.done()
        given = 0
        number = 0
        for chunk in chunks(files.files(), count=self.call.part_files, size=CHUNK_BYTES):
            number = chunk.number
            found = digest(chunk)
            if number in done:
                if found != done[number].get("digest"):
                    raise _changed(files, chunk.name)
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            digests[number] = found
            listed = number * self.call.part_files <= LISTED
            yield PartTask(recipe, chunk, files.kind, str(files.path), listed)
        if done and max(done) > number:
            raise _changed(files, f"part-{max(done):06d}")


def _nothing(_task: PartTask) -> None:
    """The answer for a chunk over which a process died."""


def file_set(call: Call) -> FileSet:
    """The set of files that a call names. Raises `FileSetError`."""
    assert call.files is not None
    return FileSet.of(Path(call.files), name=call.path_column, content=call.content_column)


def _changed(files: FileSet, part: str) -> Mismatch:
    return Mismatch(
        f"{files.path} has changed since {part} was made: begin a new campaign with another --out"
    )
