"""One call of `dfix fix`: runs it, prints what became of the files, and gives the exit code."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from msgspec import Struct

from dfix.cli.progress import Progress
from dfix.cli.report_file import report_file, require_no_input
from dfix.cli.standard_input import read_standard_input
from dfix.cli.terminal import standard_error, standard_output
from dfix.config import ConfigError, settings_for
from dfix.journal import Journal
from dfix.registry import UnknownFixer
from dfix.regularfile import leads_to_folder
from dfix.report.diff import diff_lines, unified
from dfix.report.form import FORMS, form_named
from dfix.report.summary import Summary, statistics_lines, summary_line
from dfix.report.text import error_line, finding_lines, note_line
from dfix.runner import FileReport, Runner, Work
from dfix.selection import OptionError


class View(Struct, frozen=True):
    """What a call wants to see."""

    diff: bool = False
    check: bool = False
    form: str = "text"
    """`text`, `full`, or one of `dfix.report.form.FORMS`."""
    output: str | None = None
    """The file for the report."""
    neighbours: bool = False
    """Whether files beside Dockerfiles are created and completed."""
    statistics: bool = False
    exit_zero: bool = False
    """Whether findings are no failure."""
    quiet: bool = False
    no_color: bool = False

    @property
    def preview(self) -> bool:
        """Whether nothing is written."""
        return self.diff or self.check

    @property
    def for_programs(self) -> bool:
        """Whether the report is one whole document."""
        return self.form in FORMS


class Session:
    """A call that is under way."""

    def __init__(self, work: Work, view: View) -> None:
        """Raises click.UsageError for what the call got wrong, before any file is touched."""
        self.work = work
        self.view = view
        self.summary = Summary()
        self._shared: Counter[str] = Counter()  # files by what is wrong with their configuration
        self.out = standard_output(no_color=view.no_color)
        self.err = standard_error(no_color=view.no_color)
        self.report = self.out
        self.form = form_named(view.form, written=not view.preview) if view.for_programs else None
        try:
            work.selection.check()
            if work.config is not None:
                settings_for(work.cwd / "Dockerfile", config=work.config)
        except (UnknownFixer, OptionError, ConfigError) as error:
            raise click.UsageError(str(error)) from error
        if work.context is not None and not leads_to_folder(work.context):
            raise click.UsageError(f"the build context is not a folder: {work.context}")

    def files(
        self,
        paths: Sequence[Path],
        *,
        exclude: Sequence[str],
        gitignore: bool,
        jobs: int | None = None,
        journal: Journal | None = None,
    ) -> int:
        """Handles the files below `paths`; `journal` is the one of a run that has begun already."""
        if journal is None and not self.view.preview:
            journal = Journal.open()
        try:
            runner = Runner(
                paths,
                self.work,
                exclude=exclude,
                gitignore=gitignore,
                jobs=jobs,
                journal=journal,
                beside=self.view.neighbours or self.view.check,
            )
        except ValueError as error:
            raise click.UsageError(f"--exclude: {error}") from error
        if self.view.output is not None:
            require_no_input(Path(self.view.output), [each.path for each in runner.candidates])
        try:
            self._run(runner, journal)
        finally:  # Whoever interrupts it wants to know most of all what was written.
            if journal is not None:
                self._tell_about(journal)
        return self._code()

    def _run(self, runner: Runner, journal: Journal | None) -> None:
        """Looks at each file, and writes it with a `journal`."""
        with ExitStack() as stack:
            self._open_report(stack)
            watched = self.err.terminal and not self.view.quiet
            progress = stack.enter_context(
                Progress(len(runner.candidates), shown=watched, colour=self.err.colour)
            )
            if journal is not None:
                stack.callback(journal.close)
            for report in runner.reports():
                with progress.paused(needed=self._has_news(report)):
                    self._add(report)
                progress.step()
                if self._nobody_reads:
                    break
            if (self.view.neighbours or self.view.check) and not self._nobody_reads:
                for report in runner.beside(write=self.view.neighbours):
                    with progress.paused(needed=self._has_news(report)):
                        self._add(report)
            self._conclude()

    def read_standard_input(self, name: str | None) -> tuple[bytes, FileReport]:
        """All of standard input, which is called `name`, and the report on it to be filled in."""
        path = self.work.cwd / (name or "Dockerfile")
        blank = self.work.blank(path) if name is not None else FileReport(path, "-", "-")
        return read_standard_input(), blank

    def standard_input(self, data: bytes, blank: FileReport) -> int:
        """Handles what was read of standard input; the result goes to standard output."""
        report = self.work.report_on(data, blank, has_context=False)
        with ExitStack() as stack:
            if not self.view.preview:
                self.report = self.err  # standard output is for the result
                if report.result is not None:
                    self.out.write(report.result.after)
            self._open_report(stack)
            self._add(report)
            self._conclude()
        return self._code()

    def _open_report(self, stack: ExitStack) -> None:
        if self.view.output is not None and self.view.output != "-":
            self.report = stack.enter_context(report_file(Path(self.view.output)))
        if self.form is not None:
            self.report.text(self.form.head())

    @property
    def _nobody_reads(self) -> bool:
        """Whether the reader has gone, and nothing is to be written."""
        return self.view.preview and self.out.given_up

    @property
    def _shows_diff(self) -> bool:
        return self.view.diff and not (self.form is not None and self.report is self.out)

    @property
    def _shows_findings(self) -> bool:
        if self.form is not None or (self._shows_diff and self.report is self.out):
            return False
        return not self.view.quiet or self._in_a_file

    @property
    def _in_a_file(self) -> bool:
        """Whether the report goes to a file of its own."""
        return self.report not in (self.out, self.err)

    def _has_news(self, report: FileReport) -> bool:
        return report.status != "unchanged" or bool(report.result and report.result.findings)

    def _add(self, report: FileReport) -> None:
        """Tells of one file."""
        self.summary.add(report)
        if self.form is not None and not self.report.given_up:
            try:
                self.report.text(self.form.file(report))
            except OSError as error:  # of the file that a form may keep; the run goes on
                self.report.fail(error)
        if self._shows_diff:
            diff = unified(report)
            if self.out.colour or self.out.terminal:
                self.out.lines(diff_lines(diff))  # safe to look at, and for no program
            else:
                self.out.write(diff)
        if self._shows_findings:
            full = self.view.form == "full"
            self.report.lines(finding_lines(report, written=not self.view.preview, full=full))
        line = error_line(report)
        if line is not None and self._shows_findings and self._in_a_file:
            self.report.lines([line])
        if report.error is not None and report.error.shared:
            self._shared[report.error.message] += 1
            if self._shared[report.error.message] > 1:
                return  # is counted at the end
        if line is None and not self.view.quiet:
            line = note_line(report)
        if line is not None:
            self.err.lines([line])

    def _conclude(self) -> None:
        if self.form is not None and not self.report.given_up:
            try:
                for piece in self.form.tail(self.summary):
                    self.report.text(piece)
            except OSError as error:
                self.report.fail(error)
        for message, count in self._shared.items():
            if count > 1:
                files = "1 further file" if count == 2 else f"{count - 1} further files"
                self.err.lines([((f"{files}: ", "bold"), ("error: ", "red"), (message, ""))])
        if not self.view.quiet:
            self.err.lines([summary_line(self.summary, written=not self.view.preview)])
        if self.view.statistics:
            self.err.lines(statistics_lines(self.summary))

    def _tell_about(self, journal: Journal) -> None:
        if not journal.used:
            return
        if journal.problem is not None:
            self._warn(f"`dfix undo` cannot put back all of this run: {journal.problem}")
        elif not self.view.quiet:
            self.err.lines([((f"`dfix undo {journal.run}` puts the old files back", "dim"),)])

    def _warn(self, message: str) -> None:
        self.err.lines([(("dfix: ", "bold"), ("warning: ", "yellow"), (message, ""))])

    def _code(self) -> int:
        """The exit code."""
        self.out.require_success()
        self.report.require_success()
        if self.summary.files["failed"]:
            return 2
        if self.view.exit_zero:
            return 0
        # A preview that nobody read on has found something, or it would not have printed any.
        found = self.summary.files["changed"] or self.out.given_up
        left = self.view.check and self.summary.left
        return 1 if left or (self.view.preview and found) else 0
