"""From a syntax tree to statements and commands.

The tree is that of tree-sitter's bash grammar over the joined text. The grammar reads some things
otherwise than a shell binds them; what can be set right is, and the rest is reported as an error.
"""

import re
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple, Protocol

from dfix.shell_text import JoinedText
from dfix.shell_words import Assignment, Command, Kind, Redirect, Statement, Word, literal
from dfix.text import Span


class Node(Protocol):
    """What is needed of a node of the tree; offsets are those of the joined text."""

    @property
    def type(self) -> str: ...
    @property
    def is_named(self) -> bool: ...
    @property
    def is_error(self) -> bool: ...
    @property
    def is_missing(self) -> bool: ...
    @property
    def has_error(self) -> bool: ...
    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def children(self) -> Sequence["Node"]: ...


class UnreadableError(Exception):
    """The text cannot be read at an acceptable cost."""


_DEEPEST = 64
"""How deeply lists may nest; every level costs a handful of the interpreter's frames."""

_SIMPLE: dict[str, Kind] = {
    "command": "command",
    "declaration_command": "command",
    "unset_command": "command",
    "test_command": "test",
    "variable_assignment": "assignment",
    "variable_assignments": "assignment",
}
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
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
_ATOMS = frozenset(_SIMPLE) | frozenset(_COMPOUNDS)
_STATEMENTS = _ATOMS | _REDIRECTS | _CHAINS
_PIPES = frozenset({"|", "|&"})
_OPERATORS = _PIPES | {"&&", "||"}
_BRACKETS = frozenset({"{", "}", "(", ")", "do", "done", "$(", "`", "<(", ">("})
_NOTHING = frozenset({"comment", "ERROR"})
_KEYWORDS = frozenset({"if", "elif", "else", "fi", "while", "until"})
_CLAUSES = frozenset({"elif_clause", "else_clause"})
_CASE_ENDS = frozenset({";;", ";&", ";;&"})
_EXPRESSIONS = frozenset({"unary_expression", "binary_expression", "parenthesized_expression"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NAMES = frozenset({"variable_name", "special_variable_name"})
_RESERVED = frozenset(
    {
        "!",
        "{",
        "}",
        "case",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "fi",
        "for",
        "if",
        "then",
        "until",
        "while",
    }
)


_NAME = re.compile(r"[A-Za-z_]\w*|\d")


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


class Reader:
    """Builds statements and commands from a syntax tree over the joined text."""

    def __init__(self, raw: str, joined: JoinedText, notes: frozenset[tuple[int, int]]) -> None:
        self.errors: list[Span] = []
        self.comments: list[Span] = []
        self.commands: list[Command] = []
        self._raw = raw
        self._text = joined.text
        self._origin = joined.origin
        self._notes = notes
        self._depth = 0

    def read(self, root: Node) -> tuple[Statement, ...]:
        """The statements of the whole text. Raises `UnreadableError` if they nest too deeply."""
        if "#" in self._text or root.has_error:
            self._collect_extras(root)
        return self._sequence(root.children, subshell=False)

    def span(self, start: int, end: int) -> Span:
        """The range of the raw text that a range of the joined text comes from."""
        origin = self._origin
        if origin is None:
            return Span(start, end)
        first = origin[start]
        return Span(first, origin[end - 1] + 1 if end > start else first)

    def _collect_extras(self, root: Node) -> None:
        """Note what may stand anywhere in the tree: comments and errors."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node.type == "comment":
                self.comments.append(self.span(node.start_byte, node.end_byte))
            elif node.is_error or node.is_missing:
                self._misread(node)
            stack.extend(reversed(node.children))

    def _misread(self, node: Node) -> None:
        self.errors.append(self.span(node.start_byte, node.end_byte))

    def _sequence(self, nodes: Sequence[Node], *, subshell: bool) -> tuple[Statement, ...]:
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
                    lists.append((current, operator, "\n"))
                    operator = "\n"
                current = node
            elif kind in (";", "&"):
                if current is not None:
                    lists.append((current, operator, kind))
                    current = None
                operator = kind
            elif kind not in _BRACKETS and kind not in _NOTHING:
                self._misread(node)
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
            statements.append(self._simple(_Link("", -1, node), place, subshell=subshell))
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
                    self._misread(node)
                negation = node.start_byte
            elif kind in _NOTHING:
                continue
            elif links and not operator and negation < 0:
                if kind in _REDIRECTS:
                    links[-1].redirects.append(node)
                    stack.extend(reversed(_line_after(node)))
                elif kind in _ATOMS:
                    self._misread(node)
                else:
                    links[-1].extra.append(node)
            elif kind in _REDIRECTS:
                links.append(_Link(operator, negation, None))
                links[-1].redirects.append(node)
                operator, negation = "", -1
                stack.extend(reversed(_line_after(node)))
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
            statement = _placed("pipeline", span, inner, children=parts)
        if negation < 0:
            return statement
        span = Span(self.span(negation, negation).start, statement.span.end)
        return _placed("negated", span, place, children=(statement,))

    def _statement(self, link: _Link, place: _Place, *, subshell: bool) -> Statement:
        if link.node is None or link.node.type not in _COMPOUNDS:
            return self._simple(link, place, subshell=subshell)
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
            self._inside([node])
        elif kind in ("if", "while"):
            self._clauses(node, condition, children, subshell=subshell)
        else:
            children += self._sequence(node.children, subshell=subshell or kind == "subshell")
        redirects = tuple(self._redirect([redirect]) for redirect in link.redirects)
        for extra in (*link.extra, *chain.from_iterable(map(_surplus, link.redirects))):
            # No words may follow a compound command.
            self._misread(extra)
        span = self.span(node.start_byte, node.end_byte)
        if redirects:
            span = Span(span.start, redirects[-1].span.end)
        return _placed(
            kind,
            span,
            place,
            children=tuple(children),
            condition=tuple(condition),
            redirects=redirects,
        )

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
        for child in node.children:
            kind = child.type
            if kind == "then":
                condition += self._sequence(part, subshell=subshell)
                part = []
            elif kind == "do_group":
                condition += self._sequence(part, subshell=subshell)
                part = child.children
            elif kind in _CLAUSES:
                children += self._sequence(part, subshell=subshell)
                part = []
                self._clauses(child, condition, children, subshell=subshell)
            elif kind not in _KEYWORDS:
                part.append(child)
        children += self._sequence(part, subshell=subshell)

    def _loop(self, node: Node, children: list[Statement], *, subshell: bool) -> Kind:
        for child in node.children:
            if child.type in ("do_group", "compound_statement"):
                children += self._sequence(child.children, subshell=subshell)
            elif child.is_named:
                self._inside([child])
        return "for" if node.children[0].type == "for" else "other"

    def _cases(self, node: Node, children: list[Statement], *, subshell: bool) -> None:
        for child in node.children:
            if child.type != "case_item":
                self._inside([child])
                continue
            parts = child.children
            body = [part.type for part in parts].index(")") + 1
            for pattern in parts[:body]:
                self._inside([pattern])
            statements = [part for part in parts[body:] if part.type not in _CASE_ENDS]
            children += self._sequence(statements, subshell=subshell)

    def _function(
        self, node: Node, link: _Link, children: list[Statement], *, subshell: bool
    ) -> None:
        for child in node.children:
            if child.type in _ATOMS:
                children += self._sequence([child], subshell=subshell)
            elif child.type in _REDIRECTS:
                link.redirects.append(child)

    def _simple(self, link: _Link, place: _Place, *, subshell: bool) -> Statement:
        """A simple command, or the assignments and redirections that stand for one."""
        kind: Kind = "command"
        node = link.node
        parts: list[Node] = []
        if node is not None:
            kind = _SIMPLE[node.type]
            parts = _leaves(node) if kind == "test" else [*node.children]
            if node.type == "variable_assignment":
                parts = [node]
        own = len(parts)
        parts += link.redirects
        parts += link.extra
        groups = self._groups(parts)
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects: list[Redirect] = []
        for part_kind, start, end, pieces in groups:
            if part_kind == "variable_assignment" and not words:
                assignments.append(self._assignment(start, end, pieces))
            elif part_kind in _REDIRECTS:
                redirects.append(self._redirect(pieces))
            elif part_kind == "subshell":
                self._misread(pieces[0])
            elif not (self._notes and (start, end) in self._notes):
                words.append(self._word(start, end, pieces))
        span = redirects[0].span if node is None else self.span(node.start_byte, node.end_byte)
        if len(parts) > own:
            words.sort(key=lambda word: word.span.start)
            ends = [part.span.end for part in (*words, *redirects)]
            span = Span(span.start, max(span.end, *ends))
        if kind == "command" and assignments and not words:
            kind = "assignment"
        name = words[0] if words else None
        if name is not None and name.text in _RESERVED:
            self.errors.append(name.span)
        command = Command(
            span, name, tuple(words[1:]), tuple(assignments), tuple(redirects), subshell
        )
        self.commands.append(command)
        return _placed(kind, span, place, command=command, redirects=command.redirects)

    def _groups(self, parts: list[Node]) -> list[tuple[str, int, int, list[Node]]]:
        """The parts of a simple command with kind and range, put together where they adjoin.

        The grammar may cut a word in two, as after the second dollar of `$a/$b/c`, and takes the
        words after the target of a redirection for further targets.
        """
        groups: list[tuple[str, int, int, list[Node]]] = []
        previous = -1
        for part in parts:
            kind = part.type
            start, end = part.start_byte, part.end_byte
            if start == end or kind in _NOTHING:
                continue
            if start == previous:
                kind, start, _, pieces = groups.pop()
                groups.append((kind, start, end, [*pieces, part]))
            else:
                if previous >= 0 and not self._is_blank(previous, start):
                    self._misread(part)
                groups.append((kind, start, end, [part]))
                if kind == "file_redirect":
                    parts += _surplus(part)
            previous = end
        return groups

    def _is_blank(self, start: int, end: int) -> bool:
        """Whether only blanks stand between two parts of a command, so that no word is lost."""
        gap = self._text[start:end]
        if not gap.strip(" \t"):
            return True
        # In a here-document the shell itself joins lines; words may not be joined by that.
        gap = gap.replace("\\\n", "")
        return bool(gap) and not gap.strip(" \t")

    def _word(
        self, start: int, end: int, pieces: Sequence[Node], *, assigned: bool = False
    ) -> Word:
        """The word in a range of the joined text, made of nodes that adjoin."""
        source = self._text[start:end]
        span = self.span(start, end)
        text = source if self._origin is None else self._raw[span.start : span.end]
        value = literal(source, assigned=assigned)
        if value is not None and "$" not in source:
            return Word(span, text, value)
        for piece in pieces:
            if piece.type == "concatenation" and _has_gap(piece):
                self._misread(piece)
        return Word(span, text, value, self._inside(pieces))

    def _assignment(self, start: int, end: int, pieces: Sequence[Node]) -> Assignment:
        name, operator, *values = pieces[0].children
        values += pieces[1:]
        value: Word | None = None
        if values:
            value = self._word(values[0].start_byte, end, values, assigned=True)
        text = self._text[name.start_byte : name.end_byte].partition("[")[0]
        return Assignment(text, operator.type, value, self.span(start, end))

    def _redirect(self, pieces: Sequence[Node]) -> Redirect:
        """Read a redirection; more pieces than one are parts of its target."""
        operator = fd = ""
        targets: list[Node] = []
        document: list[Node] = []
        redirect, *rest = pieces
        end = redirect.start_byte
        for child in (*redirect.children, *rest):
            kind = child.type
            if kind in ("heredoc_body", "heredoc_end"):
                document.append(child)
                self._inside([child])
                continue
            if kind in _NOTHING or (targets and child.start_byte != end):
                continue
            if targets or (child.is_named and kind != "file_descriptor"):
                targets.append(child)
            elif kind == "file_descriptor":
                fd = self._text[child.start_byte : child.end_byte]
            else:
                operator = kind
            end = child.end_byte
        body: Span | None = None
        if document:
            line = self._text.rfind("\n", 0, document[0].start_byte) + 1
            body = self.span(line, document[-1].end_byte)
        target = self._word(targets[0].start_byte, end, targets) if targets else None
        return Redirect(operator, fd, target, self.span(redirect.start_byte, end), body)

    def _inside(self, nodes: Sequence[Node]) -> tuple[str, ...]:
        """Read the commands of all substitutions in nodes; the parameters that these mention."""
        names: dict[str, None] = {}
        stack = [(node, False) for node in reversed(nodes)]
        dollar = -1
        while stack:
            node, nested = stack.pop()
            kind = node.type
            children = node.children
            if kind in _NAMES:
                names[self._text[node.start_byte : node.end_byte]] = None
            elif kind in _SUBSTITUTIONS and not nested:
                self._sequence(children, subshell=True)
                nested = True
            elif kind == "variable_assignment":
                children = children[1:]
            elif kind == "$":
                dollar = node.end_byte
            elif kind == "word" and node.start_byte == dollar:
                found = _NAME.match(self._text, dollar)
                names.update({found[0]: None} if found else {})
            stack += [(child, nested) for child in reversed(children)]
        return tuple(names)


def _surplus(redirect: Node) -> list[Node]:
    """What the grammar takes for further targets of a redirection: words of the command."""
    targets = [
        child
        for child in redirect.children
        if child.is_named and child.type not in _NOTHING and child.type != "file_descriptor"
    ]
    adjoining = 1
    while adjoining < len(targets) and (
        targets[adjoining].start_byte == targets[adjoining - 1].end_byte
    ):
        adjoining += 1
    return targets[adjoining:]


def _has_gap(concatenation: Node) -> bool:
    """Whether the grammar takes words with blanks between them for one."""
    children = concatenation.children
    return any(before.end_byte != after.start_byte for before, after in pairwise(children))


def _placed(
    kind: Kind,
    span: Span,
    place: _Place,
    *,
    children: tuple[Statement, ...] = (),
    condition: tuple[Statement, ...] = (),
    command: Command | None = None,
    redirects: tuple[Redirect, ...] = (),
) -> Statement:
    operator, background, terminated = place
    return Statement(
        kind, span, operator, background, children, condition, command, redirects, terminated
    )


def _leaves(test: Node) -> list[Node]:
    """The words and operators of a test, in order."""
    leaves: list[Node] = []
    stack = [test]
    while stack:
        node = stack.pop()
        if node.type in _EXPRESSIONS or node == test:
            stack.extend(reversed(node.children))
        else:
            leaves.append(node)
    return leaves


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
