"""Which files are Dockerfiles: by name, or because a Compose, Bake or devcontainer file says so."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dfix.orchestrators import read_builds
from dfix.patterns import regex
from dfix.regularfile import leads_to_folder, open_regular
from dfix.text import decode
from dfix.worktree import Listing, list_files

NameKind = Literal["dockerfile", "template", "perhaps"]

_NAME = regex(
    r"(?:docker|container)file(?:[._-].+)?|.+\.(?:docker|container)file",
    re.IGNORECASE | re.DOTALL,
)
_NEVER = ("~", ".bak", ".swp", ".swo", ".orig", ".rej", ".dockerignore", ".md", ".markdown", ".mdx")
_TEMPLATE = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".in", ".template", ".m4")

_MENTIONS = regex(
    r""".+ \. (?: adoc | bat | c | cc | cpp | cs | css | diff | ebnf | el | g4 | go | h | html | ini
    | java | js | json | jsx | kt | lark | lock | log | lua | patch | php | pl | pm | png | ps1 | py
    | pyc | pyi | rb | rs | rst | scala | sh | sum | svg | swift | tar | tgz | toml | ts | tsx | txt
    | vim | xml | ya?ml | zip )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""Names such as `dockerfile.go`: of files that may be about Dockerfiles and not be one."""

_FIRST_INSTRUCTION = regex(
    r"from(?:\s+--\S+)*\s+\S+(?:\s+as\s+\S+)?|arg\s+\S.*", re.IGNORECASE | re.DOTALL
)
_SNIFFED = 64 * 1024  # bytes within which the first instruction must stand


class Candidate(Struct, frozen=True):
    """A file to work on, one to be passed over, or a path that cannot be read."""

    path: Path
    explicit: bool = False
    """Whether the file was named itself, and not a folder that holds it."""
    error: str | None = None
    skipped: str | None = None


def discover(
    paths: Sequence[Path],
    *,
    exclude: Sequence[str] = (),
    gitignore: bool = True,
    cwd: Path,
) -> Iterator[Candidate]:
    """The Dockerfiles that `paths`, relative to `cwd`, name or hold.

    Each file once, in the order of `paths` and sorted by name within a folder. `exclude` holds
    patterns as in a `.gitignore` of `cwd`; they and `gitignore` say nothing about files that are
    named themselves. Raises ValueError for a pattern that is none; what cannot be read comes as a
    candidate with an error.
    """
    named = [_absolute(cwd, path) for path in paths]
    explicit = {os.path.realpath(path) for path in named if not leads_to_folder(path)}
    excluded = excluded_by(exclude, cwd)
    seen: set[str] = set()
    for path in named:
        if leads_to_folder(path):
            candidates = _in_folder(list_files(path, gitignore=gitignore), excluded)
        else:
            candidates = [_named(path)]
        for candidate in candidates:
            real = os.path.realpath(candidate.path)
            if candidate.error is not None:
                yield candidate
            elif real not in seen:
                seen.add(real)
                taken = real in explicit
                yield replace(candidate, explicit=True, skipped=None) if taken else candidate


def named_as(name: str) -> NameKind | None:
    """What a file's name says it is; `perhaps` for names such as `dockerfile.go`."""
    lowered = name.lower()
    if lowered.endswith(_NEVER) or name.startswith(".#"):
        return None
    for ending in _TEMPLATE:
        if lowered.endswith(ending) and _NAME.fullmatch(lowered.removesuffix(ending)):
            return "template"
    if not _NAME.fullmatch(name):
        return None
    return "perhaps" if _MENTIONS.fullmatch(name) else "dockerfile"


def _absolute(cwd: Path, path: Path) -> Path:
    """`path` under `cwd`, without `..`, which means another folder behind a symbolic link."""
    joined = cwd / path
    if joined.name == "..":
        return Path(os.path.realpath(joined))
    if ".." in joined.parts:
        return Path(os.path.realpath(joined.parent)) / joined.name
    return joined


def _named(path: Path) -> Candidate:
    """The candidate for a path that is not a folder and was named itself."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:
        return Candidate(path, explicit=True, error=_reason(error))
    return Candidate(path, explicit=True, error=None if regular else "not a regular file")


def excluded_by(patterns: Sequence[str], cwd: Path) -> Callable[[Path], bool]:
    """Whether a path matches one of some patterns as in a `.gitignore` of `cwd`."""
    if not patterns:
        return lambda _path: False
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(patterns)
    bases = (cwd, Path(os.path.realpath(cwd)))

    def excluded(path: Path) -> bool:
        base = next((base for base in bases if path.is_relative_to(base)), Path(path.anchor))
        return spec.match_file(path.relative_to(base).as_posix())

    return excluded


def _in_folder(listing: Listing, excluded: Callable[[Path], bool]) -> list[Candidate]:
    """The candidates among the files of a folder, sorted."""
    root = listing.root
    found = [Candidate(root / name, error=reason) for name, reason in listing.errors]
    kinds = {name: named_as(name.rpartition("/")[2]) for name in listing.files}
    real_root = os.path.realpath(root)
    for entry in read_builds(root, listing.files).entries:
        name = Path(os.path.realpath(entry.dockerfile)).relative_to(real_root).as_posix()
        if name in kinds and not name.lower().endswith(_NEVER):
            kinds[name] = "template" if name.lower().endswith(_TEMPLATE) else "dockerfile"
    for name, kind in kinds.items():
        if kind is not None and not excluded(root / name):
            candidate = _listed(root, name, kind, kinds)
            if candidate is not None and not excluded(candidate.path):
                found.append(candidate)
    return sorted(found, key=lambda candidate: candidate.path)


def _listed(
    root: Path, name: str, kind: NameKind, kinds: Mapping[str, NameKind | None]
) -> Candidate | None:
    """The candidate for a file of a folder; None where it turns out to be none."""
    path = root / name
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return _linked(root, path, kinds)
        if not stat.S_ISREG(mode) or (kind == "perhaps" and not begins_as_dockerfile(path)):
            return None
    except OSError as error:
        return Candidate(path, error=_reason(error))
    return Candidate(path, skipped="template" if kind == "template" else None)


def _linked(root: Path, link: Path, kinds: Mapping[str, NameKind | None]) -> Candidate | None:
    """The candidate for a symbolic link: the file of the same folder that it leads to."""
    real, real_root = Path(os.path.realpath(link)), Path(os.path.realpath(root))
    if not real.is_relative_to(real_root):
        return Candidate(link, skipped="the symbolic link leaves the tree")
    if leads_to_folder(real):
        return None
    if not real.is_file():
        return Candidate(link, skipped="the symbolic link is broken")
    name = real.relative_to(real_root).as_posix()
    if name not in kinds:
        return Candidate(link, skipped="the symbolic link leads to an ignored file")
    lowered = name.lower()
    if lowered.endswith(_NEVER):
        return None
    return Candidate(root / name, skipped="template" if lowered.endswith(_TEMPLATE) else None)


def begins_as_dockerfile(path: Path) -> bool:
    """Whether the first line that says something is a FROM or an ARG."""
    with open_regular(path) as file:
        lines = decode(file.read(_SNIFFED)).split("\n")
    stripped = (line.strip() for line in lines)
    first = next((line for line in stripped if line and not line.startswith("#")), "")
    return _FIRST_INSTRUCTION.fullmatch(first) is not None


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
