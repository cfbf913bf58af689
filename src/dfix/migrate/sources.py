"""Which repositories a campaign is about: paths, folders of repositories, addresses, and lists of them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dfix.git import without_credentials
from dfix.migrate.transport import PROTOCOLS, is_address
from dfix.patterns import regex
from dfix.regularfile import leads_to_file, leads_to_folder, read_regular
from dfix.worktree import PRUNED

LIST_LIMIT = 64 * 1024 * 1024
"""Bytes of a list that are still read."""
_SCHEME = regex(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://|(?P<helper>[A-Za-z][A-Za-z0-9+.-]*)::")
_UNFIT = regex(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100
_TOLD = 10  # lines of a list that are told of when they are wrong
_MOST_WRONG = 1000  # that are looked for: what has more is no list, and may be long
_CAMPAIGN = "campaign.sqlite"
"""What makes a folder that of a campaign, whose clones are no repositories of anybody's."""


class SourceError(ValueError):
    """A source that cannot be one; says which and why, in one line."""


@dataclass(frozen=True, slots=True)
class Source:
    """One repository, and what of it is to be looked at."""

    location: str
    """An absolute path, or an address."""
    ref: str | None = None
    """A branch, tag or commit; None for what the repository's HEAD names."""
    name: str = ""
    """Unique within a campaign, and fit for a file name; empty until all sources are known."""
    within: str | None = None
    """The folder in which the repository was found, that it must not lead out of; None if it was named."""

    @property
    def is_address(self) -> bool:
        """Whether it is asked over a transport rather than read where it lies."""
        return is_address(self.location)

    @property
    def shown(self) -> str:
        """The location for people, without a password that may be in it."""
        return without_credentials(self.location)


def expand(given: Sequence[str], *, cwd: Path, standard_input: Iterable[str] = ()) -> list[Source]:
    """The repositories that `given` names: paths, addresses, list files, and `-` for a list on input.

    Each repository and ref once, in the order given, folders of repositories sorted, with names. Raises
    `SourceError` for what is no source.
    """
    found: dict[tuple[str, str | None], Source] = {}
    for each in given:
        lines = _listed(each, cwd, standard_input)
        sources = list(_named(each, None, cwd)) if lines is None else _all_of(*lines)
        for source in sources:
            place = source.location if source.is_address else os.path.realpath(source.location)
            found.setdefault((place, source.ref), source)
    return _with_names(list(found.values()))


def _all_of(where: str, base: Path, lines: Iterable[tuple[int, str]]) -> list[Source]:
    """The sources of a list. Raises `SourceError`, once for all lines that are none."""
    sources: list[Source] = []
    wrong: list[tuple[int, str]] = []
    for at, text in lines:
        try:
            sources += _line(text, base)
        except SourceError as error:
            wrong.append((at, str(error)))
            if len(wrong) > _MOST_WRONG:
                raise SourceError(f"{where}: a file that is no list of repositories") from error
    if wrong:
        told = f"{where}:{wrong[0][0]}: {wrong[0][1]}"
        if len(wrong) > 1:
            more = ", ".join(str(at) for at, _ in wrong[1 : _TOLD + 1])
            more += ", ..." if len(wrong) > _TOLD + 1 else ""
            told += f"; and {len(wrong) - 1} more like it, in line {more}"
        raise SourceError(told)
    return sources


def _listed(
    given: str, cwd: Path, standard_input: Iterable[str]
) -> tuple[str, Path, Iterator[tuple[int, str]]] | None:
    """The numbered lines of a list, what it is called, and what its paths are relative to."""
    if given == "-":
        return "standard input", cwd, _numbered(standard_input)
    if is_address(given):
        return None
    path = cwd / given
    if not leads_to_file(path):
        return None
    try:
        data = read_regular(path, limit=LIST_LIMIT)
    except OSError as error:
        raise SourceError(f"{given}: {error.strerror or error}") from error
    if b"\0" in data:
        raise SourceError(f"{given}: a file that is no list of repositories")
    return given, path.parent, _numbered(os.fsdecode(data).split("\n"))


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that name something, with their numbers (1-based)."""
    for at, line in enumerate(lines, 1):
        text = line.removeprefix("\ufeff" if at == 1 else "").strip()
        if text and not text.startswith("#"):
            yield at, text


def _line(text: str, base: Path) -> Iterator[Source]:
    """The sources of one line: a path or an address, and after a blank or a tab a ref."""
    location, tab, ref = text.partition("\t")
    if not tab and not leads_to_folder(base / text):
        parts = text.rsplit(maxsplit=1)
        location, ref = (parts[0], parts[1]) if len(parts) == 2 else (text, "")
    yield from _named(location.strip(), ref.strip() or None, base)


def _named(given: str, ref: str | None, base: Path) -> Iterator[Source]:
    """The sources that a path or an address stands for."""
    if ref is not None and not fit_for_ref(ref):
        raise SourceError(f"{ref!r} cannot be the name of a branch, tag or commit")
    if is_address(given):
        require_known(given)
        yield Source(given, ref)
        return
    if not given or "\0" in given:
        raise SourceError("an empty path" if not given else "a path with a NUL")
    whole = os.path.realpath if ".." in given else os.path.normpath
    path = Path(whole(base / given))
    if not leads_to_folder(path):
        raise SourceError(f"{given}: {_hindrance(path)}")
    if is_repository(path):
        yield Source(str(path), ref)
        return
    if ref is not None:
        raise SourceError(f"{given}: a ref is of one repository, and this is a folder of them")
    below = [Source(str(each), None, within=str(path)) for each in _repositories(path)]
    if not below:
        try:
            os.scandir(path).close()
        except OSError as error:
            raise SourceError(f"{given}: {error.strerror or error}") from error
        raise SourceError(f"{given}: neither a git repository nor a folder that holds any")
    yield from below


def _hindrance(path: Path) -> str:
    """Why there is no folder at `path`."""
    try:
        path.stat()
    except FileNotFoundError:
        return "no such folder"
    except OSError as error:
        return error.strerror or str(error)
    return "no folder"


def is_repository(folder: Path) -> bool:
    """Whether a folder is a work tree's root or a bare repository, by what lies in it."""
    if os.path.lexists(folder / ".git"):
        return True
    return (
        leads_to_file(folder / "HEAD")
        and leads_to_folder(folder / "objects")
        and leads_to_folder(folder / "refs")
    )


