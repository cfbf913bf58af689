"""The files of a commit, listed and laid out in a folder without git's checkout.

Git's own checkout runs filters and hooks and believes what a tree says. Here the objects are read one by
one and written as plain files; what is no file (a submodule), stands for another one (git-lfs, a filter
of `.gitattributes`), is missing, or would lead out of the folder becomes a mark of which nothing can be
learnt, so that no fixer takes it as evidence.
"""

import contextlib
import errno
import os
import stat
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dfix.discovery import named_as
from dfix.git import Git, GitError, told
from dfix.orchestrators import is_orchestrator
from dfix.talk import end
from dfix.worktree import PRUNED, mark_exported

WHOLE = 4 * 1024 * 1024 + 1
"""Bytes of a file that are laid out; more tell nothing more to anybody who asks."""

_MOST = 64 * 1024 * 1024  # bytes of an object that is still opened
_BUDGET = 2 * 1024 * 1024 * 1024  # bytes that are laid out for one commit
_READ = 8 * 1024 * 1024 * 1024
"""Bytes of objects that are unpacked for one commit, of which most is thrown away."""

_ENTRIES = 1_000_000
"""Files of a commit. A folder may stand for itself ten times over, and so may that one."""

_DEEPEST = 200  # folders above a file
_CHUNK = 1024 * 1024
_LONGEST = 1800  # seconds for all objects of one commit
_UNKNOWN = "/dev/null/unknown"
"""Where a mark leads: nothing can ever be there, and it is outside of every context."""

_PROGRAM, _LINK, _SUBMODULE, _TWICE = "100755", "120000", "160000", "twice"
_KEPT_BY_GIT = {".git", "git~1"}
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_OF_A_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ELOOP, errno.EISDIR}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, link or submodule of a commit."""

    path: bytes
    mode: str
    oid: str

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.mode.startswith("100")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a commit holds, as far as it was laid out."""

    entries: Mapping[bytes, Entry]
    """All of them, by path."""
    unknown: Mapping[bytes, str] = field(default_factory=dict)
    """Those that became marks or were left out, each with the reason."""
    empty: bool = False
    """Whether nothing was laid out, because nothing in it can be a Dockerfile."""

    def dockerfiles_left_out(self) -> Iterator[bytes]:
        """The paths that have the name of a Dockerfile and of which nothing is known."""
        for path in self.unknown:
            *folders, name = os.fsdecode(path).split("/")
            if named_as(name) == "dockerfile" and PRUNED.isdisjoint(folders):
                yield path


def list_commit(git: Git, commit: str) -> dict[bytes, Entry]:
    """The entries of a commit by path. Raises `GitError`, also where a folder's object is missing."""
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit)
    if listed.count(b"\0") > _ENTRIES:
        raise GitError(f"the commit holds over {_ENTRIES:,} files")
    entries: dict[bytes, Entry] = {}
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, oid = (each.decode("ascii") for each in head.split(b" "))
        if path in entries:  # A damaged tree: what a checkout would make of it is not known.
            mode = _TWICE
        entries[path] = Entry(path, sys.intern(mode), oid)
    return entries


