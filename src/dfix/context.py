"""Evidence from the build context: what a source of COPY or ADD is on disk.

Nothing is read outside of a context: a symbolic link that leaves it makes its source unknown.
Files are looked at when somebody asks, never in advance.
"""

import os
import posixpath
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from dfix.archive import is_archive
from dfix.dockerignore import DockerIgnore, parse_dockerignore
from dfix.globs import Glob, PatternError, compile_glob, has_wildcard
from dfix.orchestrators import scan
from dfix.regularfile import read_regular
from dfix.text import decode
from dfix.worktree import work_tree_root

SourceKind = Literal["directory", "file", "archive", "mixed", "unknown"]
"""What the builder would make of a source; `mixed`: a glob for files and folders, no archive."""

_Fact = TypeVar("_Fact")

_LINKS = 40  # symbolic links followed for one path, as in the kernel
_VISITED = 2000  # files looked at to tell whether an ignored folder holds one that is brought back
_DOCKERIGNORE_LIMIT = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class ContextFile:
    """A file or folder that a source stands for. `path` is relative to the context's root."""

    path: str
    location: Path | None
    """Where it is on disk, links followed; None where that is unknown."""
    is_directory: bool = False
    mode: int | None = None
    """Permission bits, None where unknown."""

    @property
    def is_archive(self) -> bool | None:
        """Whether ADD would unpack it; None where that is unknown. Reads the file's beginning."""
        if self.location is None:
            return None
        if self.is_directory:
            return False
        try:
            return is_archive(self.location)
        except OSError:
            return None

    @property
    def kind(self) -> SourceKind:
        """What the builder would make of it."""
        if self.is_directory:
            return "directory"
        unpacked = self.is_archive
        return "unknown" if unpacked is None else "archive" if unpacked else "file"


@dataclass(frozen=True, slots=True)
class BuildContext:
    """A folder that is, or with `guessed` may be, the build context of a Dockerfile."""

    root: Path
    guessed: bool
    dockerignore: DockerIgnore | None = DockerIgnore()
    """None where it cannot be read: then every source is unknown."""

    def sources(self, pattern: str) -> tuple[ContextFile, ...]:
        """What a source of COPY or ADD stands for, sorted; nothing where nothing matches.

        The pattern is Go's (https://pkg.go.dev/path/filepath#Match). As the builder has it, `..`
        and a leading `/` stay within the context, and what `.dockerignore` names is not there.
        """
        if self.dockerignore is None or "\0" in pattern:
            return (ContextFile(pattern, None),)
        cleaned = posixpath.normpath("/" + pattern).lstrip("/")
        parts = cleaned.split("/") if cleaned else []
        literal = next((n for n, part in enumerate(parts) if has_wildcard(part)), len(parts))
        base = "/".join(parts[:literal])
        if literal == len(parts):
            found = self._file(base)
            return () if found is None else (found,)
        try:
            globs = [compile_glob(part, deep=False) for part in parts[literal:]]
        except PatternError:
            return (ContextFile(pattern, None),)
        found_there = (self._file(path) for path in self._matching(base, globs))
        return tuple(file for file in found_there if file is not None)

    def _matching(self, folder: str, globs: list[Glob]) -> Iterator[str]:
        """Paths below `folder` whose parts match `globs`; links to folders are not entered."""
        resolved = self._resolved(folder)
        if resolved is None:
            return
        try:
            with os.scandir(self.root / resolved) as scan:
                entries = sorted(
                    (entry.name, entry.is_dir(follow_symlinks=False))
                    for entry in scan
                    if globs[0].matches(entry.name)
                )
        except OSError:
            return
        for name, is_folder in entries:
            path = posixpath.join(folder, name)
            if len(globs) == 1:
                yield path
            elif is_folder:
                yield from self._matching(path, globs[1:])