def _repositories(folder: Path) -> Iterator[Path]:
    """The repositories below a folder, sorted; what is within a repository is that one's business."""
    pending = [folder]
    while pending:
        here = pending.pop()
        if here != folder and is_repository(here):
            yield here
            continue
        if here != folder and leads_to_file(here / _CAMPAIGN):
            continue
        try:
            with os.scandir(here) as entries:
                folders = [each.path for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError:
            continue  # What may not be read holds no repository that could be.
        pending += (
            Path(each) for each in sorted(folders, reverse=True) if Path(each).name not in PRUNED
        )


def require_known(address: str) -> None:
    """Raises `SourceError` for an address that is not asked."""
    shown = without_credentials(address)
    scheme = _SCHEME.match(address)
    if any(each.isspace() or not each.isprintable() for each in address):
        raise SourceError(f"{shown!r}: an address with a blank in it")
    if scheme is None:
        return  # user@host:path
    name = (scheme["scheme"] or scheme["helper"]).lower()
    if scheme["helper"] or name not in PROTOCOLS:
        raise SourceError(
            f"{shown}: {name} is not asked; use one of {', '.join(PROTOCOLS)}, or a path"
        )
    try:
        host = urlsplit(address).hostname or ""
    except ValueError as error:
        raise SourceError(f"{shown}: {error}") from error
    if host.startswith("-") or (not host and name != "file"):
        raise SourceError(f"{shown}: no such host")


def fit_for_ref(name: str) -> bool:
    """Whether git would take `name` for a branch: https://git-scm.com/docs/git-check-ref-format."""
    parts = name.split("/")
    return (
        bool(name)
        and not name.startswith("-")
        and not name.endswith(".")
        and name != "@"
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
        and not any(each in name for each in ("..", "@{", "\\", "~", "^", ":", "?", "*", "["))
        and all(each > " " and each != "\x7f" for each in name)
    )


def _with_names(sources: Sequence[Source]) -> list[Source]:
    """The sources with names: the last part of the location, more of it where that is not enough."""
    deep = [_parts(source) for source in sources]
    depth = [1] * len(sources)
    names = [_fit(parts[-1:]) for parts in deep]
    while True:
        shared = _shared(names)
        deeper = [at for at in shared if depth[at] < len(deep[at])]
        if not deeper:
            break
        for at in deeper:
            depth[at] += 1
            names[at] = _fit(deep[at][-depth[at] :])
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for at, name in enumerate(names):
        number, unique = numbers.get(name.lower(), 1), name
        while unique.lower() in taken:
            number += 1
            unique = f"{name}-{number}"
        numbers[name.lower()] = number
        taken.add(unique.lower())
        names[at] = unique
    return [replace(source, name=name) for source, name in zip(sources, names, strict=True)]


def _shared(names: Sequence[str]) -> list[int]:
    """Where names stand that are not the only ones of their kind, upper and lower case being one."""
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name.lower(), []).append(at)
    return [at for each in places.values() if len(each) > 1 for at in each]


def _parts(source: Source) -> list[str]:
    if source.is_address:
        address = source.location
        split = urlsplit(address) if _SCHEME.match(address) else None
        host, path = (
            (split.hostname or "", split.path)
            if split
            else address.rpartition("@")[2].split(":", 1)
        )
        parts = [host, *unquote(path).split("/")]
    else:
        parts = [*Path(source.location).parts[1:]]
    kept = [each.removesuffix(".git") for each in parts if each.removesuffix(".git")]
    return kept or ["repository"]


def _fit(parts: Sequence[str]) -> str:
    """Some parts of a path as a name that every file system takes."""
    name = _UNFIT.sub("_", "-".join(parts))[-_LONGEST_NAME:].strip(".-_")
    return name or "repository"
