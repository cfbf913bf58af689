"""One run over many files: find them, fix each, write it if asked, tell what became of it."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.config import ConfigError, settings_for
from dfix.discovery import Candidate, discover, excluded_by
from dfix.engine import Error, Request, Result, fix_bytes
from dfix.findings import Finding, Mark
from dfix.journal import Journal
from dfix.neighbours import Handled, Outcome, Wish
from dfix.parser import parse
from dfix.pointers import pointer
from dfix.registry import UnknownFixer, all_fixers
from dfix.regularfile import TooLargeError, leads_to_folder, read_regular
from dfix.selection import OptionError, Selection
from dfix.surroundings import surroundings_of
from dfix.templates import is_template
from dfix.text import decode
from dfix.writer import ChangedOnDisk, WriteFailed

if TYPE_CHECKING:
    from dfix.facts.bases import Images
    from dfix.facts.package_versions import Packages

#: Bytes of a Dockerfile that are still read; real ones have a hundredth of that.
LIMIT = 4 * 1024 * 1024
#: Fewer files than this are not worth the start of further processes.
_FEW = 24

Status = Literal["changed", "unchanged", "skipped", "failed"]


class FileReport(Struct, frozen=True):
    """What became of one file: a result, an error, or the reason why it was passed over."""

    path: Path
    """Absolute."""
    name: str
    """For people: relative to the current folder for a file below it."""
    patch_name: str
    """For patches: relative to the current folder, symbolic links followed, with slashes."""
    result: Result | None = None
    error: Error | None = None
    skipped: str | None = None
    created: bool = False
    """Whether it is a new file beside a Dockerfile."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """What `override` of `.hadolint.yaml` says of codes in lower case."""

    @property
    def status(self) -> Status:
        """What became of it; `changed` also where nothing was to be written."""
        if self.error is not None:
            return "failed"
        if self.result is None:
            return "skipped"
        return "changed" if self.result.changed else "unchanged"


class Work(Struct, frozen=True):
    """What is done with each file of a run. Can be pickled."""

    cwd: Path
    selection: Selection = field(default_factory=Selection)
    config: Path | None = None
    """The configuration to use in place of the nearest one."""
    context: Path | None = None
    """The build context of all files, in place of what the configuration says and of guesses."""
    roots: tuple[Path, ...] = ()
    """The folders that the call names, without symbolic links."""
    images: "Images | None" = None
    """What answers for images, in place of lock files and tables; None for these."""
    others: "Images | None" = None
    """What answers where lock files say nothing, in place of the tables; None for these."""
    packages: "Packages | None" = None
    """What answers for packages, in place of lock files; None for these."""
    confined: bool = False
    """Whether no configuration may name a build context outside of those folders."""

    def report(self, candidate: Candidate) -> FileReport | None:
        """What becomes of a file, without writing it; None for one that the configuration excludes.

        Raises nothing for a file, whatever is wrong with it.
        """
        blank = self.blank(candidate.path)
        if candidate.error is not None:
            return replace(blank, error=Error(candidate.error))
        try:
            settings = settings_for(candidate.path, config=self.config)
            if not candidate.explicit and settings.excludes(candidate.path):
                return None
            if candidate.skipped is not None:
                return replace(blank, skipped=candidate.skipped)
            data = read_regular(candidate.path, limit=LIMIT)
            kind = pointer(data)
            if kind is not None:
                return replace(blank, skipped=kind)
            if not candidate.explicit and is_template(decode(data)):
                return replace(blank, skipped="template")
        except TooLargeError:
            return replace(blank, error=Error(f"larger than {LIMIT // 1024**2} MiB: no Dockerfile"))
        except OSError as error:
            return replace(blank, error=Error(f"cannot be read: {error.strerror or error}"))
        except ConfigError as error:
            return replace(blank, error=Error(str(error), shared=True))
        return self.report_on(data, blank)

    def died(self, candidate: Candidate) -> FileReport:
        """The report on a file over which the process that worked on it died."""
        error = Error("internal error: the process that worked on it died")
        return replace(self.blank(candidate.path), error=error)

    def report_on(
        self,
        data: bytes,
        blank: FileReport,
        *,
        has_context: bool = True,
        only: Mark | None = None,
    ) -> FileReport:
        """What becomes of `data`, which `blank.path` holds or would hold; `has_context` on disk.

        With `only` just that finding is looked after. Raises nothing, whatever is wrong with it.
        """
        try:
            settings = settings_for(blank.path, config=self.config)
            blank = replace(blank, severities=dict(settings.hadolint_severities))
            request = self.request(blank.path, has_context)
            if only is not None:
                fixers = tuple(each for each in request.fixers if each.name == only.fixer)
                request = replace(request, fixers=fixers, only=only)
            with redirect_stdout(sys.stderr):  # What a fixer prints is no part of a report.
                result = fix_bytes(data, request)
        except (ConfigError, UnknownFixer, OptionError, NotADirectoryError) as error:
            return replace(blank, error=Error(str(error), shared=True))
        except MemoryError:
            return replace(blank, error=Error("there is not enough memory"))
        except Exception as error:  # of dfix itself: it must not stop the other files
            text = " ".join(str(error).split())
            fault = Error(f"internal error: {type(error).__name__}: {text}")
            return replace(blank, error=fault)
        if result.error is not None:
            return replace(blank, error=result.error)
        return replace(blank, result=result)

    def blank(self, path: Path) -> FileReport:
        """The report on a file of which nothing is known yet."""
        name = path.relative_to(self.cwd) if path.is_relative_to(self.cwd) else path
        try:
            patch_name = os.path.relpath(os.path.realpath(path), os.path.realpath(self.cwd))
        except ValueError:  # another drive, or a name that no file can have
            patch_name = str(path)
        return FileReport(path, str(name), patch_name.replace(os.sep, "/"))

    def root_of(self, path: Path) -> Path | None:
        """The folder of the call in which `path` was found."""
        real = Path(os.path.realpath(path))
        return next((root for root in self.roots if real.is_relative_to(root)), None)

    def handled(self, report: FileReport) -> Handled | None:
        """A Dockerfile as its neighbours see it; None for one that was left alone as a whole."""
        if report.result is None or report.result.note is not None:
            return None
        settings = settings_for(report.path, config=self.config)
        return Handled(
            Path(os.path.realpath(report.path)),
            report.result.after,
            self.context or settings.context,
            self.root_of(report.path),
        )

    def wish(self, tree: Path, *, write: bool) -> Wish:
        """What is wanted of the neighbours in a tree."""
        try:
            settings = settings_for(tree / "Dockerfile", config=self.config)
            choice = self.selection.choose(settings, tree / "Dockerfile")
        except (ConfigError, UnknownFixer, OptionError):
            return Wish(frozenset())  # Its Dockerfiles told already.
        names = self.selection.neighbours(settings, asked=write)
        return Wish(names, choice.level, choice.options, write)

    def report_beside(self, outcome: Outcome) -> FileReport:
        """The report on a file beside a Dockerfile."""
        findings = tuple(
            Finding(
                note.name,
                (),
                note.level,
                note.message,
                note.line,
                1,
                note.line,
                1,
                note.status,
                note.reason,
                note.advice,
            )
            for note in outcome.notes
        )
        before = outcome.before or b""
        after = before if outcome.after is None else outcome.after
        return replace(
            self.blank(outcome.path),
            result=Result(before, after, findings),
            created=outcome.created,
        )

    def request(self, path: Path, has_context: bool) -> Request:
        """What the engine is asked about the file at `path`. Raises what `report_on` catches."""
        settings = settings_for(path, config=self.config)
        choice = self.selection.choose(settings, path)
        context = self.context or settings.context
        if self.confined and context is not None and self.root_of(context) is None:
            raise NotADirectoryError("the configuration names a build context outside of the tree")
        if context is not None and not leads_to_folder(context):
            said = None if self.context is not None else settings.origins.get("context")
            place = "" if said is None else f"{said}: "
            raise NotADirectoryError(f"{place}the build context is not a folder: {context}")
        surroundings = surroundings_of(
            path,
            options=choice.options,
            context=context,
            root=self.root_of(path),
            has_context=has_context,
            images=self.images,
            others=self.others,
            packages=self.packages,
            lock_folder=None if has_context else self._calling_folder(path),
        )
        pragmas = settings.hadolint_pragmas
        return Request(choice.fixers, choice.level, surroundings, choice.ignored, pragmas)

    def _calling_folder(self, path: Path) -> Path:
        """The folder that a call without paths is about, for a file below it; else the file's own."""
        real = Path(os.path.realpath(path.parent))
        called = Path(os.path.realpath(self.cwd))
        return called if real.is_relative_to(called) else real


