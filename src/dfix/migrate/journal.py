"""The campaign's journal: what is to be done, and what became of it, in a file that survives anything.

SQLite in WAL mode, https://www.sqlite.org/wal.html: a record is there whole or not at all, also after
kill -9. Records are compressed JSON, and are read one at a time.
"""

import json
import os
import sqlite3
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from dfix.regularfile import leads_to_file
from dfix.report.campaign.model import RepositoryRecord
from dfix.wholefile import CREATE

#: Grows when an older dfix would not understand the journal.
_FORMAT = "1"
_NAME = "campaign.sqlite"
_LOCK = "campaign.lock"
_OWN = (_NAME, _LOCK)

State = Literal["pending", "done", "skipped", "failed"]

_TABLES = """
CREATE TABLE campaign (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  work TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  reached INTEGER NOT NULL DEFAULT 0,
  record BLOB
);
CREATE INDEX items_by_state ON items (state);
"""


class JournalError(Exception):
    """The journal cannot be used; says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work: its number from 1 on, its unique name, and what it is about."""

    id: int
    name: str
    work: Mapping[str, Any]
    state: State = "pending"
    base: str | None = None
    """What an earlier look at it was based on."""


class Journal:
    """The journal of one campaign. It belongs to one process at a time, and to one thread."""

    def __init__(
        self, connection: sqlite3.Connection, lock: sqlite3.Connection, folder: Path
    ) -> None:
        self._connection = connection
        self._lock = lock
        self._folder = folder

    @classmethod
    def create(
        cls,
        folder: Path,
        options: Mapping[str, str],
        items: Iterable[tuple[str, Mapping[str, Any]]],
    ) -> Self:
        """A new campaign's journal in `folder`, which is made, with all its work, all or nothing.

        `items` are unique names, and what each is about as JSON can take it. Raises `JournalError`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            others = [each.name for each in folder.iterdir() if not each.name.startswith(_OWN)]
        except OSError as error:
            raise JournalError(f"{folder}: {error.strerror or error}") from error
        lock = _locked(folder)
        journal = cls(_opened(folder / _NAME), lock, folder)
        if journal._begun():
            journal.close()
            raise JournalError(
                f"{folder} holds a campaign already: --resume goes on with it, a new one takes another --out"
            )
        if others:
            journal.close()
            raise JournalError(
                f"{folder} is not empty, and holds no campaign: choose another --out"
            )
        try:
            with journal._transaction() as connection:
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                values = {"format": _FORMAT, **options}
                connection.executemany("INSERT INTO campaign VALUES (?, ?)", values.items())
                connection.executemany(
                    "INSERT INTO items (name, work) VALUES (?, ?)",
                    ((name, json.dumps(work)) for name, work in items),
                )
        except sqlite3.Error as error:
            journal.close()
            raise JournalError(f"{folder / _NAME} cannot be written: {error}") from error
        return journal

    @classmethod
    def resume(cls, folder: Path) -> Self:
        """The journal of the campaign in `folder`. Raises `JournalError`."""
        if not leads_to_file(folder / _NAME):
            raise JournalError(f"{folder} holds no campaign to go on with: leave --resume out")
        lock = _locked(folder)
        connection = _opened(folder / _NAME)
        journal = cls(connection, lock, folder)
        try:
            if not journal._begun():
                raise JournalError(f"{folder} was left before anything began: leave --resume out")
            found = journal.options().get("format")
            if found != _FORMAT:
                raise JournalError(f"{folder / _NAME} is of another version of dfix")
        except sqlite3.DatabaseError as error:
            journal.close()
            raise JournalError(
                f"{folder / _NAME} is damaged ({error}): begin a new campaign with another --out"
            ) from error
        except JournalError:
            journal.close()
            raise
        return journal

    def close(self) -> None:
        """Ends the work with the journal; another process may have it then."""
        self._connection.close()
        self._lock.close()

    def options(self) -> dict[str, str]:
        """What the campaign was begun with."""
        return dict(self._connection.execute("SELECT key, value FROM campaign ORDER BY key"))

    def note(self, key: str, value: str) -> None:
        """Keeps one more thing about the campaign, or another value of it. Raises `JournalError`."""
        self._write("INSERT OR REPLACE INTO campaign VALUES (?, ?)", (key, value))

    def pending(self, *, failed: bool = False, reach: int = 0) -> list[Item]:
        """What is to be done still: what was not done yet, with `failed` what failed before.

        Also what was done, but did not come as far as `reach`; see `reached`.
        """
        states = "'pending', 'failed'" if failed else "'pending'"
        chosen = f"state IN ({states}) OR (state = 'done' AND reached < ?)"
        rows = self._connection.execute(
            f"SELECT id, name, work, state, record FROM items WHERE {chosen} ORDER BY id",
            (reach,),
        )
        return [
            Item(at, name, json.loads(work), state, _base(state, record))
            for at, name, work, state, record in rows
        ]

    def finish(self, item: Item, record: RepositoryRecord) -> None:
        """Notes what became of a piece of work, in one step. Raises `JournalError`."""
        data = zlib.compress(json.dumps(record.as_data()).encode("utf-8", "replace"))
        self._write(
            "UPDATE items SET state = ?, reached = ?, record = ? WHERE id = ?",
            (_state(record), reached(record), data, item.id),
        )

    def append(
        self, number: int, name: str, work: Mapping[str, Any], record: RepositoryRecord
    ) -> None:
        """Notes a piece of work that was not known before, and what became of it, in one step.

        Raises `JournalError`.
        """
        data = zlib.compress(json.dumps(record.as_data()).encode("utf-8", "replace"))
        self._write(
            "INSERT INTO items (id, name, work, state, reached, record) VALUES (?, ?, ?, ?, ?, ?)",
            (number, name, json.dumps(work), _state(record), reached(record), data),
        )

    def done(self) -> dict[int, Mapping[str, Any]]:
        """What the work is about that was done, by its number."""
        rows = self._connection.execute("SELECT id, work FROM items WHERE state = 'done'")
        return {number: json.loads(work) for number, work in rows}

    def records(self) -> Iterator[RepositoryRecord]:
        """All records so far, in the order of the work, one at a time."""
        at = 0
        while True:
            row = self._connection.execute(
                "SELECT id, record FROM items WHERE id > ? AND record IS NOT NULL ORDER BY id LIMIT 1",
                (at,),
            ).fetchone()
            if row is None:
                return
            at = row[0]
            yield RepositoryRecord.from_data(_data(row[1]))

    def _write(self, statement: str, values: Sequence[Any]) -> None:
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise JournalError(
                f"{self._folder / _NAME} cannot be written: {error}; when that is mended, --resume goes on"
            ) from error

    def _begun(self) -> bool:
        """Whether the campaign was begun: a process may have been killed just before."""
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'campaign'")
        return found.fetchone() is not None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            if self._connection.in_transaction:  # SQLite ends it by itself where the disk is full.
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def counts(self) -> dict[str, int]:
        """How many pieces of work there are in each state."""
        return dict(self._connection.execute("SELECT state, COUNT(*) FROM items GROUP BY state"))


def _base(state: State, record: bytes | None) -> str | None:
    if state != "done" or record is None:
        return None
    base: str | None = _data(record)["base"]
    return base


def _data(record: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(zlib.decompress(record))
    return data


def made_folder(folder: Path) -> Path:
    """A folder in the campaign's, made if it is not there. Raises `JournalError`, also for a link."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise JournalError(f"{folder}: {error.strerror or error}") from error
    if folder.is_symlink():
        raise JournalError(f"{folder} is a link, and nothing is written through one: remove it")
    return folder


