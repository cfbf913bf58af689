"""Visitors, and the one walk that serves many of them at once."""

from collections.abc import Callable, Iterable

from dfix.nodes import Dockerfile, Instruction, Node, Stage


class Visitor:
    """Something that looks at nodes: define `visit_Run`, `visit_Stage`, `visit_Dockerfile` ...

    A method is called with each node of that class in the order of the file: `visit_Dockerfile`
    first, `visit_Stage` before the instructions of that stage. What stands inside an ONBUILD belongs
    to another build and is not visited; `visit_Onbuild` is.
    """


class FaultyVisitorError(Exception):
    """A visitor raised; the cause says what."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(type(visitor).__name__)
        self.visitor = visitor


_METHODS: dict[type[Visitor], tuple[tuple[str, str], ...]] = {}


def _methods(kind: type[Visitor]) -> tuple[tuple[str, str], ...]:
    """The node classes that a kind of visitor looks at, with the methods for them."""
    found = _METHODS.get(kind)
    if found is None:
        found = tuple((name[6:], name) for name in dir(kind) if name.startswith("visit_"))
        _METHODS[kind] = found
    return found


def walk(tree: Dockerfile, visitors: Iterable[Visitor]) -> None:
    """Shows the tree to all visitors in one pass. Raises FaultyVisitorError for what one raises."""
    looking: dict[str, list[tuple[Visitor, Callable[[Node], None]]]] = {}
    for visitor in visitors:
        for kind, method in _methods(type(visitor)):
            looking.setdefault(kind, []).append((visitor, getattr(visitor, method)))

    def show(node: Node) -> None:
        for visitor, method in looking.get(type(node).__name__, ()):
            try:
                method(node)
            except KeyboardInterrupt:
                raise  # a person's wish
            except BaseException as error:  # leaving is for the command line
                raise FaultyVisitorError(visitor) from error

    show(tree)
    starts: dict[Instruction, Stage] = {stage.start: stage for stage in tree.stages}
    for instruction in tree.instructions:
        stage = starts.get(instruction)
        if stage is not None:
            show(stage)
        show(instruction)
