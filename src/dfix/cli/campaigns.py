"""One call of `dfix migrate`: runs a campaign, prints what became of each repository, gives the code."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from dfix.cli.here import current_folder
from dfix.cli.progress import Progress
from dfix.cli.standard_input import read_standard_input
from dfix.cli.terminal import standard_error, standard_output
from dfix.config import ConfigError, settings_for
from dfix.discovery import excluded_by
from dfix.git import GitMissing, program
from dfix.migrate.call import Call, Mismatch
from dfix.migrate.campaign import Campaign, held, rehearse
from dfix.migrate.cluster import ClusterError
from dfix.migrate.executors import Executor, executor_named
from dfix.migrate.filecampaign import FileCampaign, file_set
from dfix.migrate.files import FileSetError
from dfix.migrate.journal import JournalError
from dfix.migrate.sources import (
    LIST_LIMIT,
    Source,
    SourceError,
    expand,
    fit_for_ref,
    require_known,
)
from dfix.migrate.transport import is_address
from dfix.registry import UnknownFixer
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.styled import Line
from dfix.selection import OptionError

_STYLES = {"changed": "green", "unchanged": "dim", "skipped": "yellow", "failed": "red"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a call runs and what it prints."""

    jobs: int | None = None
    executor: str = "local"
    limit: int | None = None
    retry_failed: bool = False
    jsonl: bool = False
    quiet: bool = False
    no_color: bool = False


