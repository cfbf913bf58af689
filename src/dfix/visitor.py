"""Visitors, and the one walk that serves many of them at once."""

from collections.abc import Callable, Iterable

from dfix.nodes import Dockerfile, Instruction, Node, Stage


class Visitor:
    """Something that looks at nodes: define `visit_Run`, `visit_Stage`, `visit_Dockerfile` ...

    A method is called with each node of that class in the order of the file: `visit_Dockerfile`
    first, `visit_Stage` before the instructions of that stage. What stands inside an ONBUILD belongs
    to another build and is not visited; `visit_Onbuild` is.
    """


def walk(tree: Dockerfile, visitors: Iterable[Visitor]) -> None:
    """Shows the tree to all visitors in one pass. What a visitor raises goes through."""
    methods: dict[str, list[Callable[[Node], None]]] = {}
    for visitor in visitors:
        for name in dir(visitor):
            if name.startswith("visit_"):
                methods.setdefault(name[6:], []).append(getattr(visitor, name))

    def show(node: Node) -> None:
        for method in methods.get(type(node).__name__, ()):
            method(node)

    show(tree)
    starts: dict[Instruction, Stage] = {stage.start: stage for stage in tree.stages}
    for instruction in tree.instructions:
        stage = starts.get(instruction)
        if stage is not None:
            show(stage)
        show(instruction)
