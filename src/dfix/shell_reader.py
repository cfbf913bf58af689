"""From a syntax tree to statements and commands.

The tree is that of tree-sitter's bash grammar over the joined text. The grammar reads some things
otherwise than a shell binds them; what can be set right is, and the rest is reported as an error.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from dfix.shell_commands import NOTHING, REDIRECTS, SIMPLE, CommandReader, Node, surplus
from dfix.shell_words import Command, Kind, Redirect, Statement
from dfix.text import Span


class UnreadableError(Exception):
    """The text cannot be read at an acceptable cost."""


_DEEPEST = 40
"""How deeply lists may nest; every level costs a handful of the interpreter's frames."""

_COMPOUNDS: dict[str, Kind] = {
    "subshell": "subshell",
    "compound_statement": "group",
    "if_statement": "if",
    "while_statement": "while",
    "for_statement": "for",
    "c_style_for_statement": "for",
    "case_statement": "case",
    "function_definition": "function",
}
_CHAINS = frozenset({"list", "pipeline", "redirected_statement", "negated_command"})
_ATOMS = frozenset(SIMPLE) | frozenset(_COMPOUNDS)
_STATEMENTS = _ATOMS | REDIRECTS | _CHAINS
_PIPES = frozenset({"|", "|&"})
_OPERATORS = _PIPES | {"&&", "||"}
_BRACKETS = frozenset({"{", "}", "(", ")", "do", "done", "$(", "`", "<(", ">("})
_KEYWORDS = frozenset({"if", "elif", "else", "fi", "while", "until"})
_CLAUSES = frozenset({"elif_clause", "else_clause"})
_CASE_ENDS = frozenset({";;", ";&", ";;&"})


class _Place(NamedTuple):
    """How a statement stands among its siblings."""

    operator: str = ""
    background: bool = False
    terminated: str = ""


class _Link:
    """One member of a chain such as `a | ! b >x && c`, before it is grouped by precedence."""

    __slots__ = ("extra", "negation", "node", "operator", "redirects")

    def __init__(self, operator: str, negation: int, node: Node | None) -> None:
        self.operator = operator
        self.negation = negation
        self.node = node
        self.redirects: list[Node] = []
        self.extra: list[Node] = []