class Journey:
    """A call that is under way."""

    def __init__(self, manner: Manner) -> None:
        """Raises click.UsageError for an executor that there is none of."""
        self.manner = manner
        self.cwd = current_folder()
        self.out = standard_output(no_color=manner.no_color)
        self.err = standard_error(no_color=manner.no_color)
        try:
            program()
        except GitMissing as error:
            raise click.ClickException(str(error)) from error

    def begin(self, folder: str, given: Mapping[str, Any]) -> int:
        """Runs a new campaign."""
        call = self._call(given)
        sources = self._sources(call)
        executor = self._executor()
        try:
            if call.files is not None:
                return self._run_files(FileCampaign.begin(self.cwd / folder, call), executor)
            return self._run(Campaign.begin(self.cwd / folder, call, sources), executor)
        except JournalError as error:
            raise click.UsageError(str(error)) from error

    def resume(self, folder: str, given: Mapping[str, Any]) -> int:
        """Goes on with a campaign."""
        executor = self._executor()
        where = self.cwd / folder
        try:
            journal, call, moment = held(where, self._absolute(given))
        except (JournalError, Mismatch) as error:
            raise click.UsageError(str(error)) from error
        try:
            self._check(call)
        except click.UsageError:
            journal.close()
            raise
        if call.files is not None:
            return self._run_files(FileCampaign(where, journal, call, moment), executor)
        return self._run(Campaign(where, journal, call, moment), executor)

    def rehearse(self, given: Mapping[str, Any]) -> int:
        """Tells what a campaign would do."""
        call = self._call(given)
        sources = self._sources(call)[: self.manner.limit]
        with tempfile.TemporaryDirectory(prefix="dfix-") as folder:
            records = rehearse(call, sources, self._executor(), Path(folder))
            try:
                counts = self._watch(records, len(sources))
            except ClusterError as error:
                raise click.ClickException(str(error)) from error
        self._tell_counts(counts)
        return 1 if counts.get("failed") else 0

    def _run(self, campaign: Campaign, executor: Executor) -> int:
        with ExitStack() as stack:
            stack.callback(campaign.close)
            items = campaign.work(retry_failed=self.manner.retry_failed, limit=self.manner.limit)
            try:
                counts = self._watch(campaign.run(items, executor), len(items))
            except (ClusterError, JournalError) as error:
                raise click.ClickException(str(error)) from error
            return self._conclude(campaign, counts)

    def _run_files(self, campaign: FileCampaign, executor: Executor) -> int:
        with ExitStack() as stack:
            stack.callback(campaign.close)
            try:
                records = campaign.run(executor, limit=self.manner.limit)
                counts = self._watch(records, None)
            except (ClusterError, FileSetError, JournalError, Mismatch) as error:
                raise click.ClickException(str(error)) from error
            return self._conclude(campaign, counts)

    def _conclude(self, campaign: Campaign | FileCampaign, counts: Mapping[str, int]) -> int:
        """Writes the reports and tells how it ended; the exit code."""
        try:
            campaign.report()
        except OSError as error:
            raise click.ClickException(f"the report cannot be written: {error}") from error
        left = campaign.counts()
        nouns = (
            ("repository", "repositories") if isinstance(campaign, Campaign) else ("part", "parts")
        )
        self._tell_counts(counts, nouns)
        if not self.manner.quiet and not self.manner.jsonl:
            self._tell(campaign.folder, left)
        self.out.require_success()
        return 1 if left.get("failed") else 0

    def _watch(self, records: Iterator[RepositoryRecord], total: int | None) -> dict[str, int]:
        """Prints what became of each repository; how many there were in each state."""
        counts: dict[str, int] = {}
        watched = self.err.terminal and not self.manner.quiet
        with Progress(total, shown=watched, colour=self.err.colour) as progress:
            for record in records:
                counts[record.status] = counts.get(record.status, 0) + 1
                news = record.status != "unchanged" or self.manner.jsonl
                with progress.paused(needed=news):
                    self._add(record)
                progress.step()
        return counts

    def _add(self, record: RepositoryRecord) -> None:
        if self.manner.jsonl:
            self.out.text(json.dumps(_event(record)) + "\n")
        elif record.status == "failed":
            self.err.lines([_line(record)])
        elif not self.manner.quiet and record.status != "unchanged":
            self.out.lines([_line(record)])

    def _tell_counts(
        self, counts: Mapping[str, int], nouns: tuple[str, str] = ("repository", "repositories")
    ) -> None:
        if self.manner.jsonl:
            self.out.text(json.dumps({"summary": dict(sorted(counts.items()))}) + "\n")
            return
        if self.manner.quiet:
            return
        total = sum(counts.values())
        pieces: list[tuple[str, str]] = [(f"{total} {nouns[total != 1]}: ", "bold")]
        for at, (state, style) in enumerate(_STYLES.items()):
            pieces += [(", " if at else "", ""), (f"{counts.get(state, 0)} {state}", style)]
        self.err.lines([tuple(pieces)])

    def _tell(self, folder: Path, left: Mapping[str, int]) -> None:
        """Where the report is, and what there is to do still."""
        self.err.lines([((f"the report is {folder / 'report.html'}", ""),)])
        if left.get("pending"):
            self.err.lines(
                [((f"{left['pending']} are left: --resume goes on with them", "yellow"),)]
            )
        if left.get("failed"):
            told = f"{left['failed']} failed: --resume --retry-failed tries them again"
            self.err.lines([((told, "red"),)])

    def _call(self, given: Mapping[str, Any]) -> Call:
        call = Call(**self._absolute(given))
        self._check(call)
        return call

    def _absolute(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a call says, with whole paths: it may be resumed from another folder."""
        asked = dict(given)
        for name in ("config", "files"):
            if asked.get(name) not in (None, "-"):
                asked[name] = str(self.cwd / asked[name])
        return asked

    def _check(self, call: Call) -> None:
        """Raises click.UsageError for what cannot be followed."""
        if not fit_for_ref(call.branch) or call.branch == "HEAD":
            raise click.UsageError(f"--branch: {call.branch!r} cannot be the name of a branch")
        if call.open_pr and call.push is None:
            raise click.UsageError(
                "--open-pr needs --push: a pull request is about a branch of a remote"
            )
        try:
            if call.push is not None and is_address(call.push):
                require_known(call.push)
        except SourceError as error:
            raise click.UsageError(f"--push: {error}") from error
        try:
            if call.files is not None:
                file_set(call).check()
        except FileSetError as error:
            raise click.UsageError(f"--files: {error}") from error
        try:
            call.selection.check()
            excluded_by(call.exclude, self.cwd)
            if call.config is not None:
                settings_for(self.cwd / "Dockerfile", config=Path(call.config))
        except (UnknownFixer, OptionError, ConfigError) as error:
            raise click.UsageError(str(error)) from error
        except ValueError as error:
            raise click.UsageError(f"--exclude: {error}") from error

    def _sources(self, call: Call) -> list[Source]:
        try:
            lines: Sequence[str] = ()
            if "-" in call.sources:
                # As a list in a file: paths need not be text of the terminal's encoding.
                lines = os.fsdecode(read_standard_input(LIST_LIMIT)).split("\n")
            return expand(call.sources, cwd=self.cwd, standard_input=lines)
        except SourceError as error:
            raise click.UsageError(str(error)) from error

    def _executor(self) -> Executor:
        try:
            return executor_named(self.manner.executor, jobs=self.manner.jobs)
        except ValueError as error:
            raise click.UsageError(f"--executor: {error}") from error


def _line(record: RepositoryRecord) -> Line:
    told = record.reason or ""
    if record.status == "changed":
        files = record.file_counts["changed"]
        told = f"{files} {'file' if files == 1 else 'files'}"
        told += f", branch {record.branch}" if record.branch else ""
        told += f", pushed to {record.pushed}" if record.pushed else ""
        told += f", {record.pull_request}" if record.pull_request else ""
    return (
        (record.name, "bold"),
        (": ", ""),
        (record.status, _STYLES[record.status]),
        (f": {told}" if told else "", ""),
    )


def _event(record: RepositoryRecord) -> dict[str, object]:
    """A record as one line of a log; the files are in the report."""
    data = record.as_data()
    del data["unlisted"]
    data["files"] = {state: count for state in _STYLES if (count := record.file_counts[state])}
    return data
