"""Evidence from the build context: what a source of COPY or ADD is on disk.

Nothing is read outside of a context: a symbolic link that leaves it makes its source unknown.
Files are looked at when somebody asks, never in advance.
"""

import itertools
import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dfix.archive import is_archive
from dfix.dockerignore import DockerIgnore, parse_dockerignore
from dfix.globs import Glob, PatternError, compile_glob, has_wildcard
from dfix.orchestrators import scan
from dfix.pointers import LONGEST_PREFIX, pointer
from dfix.regularfile import leads_to_folder, open_regular, read_regular
from dfix.sourcetexts import texts_of
from dfix.text import decode
from dfix.worktree import work_tree_root

SourceKind = Literal["directory", "file", "archive", "mixed", "unknown"]
"""What the builder would make of a source; `mixed`: a glob for files and folders, no archive."""

_Fact = TypeVar("_Fact")

_LINKS = 40  # symbolic links followed for one path, as in the kernel
_VISITED = 2000  # files looked at to tell whether an ignored folder holds one that is brought back
_SENDS_ALL = DockerIgnore()
_DOCKERIGNORE_LIMIT = 1024 * 1024  # bytes


class ContextFile(Struct, frozen=True):
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
            return None if _is_pointer(self.location) else is_archive(self.location)
        except OSError:
            return None

    @property
    def kind(self) -> SourceKind:
        """What the builder would make of it."""
        if self.is_directory:
            return "directory"
        unpacked = self.is_archive
        return "unknown" if unpacked is None else "archive" if unpacked else "file"


class _Unknown(Exception):
    """Something about a path cannot be told."""


class BuildContext(Struct, frozen=True):
    """A folder that is, or with `guessed` may be, the build context of a Dockerfile."""

    root: Path
    guessed: bool
    dockerignore: DockerIgnore | None = _SENDS_ALL
    """None where it cannot be read: then every source is unknown."""

    def sources(self, pattern: str) -> tuple[ContextFile, ...]:
        """What a source of COPY or ADD stands for, sorted; nothing where nothing matches.

        The pattern is Go's (https://pkg.go.dev/path/filepath#Match). As the builder has it, `..`
        and a leading `/` stay within the context, and what `.dockerignore` names is not there.
        """
        try:
            return tuple(self._sources(pattern))
        except (_Unknown, PatternError):
            return (ContextFile(pattern, None),)

    def _sources(self, pattern: str) -> Iterator[ContextFile]:
        if "\0" in pattern:
            raise _Unknown
        parts = [part for part in posixpath.normpath("/" + pattern).split("/") if part]
        plain = list(itertools.takewhile(lambda part: not has_wildcard(part), parts))
        globs = [compile_glob(part, deep=False) for part in parts[len(plain) :]]
        for path in self._matching("/".join(plain), globs):
            found = self._file(path)
            if found is not None:
                yield found

    def _matching(self, folder: str, globs: list[Glob]) -> Iterator[str]:
        """`folder` itself, or what is below it whose parts match `globs`."""
        if not globs:
            yield folder
            return
        resolved = self._resolved(folder)
        if resolved is None:
            return
        for name, is_folder in _entries(self.root / resolved):
            if globs[0].matches(name) and (is_folder or len(globs) == 1):
                # Go's walk does not enter a folder behind a link.
                yield from self._matching(posixpath.join(folder, name), globs[1:])

    def _file(self, path: str) -> ContextFile | None:
        resolved = self._resolved(path)
        if resolved is None:
            return None
        location = self.root / resolved
        status = _status(location)
        if status is None or not self._is_sent(resolved, status):
            return None
        if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
            raise _Unknown
        mode = stat.S_IMODE(status.st_mode)
        return ContextFile(path, location, stat.S_ISDIR(status.st_mode), mode)

    def _resolved(self, path: str) -> str | None:
        """`path` with its symbolic links followed; None where there is nothing."""
        done: list[str] = []
        ahead = path.split("/")[::-1]
        links = 0
        while ahead:
            part = ahead.pop()
            if part == ".." and not done:
                raise _Unknown  # A link that leaves the context.
            if part == "..":
                done.pop()
            if part in ("", ".", ".."):
                continue
            done.append(part)
            status = _status(self.root.joinpath(*done))
            if status is None:
                return None
            if stat.S_ISLNK(status.st_mode):
                if self._ignores("/".join(done)):
                    return None
                target = _target(self.root.joinpath(*done))
                links += 1
                if target.startswith("/") or links > _LINKS:
                    raise _Unknown
                done.pop()
                ahead += target.split("/")[::-1]
        return "/".join(done)

    def _is_sent(self, path: str, status: os.stat_result) -> bool:
        """Whether the builder gets to see `path`, which holds no link."""
        if not path or not self._ignores(path):
            return True
        return stat.S_ISDIR(status.st_mode) and self._is_partly_sent(path)

    def _is_partly_sent(self, folder: str) -> bool:
        """Whether an ignored folder holds a file that a `!` line brings back."""
        if self.dockerignore is None or not self.dockerignore.brings_back:
            return False
        pending, visited = [folder], 0
        while pending:
            here = pending.pop()
            for name, is_folder in _entries(self.root / here):
                path = f"{here}/{name}"
                visited += 1
                if visited > _VISITED:
                    raise _Unknown
                if not self._ignores(path):
                    return True
                if is_folder:
                    pending.append(path)
        return False

    def _ignores(self, path: str) -> bool:
        if self.dockerignore is None:
            raise _Unknown
        return self.dockerignore.ignores(path)


