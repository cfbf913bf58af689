"""The work on a chunk of files: bytes in, results out, with nothing around them.

A worker on another machine needs no file of this one: a chunk carries its files, a recipe names the
fixers, and the answer carries the new texts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dfix.config import Settings
from dfix.engine import Error, Request, fix_bytes
from dfix.facts import Surroundings
from dfix.fixer import Level
from dfix.migrate.filesets import Chunk, File, member_name
from dfix.pointers import pointer
from dfix.pool import in_order
from dfix.registry import all_fixers
from dfix.report.campaign.model import FileRecord
from dfix.runner import FileReport
from dfix.selection import Selection
from dfix.surroundings import EmbeddedImages
from dfix.templates import is_template
from dfix.text import decode


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which fixers run, how boldly and with which options. Can be pickled."""

    fixers: tuple[str, ...]
    level: str
    options: Mapping[str, Mapping[str, object]]
    ignored: frozenset[str]

    @classmethod
    def of(cls, selection: Selection, settings: Settings) -> "Recipe":
        """What a selection and a configuration ask for. Raises as `Selection.choose` does."""
        choice = selection.choose(settings, Path("Dockerfile").absolute())
        names = {fixer: name for name, fixer in all_fixers().items()}
        options = {name: dict(held) for name, held in choice.options.items()}
        fixers = tuple(names[each] for each in choice.fixers)
        return cls(fixers, str(choice.level), options, choice.ignored)

    def request(self) -> Request:
        """What the engine is asked: a file of a set has no build context and no Compose file."""
        known = all_fixers()
        return Request(
            tuple(known[name] for name in self.fixers),
            Level.named(self.level),
            Surroundings(None, EmbeddedImages(), frozenset(), (), self.options),
            self.ignored,
        )


@dataclass(frozen=True, slots=True)
class ChunkTask:
    """A chunk, and what is to be done with it. Can be pickled."""

    recipe: Recipe
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """One file of a set, and what became of it."""

    record: FileRecord
    name: str
    after: bytes | None = None
    """The text as it is to be; None for a file that was not handled."""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What came of a chunk."""

    number: int
    name: str
    digest: str
    """Of the names and bytes that went in: tells whether a set is still what it was."""
    files: tuple[RewrittenFile, ...]


def rewrite_chunk(task: ChunkTask) -> ChunkResult:
    """Rewrites the files of a chunk. Raises nothing for a file; the same chunk gives the same result."""
    request = task.recipe.request()
    files = tuple(_rewritten(file, request) for file in task.chunk.files)
    return ChunkResult(task.chunk.number, task.chunk.name, digest(task.chunk), files)


def one_by_one(task: ChunkTask) -> ChunkResult:
    """The result of a chunk over which its process died: each file in a process by itself.

    The file that it died of costs no other one.
    """
    singles = [replace(task, chunk=replace(task.chunk, files=(file,))) for file in task.chunk.files]
    # Two at least: with one, the work would be done right here.
    answers = in_order(rewrite_chunk, singles, jobs=2, died=_died)
    files = tuple(file for answer in answers for file in answer.files)
    return ChunkResult(task.chunk.number, task.chunk.name, digest(task.chunk), files)


def _died(task: ChunkTask) -> ChunkResult:
    (file,) = task.chunk.files
    told = "internal error: the process that worked on it died"
    record = FileRecord.of(_blank(file, error=told), file.name)
    return ChunkResult(
        task.chunk.number, task.chunk.name, digest(task.chunk), (RewrittenFile(record, file.name),)
    )


def digest(chunk: Chunk) -> str:
    """The SHA-256, in hexadecimal, of a chunk's names and bytes."""
    total = hashlib.sha256()
    for file in chunk.files:
        for part in (file.name.encode("utf-8", "surrogatepass"), file.data):
            total.update(b"%d:" % len(part))
            total.update(part)
    return total.hexdigest()


def _rewritten(file: File, request: Request) -> RewrittenFile:
    if file.failed is not None:
        return RewrittenFile(FileRecord.of(_blank(file, error=file.failed), file.name), file.name)
    skipped = file.skipped or pointer(file.data)
    if skipped is None and is_template(decode(file.data)):
        skipped = "template"
    if skipped is not None:
        return RewrittenFile(FileRecord.skipped(file.name, skipped), file.name)
    try:
        result = fix_bytes(file.data, request)
    except Exception as error:  # of dfix itself: it must not stop the other files
        text = " ".join(str(error).split())
        told = f"internal error: {type(error).__name__}: {text}"
        return RewrittenFile(FileRecord.of(_blank(file, error=told), file.name), file.name)
    if result.error is not None:
        report = FileReport(Path(), file.name, file.name, error=result.error)
        return RewrittenFile(FileRecord.of(report, file.name), file.name)
    report = FileReport(Path(), file.name, member_name(file.name), result)
    return RewrittenFile(FileRecord.of(report, file.name), file.name, result.after)


def _blank(file: File, *, error: str) -> FileReport:
    return FileReport(Path(), file.name, file.name, error=Error(error))
