"""One call of `dfix verify`: which files, where each is built, and what is told of it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from msgspec import structs

from dfix.cli.errors import FileError
from dfix.cli.terminal import standard_error, standard_output
from dfix.cli.verdicts import verdict_text
from dfix.config import ConfigError, settings_for
from dfix.discovery import Candidate, discover
from dfix.parser import parse
from dfix.plan import plan
from dfix.registry import UnknownFixer
from dfix.regularfile import leads_to_folder, read_regular
from dfix.report.json import dumps
from dfix.report.text import error_line, note_line
from dfix.runner import LIMIT, Work
from dfix.selection import OptionError
from dfix.verify import (
    Bench,
    Builder,
    NoBuilder,
    Terms,
    compare_builds,
    copy_context,
    find_builder,
    moved_bases,
    pinned_bases,
    promise_of,
)
from dfix.verify.noise import in_noise
from dfix.verify.place import place_of
from dfix.verify.promise import stage_index
from dfix.verify.record import Verified, verified_document


@dataclass(frozen=True, slots=True)
class VerifyView:
    """What a call wants to see."""

    json: bool = False
    quiet: bool = False
    no_color: bool = False


class VerifySession:
    """A call that is under way."""

    def __init__(
        self,
        work: Work,
        terms: Terms,
        view: VerifyView,
        *,
        builder: str | None,
        builder_options: tuple[str, ...],
    ) -> None:
        """Raises click.ClickException for what the call got wrong, before anything is built."""
        self.work = work
        self.terms = terms
        self.view = view
        self.out = standard_output(no_color=view.no_color)
        self.err = standard_error(no_color=view.no_color)
        try:
            work.selection.check()
            if work.config is not None:
                settings_for(work.cwd / "Dockerfile", config=work.config)
        except (UnknownFixer, OptionError, ConfigError) as error:
            raise click.UsageError(str(error)) from error
        if work.context is not None and not leads_to_folder(work.context):
            raise click.UsageError(f"the build context is not a folder: {work.context}")
        self.wanted = builder
        self.builder_options = builder_options

    def files(
        self,
        paths: Sequence[Path],
        *,
        against: Path | None,
        exclude: Sequence[str],
        gitignore: bool,
        ignored: tuple[str, ...],
        known_noise: bool,
    ) -> int:
        """Verifies the files below `paths`; gives the exit code."""
        try:
            in_noise(ignored)
        except ValueError as error:
            raise click.UsageError(f"--ignore-path: {error}") from error
        try:
            found = list(discover(paths, exclude=exclude, gitignore=gitignore, cwd=self.work.cwd))
        except ValueError as error:
            raise click.UsageError(f"--exclude: {error}") from error
        other = None if against is None else self._against(against, found)
        try:
            builder = find_builder(self.wanted, options=self.builder_options, say=self._say)
        except NoBuilder as error:
            raise click.ClickException(str(error)) from error
        if not found:
            raise click.ClickException("there is no Dockerfile to verify")
        done: list[Verified] = []
        for candidate in found:
            verified = self._verified(
                candidate, builder, other, gitignore=gitignore, ignored=ignored, known=known_noise
            )
            if verified is not None:
                done.append(verified)
                if not self.view.json:
                    self._tell(verified)
        if self.view.json:
            self.out.text(dumps(verified_document(builder.name, done)))
        self.out.require_success()
        verdicts = {each.verdict for each in done}
        return 1 if "broken" in verdicts else 2 if verdicts & {"unbuilt", "failed"} else 0

    def _against(self, path: Path, found: Sequence[Candidate]) -> bytes:
        if len(found) != 1:
            raise click.UsageError("--against is for one Dockerfile")
        try:
            return read_regular(path, limit=LIMIT)
        except OSError as error:
            raise FileError(str(path), error.strerror or str(error)) from error

    def _verified(
        self,
        candidate: Candidate,
        builder: Builder,
        against: bytes | None,
        *,
        gitignore: bool,
        ignored: tuple[str, ...],
        known: bool,
    ) -> Verified | None:
        """What became of one file; None for one that is passed over."""
        report = self.work.report(candidate)
        if report is None:
            return None
        if report.result is None:
            line = error_line(report) or note_line(report)
            if line is not None:
                self.err.lines([line])
            problem = None if report.error is None else str(report.error)
            return Verified(report.name, problem=problem) if problem else None
        settings = settings_for(report.path, config=self.work.config)
        level = self.work.selection.choose(settings, report.path).level
        blank = Verified(report.name, level=str(level))
        result = report.result
        after = result.after if against is None else against
        place = place_of(report.path, self.terms, context=self.work.context or settings.context)
        try:
            promise = promise_of(result, level, place.terms.target)
            stage_index(plan(parse(after)), place.terms.target)
        except ValueError as error:
            return replace(blank, verdict="failed", problem=str(error))
        if after == result.before:
            return replace(blank, verdict="unchanged")
        try:
            with tempfile.TemporaryDirectory(prefix="dfix-verify-") as made:
                folder = Path(made)
                left = copy_context(place.context, folder / "context", gitignore=gitignore)
                bench = Bench(
                    builder,
                    folder / "context",
                    folder,
                    place.terms,
                    report.path.name,
                    _ignorefile(report.path),
                    self._say,
                )
                moved = moved_bases(pinned_bases(result), bench)
                before = self._pinned(candidate) if moved else result.before
                comparison = compare_builds(
                    before, after, bench, promise=promise, ignored=ignored, known_noise=known
                )
        except OSError as error:
            told = f"no copy of the build context can be made: {error.strerror or error}"
            return replace(blank, verdict="failed", problem=told)
        comparison = replace(comparison, moved=moved)
        return replace(blank, verdict=comparison.verdict, comparison=comparison, left_out=left)

    def _pinned(self, candidate: Candidate) -> bytes:
        """The text with nothing but its bases pinned: what it is without those that moved on."""
        selection = structs.replace(
            self.work.selection, select=("pin-base-image",), extend_select=(), ignore=()
        )
        report = structs.replace(self.work, selection=selection).report(candidate)
        assert report is not None
        assert report.result is not None
        return report.result.after

    def _tell(self, verified: Verified) -> None:
        self.out.write(
            verdict_text(verified, colour=self.out.colour, terminal=self.out.terminal).encode(
                "utf-8", "backslashreplace"
            )
        )

    def _say(self, line: str) -> None:
        if not self.view.quiet:
            self.err.lines([((line, "dim"),)])


def _ignorefile(dockerfile: Path) -> bytes | None:
    """What a Dockerfile's own ignore file says, which goes where the text that is built goes.

    https://docs.docker.com/build/concepts/context/#filename-and-location
    """
    path = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    try:
        return read_regular(path, limit=LIMIT, follow=False)
    except OSError:
        return None
