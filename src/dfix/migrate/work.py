"""The work on one repository, from its address to its patch, branch and pull request.

It answers with a record whatever happens, and changes nothing of the repository but what it is asked for.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from dfix.git import Git, GitError
from dfix.migrate.commits import (
    HEAD,
    PLACEHOLDER,
    Group,
    Identity,
    commit,
    from_configuration,
    patch,
    steps,
)
from dfix.migrate.premises import Unusable
from dfix.migrate.publish import (
    PullRequest,
    Refused,
    make_branch,
    moved,
    open_pull_request,
    push_branch,
    remote_of,
)
from dfix.migrate.repository import NothingThere, Repository, open_repository
from dfix.migrate.rewrite import Rewritten, Tree, Wanted
from dfix.migrate.snapshot import Snapshot, lay_out
from dfix.migrate.sources import Source
from dfix.migrate.transport import Transport
from dfix.report.campaign.model import RepositoryRecord
from dfix.report.campaign.pull_request import pull_request_text

PATCHES = "patches"
"""The folder of patches and pull requests' texts within the campaign's."""

CLONES = "clones"
"""The folder of repositories that were fetched, within the campaign's."""

SCRATCH = ".dfix-work-"
"""How the names of temporary folders begin."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be done with every repository of a campaign. Can be pickled."""

    moment: datetime
    """When the campaign was begun: the time of its commits."""
    wanted: Wanted = field(default_factory=Wanted)
    group: Group = "repository"
    branch: str = "dfix/migrate"
    commit: bool = False
    push: str | None = None
    open_pr: bool = False
    reproduce: str = "dfix"
    """The call that rewrites one repository in the same way, for people."""
    transport: Transport = field(default_factory=Transport)
    environment_author: Identity | None = None
    """Who commits whatever a repository says."""
    author: Identity | None = None
    """Who commits where a repository does not say."""
    scratch: Path | None = None
    """The folder for temporary ones; None for the system's."""
    clones: Path | None = None
    """Where repositories that were fetched are kept with their branches; None where none can be."""

    @property
    def publishes(self) -> bool:
        """Whether changes are brought to a branch."""
        return self.commit or self.push is not None


