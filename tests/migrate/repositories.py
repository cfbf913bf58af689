"""Repositories that tests make: with git's own commands, and trees that git itself would never write."""

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BEFORE = b"FROM debian:12\nENV a b\n"
AFTER = b"FROM debian:12\nENV a=b\n"

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "A U Thor",
    "GIT_COMMITTER_EMAIL": "author@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


def git(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    """What git prints; fails where git fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        env={**own, **_ENVIRONMENT},
        input=data,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def line(folder: Path, *arguments: str) -> str:
    """The one line that git prints."""
    return os.fsdecode(git(folder, *arguments)).strip()


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link of a tree."""

    target: str


@dataclass(frozen=True, slots=True)
class Program:
    """A file that may be run."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Submodule:
    """A commit of another repository in a tree."""

    commit: str = "1" * 40


Content = bytes | Link | Program | Submodule


def repository(folder: Path, files: Mapping[str, Content], *, bare: bool = False) -> Path:
    """A repository with one commit on the branch `main`, checked out where it has a work tree."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", *(["--bare"] if bare else []), ".")
    commit(folder, files)
    if not bare:
        git(folder, "reset", "-q", "--hard")
    return folder


def commit(folder: Path, files: Mapping[str, Content], branch: str = "main") -> str:
    """Puts a commit with these files, and no others, on a branch; no path is too odd."""
    return head_of(folder, tree(folder, files), branch)


def head_of(folder: Path, root: str, branch: str = "main") -> str:
    """Puts a commit of a tree object on a branch, whether or not git takes it for a tree."""
    who = b"A U Thor <author@example.com> 1767323045 +0000"
    raw = b"tree %s\nauthor %s\ncommitter %s\n\nstate\n" % (root.encode("ascii"), who, who)
    head = written(folder, "commit", raw)
    git(folder, "update-ref", f"refs/heads/{branch}", head)
    return head


def tree(folder: Path, files: Mapping[str, Content]) -> str:
    """Writes a tree object byte by byte: folders are made of the slashes in the paths, all else is kept."""
    entries: list[tuple[bytes, bytes, str]] = []
    below: dict[str, dict[str, Content]] = {}
    for path, content in files.items():
        top, slash, rest = path.partition("/")
        if slash:
            below.setdefault(top, {})[rest] = content
        else:
            mode, oid = _entry(folder, content)
            entries.append((os.fsencode(top), mode, oid))
    for name, held in below.items():
        entries.append((os.fsencode(name), b"40000", tree(folder, held)))
    entries.sort(key=lambda each: each[0] + (b"/" if each[1] == b"40000" else b""))
    return raw_tree(folder, [(mode, name, oid) for name, mode, oid in entries])


def raw_tree(folder: Path, entries: Sequence[tuple[bytes, bytes, str]]) -> str:
    """Writes a tree object with just these entries, each a mode, a name and an object."""
    raw = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(oid)) for mode, name, oid in entries)
    return written(folder, "tree", raw)


def _entry(folder: Path, content: Content) -> tuple[bytes, str]:
    match content:
        case Link(target):
            return b"120000", written(folder, "blob", os.fsencode(target))
        case Program(data):
            return b"100755", written(folder, "blob", data)
        case Submodule(at):
            return b"160000", at
        case data:
            return b"100644", written(folder, "blob", data)


def written(folder: Path, kind: str, raw: bytes) -> str:
    """Writes an object, whatever it holds, and gives its name."""
    told = git(folder, "hash-object", "-w", "--literally", "-t", kind, "--stdin", data=raw)
    return told.decode().strip()


def show(folder: Path, revision: str) -> bytes:
    """A file of a commit."""
    return git(folder, "show", revision)


def state(folder: Path) -> dict[str, str]:
    """All files of a folder, each with what it is; of objects, refs and their logs nothing."""
    held: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part in f"/{name}/" for part in ("/objects/", "/refs/", "/logs/")):
            continue
        if path.is_symlink():
            held[name] = f"-> {path.readlink()}"
        elif path.is_file():
            status = path.stat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            held[name] = f"{status.st_mode:o} {status.st_mtime_ns} {digest}"
        else:
            held[name] = f"{path.lstat().st_mode:o}"
    return held