class Evidence(Struct, frozen=True):
    """What a fixer may know about the sources of one Dockerfile.

    A fact counts only when at least one context has the source and all that have it agree.
    Guessed contexts do not count where `level_is_safe`.
    """

    contexts: tuple[BuildContext, ...] = ()

    def kind(self, source: str, *, level_is_safe: bool) -> SourceKind:
        """What the builder would make of `source`, a path or glob without variables."""
        return self._agreed(source, level_is_safe, _kind) or "unknown"

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        """The permission bits that all files and folders have that `source` stands for."""
        return self._agreed(source, level_is_safe, _mode)

    def modes_below(self, source: str) -> frozenset[int]:
        """The permission bits of the files that `source` stands for or holds, as far as they are seen."""
        return frozenset(
            mode
            for context in self.contexts
            for file in context.sources(source)
            if file.location is not None
            for mode in _modes(file.location, file.path, context.dockerignore or _SENDS_ALL)
        )

    def exists(self, source: str, *, level_is_safe: bool) -> bool | None:
        """Whether `source` stands for anything; a context that is only guessed cannot deny it."""
        contexts = self._counting(level_is_safe)
        found = [file for context in contexts for file in context.sources(source)]
        if any(file.location is not None for file in found):
            return True
        denied = not found and any(not context.guessed for context in contexts)
        return False if denied else None

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        """The text of a source that is one file of at most `limit` bytes; None if not known."""

        def text(found: tuple[ContextFile, ...]) -> str | None:
            (file, *others) = found
            if file.location is None or others:
                return None
            try:
                data = read_regular(file.location, limit=limit)
            except OSError:
                return None
            return None if pointer(data) else decode(data)

        return self._agreed(source, level_is_safe, text)

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        """The files that `sources` are or hold and whose paths are `wanted`, each with its text.

        They are those of the context that has most of the sources, and such a file.
        """
        found = [[context.sources(source) for source in sources] for context in self.contexts]
        missing = [sum(not files for files in each) for each in found]
        for at in sorted(range(len(found)), key=missing.__getitem__):
            files = ((one.path, one.location) for several in found[at] for one in several)
            texts = texts_of(files, wanted, self.contexts[at].dockerignore or _SENDS_ALL)
            first = next(texts, None)
            if first is not None:
                yield first
                yield from texts
                return

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        """Whether all contexts that have `source` keep it from the builder by their ignore file."""
        holding = [
            context
            for context in self._counting(level_is_safe)
            if context.dockerignore is not None
            and replace(context, dockerignore=_SENDS_ALL).sources(source)
        ]
        return bool(holding) and not any(context.sources(source) for context in holding)

    def _counting(self, level_is_safe: bool) -> list[BuildContext]:
        return [c for c in self.contexts if not (level_is_safe and c.guessed)]

    def _agreed(
        self,
        source: str,
        level_is_safe: bool,
        fact: Callable[[tuple[ContextFile, ...]], _Fact | None],
    ) -> _Fact | None:
        found = [context.sources(source) for context in self._counting(level_is_safe)]
        facts = {fact(files) for files in found if files}
        return facts.pop() if len(facts) == 1 else None


NO_EVIDENCE = Evidence()
"""Standard input and a file alone in a folder: there is no context."""


