"""Where a Dockerfile is built, and how: what the call leaves open, its tree may say."""

from dataclasses import dataclass, replace
from pathlib import Path

from dfix.orchestrators import scan
from dfix.verify.builder import Terms
from dfix.worktree import work_tree_root


@dataclass(frozen=True, slots=True)
class Place:
    """A build context, and the terms of the build."""

    context: Path
    terms: Terms


def place_of(file: Path, terms: Terms, *, context: Path | None = None) -> Place:
    """Where `file` is built: in `context`, else in its own folder.

    Where the Compose or Bake files of its tree name exactly one build of it, the context is theirs
    unless one is given, and so are the target and the literal arguments that `terms` does not have.
    """
    tree = work_tree_root(file.parent)
    found = scan(tree) if tree is not None else scan(file.parent, deep=False)
    entries = found.naming(file)
    if len({(each.context, each.target, tuple(each.args.items())) for each in entries}) != 1:
        return Place(context or file.parent, terms)
    [entry, *_] = entries
    given = {argument.partition("=")[0] for argument in terms.arguments}
    further = tuple(
        f"{name}={value}"
        for name, value in entry.args.items()
        if value is not None and name not in given
    )
    return Place(
        context or entry.context,
        replace(
            terms,
            target=entry.target if terms.target is None else terms.target,
            arguments=(*terms.arguments, *further),
        ),
    )
