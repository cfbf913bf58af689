"""A repository as a campaign sees it: one commit, read through a private repository of its own.

The private repository borrows the objects of one on this machine, or fetches one commit over a transport.
What is read goes through its configuration, which is ours; nothing in the source's folder changes.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dfix.git import Git, GitError
from dfix.migrate.premises import Unusable, git_directory, objects_directory, require_within
from dfix.migrate.sources import Source
from dfix.migrate.transport import Transport, uploading
from dfix.patterns import regex
from dfix.regularfile import leads_to_file, read_regular

BORROWED = "refs/dfix/base"
"""Where the commit that is looked at stands in the private repository."""

_PROMPT = 30  # seconds for the first question
_SHALLOW_LIMIT = 64 * 1024 * 1024
_OBJECT_NAME = regex(r"[0-9a-f]{40}([0-9a-f]{24})?")
_FORMATS = {40: "sha1", 64: "sha256"}


class NothingThere(Unusable):
    """The repository holds no commit: there is nothing to do, and nothing wrong."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A source that has been opened."""

    git: Git
    """The private repository."""
    base: str
    """The commit that is looked at."""
    ref: str | None
    """The full name of the branch or tag that it was found under; None for a commit by itself."""
    origin: Git | None
    """The repository on this machine that new objects and branches go to; None for an address."""

    @property
    def branch(self) -> str | None:
        """The branch that was looked at, by its short name."""
        prefix = "refs/heads/"
        return self.ref.removeprefix(prefix) if self.ref and self.ref.startswith(prefix) else None


def open_repository(source: Source, private: Path, transport: Transport) -> Repository:
    """Opens a source by means of a private repository that is made in the folder `private`.

    Raises `Unusable` and `NothingThere`.
    """
    try:
        if source.is_address:
            return _fetched(source, private, transport)
        return _borrowed(source, private)
    except (GitError, OSError) as error:
        raise Unusable(str(error)) from error


def _borrowed(source: Source, private: Path) -> Repository:
    directory = git_directory(Path(source.location))
    origin = Git.of_repository(directory)
    # A pipe for a file of its configuration is noticed here, and waited for once.
    objects = objects_directory(replace(origin, timeout=_PROMPT))
    if source.within is not None:
        require_within(origin, source.within)
    ref, base = _commit(origin, source.ref)
    git = _private(private, _FORMATS[len(base)], objects)
    shallow = directory / (origin.line("rev-parse", "--git-path", "shallow") or "shallow")
    if leads_to_file(shallow):
        data = read_regular(shallow, limit=_SHALLOW_LIMIT, follow=False)
        (private / "shallow").write_bytes(data)
    git.run("update-ref", BORROWED, base)
    return Repository(git, base, ref, origin)


def _fetched(source: Source, private: Path, transport: Transport) -> Repository:
    address = source.location
    asked = transport.reach(Git(private.parent, {"GIT_CEILING_DIRECTORIES": str(private.parent)}))
    listed = asked.run("ls-remote", "--symref", *uploading(address), "--", address)
    ref, base = _advertised(os.fsdecode(listed), source.ref)
    git = _private(private, _FORMATS[len(base)], None)
    transport.reach(git).run(
        "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head",
        *uploading(address), "--", address, f"+{ref or base}:{BORROWED}",
    )  # fmt: skip
    # The branch may have moved between the two questions: what was fetched is what is looked at.
    fetched = git.line("rev-parse", "--verify", "--quiet", f"{BORROWED}^{{commit}}")
    if fetched is None:
        raise Unusable("what was fetched is no commit")
    return Repository(git, fetched, ref, None)


def _advertised(listing: str, wanted: str | None) -> tuple[str | None, str]:
    """The ref and the object that an answer of `git ls-remote --symref` gives for a name."""
    refs: dict[str, str] = {}
    head = None
    for line in listing.split("\n"):
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            head = value.removeprefix("ref: ")
        elif _OBJECT_NAME.fullmatch(value):
            refs[name] = value
    if wanted is None:
        if not refs:
            raise NothingThere("it has no commits")
        if "HEAD" not in refs:
            raise Unusable("its HEAD names no branch: say which one, after its address")
        return (head if head in refs else None), refs["HEAD"]
    for name in _candidates(wanted):
        if name in refs:
            return name, refs[name]
    if _OBJECT_NAME.fullmatch(wanted):
        return None, wanted
    raise Unusable(f"it has no branch, tag or commit {wanted}")


def _candidates(wanted: str) -> tuple[str, ...]:
    """The full names that a short one may stand for, in their order."""
    if wanted.startswith("refs/"):
        return (wanted,)
    return (f"refs/heads/{wanted}", f"refs/tags/{wanted}", f"refs/remotes/{wanted}")


def _commit(origin: Git, wanted: str | None) -> tuple[str | None, str]:
    """The ref and the commit of a repository on this machine."""
    if wanted is None:
        ref = origin.line("symbolic-ref", "--quiet", "HEAD")
        found = _resolved(origin, ref or "HEAD")
        if found is None and ref is not None and not _has_refs(origin):
            raise NothingThere("it has no commits")
        if (
            found is None
            and ref is not None
            and origin.ask("show-ref", "--verify", "--quiet", ref) is None
        ):
            raise Unusable(
                f"its HEAD names {ref}, which is not there: say which branch, after its path"
            )
        if found is None:
            raise Unusable(
                "its HEAD leads to a commit that is missing: fetch it, or repair with git fsck"
            )
        return ref, found
    for name in _candidates(wanted):
        found = _resolved(origin, name)
        if found is not None:
            return name, found
    found = _resolved(origin, wanted) if _OBJECT_NAME.fullmatch(wanted) else None
    if found is None:
        raise Unusable(f"it has no branch, tag or commit {wanted}")
    return None, found


def _resolved(origin: Git, name: str) -> str | None:
    return origin.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def _has_refs(origin: Git) -> bool:
    return bool(origin.run("for-each-ref", "--count=1", "--format=%(refname)"))


def _private(folder: Path, object_format: str, borrowed: Path | None) -> Git:
    """A bare repository of our own, which borrows the objects of another one."""
    folder.mkdir()
    Git(folder, {"GIT_CEILING_DIRECTORIES": str(folder)}).run(
        "init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", str(folder)
    )
    if borrowed is not None:
        quoted = str(borrowed).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        (folder / "objects" / "info").mkdir(exist_ok=True)
        alternates = folder / "objects" / "info" / "alternates"
        alternates.write_bytes(os.fsencode(f'"{quoted}"\n'))
    return Git.of_repository(folder)
