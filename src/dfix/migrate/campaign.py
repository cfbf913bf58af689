"""A campaign under way: takes the work from the journal, has it done, and writes what came of it."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from dfix.git import Git
from dfix.migrate.call import Call, Mismatch
from dfix.migrate.commits import from_configuration, from_environment
from dfix.migrate.executors import Executor
from dfix.migrate.journal import Item, Journal, JournalError, made_folder
from dfix.migrate.rewrite import Wanted
from dfix.migrate.sources import Source
from dfix.migrate.transport import Transport, users_options
from dfix.migrate.work import CLONES, PATCHES, SCRATCH, Orders, Outcome, Task, migrate
from dfix.registry import makers
from dfix.report.campaign import model
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.write import write_report
from dfix.version import __version__
from dfix.wholefile import remove_unfinished, whole_file


class Campaign:
    """A campaign of which this process is in charge."""

    def __init__(self, folder: Path, journal: Journal, call: Call, moment: datetime) -> None:
        self.folder = folder
        self.call = call
        self._journal = journal
        self._moment = moment

    @classmethod
    def begin(cls, folder: Path, call: Call, sources: Iterable[Source]) -> Self:
        """A new campaign in `folder`. Raises `JournalError`."""
        moment = datetime.now(UTC).replace(microsecond=0)
        options = {"call": call.as_json(), "started": moment.isoformat(), "dfix": makers()}
        items = ((source.name, asdict(source)) for source in sources)
        return cls(folder, Journal.create(folder, options, items), call, moment)

    def close(self) -> None:
        """Ends the work; another process may go on with it."""
        self._journal.close()

    def work(self, *, retry_failed: bool = False, limit: int | None = None) -> list[Item]:
        """What is to be done now, at most `limit` pieces."""
        return self._journal.pending(failed=retry_failed, reach=self.call.reach)[:limit]

    def run(self, items: Sequence[Item], executor: Executor) -> Iterator[RepositoryRecord]:
        """Does the work, and gives what came of each piece when it is safely kept.

        Raises `JournalError` where that cannot be.
        """
        self._clean()
        orders = self._orders(local=executor.is_local)
        made_folder(self.folder / PATCHES)
        by_name = {item.name: item for item in items}
        tasks = (Task(orders, Source(**item.work), item.base) for item in items)
        for task, outcome in executor.run(migrate, tasks, died=_died):
            self._keep(outcome)
            self._journal.finish(by_name[task.source.name], outcome.record)
            yield outcome.record

    def report(self) -> None:
        """Writes the reports on all that was done so far. Raises OSError."""
        shown = model.Campaign(
            __version__, self._moment.isoformat(), self.call.shown(), self._journal.records
        )
        write_report(shown, self.folder)

    def counts(self) -> dict[str, int]:
        """How many repositories there are in each state."""
        return self._journal.counts()

    def failures(self) -> Iterator[RepositoryRecord]:
        """The repositories that failed so far."""
        return (each for each in self._journal.records() if each.status == "failed")

    def _orders(self, *, local: bool) -> Orders:
        call = self.call
        orders = _orders(self.call, self._moment, scratch=self.folder if local else None)
        return replace(
            orders,
            branch=call.branch,
            commit=call.commit,
            push=call.push,
            open_pr=call.open_pr,
            clones=self.folder / CLONES if local else None,
        )

    def _keep(self, outcome: Outcome) -> None:
        """Writes a patch and its description: before the journal says that they are there."""
        for name, data in (
            (outcome.record.patch, outcome.patch),
            (outcome.record.description, outcome.description),
        ):
            if name is not None and data is not None:
                try:
                    with whole_file(self.folder / name) as file:
                        file.write(data)
                except OSError as error:
                    told = f"{self.folder / name} cannot be written: {error.strerror or error}"
                    raise JournalError(f"{told}; when that is mended, --resume goes on") from error

    def _clean(self) -> None:
        """Removes what a run left behind that was cut off."""
        for folder in (self.folder, self.folder / PATCHES, self.folder / CLONES):
            if folder.is_symlink():
                continue
            for path in folder.glob(f"{SCRATCH}*"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
            remove_unfinished(folder)


def _died(task: Task) -> Outcome:
    return Outcome(task.failed("internal error: the process that worked on it died"))


def rehearse(
    call: Call, sources: Sequence[Source], executor: Executor, folder: Path
) -> Iterator[RepositoryRecord]:
    """What a campaign would do, without keeping anything; `folder` is for temporary files."""
    orders = _orders(call, datetime.now(UTC), scratch=folder if executor.is_local else None)
    tasks = (Task(orders, source) for source in sources)
    for _, outcome in executor.run(migrate, tasks, died=_died):
        yield outcome.record


def _orders(call: Call, moment: datetime, *, scratch: Path | None) -> Orders:
    """The orders to rewrite, without bringing the changes anywhere."""
    root = Path(Path.cwd().anchor)  # no repository's own configuration
    return Orders(
        moment,
        Wanted(call.selection, None if call.config is None else Path(call.config), call.exclude),
        call.group,
        reproduce=call.reproduce,
        transport=Transport(options=users_options() if call.credentials else ()),
        # Asked here, once: another machine would say another name, and make other commits.
        environment_author=from_environment(),
        author=from_configuration(Git(root, {"GIT_CEILING_DIRECTORIES": str(root)})),
        scratch=scratch,
    )


def held(folder: Path, asked: Mapping[str, Any]) -> tuple[Journal, Call, datetime]:
    """The journal of the campaign in `folder`, what it was asked for, and when it was begun.

    `asked` is what the call that resumes it says. Raises `Mismatch`, and `JournalError` where there is no
    campaign, or it cannot be used.
    """
    journal = Journal.resume(folder)
    try:
        options = journal.options()
        if options["dfix"] != makers():
            raise Mismatch(
                f"the campaign was begun with dfix {options['dfix']}, and this is {makers()}: "
                "half of it would be another one"
            )
        call = Call.from_json(options["call"]).resumed(asked)
        moment = datetime.fromisoformat(options["started"])
        journal.note("call", call.as_json())
    except (JournalError, Mismatch):
        journal.close()
        raise
    except (KeyError, TypeError, ValueError) as error:
        journal.close()
        raise JournalError(f"the journal in {folder} is damaged: {error}") from error
    return journal, call, moment
