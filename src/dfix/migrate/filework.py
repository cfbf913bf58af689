"""The work on a chunk of files: bytes in, results out, with nothing around them.

A worker on another machine needs no file of this one: a chunk carries its files, a recipe names the
fixers, and the answer carries the new texts.
"""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from dfix.config import Settings
from dfix.engine import Error, Request, fix_bytes
from dfix.facts import Surroundings
from dfix.fixer import Level
from dfix.migrate.executors import Executor
from dfix.migrate.files import File
from dfix.migrate.filesets import Chunk, member_name
from dfix.pointers import pointer
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
    pragmas: bool
    """Whether hadolint's comments count."""

    @classmethod
    def of(cls, selection: Selection, settings: Settings) -> "Recipe":
        """What a selection and a configuration ask for. Raises as `Selection.choose` does."""
        choice = selection.choose(settings, Path("Dockerfile").absolute())
        names = {fixer: name for name, fixer in all_fixers().items()}
        options = {name: dict(held) for name, held in choice.options.items()}
        fixers = tuple(names[each] for each in choice.fixers)
        pragmas = settings.hadolint_pragmas
        return cls(fixers, str(choice.level), options, choice.ignored, pragmas)

    def request(self) -> Request:
        """What the engine is asked: a file of a set has no build context and no Compose file."""
        known = all_fixers()
        return Request(
            tuple(known[name] for name in self.fixers),
            Level.named(self.level),
            Surroundings(None, EmbeddedImages(), frozenset(), (), self.options),
            self.ignored,
            self.pragmas,
        )


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """One file of a set, and what became of it."""

    record: FileRecord
    name: str
    after: bytes | None = None
    """The new text; None for a file that was not changed."""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What came of the files of a chunk."""

    files: tuple[RewrittenFile, ...]


def rewrite_chunk(recipe: Recipe, chunk: Chunk) -> ChunkResult:
    """Rewrites the files of a chunk. Raises nothing for a file; the same chunk gives the same result."""
    request = recipe.request()
    return ChunkResult(tuple(_rewritten(file, request) for file in chunk.files))


def one_by_one(recipe: Recipe, chunk: Chunk, executor: Executor) -> ChunkResult:
    """The result of a chunk over which its process died, with each file as a piece of work by itself.

    The file that it died of costs no other one.
    """
    task = functools.partial(_rewritten_alone, recipe)
    answers = executor.run(task, enumerate(chunk.files), died=_died)
    found = {at: rewritten for (at, _), rewritten in answers}
    return ChunkResult(tuple(found[at] for at in range(len(chunk.files))))


def _rewritten_alone(recipe: Recipe, numbered: tuple[int, File]) -> RewrittenFile:
    return _rewritten(numbered[1], recipe.request())


def _died(numbered: tuple[int, File]) -> RewrittenFile:
    return _failed(numbered[1], "internal error: the process that worked on it died")


def digest(chunk: Chunk) -> str:
    """The SHA-256, in hexadecimal, of what a chunk holds: tells whether a set is still what it was."""
    total = hashlib.sha256()
    for file in chunk.files:
        name = file.name.encode("utf-8", "surrogatepass")
        for part in (name, file.data, repr((file.failed, file.skipped)).encode()):
            total.update(b"%d:" % len(part))
            total.update(part)
    return total.hexdigest()


def _rewritten(file: File, request: Request) -> RewrittenFile:
    if file.failed is not None:
        return _failed(file, file.failed)
    skipped = file.skipped or pointer(file.data)
    if skipped is None and is_template(decode(file.data)):
        skipped = "template"
    if skipped is not None:
        return RewrittenFile(FileRecord.skipped(file.name, skipped), file.name)
    try:
        result = fix_bytes(file.data, request)
    except Exception as error:  # of dfix itself: it must not stop the other files
        text = " ".join(str(error).split())
        return _failed(file, f"internal error: {type(error).__name__}: {text}")
    report = FileReport(Path(), file.name, member_name(file.name), result)
    if result.error is not None:
        report = structs.replace(report, result=None, error=result.error)
    after = result.after if report.status == "changed" else None
    return RewrittenFile(FileRecord.of(report, file.name), file.name, after)


def _failed(file: File, reason: str) -> RewrittenFile:
    report = FileReport(Path(), file.name, file.name, error=Error(reason))
    return RewrittenFile(FileRecord.of(report, file.name), file.name)
