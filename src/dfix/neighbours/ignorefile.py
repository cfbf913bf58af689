"""`.dockerignore`, created or completed: files of development that no image needs.

https://docs.docker.com/build/concepts/context/#dockerignore-files. A line is left out where a build
may need what it names, and what an existing file brings back with `!` stays.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dfix.context import BuildContext
from dfix.dockerignore import DockerIgnore, parse_dockerignore
from dfix.fixer import Level
from dfix.globs import PatternError, compile_glob, has_wildcard
from dfix.neighbours.model import Note, Outcome, Wish, declined
from dfix.neighbours.needs import Needs
from dfix.neighbours.readers import GIT_STATE, mentions, readers
from dfix.neighbours.tree import Tree, up_to
from dfix.regularfile import read_regular
from dfix.text import decode, encode
from dfix.worktree import list_files

NAME = "dockerignore"
#: What is proposed unasked, and what on request.
KNOWN = (".env.example", ".gitignore", "README.md")
EXTRA = (".git", "Dockerfile*", "compose*.y*ml", "node_modules")

_LIMIT = 1024 * 1024
_MESSAGE = "the build context is sent with files that no image needs"


def ignore_files(tree: Tree, wish: Wish) -> Iterator[Outcome]:
    """The ignore files of the tree's build contexts, as far as handled Dockerfiles are built there."""
    users: dict[Path, list[Needs]] = {}
    for needs in tree.dockerfiles:
        for folder in tree.place(needs).folders:
            users.setdefault(folder, []).append(needs)
    targets: dict[Path, Path] = {}
    for needs in tree.dockerfiles:
        if needs.path not in tree.handled:
            continue
        place = tree.place(needs)
        own = needs.path.with_name(needs.path.name + ".dockerignore")
        if not place.sure:
            reason = "which folder is the build context is not known: --context says it"
            note = declined(NAME, _MESSAGE, reason)
            path = own if os.path.lexists(own) else needs.path.parent / ".dockerignore"
            yield Outcome(path, tree.root, None, None, (note,))
        else:
            (folder,) = place.folders
            targets.setdefault(own if os.path.lexists(own) else folder / ".dockerignore", folder)
    for path, folder in targets.items():
        if path.is_relative_to(tree.root):
            outcome = _IgnoreFile(tree, path, folder, users.get(folder, []), wish).outcome()
            if outcome is not None:
                yield outcome