def lay_out(git: Git, commit: str, folder: Path) -> Snapshot:
    """Writes the files of a commit into the new folder `folder`. Raises `GitError` and OSError."""
    entries = list_commit(git, commit)
    if not any(_matters(entry) for entry in entries.values()):
        return Snapshot(entries, empty=True)
    unknown = {entry.path: reason for entry in entries.values() if (reason := _unfit(entry))}
    sizes = _sizes(git, [entry for entry in entries.values() if entry.path not in unknown])
    filtered = _filtered(
        git, [each for each in entries.values() if each.path not in unknown], sizes
    )
    unknown |= dict.fromkeys(filtered, "a filter of .gitattributes makes it")
    folder.mkdir()
    mark_exported(folder)
    wanted = [entry for entry in entries.values() if entry.path not in unknown]
    spent = read = 0
    chosen: list[Entry] = []
    for entry in wanted:
        size = sizes.get(entry.oid)
        if size is None:
            unknown[entry.path] = "its object is missing"
        elif size > _MOST or spent + min(size, WHOLE) > _BUDGET or read + size > _READ:
            unknown[entry.path] = "too large"
        else:
            spent += min(size, WHOLE)
            read += size
            chosen.append(entry)
    layout = _Layout(folder)
    for entry, content in _contents(git, chosen):
        failure = layout.write(entry, content)
        if failure is not None:
            unknown[entry.path] = failure
    for path, reason in unknown.items():
        if reason is not _NOT_LAID_OUT:
            layout.mark(path)
    for entry in chosen:
        if entry.mode == _LINK and layout.leads_out(entry.path):
            unknown[entry.path] = "a link that leads out of the repository"
            layout.mark(entry.path)
    return Snapshot(entries, unknown)


_NOT_LAID_OUT = "a path that git itself would not check out"


def _matters(entry: Entry) -> bool:
    """Whether an entry may be a Dockerfile, or name one."""
    name = os.fsdecode(entry.path).rpartition("/")[2]
    return named_as(name) is not None or is_orchestrator(name)


def _unfit(entry: Entry) -> str | None:
    """Why an entry is not laid out as what it is; None if it is."""
    for part in entry.path.split(b"/"):
        if part in (b"", b".", b"..") or part.lower().decode("utf-8", "replace") in _KEPT_BY_GIT:
            return _NOT_LAID_OUT
    if entry.path.count(b"/") > _DEEPEST:
        return f"below more than {_DEEPEST} folders"
    if entry.mode == _TWICE:
        return "the commit holds it twice"
    if entry.mode == _SUBMODULE:
        return "a submodule"
    return None if entry.is_file or entry.mode == _LINK else f"of an unknown mode, {entry.mode}"


def _filtered(git: Git, entries: Sequence[Entry], sizes: Mapping[str, int]) -> Iterator[bytes]:
    """The paths for which `.gitattributes` files name a filter: their objects hold something else.

    Raises `GitError`, also where one of those files cannot be read.
    """
    attributes = [
        each
        for each in entries
        if each.path.rpartition(b"/")[2] == b".gitattributes" and each.is_file
    ]
    for each in attributes:
        if sizes.get(each.oid, WHOLE) >= WHOLE:
            state = "too large" if each.oid in sizes else "missing"
            raise GitError(f"{os.fsdecode(each.path)} is {state}, and may name filters")
    if not any(b"filter" in data.read(WHOLE) for _, data in _contents(git, attributes)):
        return
    # Attributes are read from an index; this one is ours, and nothing is checked out of it.
    listed = [b"%s %s\t%s\0" % (e.mode.encode(), e.oid.encode(), e.path) for e in entries]
    git.run("update-index", "-z", "--index-info", data=b"".join(listed))
    paths = b"".join(each.path + b"\0" for each in entries if each.is_file)
    told_of = git.run("check-attr", "--cached", "-z", "--stdin", "filter", data=paths).split(b"\0")
    for path, value in zip(told_of[0::3], told_of[2::3], strict=False):
        if value not in (b"unspecified", b"unset"):
            yield path


def _sizes(git: Git, entries: Sequence[Entry]) -> dict[str, int]:
    """The sizes in bytes of the entries' objects; those are left out that are not there."""
    asked = "".join(f"{oid}\n" for oid in {entry.oid: None for entry in entries})
    listed = git.run("cat-file", "--batch-check", "--buffer", data=asked.encode("ascii"))
    sizes: dict[str, int] = {}
    for line in listed.decode("ascii").split("\n"):
        oid, _, rest = line.partition(" ")
        kind, _, size = rest.partition(" ")
        if kind == "blob":
            sizes[oid] = int(size)
    return sizes


