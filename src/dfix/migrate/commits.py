"""Makes commits of rewritten files, in a repository's objects alone: no work tree, no index."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dfix.git import Git, GitError
from dfix.migrate.messages import body, subject
from dfix.migrate.repository import Repository
from dfix.migrate.rewrite import Rewritten, Tree
from dfix.migrate.snapshot import Snapshot
from dfix.migrate.transport import identity_source
from dfix.patterns import regex
from dfix.text import readable
from dfix.version import __version__

Group = Literal["file", "fixer", "repository"]

HEAD = "refs/dfix/head"
"""Where the commits stand in the private repository."""

_UNFIT = regex(r"[<>\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who commits."""

    name: str
    email: str

    def at(self, moment: datetime) -> str:
        """The identity with a time, as git writes it."""
        return f"{self.name} <{self.email}> {int(moment.timestamp())} +0000"


PLACEHOLDER = Identity("dfix", "dfix@localhost")
"""Stands in patches where git does not say who makes them."""


def from_environment() -> Identity | None:
    """Who the process's environment says commits, which comes before any configuration."""
    return _identity(*(os.environ.get(f"GIT_AUTHOR_{part}") for part in ("NAME", "EMAIL")))


def from_configuration(git: Git, *, users: bool = True) -> Identity | None:
    """Who the configuration says commits, with the user's own or without.

    Nothing but the two values is asked for.
    """
    own = identity_source(git) if users else git
    return _identity(*(own.line("config", "--get", f"user.{part}") for part in ("name", "email")))


def _identity(*parts: str | None) -> Identity | None:
    """An identity of a name and an address; None where one of them is missing."""
    name, email = (" ".join(_UNFIT.sub(" ", each or "").split()) for each in parts)
    return Identity(name, email) if name and email else None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit to make: its message, and the new texts by path."""

    message: str
    texts: Mapping[bytes, bytes]


def steps(files: Sequence[Rewritten], tree: Tree, *, group: Group, level: str) -> list[Step]:
    """The commits to make, in their order; none where nothing changed."""
    changed = [each for each in files if each.changed]
    if not changed:
        return []
    if group == "file":
        return [_step([each], {each.path: each.after}, group, None, level) for each in changed]
    if group == "fixer":
        return [
            _step([each for each in changed if each.path in texts], texts, group, fixer, level)
            for fixer, texts in tree.stages(changed)
        ]
    return [_step(changed, {each.path: each.after for each in changed}, group, None, level)]


def _step(
    files: Sequence[Rewritten],
    texts: Mapping[bytes, bytes],
    group: Group,
    fixer: str | None,
    level: str,
) -> Step:
    fixed = [
        (each.record.path, finding)
        for each in files
        for finding in each.record.findings
        if finding.status == "fixed" and fixer in (None, "", finding.fixer)
    ]
    if fixer:
        plan = [(path, change) for path, finding in fixed for change in finding.plan]
    else:
        plan = [(each.record.path, change) for each in files for change in each.record.plan]
    path = files[0].record.path if group == "file" else None
    first = subject(group, [fixer] if fixer else [], path)
    rest = body(fixed, list(dict.fromkeys(plan)), level=level, version=__version__)
    return Step(f"{first}\n\n{rest}", texts)


def commit(
    repository: Repository,
    snapshot: Snapshot,
    wanted: Iterable[Step],
    *,
    author: Identity,
    moment: datetime,
) -> tuple[str, ...]:
    """Makes commits on top of the base in the private repository; their names, the oldest first.

    The same steps by the same author at the same moment are the same commits. Raises `GitError`, also
    where a commit would change more than its step.
    """
    wanted = list(wanted)
    who = author.at(moment).encode("utf-8", "surrogateescape")
    stream = []
    for at, step in enumerate(wanted):
        message = step.message.encode("utf-8", "replace")
        stream += [
            b"commit " + HEAD.encode("ascii") + b"\n",
            b"author " + who + b"\n",
            b"committer " + who + b"\n",
            b"data %d\n" % len(message),
            message,
            b"\n",
            b"from " + repository.base.encode("ascii") + b"\n" if at == 0 else b"",
        ]
        for path, text in step.texts.items():
            mode = snapshot.entries[path].mode.encode("ascii")
            stream += [b"M " + mode + b" inline " + _quoted(path) + b"\n"]
            stream += [b"data %d\n" % len(text), text, b"\n"]
        stream += [b"\n"]
    repository.git.run("fast-import", "--quiet", "--done", data=b"".join([*stream, b"done\n"]))
    listed = repository.git.run("rev-list", "--reverse", f"{repository.base}..{HEAD}")
    commits = tuple(listed.decode("ascii").split())
    changes = list(_changes(repository.git, commits))
    for step, changed in zip(wanted, changes, strict=True):
        if changed != set(step.texts):
            name = os.fsdecode(min(changed ^ set(step.texts)).rstrip(b"/"))
            told = f"a commit would not change {readable(name)} as it should"
            raise GitError(f"{told}: its tree is damaged, see git fsck")
    return commits


def _changes(git: Git, commits: Sequence[str]) -> Iterator[set[bytes]]:
    """The paths that each commit changes; with a slash behind one that comes, goes or changes its mode.

    Git writes the entries of a tree in their order, and each once. Where a damaged tree has them in
    another way, a commit on top of it would change more than what it is told.
    """
    asked = "".join(f"{commit}\n" for commit in commits).encode("ascii")
    told = git.run("diff-tree", "--stdin", "-r", "-z", "--no-renames", "--raw", data=asked)
    paths: set[bytes] | None = None
    tokens = iter(told.split(b"\0")[:-1])
    for token in tokens:
        if not token.startswith(b":"):
            if paths is not None:
                yield paths
            paths = set()
            continue
        before, after, *_, status = token[1:].split(b" ")
        path = next(tokens)
        assert paths is not None
        paths.add(path if status == b"M" and before == after else path + b"/")
    if paths is not None:
        yield paths


def patch(repository: Repository) -> bytes:
    """The commits as `git am` and `git apply` take them. Raises `GitError`."""
    return repository.git.run(
        "format-patch", "--stdout", "--binary", "--full-index", "--no-renames", "--no-signature",
        "--no-ext-diff", "--no-textconv", "--no-color", "--no-thread", "--no-attach", "--no-numbered",
        f"{repository.base}..{HEAD}",
    )  # fmt: skip


def _quoted(path: bytes) -> bytes:
    """A path as `git fast-import` reads it: https://git-scm.com/docs/git-fast-import."""
    return (
        b'"'
        + b"".join(
            b"\\%03o" % byte if byte < 0x20 or byte in b'"\\' or byte >= 0x7F else b"%c" % byte
            for byte in path
        )
        + b'"'
    )