@dataclass(frozen=True, slots=True)
class _IgnoreFile:
    """One ignore file to be, for the context `folder` that `users` are built from."""

    tree: Tree
    path: Path
    folder: Path
    users: Sequence[Needs]
    wish: Wish

    def outcome(self) -> Outcome | None:
        before: bytes | None = None
        try:
            before = read_regular(self.path, limit=_LIMIT, follow=False)
            rules = parse_dockerignore(decode(before))
        except FileNotFoundError:
            rules = DockerIgnore()
        except (OSError, PatternError) as error:
            return self._declined(before, f"it cannot be read: {error}")
        if before is None and os.path.lexists(self.folder / ".containerignore"):
            return self._declined(None, "there is a .containerignore")
        reason = self._unknown()
        if reason:
            return self._declined(before, reason)
        entries = _names(self.folder)
        lines = [line for line in self._lines() if not self._covered(line, before, rules, entries)]
        if before is not None:
            # To a list that somebody keeps, nothing is added that is not there to be ignored.
            lines = [line for line in lines if _matched(line, entries) - {line} or line in entries]
        if not lines:
            return None
        kept, notes = self._judged(lines, entries, rules)
        after = _appended(before, kept)
        if kept and not self._same_sources(before, after):
            return self._declined(before, "a source of COPY would no longer be found")
        written = after if kept and self._level <= self.wish.level else None
        return Outcome(self.path, self.tree.root, before, written or before, tuple(notes))

    @property
    def _level(self) -> Level:
        """Where the whole context is copied, the image loses files."""
        whole = any(user.whole is not None for user in self.users)
        return Level.STANDARD if whole else Level.SAFE

    def _unknown(self) -> str | None:
        """Why it is not known what builds take from the folder."""
        root = self.tree.root
        for taken in self.tree.builds.taken:
            if taken.folder is None or _is(taken.folder, self.folder):
                how = (
                    "names it as an additional context" if taken.is_additional else "builds from it"
                )
                without = "" if taken.is_additional else " by no Dockerfile that is in the tree"
                return f"{taken.source.name} {how}{without}"
        for given in self.tree.named_contexts:
            value = given.value
            if value is None or (
                "://" not in value
                and "\0" not in value
                and any(_is(base / value, self.folder) for base in up_to(root, given.source.parent))
            ):
                return f"{given.source.name} may name it as an additional context"
        return next((user.unknown for user in self.users if user.unknown), None)

    def _declined(self, before: bytes | None, reason: str) -> Outcome:
        return Outcome(
            self.path, self.tree.root, before, before, (declined(NAME, _MESSAGE, reason),)
        )

    def _lines(self) -> tuple[str, ...]:
        asked = {each.strip() for each in self.wish.option(NAME, "add").split(",")}
        return (*KNOWN, *(line for line in EXTRA if line in asked))

    def _covered(
        self, line: str, before: bytes | None, rules: DockerIgnore, entries: frozenset[str]
    ) -> bool:
        """Whether the file speaks of the line already, also by bringing back what it names."""
        if before is None:
            return False
        written = [each.strip() for each in decode(before).removeprefix("\ufeff").split("\n")]
        if line in written:
            return True
        names = _matched(line, entries)
        for each in written:
            if each.startswith("!"):
                first = each[1:].strip().lstrip("/").removeprefix("./").split("/")[0]
                if any(_glob_takes(first, name) for name in names):
                    return True
        return all(rules.ignores(name) for name in names)

    def _judged(
        self, lines: Sequence[str], entries: frozenset[str], rules: DockerIgnore
    ) -> tuple[list[str], list[Note]]:
        """The lines that no build needs, and what there is to say about all of them."""
        whole = next((user for user in self.users if user.whole is not None), None)
        read: dict[str, str] | None = {}
        git: str | None = None
        if whole is not None:
            asked = (GIT_STATE,) if self._has_git(entries, rules) else ()
            read = readers(self.folder, (*lines, *asked), rules)
            if asked and read is not None:
                asking = (user.path.name for user in self.users if mentions(user.text, GIT_STATE))
                git = read.get(GIT_STATE) or next(asking, None)
        kept: list[str] = []
        notes: list[Note] = []
        for line in lines:
            message = f"{line} is not ignored"
            reason = self._needed(line, entries)
            if reason is None and whole is not None and line in {*KNOWN, ".git"}:
                if read is None:
                    reason = "the context is too large to see whether something reads it"
                elif line in read:
                    reason = f"{read[line]} speaks of it, and the build may read it"
                elif git is not None and line != ".git" and line in entries:
                    reason = f"{git} may ask git, to which a file that is not there is a change"
            if reason is not None:
                notes.append(declined(NAME, message, reason))
                continue
            kept.append(line)
            if self._level <= self.wish.level:
                notes.append(Note(NAME, 1, message, _why(line, whole), level=self._level))
            else:
                told = f"needs --level {self._level}"
                notes.append(Note(NAME, 1, message, told, "fixable", self._level))
        return kept, notes

    def _has_git(self, entries: frozenset[str], rules: DockerIgnore) -> bool:
        """Whether the builder gets a repository of which all files are there."""
        if ".git" not in entries or rules.ignores(".git"):
            return False
        return not any(rules.ignores(file) for file in list_files(self.folder).files)

    def _needed(self, line: str, entries: frozenset[str]) -> str | None:
        """Why a build needs what a line names, None where none does."""
        names = _matched(line, entries)
        for user in self.users:
            for source in user.named:
                if any(source.takes(name) for name in names) or (
                    not has_wildcard(source.pattern)
                    and _glob_takes(line, source.pattern.split("/")[0])
                ):
                    return f"`{source.text}` in line {source.line} of {user.path.name} needs it"
            whole = user.whole is not None
            if whole and line in {*KNOWN, ".git"} and mentions(user.text, line):
                return f"{user.path.name} speaks of it"
            if line == "node_modules" and whole and not user.installs:
                return f"{user.path.name} installs no packages of its own"
        return None

    def _same_sources(self, before: bytes | None, after: bytes) -> bool:
        """Whether each source that is named stands for the same files as before."""
        old = BuildContext(self.folder, False, parse_dockerignore(decode(before or b"")))
        new = BuildContext(self.folder, False, parse_dockerignore(decode(after)))
        return all(
            old.sources(source.pattern) == new.sources(source.pattern)
            for user in self.users
            for source in user.named
        )


def _why(line: str, whole: Needs | None) -> str:
    if whole is None or whole.whole is None:
        return "nothing copies it"
    told = f"`{whole.whole.text}` then leaves it out of the image"
    if whole.serves and line == "README.md":
        return f"{told}, where a web server may be serving it: look before you take this"
    return f"{told}; no file of the context reads it"


def _appended(before: bytes | None, lines: Sequence[str]) -> bytes:
    """An ignore file with further lines, in its own style."""
    if before is None:
        return encode("".join(f"{line}\n" for line in lines))
    end = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    joined = before if not before or before.endswith(b"\n") else before + end
    return joined + b"".join(encode(line) + end for line in lines)


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(each.name for each in folder.iterdir())
    except OSError:
        return frozenset()


def _matched(line: str, entries: frozenset[str]) -> set[str]:
    """The entries that a line names, and the line itself if it is a name."""
    if not has_wildcard(line):
        return {line}
    return {name for name in entries if _glob_takes(line, name)}


def _glob_takes(pattern: str, name: str) -> bool:
    try:
        return compile_glob(pattern, deep=True).matches(name)
    except PatternError:
        return True


def _is(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)) == folder
