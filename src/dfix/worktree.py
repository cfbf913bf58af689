"""The files of a folder that belong to its project: git's own list, else a walk with `.gitignore`.

The folder may be anyone's: git is asked as `dfix.git` does, and symbolic links to folders are never
followed.
"""

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dfix.git import Git, GitError, GitTimeout
from dfix.regularfile import read_regular
from dfix.text import decode

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

PRUNED = frozenset({".git", "node_modules", "vendor"})
"""Folders below the listed one that are never entered: git's own and other people's code."""

_IGNORE_LIMIT = 1024 * 1024  # bytes of a .gitignore that are still read

#: Work trees of which git told nothing in the time it has: this process asks it no more.
_UNANSWERED: set[Path] = set()


class Listing(Struct, frozen=True):
    """What a folder holds. Paths are relative to it, with slashes, sorted, and may be links."""

    root: Path
    files: tuple[str, ...]
    errors: tuple[tuple[str, str], ...] = ()
    """Folders that could not be read, each with the reason."""


def work_tree_root(path: Path) -> Path | None:
    """The nearest folder, from `path` upwards, that holds a `.git`; None outside of a work tree."""
    real = Path(os.path.realpath(path))
    return next((above for above in (real, *real.parents) if _has_git(above)), None)


def list_files(root: Path, *, gitignore: bool = True, pruned: frozenset[str] = PRUNED) -> Listing:
    """List `root` and its folders but the `pruned` ones.

    In a git work tree these are the tracked files that are there and the untracked ones that are
    not ignored. Where git is absent or refuses (another user's repository), and outside of a work
    tree, the folders are walked and `.gitignore` files are honoured. Without `gitignore` all
    files are listed. Raises nothing: what cannot be read is among the errors.
    """
    found = _Walk(gitignore and not _is_exported(root), pruned)
    found.enter(Path(os.path.realpath(root)), "")
    return Listing(root, tuple(sorted(set(found.files))), tuple(sorted(found.errors)))


@lru_cache(maxsize=256)
def project_files(root: Path) -> tuple[str, ...]:
    """What `list_files` gives, asked once per process; `project_files.cache_clear()` forgets it."""
    return list_files(root).files


def mark_exported(folder: Path) -> None:
    """Makes a folder that holds all files of a commit, and nothing else, the root of a work tree.

    All its files are the project's own, also those that a `.gitignore` names: they are tracked. The mark
    is an empty file `.git`, which to git itself is an error, so that it does not look further up.
    """
    (folder / ".git").touch(exist_ok=False)


def _is_exported(folder: Path) -> bool:
    top = work_tree_root(folder)
    try:
        return top is not None and (top / ".git").lstat().st_size == 0 and (top / ".git").is_file()
    except OSError:
        return False


def _has_git(folder: Path) -> bool:
    return os.path.lexists(folder / ".git")


class _Walk(Struct):
    gitignore: bool
    pruned: frozenset[str]
    files: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def enter(self, folder: Path, prefix: str) -> None:
        """List a folder that no ignore file above speaks about."""
        top = work_tree_root(folder) if self.gitignore else None
        listed = _tracked(folder, top) if top is not None else None
        if listed is None:
            self._walk(folder, prefix, top or folder)
        else:
            self.files += (
                prefix + name for name in listed if self.pruned.isdisjoint(name.split("/")[:-1])
            )

    def _walk(self, folder: Path, prefix: str, top: Path) -> None:
        rules = _Ignored.above(folder, top) if self.gitignore else _Ignored()
        in_work_tree = self.gitignore and _has_git(top)
        pending = [(folder, prefix, rules)]
        while pending:
            here, shown, rules = pending.pop()
            try:
                with os.scandir(here) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                self.errors.append((shown.rstrip("/") or ".", error.strerror or str(error)))
                continue
            if self.gitignore:
                rules = rules.with_file_of(here)
            for entry in entries:
                name = shown + entry.name
                if not entry.is_dir(follow_symlinks=False):
                    if not rules.ignore(Path(entry.path), is_folder=False):
                        self.files.append(name)
                elif entry.name in self.pruned or rules.ignore(Path(entry.path), is_folder=True):
                    continue
                elif not (self.gitignore and _has_git(Path(entry.path))):
                    pending.append((Path(entry.path), name + "/", rules))
                elif not in_work_tree:
                    self.enter(Path(entry.path), name + "/")
                # Else a submodule or another repository within this one, which git passes by too.


def _tracked(folder: Path, top: Path) -> list[str] | None:
    """The files of `folder` as git lists them, relative to it; None where git does not tell."""
    git = Git.in_work_tree(folder, top)
    if folder != top and _asked(git, top, "check-ignore", "-q", ".") is not None:
        return None  # The folder itself is ignored, and was asked for all the same.
    output = _asked(git, top, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if output is None:
        return None
    start = f"{str(folder).rstrip('/')}/"
    inside: dict[str, bool] = {}
    found = []
    for name in (os.fsdecode(name) for name in output.split(b"\0")):
        parent, _, base = name.rpartition("/")
        if parent not in inside:
            # The index may hold anything, and a folder of it may have become a link since.
            expected = f"{start}{parent}"
            inside[parent] = not parent or os.path.realpath(expected) == expected
        # Another repository ends in a slash, and a file may be deleted but still tracked.
        if base and inside[parent] and os.path.lexists(f"{start}{name}"):
            found.append(name)
    return found


def _asked(git: Git, top: Path, *arguments: str) -> bytes | None:
    """What a git command prints; None where it fails, and for ever after where it takes too long."""
    if top in _UNANSWERED:
        return None
    try:
        return git.run(*arguments)
    except GitTimeout:
        _UNANSWERED.add(top)
    except GitError:
        pass
    return None


class _Ignored(Struct, frozen=True):
    """The ignore files that hold for a folder, the outermost first."""

    files: tuple[tuple[Path, "GitIgnoreSpec"], ...] = ()

    @classmethod
    def above(cls, folder: Path, top: Path) -> "_Ignored":
        """The rules of the folders from `top` down to the one above `folder`."""
        rules = cls()._with(top, top / ".git" / "info" / "exclude")
        between = [above for above in folder.parents if above == top or top in above.parents]
        for above in reversed(between):
            rules = rules.with_file_of(above)
        # A folder that is ignored but asked for by name follows its own rules alone.
        return cls() if rules.ignore(folder, is_folder=True) else rules

    def with_file_of(self, folder: Path) -> "_Ignored":
        """These rules and those of the folder's own `.gitignore`."""
        return self._with(folder, folder / ".gitignore")

    def ignore(self, path: Path, *, is_folder: bool) -> bool:
        """Whether `path`, whose folders are not ignored, is: the innermost file that says so."""
        for base, spec in reversed(self.files):
            if path == base:
                continue
            relative = path.relative_to(base).as_posix() + ("/" if is_folder else "")
            included = spec.check_file(relative).include
            if included is not None:
                return included
        return False

    def _with(self, base: Path, file: Path) -> "_Ignored":
        try:
            data = read_regular(file, limit=_IGNORE_LIMIT, follow=False)
        except OSError:
            return self  # None there, or none that git would read either.
        return _Ignored((*self.files, (base, _spec(decode(data).split("\n")))))


def _spec(lines: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    def readable() -> Iterator[str]:
        for line in lines:
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue  # To git, a malformed line matches nothing.
            yield line

    return GitIgnoreSpec.from_lines(list(readable()))
