"""A clean copy of a build context: what a fresh clone would have, and nothing from outside of it."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from dfix.regularfile import open_regular
from dfix.worktree import list_files, work_tree_root

_PRUNED = frozenset({".git"})


def copy_context(context: Path, copy: Path, *, gitignore: bool = True) -> tuple[str, ...]:
    """Copies a context to `copy`, a folder that is not there yet.

    In a git work tree this takes the tracked files that are there and, unless `gitignore` is off,
    only such others as git does not ignore; elsewhere the whole folder. `.git` stays behind. Links
    stay links, whatever they point at; modes and times are kept. Pipes, sockets and devices are left
    out, and so is what cannot be read: the answer names each with the reason, to be told where the
    build fails. Raises OSError where `copy` cannot be written.
    """
    root = Path(os.path.realpath(context))
    copy.mkdir(parents=True)
    left: list[str] = []
    if work_tree_root(root) is None:
        _copy_folder(root, copy, left)
    else:
        _copy_listed(root, copy, left, gitignore)
    return tuple(left)


def _copy_listed(root: Path, copy: Path, left: list[str], gitignore: bool) -> None:
    listing = list_files(root, gitignore=gitignore, pruned=_PRUNED)
    left += (f"{name}: {reason}" for name, reason in listing.errors)
    for name in listing.files:
        made = copy / name
        made.parent.mkdir(parents=True, exist_ok=True)
        path = root / name
        if path.is_dir() and not path.is_symlink():  # a submodule
            made.mkdir(exist_ok=True)
            _copy_listed(path, made, left, gitignore)
            _keep_status(path, made)
        else:
            _copy_one(path, made, name, left)
    for folder in _folders(copy):
        _keep_status(root / folder.relative_to(copy), folder)


def _copy_folder(root: Path, copy: Path, left: list[str]) -> None:
    pending = [Path()]
    made = []
    own = os.path.realpath(copy)  # which may lie in the context itself
    while pending:
        here = pending.pop()
        try:
            with os.scandir(root / here) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            left.append(f"{here}: {error.strerror or error}")
            continue
        for entry in entries:
            name = here / entry.name
            if entry.name in _PRUNED or entry.path == own:
                continue
            if entry.is_dir(follow_symlinks=False):
                (copy / name).mkdir()
                made.append(name)
                pending.append(name)
            else:
                _copy_one(root / name, copy / name, str(name), left)
    for name in sorted(made, reverse=True):
        _keep_status(root / name, copy / name)


def _copy_one(path: Path, made: Path, name: str, left: list[str]) -> None:
    try:
        if path.is_symlink():
            made.symlink_to(os.readlink(path))  # noqa: PTH115  (bytes that are no text are kept)
            return
        with open_regular(path, follow=False) as source:
            status = os.fstat(source.fileno())
            with made.open("xb") as target:
                shutil.copyfileobj(source, target)
    except OSError as error:
        left.append(f"{name}: {error.strerror or error}")
        return
    made.chmod(stat.S_IMODE(status.st_mode))
    os.utime(made, ns=(status.st_atime_ns, status.st_mtime_ns))


def _folders(copy: Path) -> Iterator[Path]:
    """The folders below `copy`, the inner ones first."""
    for folder, _, _ in os.walk(copy, topdown=False):
        if Path(folder) != copy:
            yield Path(folder)


def _keep_status(path: Path, made: Path) -> None:
    status = path.stat(follow_symlinks=False)
    # Its owner can always go on writing into it, and remove it in the end.
    made.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRWXU)
    os.utime(made, ns=(status.st_atime_ns, status.st_mtime_ns))