class Reader(CommandReader):
    """Builds statements and commands from a syntax tree over the joined text."""

    def read(self, root: Node) -> tuple[Statement, ...]:
        """The statements of the whole text. Raises `UnreadableError` if they nest too deeply."""
        if "#" in self._text or root.has_error:
            self._collect_extras(root)
        return self.sequence(root.children, subshell=False)

    def _collect_extras(self, root: Node) -> None:
        """Note what may stand anywhere in the tree: comments and errors."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node.type == "comment":
                self.comments.append(self.span(node.start_byte, node.end_byte))
                if not _may_precede_comment(self._text[: node.start_byte][-3:]):
                    self.misread(node)
            elif node.is_error or node.is_missing:
                self.misread(node)
            stack.extend(reversed(node.children))

    def sequence(self, nodes: Iterable[Node], *, subshell: bool) -> tuple[Statement, ...]:
        """The statements of a list, given its nodes; brackets around them are passed over."""
        if self._depth >= _DEEPEST:
            raise UnreadableError
        lists: list[tuple[Node, str, str]] = []
        current: Node | None = None
        operator = ""
        for node in nodes:
            kind = node.type
            if kind in _STATEMENTS:
                if current is not None:
                    if "\n" not in self._text[current.end_byte : node.start_byte]:
                        self.misread(node)
                    lists.append((current, operator, "\n"))
                    operator = "\n"
                current = node
            elif kind in (";", "&"):
                if current is not None:
                    lists.append((current, operator, kind))
                    current = None
                operator = kind
            elif kind not in _BRACKETS and kind not in NOTHING:
                self.misread(node)
        terminated = ""
        if current is not None:
            lists.append((current, operator, ""))
        elif operator == ";":
            terminated = operator
        statements: list[Statement] = []
        self._depth += 1
        last = len(lists) - 1
        for index, (node, operator, separator) in enumerate(lists):
            place = _Place(operator, separator == "&", terminated if index == last else "")
            self._and_or(statements, node, place, subshell=subshell or place.background)
        self._depth -= 1
        return tuple(statements)

    def _and_or(
        self, statements: list[Statement], node: Node, place: _Place, *, subshell: bool
    ) -> None:
        """Append the members of one and-or list, which as a whole stands at `place`."""
        if node.type == "command":
            kind, command = self.command(node, (), (), subshell=subshell)
            statements.append(_of_command(kind, command, place))
            return
        links = self._links(node)
        start = 0
        while start < len(links):
            end = start + 1
            while end < len(links) and links[end].operator in _PIPES:
                end += 1
            own = _Place(
                links[start].operator or place.operator,
                place.background,
                place.terminated if end == len(links) else "",
            )
            statements.append(self._pipeline(links[start:end], own, subshell=subshell))
            start = end

    def _links(self, node: Node) -> list[_Link]:
        """The members of an and-or list in source order.

        The grammar nests redirections, negations and pipes otherwise than a shell binds them
        (`a && b >x | c` pipes all of `a && b` to it), hence a flat walk.
        """
        links: list[_Link] = []
        operator = ""
        negation = -1
        stack = [node]
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in _CHAINS:
                stack.extend(reversed(node.children))
            elif kind in _OPERATORS:
                operator = kind
            elif kind == "!":
                if negation >= 0 or operator in _PIPES:
                    self.misread(node)
                negation = node.start_byte
            elif kind in NOTHING:
                continue
            elif links and not operator and negation < 0:
                if kind in REDIRECTS:
                    links[-1].redirects.append(node)
                    stack.extend(reversed(_line_after(node)))
                elif kind in _ATOMS:
                    self.misread(node)
                else:
                    links[-1].extra.append(node)
            elif kind in REDIRECTS:
                links.append(_Link(operator, negation, None))
                links[-1].redirects.append(node)
                operator, negation = "", -1
                stack.extend(reversed(_line_after(node)))
            elif kind not in _ATOMS:
                self.misread(node)
            else:
                links.append(_Link(operator, negation, node))
                operator, negation = "", -1
        return links

    def _pipeline(self, links: Sequence[_Link], place: _Place, *, subshell: bool) -> Statement:
        """A single statement or a pipeline of several, and whatever negates it."""
        negation = links[0].negation
        inner = place if negation < 0 else _Place()
        if len(links) == 1:
            statement = self._statement(links[0], inner, subshell=subshell)
        else:
            links[0].operator = ""
            parts = tuple(
                self._statement(link, _Place(link.operator), subshell=True) for link in links
            )
            span = Span(parts[0].span.start, parts[-1].span.end)
            statement = _of_parts("pipeline", span, inner, parts)
            self.pipelines.append(statement)
        if negation < 0:
            return statement
        span = Span(self.span(negation, negation).start, statement.span.end)
        return _of_parts("negated", span, place, [statement])

    def _statement(self, link: _Link, place: _Place, *, subshell: bool) -> Statement:
        if link.node is None or link.node.type not in _COMPOUNDS:
            kind, command = self.command(link.node, link.redirects, link.extra, subshell=subshell)
            return _of_command(kind, command, place)
        return self._compound(link.node, link, place, subshell=subshell)

    def _compound(self, node: Node, link: _Link, place: _Place, *, subshell: bool) -> Statement:
        kind = _COMPOUNDS[node.type]
        condition: list[Statement] = []
        children: list[Statement] = []
        if kind == "for":
            kind = self._loop(node, children, subshell=subshell)
        elif kind == "case":
            self._cases(node, children, subshell=subshell)
        elif kind == "function":
            self._function(node, link, children, subshell=subshell)
        elif node.children[0].type == "((":
            kind = "other"
            self.inside([node])
        elif kind in ("if", "while"):
            self._clauses(node, condition, children, subshell=subshell)
        else:
            subshell = subshell or kind == "subshell"
            children += self._filled(node, node.children, subshell=subshell)
        redirects = tuple(self.redirect([redirect]) for redirect in link.redirects)
        for extra in (*link.extra, *chain.from_iterable(map(surplus, link.redirects))):
            # No words may follow a compound command.
            self.misread(extra)
        span = self.span(node.start_byte, node.end_byte)
        if redirects:
            span = Span(span.start, redirects[-1].span.end)
        return _of_parts(kind, span, place, children, condition, redirects)

    def _clauses(
        self,
        node: Node,
        condition: list[Statement],
        children: list[Statement],
        *,
        subshell: bool,
    ) -> None:
        """Read `if`, `elif`, `else`, `while` and `until`."""
        part: list[Node] = []
        clauses: list[Node] = []
        for child in node.children:
            kind = child.type
            if kind == "then":
                condition += self._filled(node, part, subshell=subshell)
                part = []
            elif kind == "do_group":
                condition += self._filled(node, part, subshell=subshell)
                part = [*child.children]
            elif kind in _CLAUSES:
                clauses.append(child)
            elif kind not in _KEYWORDS:
                part.append(child)
        children += self._filled(node, part, subshell=subshell)
        for clause in clauses:
            self._clauses(clause, condition, children, subshell=subshell)

    def _filled(
        self, owner: Node, nodes: Sequence[Node], *, subshell: bool
    ) -> tuple[Statement, ...]:
        """A list that a shell wants to have a statement, which the grammar does not."""
        statements = self.sequence(nodes, subshell=subshell)
        if not statements:
            self.misread(owner)
        return statements

    def _loop(self, node: Node, children: list[Statement], *, subshell: bool) -> Kind:
        for child in node.children:
            if child.type in ("do_group", "compound_statement"):
                children += self._filled(node, child.children, subshell=subshell)
            elif child.is_named:
                self.inside([child])
        return "for" if node.children[0].type == "for" else "other"

    def _cases(self, node: Node, children: list[Statement], *, subshell: bool) -> None:
        for child in node.children:
            if child.type != "case_item":
                self.inside([child])
                continue
            statements: list[Node] = []
            pattern = True
            for part in child.children:
                if pattern:
                    self.inside([part])
                    pattern = part.type != ")"
                elif part.type not in _CASE_ENDS:
                    statements.append(part)
            children += self.sequence(statements, subshell=subshell)

    def _function(
        self, node: Node, link: _Link, children: list[Statement], *, subshell: bool
    ) -> None:
        for child in node.children:
            if child.type in _ATOMS:
                children += self.sequence([child], subshell=subshell)
            elif child.type in REDIRECTS:
                link.redirects.append(child)


def _may_precede_comment(text: str) -> bool:
    """Whether `#` after `text` starts a comment; to the grammar it does after some words too."""
    # In a here-document the shell itself joins lines.
    text = text.removesuffix("\\\n")
    return not text or text[-1] in " \t\n;&|()"


def _of_command(kind: Kind, command: Command, place: _Place) -> Statement:
    operator, background, terminated = place
    return Statement(
        kind,
        command.span,
        operator,
        background,
        command=command,
        redirects=command.redirects,
        terminated=terminated,
    )


def _of_parts(
    kind: Kind,
    span: Span,
    place: _Place,
    children: Sequence[Statement],
    condition: Sequence[Statement] = (),
    redirects: tuple[Redirect, ...] = (),
) -> Statement:
    operator, background, terminated = place
    return Statement(
        kind,
        span,
        operator,
        background,
        tuple(children),
        tuple(condition),
        redirects=redirects,
        terminated=terminated,
    )


def _line_after(redirect: Node) -> list[Node]:
    """What stands on the line of a here-document's delimiter, after it."""
    if redirect.type != "heredoc_redirect":
        return []
    kinds = [child.type for child in redirect.children]
    after = kinds.index("heredoc_start") + 1 if "heredoc_start" in kinds else 0
    return [
        child
        for child in redirect.children[after:]
        if child.type not in ("heredoc_body", "heredoc_end")
    ]