def _require_own(path: Path) -> None:
    """Makes a file that is the user's alone: what it holds may be credentials.

    Raises `JournalError`, also where it is a link, or anything else but a file.
    """
    try:
        os.close(os.open(path, CREATE, 0o600))
        return
    except FileExistsError:
        # Looked at and not opened: to close it again would drop the locks that the process has on it.
        mode = path.lstat().st_mode
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror or error}: choose another --out") from error
    if not stat.S_ISREG(mode):
        told = "a link" if stat.S_ISLNK(mode) else "no file"
        raise JournalError(f"{path}: {told}: choose another --out")


def _opened(path: Path) -> sqlite3.Connection:
    _require_own(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error as error:
        raise JournalError(f"{path}: {error}: choose another --out") from error
    return connection


def _locked(folder: Path) -> sqlite3.Connection:
    """Holds the folder for this process, until it closes the lock or ends, in whatever way.

    A database of its own that is held exclusively: that works wherever SQLite does.
    """
    _require_own(folder / _LOCK)
    try:
        lock = sqlite3.connect(folder / _LOCK, timeout=0, isolation_level=None)
        lock.execute("PRAGMA journal_mode=OFF")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise JournalError(
                f"another dfix is at work in {folder}: wait for it, or end it"
            ) from error
        raise JournalError(f"{folder}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise JournalError(
            f"{folder / _LOCK} is no lock of dfix's: choose another --out"
        ) from error
    return lock


def reached(record: RepositoryRecord) -> int:
    """How far the changes came: a patch (0), a branch (1), a remote (2), a pull request (3).

    Where nothing changed, there is nothing to bring any further.
    """
    if record.status != "changed" or record.pull_request is not None:
        return 3
    return 2 if record.pushed is not None else 1 if record.branch is not None else 0


def _state(record: RepositoryRecord) -> State:
    kinds: Sequence[State] = ("skipped", "failed")
    return next((kind for kind in kinds if record.status == kind), "done")
