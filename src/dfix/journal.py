"""The journal of a run: what `undo` needs to put back what the run changed.

Each run has one file in the user's state folder, to which a line is added and flushed before a
user's file is replaced. Whenever the process dies, each file is in one of the two states that its
line names, and `undo` can tell which.
"""

import base64
import contextlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal

from msgspec import Struct

from dfix.patterns import regex
from dfix.regularfile import NotRegularError, read_regular
from dfix.wholefile import flush_folder
from dfix.writer import (
    ChangedOnDisk,
    WriteFailed,
    create_file,
    replace_file,
    resolved_target,
)

_KEPT_RUNS = 50
_SUFFIX = ".jsonl"
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_STAMPED = regex(r"(\d{8}T\d{6}\.\d{6}Z)-[0-9a-f]{6}")

UndoStatus = Literal["restored", "removed", "unchanged", "changed-since", "missing", "failed"]


class JournalError(Exception):
    """The journal cannot be written or read; says why."""


class UnknownRunError(LookupError):
    """There is no such run, or none that could be undone."""


class UndoResult(Struct, frozen=True):
    """What `undo` did about one file.

    `restored`: it holds again what it held before the run. `removed`: the run had created it.
    `unchanged`: it already holds its old text, or is gone again.
    `changed-since`: somebody changed it after the run, so it was left alone. `missing`: it is
    gone. `failed`: it could not be read or written, see `reason`.
    """

    path: Path
    status: UndoStatus
    reason: str | None = None


class Journal:
    """The journal of one run; it writes nothing until the run changes its first file.

    A journal that cannot be written does not stop the run: `problem` then says why what is
    changed from there on cannot be put back. Not to be shared between threads.
    """

    def __init__(self, folder: Path | None, problem: str | None = None) -> None:
        moment = _moment(folder)
        self.run = f"{moment:{_STAMP}}-{os.urandom(3).hex()}"
        """Names the run for `undo`; later runs sort after earlier ones, whatever the clock does."""
        self.problem = problem
        self.used = False
        """Whether the run has changed anything."""
        self._folder = folder
        self._file: BinaryIO | None = None

    @classmethod
    def open(cls, state_dir: Path | None = None) -> "Journal":
        """The journal of a new run in `state_dir`.

        By default that is the folder that `DFIX_STATE_DIR` names, else the user's state folder.
        """
        try:
            return cls(_runs_folder(state_dir))
        except JournalError as error:
            return cls(None, str(error))

    def replace(self, path: Path, expected: bytes, new: bytes, *, root: Path | None = None) -> None:
        """Note the change, then make it as `dfix.writer.replace_file` does, raising as it does."""
        target = resolved_target(path, root=root)
        record = _Record(target, _digest(expected), _digest(new), expected)
        self._append(record.as_line())
        try:
            replace_file(path, expected, new, root=root)
        except (ChangedOnDisk, WriteFailed):
            self._append({"kept": str(target)})
            raise
        self.used = True

    def create(self, path: Path, data: bytes, *, root: Path) -> None:
        """Note the new file, then make it as `dfix.writer.create_file` does, raising as it does."""
        missing = [folder for folder in path.parents if not folder.exists()]
        record = _Record(path, None, _digest(data), b"", tuple(missing))
        self._append(record.as_line())
        try:
            create_file(path, data, root=root)
        except (ChangedOnDisk, WriteFailed):
            self._append({"kept": str(path)})
            raise
        self.used = True

    def close(self) -> None:
        """Close the run's file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, line: dict[str, object]) -> None:
        """Add a line and flush it to disk."""
        if self.problem is not None or self._folder is None:
            return
        try:
            if self._file is None:
                self._file = _create(self._folder, self.run)
            self._file.write(json.dumps(line).encode("ascii") + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self.problem = f"the journal cannot be written: {error}"


def undo(run: str | None = None, state_dir: Path | None = None) -> list[UndoResult]:
    """Put back what a run changed: `run`, or the newest one that has not been undone.

    In a run that changed nothing there is nothing to undo. One in which some file failed counts as
    not undone. Raises `UnknownRunError`, and `JournalError` where the journal cannot be read.
    """
    folder = _runs_folder(state_dir)
    runs = _runs(folder)
    try:
        if run is None:
            run = next(
                (name for name in reversed(runs) if _Run.read(folder, name).to_be_undone), None
            )
            if run is None:
                raise UnknownRunError("there is no run to undo")
        elif run not in runs:
            raise UnknownRunError(f"there is no run {run}")
        held = _Run.read(folder, run)
    except OSError as error:
        raise JournalError(f"the journal cannot be read: {error}") from error
    results = [_put_back(record) for record in reversed(held.records)]
    if all(result.status != "failed" for result in results):
        _mark_undone(folder, run)
    for number in held.damaged:
        reason = f"the journal is damaged: line {number} cannot be read"
        results.append(UndoResult(_file_of(folder, run), "failed", reason))
    return results


class _Record(Struct, frozen=True):
    """A change: the file, the digests of both versions, and the old version itself.

    `before` is None for a file that was created, and `folders` are those made for it, the innermost
    first.
    """

    path: Path
    before: str | None
    after: str
    original: bytes
    folders: tuple[Path, ...] = ()

    def as_line(self) -> dict[str, object]:
        line: dict[str, object] = {
            "path": str(self.path),
            "before": self.before,
            "after": self.after,
            "original": base64.b64encode(self.original).decode("ascii"),
        }
        if self.before is None:
            line["folders"] = [str(folder) for folder in self.folders]
        return line

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> "_Record":
        """The record of a line. Raises ValueError, KeyError and TypeError for one that is none."""
        return cls(
            Path(held["path"]),
            held["before"],
            held["after"],
            base64.b64decode(held["original"], validate=True),
            tuple(Path(folder) for folder in held.get("folders", ())),
        )


class _Run(Struct, frozen=True):
    records: tuple[_Record, ...]
    undone: bool
    damaged: tuple[int, ...]
    """The lines, from 1, that cannot be read, but for one that the process died over."""

    @property
    def to_be_undone(self) -> bool:
        """Whether there is something to put back, or it cannot be told."""
        return not self.undone and bool(self.records or self.damaged)

    @classmethod
    def read(cls, folder: Path, run: str) -> "_Run":
        """A run's file. Raises OSError."""
        records: list[_Record] = []
        undone = False
        damaged: list[int] = []
        cut: int | None = None
        data = read_regular(_file_of(folder, run), follow=False)
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line:
                continue
            try:
                held = json.loads(line)
                if "undone" in held:
                    undone = True
                    continue
                cut = None
                if "kept" in held:
                    kept = Path(held["kept"])
                    last = max(n for n, record in enumerate(records) if record.path == kept)
                    del records[last]
                else:
                    records.append(_Record.of(held))
            except (ValueError, KeyError, TypeError):
                damaged.append(number)
                cut = None if line.endswith(b"}") else number
        # The process may have died over the last line; then it did not come to change that file.
        return cls(tuple(records), undone, tuple(each for each in damaged if each != cut))


