"""All neighbours of a run's Dockerfiles, tree by tree."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dfix.neighbours.compose import compose_files
from dfix.neighbours.ignorefile import ignore_files
from dfix.neighbours.model import Handled, Outcome, Wish
from dfix.neighbours.pulls import pipelines
from dfix.neighbours.structure import structure_tests
from dfix.neighbours.tree import Tree, trees_of
from dfix.neighbours.workflow import workflow

_Looker = Callable[[Tree, Wish], Iterable[Outcome]]

#: Who looks, and under which names. All look where changes are wanted, the rest in a check too.
_CHANGES: tuple[tuple[frozenset[str], _Looker], ...] = (
    (frozenset({"dockerignore"}), ignore_files),
    (frozenset({"lint-workflow"}), workflow),
    (frozenset({"structure-test"}), structure_tests),
)
_REMARKS: tuple[tuple[frozenset[str], _Looker], ...] = (
    (frozenset({"compose-health", "compose-service"}), compose_files),
    (frozenset({"ci-pulls"}), pipelines),
)


def survey(
    handled: Iterable[Handled], roots: Iterable[Path], wish_for: Callable[[Path], Wish]
) -> Iterator[Outcome]:
    """What becomes of the files beside `handled`; `roots` are the folders that the call names.

    `wish_for` gives what is wanted in a tree. One outcome for each file, and nothing is written.
    """
    for tree in trees_of(handled, roots):
        wish = wish_for(tree.root)
        for names, look in (*(_CHANGES if wish.write else ()), *_REMARKS):
            if names & wish.names:
                yield from look(tree, wish)
