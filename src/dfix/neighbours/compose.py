"""The Compose files of a tree: health checks that are proposed, and services to look at."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dfix.documents import DocumentError
from dfix.neighbours import health, services
from dfix.neighbours.composefile import ComposeFile
from dfix.neighbours.model import Note, Outcome, Wish, declined
from dfix.neighbours.tree import Tree
from dfix.orchestrators import is_compose

_MOST = 500  # Compose files of one tree that are looked at


def compose_files(tree: Tree, wish: Wish) -> Iterator[Outcome]:
    """The Compose files beside handled Dockerfiles, those that build one, and those asked for."""
    named = {entry.source for path in tree.handled for entry in tree.builds.naming(path)}
    paths = [tree.root / file for file in tree.files if is_compose(file.rpartition("/")[2])]
    chosen = [path for path in paths if path in named or tree.is_beside(path)]
    read: dict[Path, ComposeFile] = {}
    for path in paths[:_MOST]:
        if os.path.realpath(path) != str(path) or not _concerns(path, chosen):
            continue
        try:
            read[path] = ComposeFile.read(path)
        except (OSError, DocumentError, RecursionError) as error:
            if path in chosen and wish.write and not isinstance(error, DocumentError):
                note = declined("compose-health", "it cannot be read", str(error))
                yield Outcome(path, tree.root, None, None, (note,))
            elif path in chosen and wish.write and str(error) != "there are no services":
                line = getattr(error, "line", None) or 1
                note = declined(
                    "compose-health", "it is no YAML that can be read", str(error), line=line
                )
                yield Outcome(path, tree.root, None, None, (note,))
    for path in chosen:
        if path in read:
            outcome = _outcome(tree, wish, path, read)
            if outcome.notes:
                yield outcome


def _concerns(path: Path, chosen: list[Path]) -> bool:
    """Whether a file is one of `chosen`, or may be merged with one."""
    return any(path.parent == each.parent for each in chosen)


def _outcome(tree: Tree, wish: Wish, path: Path, read: Mapping[Path, ComposeFile]) -> Outcome:
    file = read[path]
    notes: list[Note] = []
    after = file.data
    if "compose-health" in wish.names:
        beside = [
            other for name, other in read.items() if name != path and name.parent == path.parent
        ]
        found = health.health(file, beside, write=wish.write)
        notes += found.notes
        if found.edits:
            written = file.edited(found.edits, found.meant)
            if written is None:
                reason = "an anchor, a merge or something else in the file shares these lines"
                notes = [
                    declined(each.name, each.message, reason, line=each.line)
                    if each.status == "fixed"
                    else each
                    for each in notes
                ]
            else:
                after = written
    if "compose-service" in wish.names:
        notes += services.remarks(file, tree.builds)
    return Outcome(path, tree.root, file.data, after, tuple(sorted(notes, key=lambda n: n.line)))