def _put_back(record: _Record) -> UndoResult:
    path = record.path
    if record.before is None:
        return _remove(record)
    if os.path.realpath(path) != str(path):
        return UndoResult(path, "changed-since", "the path has become a symbolic link")
    try:
        held = read_regular(path, follow=False)
        if _digest(held) == record.before:
            return UndoResult(path, "unchanged")
        if _digest(held) != record.after:
            return UndoResult(path, "changed-since")
        if _digest(record.original) != record.before:
            return UndoResult(path, "failed", "the journal is damaged")
        replace_file(path, held, record.original)
    except FileNotFoundError:
        return UndoResult(path, "missing")
    except (ChangedOnDisk, NotRegularError):
        return UndoResult(path, "changed-since")
    except WriteFailed as error:
        return UndoResult(path, "failed", error.reason)
    except OSError as error:
        return UndoResult(path, "failed", error.strerror or str(error))
    return UndoResult(path, "restored")


def _remove(record: _Record) -> UndoResult:
    """Remove a file that the run created, and the folders made for it that are empty again."""
    path = record.path
    if os.path.realpath(path) != str(path):
        return UndoResult(path, "changed-since", "the path has become a symbolic link")
    try:
        if _digest(read_regular(path, follow=False)) != record.after:
            return UndoResult(path, "changed-since")
        path.unlink()
        flush_folder(path.parent)
    except FileNotFoundError:
        return UndoResult(path, "unchanged")
    except NotRegularError:
        return UndoResult(path, "changed-since")
    except OSError as error:
        return UndoResult(path, "failed", error.strerror or str(error))
    for folder in record.folders:
        with contextlib.suppress(OSError):  # Something else is in it by now.
            folder.rmdir()
    return UndoResult(path, "removed")


def _digest(data: bytes) -> str:
    import hashlib  # here, as it takes 3 ms to load, and a diff has no need of it

    return hashlib.sha256(data).hexdigest()


def _runs_folder(state_dir: Path | None) -> Path:
    """The folder of the runs' files, which may not be there yet. Raises `JournalError`."""
    if state_dir is None:
        named = os.environ.get("DFIX_STATE_DIR")
        if not named:
            from platformdirs import user_state_dir

            try:
                named = user_state_dir("dfix", appauthor=False)
            except RuntimeError:  # as newer ones of it tell what older ones tell by a `~`
                named = "~"
        if named.startswith("~"):  # Neither HOME nor the user database knows a home folder.
            raise JournalError("there is no home folder to keep the journal in; set DFIX_STATE_DIR")
        state_dir = Path(named)
    return state_dir.absolute() / "runs"


def _file_of(folder: Path, run: str) -> Path:
    return folder / (run + _SUFFIX)


def _runs(folder: Path) -> list[str]:
    """The runs that have a file, the oldest first. Raises `JournalError`."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise JournalError(f"the journal cannot be read: {error}") from error
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def _moment(folder: Path | None) -> datetime:
    """The present, but later than every run in `folder` says of itself: a clock may go back."""
    now = datetime.now(UTC)
    try:
        newest = _STAMPED.match(max(_runs(folder), default="") if folder is not None else "")
        if newest is None:
            return now
        made = datetime.strptime(newest[1], _STAMP).replace(tzinfo=UTC)
        return max(now, made + timedelta(microseconds=1))
    except (JournalError, ValueError, OverflowError):  # Told when it is to be written.
        return now


def _create(folder: Path, run: str) -> BinaryIO:
    """Create and open a run's file, and drop the oldest ones. Raises OSError."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
    file = os.fdopen(os.open(_file_of(folder, run), flags, 0o600), "ab")
    flush_folder(folder)
    for old in _runs(folder)[:-_KEPT_RUNS]:
        _file_of(folder, old).unlink(missing_ok=True)
    return file


def _mark_undone(folder: Path, run: str) -> None:
    """Note that a run was undone. Raises `JournalError`."""
    try:
        with _file_of(folder, run).open("ab") as file:
            # On a line of its own, also after one that was cut off.
            file.write(b'\n{"undone": true}\n')
    except OSError as error:
        raise JournalError(f"the journal cannot be written: {error}") from error