def evidence_for(dockerfile: Path, *, context: Path | None, root: Path | None) -> Evidence:
    """The evidence for one Dockerfile.

    `context` says what the context is. Without it the candidates are what Compose and Bake files
    of the tree name, and as guesses what a devcontainer.json names, the Dockerfile's own folder
    and the root of its work tree. `root` is the tree whose files are read for that: by default
    the work tree, or outside of one the Dockerfile's folder without those below it.
    Raises NotADirectoryError for a `context` that is none.
    """
    if context is not None:
        if not leads_to_folder(context):
            raise NotADirectoryError(f"the build context is not a folder: {context}")
        return Evidence((_build_context(context, dockerfile, guessed=False),))
    folder = dockerfile.parent
    work_tree = work_tree_root(folder)
    tree = root or work_tree
    real = Path(os.path.realpath(tree or folder))
    guesses: dict[Path, bool] = {}
    for entry in scan(real, deep=tree is not None).naming(dockerfile):
        named = Path(os.path.realpath(entry.context))
        if named.is_relative_to(real) and leads_to_folder(named):
            guessed = entry.orchestrator == "devcontainer"
            guesses[named] = guesses.get(named, True) and guessed
    if not _is_alone(dockerfile):
        guesses.setdefault(Path(os.path.realpath(folder)), True)
    if work_tree is not None:
        guesses.setdefault(work_tree, True)
    return Evidence(tuple(_build_context(at, dockerfile, guessed=g) for at, g in guesses.items()))


def _build_context(root: Path, dockerfile: Path, *, guessed: bool) -> BuildContext:
    """The context with the ignore file that the builder would take: the Dockerfile's own, if any.

    https://docs.docker.com/build/concepts/context/#filename-and-location
    """
    for path in (dockerfile.with_name(dockerfile.name + ".dockerignore"), root / ".dockerignore"):
        try:
            text = decode(read_regular(path, limit=_DOCKERIGNORE_LIMIT, follow=False))
            return BuildContext(root, guessed, parse_dockerignore(text))
        except FileNotFoundError:
            continue
        except (OSError, PatternError):
            return BuildContext(root, guessed, None)
    return BuildContext(root, guessed)


def _is_alone(dockerfile: Path) -> bool:
    """Whether nothing but its own ignore file is beside the Dockerfile."""
    own = {dockerfile.name, dockerfile.name + ".dockerignore"}
    try:
        with os.scandir(dockerfile.parent) as entries:
            return all(beside.name in own for beside in entries)
    except OSError:
        return True


def _is_pointer(location: Path) -> bool:
    """Whether a file only stands for another one, of which nothing is known. Raises OSError."""
    with open_regular(location) as file:
        return pointer(file.read(LONGEST_PREFIX)) is not None


def _kind(found: tuple[ContextFile, ...]) -> SourceKind:
    kinds = {file.kind for file in found}
    for telling in ("unknown", "archive"):
        if telling in kinds:
            return telling
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _mode(found: tuple[ContextFile, ...]) -> int | None:
    modes = {file.mode for file in found}
    return modes.pop() if len(modes) == 1 else None


def _modes(location: Path, path: str, ignored: DockerIgnore) -> Iterator[int]:
    """The permission bits of a file, or of the files below a folder; it does not look at all of many.

    Those of a folder below it are among them where others may not read it.
    """
    pending, visited = [(location, path)], 0
    while pending and visited < _VISITED:
        here, path = pending.pop()
        visited += 1
        try:
            status = _status(here)
            if status is not None and stat.S_ISDIR(status.st_mode):
                pending += [(here / name, posixpath.join(path, name)) for name, _ in _entries(here)]
                if here != location and not status.st_mode & stat.S_IROTH:
                    yield stat.S_IMODE(status.st_mode)
            elif status is not None and stat.S_ISREG(status.st_mode) and not ignored.ignores(path):
                yield stat.S_IMODE(status.st_mode)
        except _Unknown:
            continue


def _status(path: Path) -> os.stat_result | None:
    """The status of `path` itself; None where there is nothing. Raises `_Unknown`."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Unknown from error


def _target(link: Path) -> str:
    try:
        return os.fspath(link.readlink())
    except OSError as error:
        raise _Unknown from error


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """The names in a folder, sorted, each with whether it is a folder. Raises `_Unknown`."""
    try:
        with os.scandir(folder) as entries:
            return sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _Unknown from error