class _Content:
    """The content of one object, which is read from a stream that goes on with the next one."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, most: int) -> bytes:
        """Up to `most` bytes. Raises `GitError` where the stream ends before its time."""
        data = self._stream.read(min(most, self._left))
        if len(data) < min(most, self._left):
            raise GitError("git cat-file ended in the middle of an object")
        self._left -= len(data)
        return data

    def drop(self) -> None:
        """Reads on to the end of the object and the line end behind it."""
        while self._left:
            self.read(_CHUNK)
        self._stream.read(1)


def _contents(git: Git, entries: Sequence[Entry]) -> Iterator[tuple[Entry, _Content]]:
    """The contents of objects that are there, in turn. Raises `GitError`."""
    if not entries:
        return
    process = git.start("cat-file", "--batch", "--buffer")
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    asked = process.stdin

    def ask() -> None:
        with contextlib.suppress(OSError):  # Git has ended; reading its answers tells.
            for entry in entries:
                asked.write(entry.oid.encode("ascii") + b"\n")
            asked.close()

    # Beside the reading: either pipe may be full.
    asking = threading.Thread(target=ask, daemon=True)
    watch = threading.Timer(_LONGEST, end, (process,))
    watch.daemon = True
    asking.start()
    watch.start()
    try:
        for entry in entries:
            head = process.stdout.readline().split()
            if head[1:] == [b"missing"]:
                raise GitError("an object went missing while the commit was read: try again")
            if len(head) != 3:
                raise GitError(f"git cat-file: {told(process.stderr.read(_CHUNK))}")
            content = _Content(process.stdout, int(head[2]))
            yield entry, content
            content.drop()
    finally:
        watch.cancel()
        end(process)
        asking.join()


class _Layout:
    """A folder that is filled; what is written stays within it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = {""}
        """The folders of it that are there, and are no links; relative to it."""

    def write(self, entry: Entry, content: _Content) -> str | None:
        """Lays out one entry, of which nothing is there; gives the reason where that cannot be."""
        name = os.fsdecode(entry.path)
        data = content.read(WHOLE)
        try:
            if not self._in_place(name.rpartition("/")[0]):
                return "below a link"
            path = self._folder / name
            if entry.mode == _LINK:
                if not data:
                    return "a link to nothing"
                path.symlink_to(os.fsdecode(data))
                return None
            mode = 0o755 if entry.mode == _PROGRAM else 0o644
            with os.fdopen(os.open(path, _CREATE, mode), "wb") as file:
                file.write(data)
                if hasattr(os, "fchmod"):
                    os.fchmod(file.fileno(), mode)  # whatever the umask says
        except (FileExistsError, NotADirectoryError):
            return "another file has its name here"
        except ValueError as error:
            return f"cannot be laid out: {error}"
        except OSError as error:
            if error.errno not in _OF_A_NAME:
                raise  # A full disk is no property of the file.
            return f"cannot be laid out: {error.strerror}"
        return None

    def mark(self, name: bytes) -> None:
        """Puts a mark in the place of an entry, unless another one has that place.

        In place of one that is too deep, its uppermost folder is marked that is.
        """
        shown = "/".join(os.fsdecode(name).split("/")[: _DEEPEST + 1])
        with contextlib.suppress(OSError, ValueError):  # Where no mark can be, nothing is found.
            if self._in_place(shown.rpartition("/")[0]):
                path = self._folder / shown
                if path.is_symlink():
                    path.unlink()
                path.symlink_to(_UNKNOWN)

    def leads_out(self, name: bytes) -> bool:
        """Whether a link leads out of the folder."""
        path = self._folder / os.fsdecode(name)
        return path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(self._folder)

    def _in_place(self, parent: str) -> bool:
        """Makes a folder, and tells whether it is what its name says and not behind a link."""
        missing = []
        while parent not in self._real:
            missing.append(parent)
            parent = parent.rpartition("/")[0]
        for each in reversed(missing):
            path = self._folder / each
            try:
                path.mkdir()
            except FileExistsError:
                if not stat.S_ISDIR(path.lstat().st_mode):
                    return False
            self._real.add(each)
        return True
