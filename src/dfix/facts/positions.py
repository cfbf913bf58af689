"""Where each node stands in the text."""

from collections.abc import Iterator

from dfix.nodes import Dockerfile, Instruction, Leaf, Line, Node, Stage
from dfix.text import LineIndex, Span


class Positions:
    """Offsets and lines of the nodes of one tree; an instruction is looked into when asked for."""

    __slots__ = ("_index", "_open", "_owners", "_spans", "_tree")

    def __init__(self, tree: Dockerfile) -> None:
        self._tree = tree
        self._index = LineIndex(tree.text)
        self._spans: dict[Node, Span] = {}
        self._owners: dict[Node, Instruction] = {each: each for each in tree.instructions}
        self._open = self._offsets()

    def _offsets(self) -> dict[Instruction, int]:
        """Where the text of each instruction begins, its leading lines included."""
        offsets: dict[Instruction, int] = {}
        at = 0
        for node in (self._tree.mark, *self._tree.directives):
            if node is not None:
                at = self._place(node, at, None)
        for instruction in self._tree.instructions:
            offsets[instruction] = at
            out: list[str] = []
            instruction.print_to(out, self._tree.newline)
            at += sum(map(len, out))
        for line in self._tree.footer:
            at = self._place(line, at, None)
        return offsets

    def _place(self, node: Node, at: int, owner: Instruction | None) -> int:
        if owner is not None:
            self._owners[node] = owner
        children = node.children
        if not children:
            out: list[str] = []
            node.print_to(out, self._tree.newline)
            end = at + sum(map(len, out))
            skip = len(node.prefix) if isinstance(node, Leaf | Line) else 0
            self._spans[node] = Span(at + skip, end)
            return end
        start = at
        for child in children:
            at = self._place(child, at, owner)
        stop = at
        if isinstance(node, Instruction):
            start = self._spans[node.keyword].start
            if not node.heredocs and node.end in self._spans:
                # A line's end is not part of what a reader calls the instruction.
                stop = max(start, self._spans[node.end].start - len(node.end.prefix))
        self._spans[node] = Span(start, stop)
        return at

    def _look_into(self, instructions: "Iterator[Instruction]") -> None:
        for instruction in instructions:
            self._place(instruction, self._open.pop(instruction), instruction)

    def span(self, node: Node) -> Span:
        """The range of `node` without the blanks in front of it. Raises KeyError if not in the tree."""
        if isinstance(node, Stage):
            node = node.start
        if isinstance(node, Dockerfile):
            return Span(0, 0)
        if node not in self._spans:
            one = node if isinstance(node, Instruction) and node in self._open else None
            self._look_into(iter([one] if one is not None else list(self._open)))
        return self._spans[node]

    def lines(self, node: Node, within: Span | None = None) -> tuple[int, int, int, int]:
        """First line and column, last line and column of `node`; 1-based, the end exclusive.

        With `within` those of a part of its text.
        """
        span = self.span(node)
        if within is not None:
            span = within.shifted(span.start)
        return (*self._index.position(span.start), *self._index.position(span.end))

    def owner(self, node: Node) -> Instruction | None:
        """The instruction that `node` is or belongs to; None for what stands outside of them."""
        if isinstance(node, Stage):
            return node.start
        if node not in self._owners and not isinstance(node, Dockerfile):
            self._look_into(iter(list(self._open)))
        return self._owners.get(node)