@dataclass(frozen=True, slots=True)
class Task:
    """One repository of a campaign. Can be pickled."""

    orders: Orders
    source: Source
    base: str | None = None
    """The commit that an earlier look was based on; another one by now is refused."""

    def failed(self, reason: str) -> RepositoryRecord:
        """The record of a repository that could not be done."""
        source = self.source
        return RepositoryRecord(source.name, source.shown, "failed", reason, source.ref)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one repository, and what is to be written of it. Can be pickled."""

    record: RepositoryRecord
    patch: bytes | None = None
    description: bytes | None = None


def migrate(task: Task) -> Outcome:
    """Does the work on one repository. Raises nothing, whatever is wrong with it."""
    begun = time.monotonic()
    outcome = Outcome(task.failed(""))
    try:
        with tempfile.TemporaryDirectory(
            prefix=SCRATCH, dir=task.orders.scratch, ignore_cleanup_errors=True
        ) as temporary:
            outcome = _Migration(task, Path(os.path.realpath(temporary))).outcome()
    except NothingThere as error:
        outcome = Outcome(replace(outcome.record, status="skipped", reason=str(error)))
    except (Unusable, GitError, OSError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        outcome = Outcome(replace(outcome.record, reason=" ".join(told.split())))
    except Exception as error:  # of dfix itself: it must not stop the other repositories
        text = " ".join(str(error).split())
        fault = f"internal error: {type(error).__name__}: {text}"
        outcome = Outcome(replace(outcome.record, status="failed", reason=fault))
    seconds = round(time.monotonic() - begun, 3)
    return replace(outcome, record=replace(outcome.record, seconds=seconds))


class _Migration:
    """The work on one repository, under way."""

    def __init__(self, task: Task, temporary: Path) -> None:
        self.task = task
        self.orders = task.orders
        self.temporary = temporary

    def outcome(self) -> Outcome:
        """All of it. Raises `Unusable`, `GitError` and OSError for what ends it early."""
        source = self.task.source
        repository = open_repository(source, self.temporary / "git", self.orders.transport)
        if self.task.base not in (None, repository.base):
            raise moved(repository.ref or repository.base)
        # Settings are looked for upwards: they end here, whatever lies above.
        (self.temporary / "dfix.toml").touch()
        (self.temporary / ".hadolint.yaml").touch()
        snapshot = lay_out(repository.git, repository.base, self.temporary / "tree")
        tree = Tree(self.temporary / "tree", snapshot, self.orders.wanted)
        files = tree.rewritten()
        record = RepositoryRecord(
            source.name,
            source.shown,
            "unchanged",
            ref=repository.branch or repository.ref,
            base=repository.base,
            files=tuple(each.record for each in files),
        )
        if not any(each.changed for each in files):
            return Outcome(record)
        return self.bring(replace(record, status="changed"), repository, snapshot, tree, files)

    def bring(
        self,
        record: RepositoryRecord,
        repository: Repository,
        snapshot: Snapshot,
        tree: Tree,
        files: Sequence[Rewritten],
    ) -> Outcome:
        """Makes commits and the patch, then the branch as far as that is asked for."""
        wanted = steps(files, tree, group=self.orders.group, level=tree.level)
        author = self.author(repository)
        commits = commit(repository, snapshot, wanted, author=author, moment=self.orders.moment)
        stem = f"{PATCHES}/{self.task.source.name}"
        record = replace(record, commits=commits, patch=f"{stem}.patch", description=f"{stem}.md")
        if self.orders.publishes:
            try:
                record = self.publish(record, repository)
            except (Unusable, GitError) as error:
                record = replace(record, status="failed", reason=str(error))
        return Outcome(record, patch(repository), self.described(record))

    def publish(self, record: RepositoryRecord, repository: Repository) -> RepositoryRecord:
        """Makes the branch, pushes it, opens the pull request. Raises `Unusable` and `GitError`."""
        orders = self.orders
        head = record.commits[-1]
        remote = None
        if orders.push is not None:
            remote = remote_of(repository, self.task.source, orders.push)
        if orders.commit and repository.origin is not None:
            make_branch(repository, orders.branch, head)
        elif orders.commit and orders.clones is not None:
            self.keep(repository, orders.clones)
        elif remote is None:
            raise Refused(
                "the branch of an address can only be kept here: use --push, or run locally"
            )
        record = replace(record, branch=orders.branch)
        if remote is None:
            return record
        push_branch(repository, remote, orders.branch, head, orders.transport)
        record = replace(record, pushed=remote.name)
        if not orders.open_pr:
            return record
        text = self.described(record)
        file = self.temporary / "pull-request.md"
        file.write_bytes(text)
        title = text.decode("utf-8", "replace").partition("\n")[0].lstrip("# ")
        request = PullRequest(title, file, orders.branch, repository.branch)
        address = open_pull_request(remote, request, timeout=orders.transport.timeout)
        return replace(record, pull_request=address)

    def keep(self, repository: Repository, clones: Path) -> None:
        """Keeps the private repository of an address, with the branch: it is the only one here.

        One that is there already has to hold this very branch, and stays as it is.
        """
        name = f"refs/heads/{self.orders.branch}"
        repository.git.run("update-ref", name, HEAD)
        kept = clones / f"{self.task.source.name}.git"
        clones.mkdir(exist_ok=True)
        if clones.is_symlink() or kept.is_symlink():
            raise Refused(f"{kept} is behind a link, and nothing is written through one")
        if kept.exists():
            head = repository.git.line("rev-parse", HEAD)
            if Git.of_repository(kept).line("rev-parse", "--verify", "--quiet", name) != head:
                raise Refused(
                    f"{kept} holds another branch {self.orders.branch}: move that folder away"
                )
            return
        # Its name never stands for half of it.
        with tempfile.TemporaryDirectory(
            prefix=SCRATCH, dir=clones, ignore_cleanup_errors=True
        ) as temporary:
            whole = Path(temporary) / kept.name
            shutil.copytree(repository.git.folder, whole)
            whole.rename(kept)

    def author(self, repository: Repository) -> Identity:
        """Who makes the commits; a placeholder where they only make a patch and nobody says."""
        orders = self.orders
        found = orders.environment_author
        if found is None and repository.origin is not None:
            # On another machine, the configuration of whoever runs it there says nothing.
            found = from_configuration(repository.origin, users=orders.scratch is not None)
        found = found or orders.author
        if found is None and orders.publishes:
            raise Refused(
                "git does not know who commits: git config --global user.name and user.email tell it"
            )
        return found or PLACEHOLDER

    def described(self, record: RepositoryRecord) -> bytes:
        """The pull request's text."""
        text = pull_request_text(record, reproduce=self.orders.reproduce)
        return text.encode("utf-8", "replace")