class Runner:
    """A run: its files, and the reports on them in the order of the files."""

    def __init__(
        self,
        paths: Sequence[Path],
        work: Work,
        *,
        exclude: Sequence[str] = (),
        gitignore: bool = True,
        jobs: int | None = None,
        journal: Journal | None = None,
        beside: bool = False,
    ) -> None:
        """Finds the files below `paths`. With a `journal` what changes is written, else not.

        With `beside` what `beside()` is to look at is kept, the texts included.
        `jobs` is the number of processes, None for what fits. Raises ValueError for a pattern in
        `exclude` that is none.
        """
        self.work = replace(work, roots=tuple(_roots(paths, work.cwd)))
        self.candidates = tuple(discover(paths, exclude=exclude, gitignore=gitignore, cwd=work.cwd))
        self._journal = journal
        self._beside = beside
        self._handled: list[Handled] = []
        self._excluded = excluded_by(exclude, work.cwd)
        if jobs is None:
            jobs = 1 if len(self.candidates) < _FEW else _processors()
        self.jobs = max(1, min(jobs, len(self.candidates)))

    def reports(self) -> Iterator[FileReport]:
        """One report for each candidate but those that the configuration excludes.

        A file is written before its report is given; one that cannot be is an error of its own.
        """
        work = self.work
        reports = self._many() if self.jobs > 1 else map(work.report, self.candidates)
        for candidate, report in zip(self.candidates, reports, strict=True):
            if report is not None:
                root = None if candidate.explicit else work.root_of(candidate.path)
                written = self._written(report, root)
                handled = work.handled(written) if self._beside else None
                if handled is not None:
                    self._handled.append(handled)
                yield written

    def _many(self) -> Iterator[FileReport | None]:
        """What becomes of the candidates, found by several processes."""
        from dfix.pool import in_order  # here, as one process has no need of what it is made of

        all_fixers()  # what each process needs is loaded before they part
        parse(b"FROM scratch\n")
        return in_order(self.work.report, self.candidates, jobs=self.jobs, died=self.work.died)

    def beside(self, *, write: bool) -> Iterator[FileReport]:
        """What there is to say about the files beside the Dockerfiles that were reported on.

        With `write` they are created and completed, as the Dockerfiles are.
        """
        from dfix.neighbours.survey import survey

        def wish_for(tree: Path) -> Wish:
            return self.work.wish(tree, write=write)

        try:
            for outcome in survey(self._handled, self.work.roots, wish_for):
                if not self._passes_over(outcome.path):
                    yield self._written(self.work.report_beside(outcome), outcome.root)
        except Exception as error:  # of dfix itself: the Dockerfiles are done
            text = " ".join(str(error).split())
            fault = Error(f"internal error beside Dockerfiles: {type(error).__name__}: {text}")
            yield replace(self.work.blank(self.work.cwd), error=fault)

    def _passes_over(self, path: Path) -> bool:
        """Whether the call or the configuration excludes a file."""
        try:
            settings = settings_for(path, config=self.work.config)
        except ConfigError:
            return True  # What it asks for is not known.
        return self._excluded(path) or settings.excludes(path)

    def _written(self, report: FileReport, root: Path | None) -> FileReport:
        """The report after writing the file, where that is to be done."""
        if self._journal is None or report.result is None or not report.result.changed:
            return report
        before, after = report.result.before, report.result.after
        try:
            if report.created and root is not None:
                self._journal.create(report.path, after, root=root)
            else:
                self._journal.replace(report.path, before, after, root=root)
        except ChangedOnDisk:
            return replace(report, result=None, error=Error("changed on disk meanwhile"))
        except WriteFailed as error:
            return replace(report, result=None, error=Error(f"cannot be written: {error.reason}"))
        return report


def _processors() -> int:
    from dfix.pool import processors

    return processors()


def _roots(paths: Sequence[Path], cwd: Path) -> Iterator[Path]:
    for path in paths:
        folder = Path(os.path.realpath(cwd / path))
        if leads_to_folder(folder):
            yield folder
