"""Rewrites the Dockerfiles of a folder that holds the files of a commit, without writing them."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import structs

from dfix.buildarguments import forget as forget_arguments
from dfix.config import forget_settings, settings_for
from dfix.migrate.snapshot import Snapshot
from dfix.orchestrators import forget_builds
from dfix.registry import all_fixers
from dfix.report.campaign.model import FileRecord
from dfix.runner import FileReport, Runner, Work
from dfix.selection import Selection
from dfix.surroundings import forget_containers, forget_locks


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with the files of a campaign. Can be pickled."""

    selection: Selection = field(default_factory=Selection)
    config: Path | None = None
    """The configuration of all repositories, in place of their own."""
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One Dockerfile of a commit, and what became of it."""

    path: bytes
    record: FileRecord
    before: bytes = field(default=b"", repr=False)
    after: bytes = field(default=b"", repr=False)
    fixers: tuple[str, ...] = ()
    """Those that fixed something, in the order in which they run."""

    @property
    def changed(self) -> bool:
        """Whether its text differs."""
        return self.before != self.after


class Tree:
    """The files of a commit in a folder, which are rewritten in memory."""

    def __init__(self, folder: Path, snapshot: Snapshot, wanted: Wanted) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._wanted = wanted
        self._work = Work(
            folder, wanted.selection, config=wanted.config, roots=(folder,), confined=True
        )

    def rewritten(self) -> list[Rewritten]:
        """All Dockerfiles, sorted by path. Raises ValueError for a pattern to exclude that is none."""
        if self._snapshot.empty:
            return []
        _forget()
        runner = Runner([self._folder], self._work, exclude=self._wanted.exclude, jobs=1)
        found = {each.path: each for each in map(self._told, runner.reports())}
        for path in self._snapshot.dockerfiles_left_out():
            # What a mark stands for is told, and not what the mark itself looks like.
            reason = self._snapshot.unknown[path]
            found[path] = Rewritten(path, FileRecord.skipped(os.fsdecode(path), reason))
        return [found[path] for path in sorted(found)]

    @property
    def level(self) -> str:
        """How bold the changes may be: what the call says, else the repository's configuration."""
        asked = self._wanted.selection.level
        if asked is not None:
            return str(asked)
        return settings_for(self._folder / "Dockerfile", config=self._wanted.config).level

    def stages(self, files: Sequence[Rewritten]) -> Iterator[tuple[str, Mapping[bytes, bytes]]]:
        """The way from the old texts to the new ones, a fixer at a time: its name, and the new texts.

        Each stage runs the fixers so far and one more, so that each is a rewrite of its own that was held
        against the plan. What only comes about together is the last stage, without a name.
        """
        texts = {each.path: each.before for each in files}
        for fixer in _in_order({name for each in files for name in each.fixers}):
            after: dict[bytes, bytes] = {}
            for each in files:
                if fixer in each.fixers:
                    until = each.fixers[: each.fixers.index(fixer) + 1]
                    after[each.path] = self._with(each, until)
            changed = {path: text for path, text in after.items() if text != texts[path]}
            texts |= changed
            if changed:
                yield fixer, changed
        rest = {each.path: each.after for each in files if texts[each.path] != each.after}
        if rest:
            yield "", rest

    def _with(self, file: Rewritten, fixers: Sequence[str]) -> bytes:
        """The text of a file after some fixers alone; the old one where they fail by themselves."""
        selection = structs.replace(self._wanted.selection, select=tuple(fixers), extend_select=())
        path = self._folder / os.fsdecode(file.path)
        report = structs.replace(self._work, selection=selection).report_on(
            file.before, self._work.blank(path)
        )
        return file.before if report.result is None else report.result.after

    def _told(self, report: FileReport) -> Rewritten:
        relative = report.path.relative_to(self._folder).as_posix()
        record = FileRecord.of(report, relative)
        if record.reason is not None:
            # Where the files were laid out is nobody's business, and another place each time.
            record = replace(record, reason=record.reason.replace(f"{self._folder}{os.sep}", ""))
        path = os.fsencode(relative)
        if report.result is None:
            return Rewritten(path, record)
        names = {each.fixer for each in report.result.findings if each.status == "fixed"}
        before, after = report.result.before, report.result.after
        return Rewritten(path, record, before, after, tuple(_in_order(names)))


def _in_order(names: Iterable[str]) -> Iterator[str]:
    """Fixers in the order in which they run."""
    wanted = set(names)
    phases = sorted(all_fixers().items(), key=lambda each: each[1].phase)
    return (name for name, _ in phases if name in wanted)


def _forget() -> None:
    """Drops what was read of other trees: a process sees many, and keeps nothing of them."""
    forget_settings()
    forget_locks()
    forget_builds()
    forget_containers()
    forget_arguments()
