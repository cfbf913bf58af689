"""Where each node stands in the text."""

from dfix.nodes import Dockerfile, Instruction, Leaf, Line, Node, Stage
from dfix.text import LineIndex, Span


class Positions:
    """Offsets and lines of the nodes of one tree."""

    __slots__ = ("_index", "_owners", "_spans")

    def __init__(self, tree: Dockerfile) -> None:
        self._index = LineIndex(tree.text)
        self._spans: dict[Node, Span] = {}
        self._owners: dict[Node, Instruction] = {}
        at = 0
        for node in (tree.mark, *tree.directives):
            if node is not None:
                at = self._place(node, at, tree.newline, None)
        for instruction in tree.instructions:
            at = self._place(instruction, at, tree.newline, instruction)
        for line in tree.footer:
            at = self._place(line, at, tree.newline, None)

    def _place(self, node: Node, at: int, newline: str, owner: Instruction | None) -> int:
        if owner is not None:
            self._owners[node] = owner
        children = node.children
        if not children:
            out: list[str] = []
            node.print_to(out, newline)
            end = at + sum(map(len, out))
            skip = len(node.prefix) if isinstance(node, Leaf | Line) else 0
            self._spans[node] = Span(at + skip, end)
            return end
        start = at
        for child in children:
            at = self._place(child, at, newline, owner)
        if isinstance(node, Instruction):
            first = self._spans.get(node.keyword)
            last = self._spans.get(node.end)
            start = first.start if first else start
            # A line's end is not part of what a reader calls the instruction.
            stop = last.start - len(node.end.prefix) if last and not node.heredocs else at
            self._spans[node] = Span(start, max(start, stop))
        else:
            self._spans[node] = Span(start, at)
        return at

    def span(self, node: Node) -> Span:
        """The range of `node` without the blanks in front of it. Raises KeyError if not in the tree."""
        if isinstance(node, Stage):
            return self._spans[node.start]
        if isinstance(node, Dockerfile):
            return Span(0, 0)
        return self._spans[node]

    def lines(self, node: Node) -> tuple[int, int, int, int]:
        """First line and column, last line and column of `node`; 1-based, the end exclusive."""
        span = self.span(node)
        return (*self._index.position(span.start), *self._index.position(span.end))

    def owner(self, node: Node) -> Instruction | None:
        """The instruction that `node` is or belongs to; None for what stands outside of them."""
        if isinstance(node, Stage):
            return node.start
        return self._owners.get(node)
