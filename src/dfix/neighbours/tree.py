"""A project's tree: its files, its Dockerfiles, and which folder each of those is built from."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dfix.context import BuildContext
from dfix.discovery import begins_as_dockerfile, discover, named_as
from dfix.globs import has_wildcard
from dfix.neighbours.model import Handled
from dfix.neighbours.needs import Needs, needs_of
from dfix.orchestrators import BuildFiles, NamedContext, callers, named_contexts, scan
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.worktree import list_files, work_tree_root

_LIMIT = 4 * 1024 * 1024  # bytes of a Dockerfile that are read, as in a run
#: How scripts and workflows name a Dockerfile.
_NAMING = regex(
    r"""(?:(?<![\w-])-f|--file|file["']?[ \t]*:)(?:=|["',\s\\]*)([^\s"'`,;)]+)""", re.IGNORECASE
)
#: A Dockerfile within a script, which the builder reads from its standard input or a file made of it.
_WITHIN = regex(r"^[ \t]*FROM[ \t]+[\w$\"']", re.MULTILINE)
_TAKING = regex(r"^[ \t]*(?:COPY|ADD)[ \t]+(?!--from)\S", re.MULTILINE)
#: Files that are named in the same way, and are none.
_OTHERS = (".yml", ".yaml", ".json", ".hcl", ".toml", ".mk")


@dataclass(frozen=True, slots=True)
class Place:
    """The folders that may be a Dockerfile's build context; only a single one is `sure`."""

    folders: tuple[Path, ...]
    sure: bool


class Tree:
    """The tree that handled Dockerfiles stand in: their work tree, or the folder of the call.

    Of a file that was named itself and is in neither, it is the file's folder without those below:
    that may be anybody's home.
    """

    def __init__(
        self, root: Path, handled: Iterable[Handled], asked: Sequence[Path], *, is_repository: bool
    ) -> None:
        self.root = root
        self.asked = asked
        self.is_repository = is_repository
        self._deep = is_repository or root in asked
        self.handled = {each.path: each for each in handled}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, relative to the root."""
        if self._deep:
            return list_files(self.root).files
        try:
            return tuple(sorted(each.name for each in self.root.iterdir() if each.is_file()))
        except OSError:
            return ()

    @cached_property
    def builds(self) -> BuildFiles:
        """What Compose and Bake files say."""
        return scan(self.root, deep=self._deep)

    @cached_property
    def named_contexts(self) -> tuple[NamedContext, ...]:
        """Further contexts that scripts and workflows give a builder."""
        return named_contexts(self.root) if self._deep else ()

    @cached_property
    def dockerfiles(self) -> tuple[Needs, ...]:
        """All Dockerfiles of the tree, handled or not, by what they need."""
        found: dict[Path, Needs] = {}
        named = [self.root] if self._deep else []
        for file in () if self._deep else self.files:
            kind = named_as(file)
            if kind == "template":
                unknown = f"{file} may need it, and cannot be read: template"
                found[self.root / file] = Needs(self.root / file, unknown=unknown)
            elif kind == "dockerfile":
                named.append(self.root / file)
        for candidate in discover(named, cwd=self.root):
            path = Path(os.path.realpath(candidate.path))
            if candidate.error or candidate.skipped:
                reason = candidate.error or candidate.skipped
                unknown = f"{path.name} may need it, and cannot be read: {reason}"
                found[path] = Needs(path, unknown=unknown)
            elif path not in self.handled:
                found[path] = _read(path)
        for needs in self._named_by_callers() if self._deep else ():
            found.setdefault(needs.path, needs)
        for path, handled in self.handled.items():
            found[path] = needs_of(path, handled.data)
        return tuple(found[path] for path in sorted(found))

    def _named_by_callers(self) -> Iterator[Needs]:
        """Dockerfiles that only those who call the builder know as such, or that stand within them."""
        files = frozenset(self.files)
        for source, text in callers(self.root, "build"):
            if _WITHIN.search(text) and _TAKING.search(text):
                yield Needs(source, unknown=f"{source.name} may hold a Dockerfile of its own")
            for written in dict.fromkeys(_NAMING.findall(text)):
                if written.lower().endswith(_OTHERS) or "\0" in written:
                    continue
                for base in up_to(self.root, source.parent):
                    path = Path(os.path.realpath(base / written))
                    if not path.is_relative_to(self.root):
                        continue
                    if path.relative_to(self.root).as_posix() in files and _is_dockerfile(path):
                        yield _read(path)

    def is_beside(self, path: Path) -> bool:
        """Whether a file is in a folder that the call names, or beside a handled Dockerfile."""
        folders = {handled.parent for handled in self.handled}
        return path.parent in folders or any(path.is_relative_to(root) for root in self.asked)

    def place(self, needs: Needs) -> Place:
        """Where the build context of a Dockerfile is, or may be."""
        handled = self.handled.get(needs.path)
        if handled is not None and handled.context is not None:
            return Place((Path(os.path.realpath(handled.context)),), True)
        named = {
            Path(os.path.realpath(entry.context)): None
            for entry in self.builds.naming(needs.path)
            if entry.orchestrator != "devcontainer"
        }
        inside = tuple(each for each in named if each.is_relative_to(self.root) and each.is_dir())
        if inside:
            return Place(inside, len(inside) == 1)
        folder = needs.path.parent
        guesses = [folder, *(each for each in folder.parents if each.is_relative_to(self.root))]
        if len(guesses) == 1:
            return Place((folder,), True)
        literal = [each.pattern for each in needs.named if not has_wildcard(each.pattern)]
        whole = [each for each in guesses if literal and _has_all(each, literal)]
        return Place(tuple(whole), True) if len(whole) == 1 else Place(tuple(guesses), False)


def trees_of(handled: Iterable[Handled], roots: Iterable[Path]) -> list[Tree]:
    """The trees of Dockerfiles, and those of the call's folders that hold none."""
    asked = tuple(roots)
    grouped: dict[tuple[Path, bool], list[Handled]] = {}
    for each in handled:
        top = work_tree_root(each.path.parent)
        grouped.setdefault((top or each.root or each.path.parent, top is not None), []).append(each)
    for root in asked:
        top = work_tree_root(root)
        grouped.setdefault((top or root, top is not None), [])
    return [
        Tree(root, found, asked, is_repository=repository)
        for (root, repository), found in sorted(grouped.items(), key=lambda each: each[0])
    ]


def up_to(root: Path, folder: Path) -> Iterator[Path]:
    """A folder of a tree and those above it, up to the tree's root."""
    yield folder
    yield from (each for each in folder.parents if each.is_relative_to(root))


def _is_dockerfile(path: Path) -> bool:
    try:
        return begins_as_dockerfile(path)
    except OSError:
        return False


def _read(path: Path) -> Needs:
    try:
        return needs_of(path, read_regular(path, limit=_LIMIT))
    except OSError as error:
        return Needs(path, unknown=f"{path.name} cannot be read: {error.strerror or error}")


def _has_all(folder: Path, sources: Iterable[str]) -> bool:
    context = BuildContext(folder, guessed=True)
    return all(
        any(file.location is not None for file in context.sources(source)) for source in sources
    )
