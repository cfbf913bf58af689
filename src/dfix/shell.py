"""The shell's view of a RUN, CMD, ENTRYPOINT or HEALTHCHECK text.

The text is given as it stands in the file; every span is a range of that text. Nothing of the
grammar behind it is seen outside, and nothing of it is loaded before a first text is parsed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from dfix.shell_text import JoinedText, join, stand_ins
from dfix.shell_words import Assignment, Command, Kind, Redirect, Statement, Word, literal
from dfix.text import Span

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

__all__ = [
    "Assignment",
    "Command",
    "Redirect",
    "ShellScript",
    "Statement",
    "Word",
    "is_posix_shell",
    "parse_shell",
    "shell_kind",
]


@dataclass(frozen=True, slots=True)
class ShellScript:
    """A parsed shell text; what stands after the first of `errors` is a guess.

    `errors` are ranges that are no shell text, or that the grammar reads otherwise than a shell.
    `comments` are those that a shell sees, not the lines that the builder drops while it joins;
    `notes` are words that hold nothing but a comment, in backquotes. `statements` is the top-level
    list; `commands` are all simple commands at any depth, in source order. `joined` is the text
    after the joining of lines.
    """

    text: str
    escape: str
    joined: JoinedText
    errors: tuple[Span, ...]
    comments: tuple[Span, ...] = ()
    notes: tuple[Span, ...] = ()
    statements: tuple[Statement, ...] = ()
    commands: tuple[Command, ...] = ()

    @property
    def has_error(self) -> bool:
        """Whether any part of the text could not be read as a shell reads it."""
        return bool(self.errors)

    @property
    def cooked(self) -> str:
        """The text that the shell gets: lines joined, swallowed lines gone."""
        return self.joined.text

    def edited(self, edits: Sequence[tuple[Span, str]]) -> str | None:
        """The raw text with each span replaced, or `None` where the result cannot be trusted.

        That is so if an edit touches a statement with an error, or what comes after it; if the
        result has more errors than the text had; or if the instruction would end elsewhere.
        Insertions at one place keep their order.

        Raises:
            ValueError: A span is outside of the text, or two of them overlap.
        """
        limit = self._trusted_until()
        pieces: list[str] = []
        at = 0
        for span, replacement in sorted(edits, key=lambda edit: edit[0]):
            if not at <= span.start <= span.end <= len(self.text):
                raise ValueError(f"edit at {span.start}:{span.end} overlaps another or the end")
            if span.end >= limit:
                return None
            pieces += (self.text[at : span.start], replacement)
            at = span.end
        result = parse_shell("".join(pieces) + self.text[at:], self.escape)
        if len(result.errors) > len(self.errors):
            return None
        if self.escape and (
            result.joined.dangling > self.joined.dangling
            or result.cooked.count("\n") != self.cooked.count("\n")
        ):
            return None
        return result.text

    def _trusted_until(self) -> int:
        """Where the first statement with an error starts; past the end without any."""
        if not self.errors:
            return len(self.text) + 1
        first = self.errors[0].start
        starts = [s.span.start for s in self.statements if s.span.start <= first <= s.span.end]
        return min([first, *starts])


_SHELLS = frozenset({"sh", "ash", "dash", "bash", "ksh", "ksh93", "mksh", "yash"})
_TAKES_TEXT = re.compile(r"-[A-Za-z]*c[A-Za-z]*")


def shell_kind(argv: Sequence[str]) -> Literal["posix", "powershell", "cmd", "unknown"]:
    """What reads the text under a SHELL instruction with these words.

    A POSIX shell counts only with `-c`; without, the text would be the name of a script.
    """
    names = [re.split(r"[\\/]", word)[-1].lower().removesuffix(".exe") for word in argv]
    while names[:1] in (["env"], ["busybox"]):
        del names[0]
    name = names[0] if names else ""
    if name in ("powershell", "pwsh"):
        return "powershell"
    if name == "cmd":
        return "cmd"
    if name in _SHELLS and any(map(_TAKES_TEXT.fullmatch, argv)):
        return "posix"
    return "unknown"


def is_posix_shell(argv: Sequence[str]) -> bool:
    """Whether a POSIX shell reads the text under a SHELL instruction with these words."""
    return shell_kind(argv) == "posix"


@lru_cache(maxsize=1024)
def parse_shell(text: str, escape: str = "\\") -> ShellScript:
    """Read a shell text as it stands in the file; never raises, whatever the text.

    `escape` is the file's escape character, or empty for the body of a here-document, whose lines
    the builder does not join. What is too deep or too costly to read is one error without
    statements.
    """
    joined = join(text, escape)
    source, notes = stand_ins(joined.text)
    reader = _Reader(text, joined, frozenset(notes))
    try:
        if "\0" in text:
            # No shell can be given such a text.
            raise _UnreadableError
        statements = reader.read(_parse(source.encode("ascii")).root_node)
    except _UnreadableError:
        return ShellScript(text, escape, joined, (Span(0, len(text)),))
    return ShellScript(
        text,
        escape,
        joined,
        tuple(sorted(set(reader.errors))) if reader.errors else (),
        tuple(reader.comments),
        tuple(reader.span(*note) for note in notes),
        statements,
        tuple(sorted(reader.commands, key=lambda command: command.span.start)),
    )


class _UnreadableError(Exception):
    """The text cannot be read at an acceptable cost."""


_SMALL: Final = 4096
_MOST_PIPES: Final = 4096
_PATIENCE: Final = 1.0
_DEEPEST: Final = 64


@cache
def _language() -> "Language":
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Language(tree_sitter_bash.language())


def _parse(source: bytes) -> "Tree":
    """Parse ASCII bytes; recovery from errors may take quadratic time, so that it is watched.

    Raises:
        _UnreadableError: It would take too long.
    """
    from tree_sitter import Parser

    parser = Parser(_language())
    if len(source) <= _SMALL:
        return parser.parse(source)
    if source.count(b"|") > _MOST_PIPES:
        # Recovery after a pipeline of thousands is one step, which nothing interrupts.
        raise _UnreadableError
    deadline = perf_counter() + _PATIENCE
    try:
        return parser.parse(
            lambda offset, _: source[offset : offset + _SMALL],
            progress_callback=lambda _offset, _failed: perf_counter() > deadline,
        )
    except ValueError:
        raise _UnreadableError from None


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
_BRACKETS = frozenset("{ } ( ) do done $( ` <( >(".split())
_NOTHING = frozenset({"comment", "ERROR"})
_KEYWORDS = frozenset("if elif else fi while until".split())
_CLAUSES = frozenset({"elif_clause", "else_clause"})
_CASE_ENDS = frozenset({";;", ";&", ";;&"})
_EXPRESSIONS = frozenset({"unary_expression", "binary_expression", "parenthesized_expression"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NAMES = frozenset({"variable_name", "special_variable_name"})
_RESERVED = frozenset("! { } case do done elif else esac fi for if then until while".split())


class _Place(NamedTuple):
    """How a statement stands among its siblings."""

    operator: str = ""
    background: bool = False
    terminated: str = ""


class _Link:
    """One member of a chain such as `a | ! b >x && c`, before it is grouped by precedence."""

    __slots__ = ("extra", "negation", "node", "operator", "redirects")

    def __init__(self, operator: str, negation: int, node: "Node | None") -> None:
        self.operator = operator
        self.negation = negation
        self.node = node
        self.redirects: list[Node] = []
        self.extra: list[Node] = []


class _Reader:
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

    def read(self, root: "Node") -> tuple[Statement, ...]:
        """The statements of the whole text. Raises `_UnreadableError` if they nest too deeply."""
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

    def _collect_extras(self, root: "Node") -> None:
        """Note what may stand anywhere in the tree: comments and errors."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node.type == "comment":
                self.comments.append(self.span(node.start_byte, node.end_byte))
            elif node.is_error or node.is_missing:
                self._misread(node)
            stack.extend(reversed(node.children))

    def _misread(self, node: "Node") -> None:
        self.errors.append(self.span(node.start_byte, node.end_byte))

    def _sequence(self, nodes: Sequence["Node"], *, subshell: bool) -> tuple[Statement, ...]:
        """The statements of a list, given its nodes; brackets around them are passed over."""
        if self._depth >= _DEEPEST:
            raise _UnreadableError
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
        self, statements: list[Statement], node: "Node", place: _Place, *, subshell: bool
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

    def _links(self, node: "Node") -> list[_Link]:
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
            statement = Statement("pipeline", span, *inner[:2], parts, terminated=inner.terminated)
        if negation < 0:
            return statement
        span = Span(self.span(negation, negation).start, statement.span.end)
        return _placed("negated", span, place, children=(statement,))

    def _statement(self, link: _Link, place: _Place, *, subshell: bool) -> Statement:
        if link.node is None or link.node.type not in _COMPOUNDS:
            return self._simple(link, place, subshell=subshell)
        return self._compound(link.node, link, place, subshell=subshell)

    def _compound(
        self, node: "Node", link: _Link, place: _Place, *, subshell: bool
    ) -> Statement:
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
            self._inside(node)
        elif kind in ("if", "while"):
            self._clauses(node, condition, children, subshell=subshell)
        else:
            children += self._sequence(node.children, subshell=subshell or kind == "subshell")
        redirects = tuple(self._redirect(redirect, link.extra) for redirect in link.redirects)
        for extra in link.extra:
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
        node: "Node",
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

    def _loop(self, node: "Node", children: list[Statement], *, subshell: bool) -> Kind:
        for child in node.children:
            if child.type in ("do_group", "compound_statement"):
                children += self._sequence(child.children, subshell=subshell)
            elif child.is_named:
                self._inside(child)
        return "for" if node.children[0].type == "for" else "other"

    def _cases(self, node: "Node", children: list[Statement], *, subshell: bool) -> None:
        for child in node.children:
            if child.type != "case_item":
                self._inside(child)
                continue
            parts = child.children
            body = [part.type for part in parts].index(")") + 1
            for pattern in parts[:body]:
                self._inside(pattern)
            statements = [part for part in parts[body:] if part.type not in _CASE_ENDS]
            children += self._sequence(statements, subshell=subshell)

    def _function(
        self, node: "Node", link: _Link, children: list[Statement], *, subshell: bool
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
            parts = _leaves(node) if kind == "test" else list(node.children)
            if node.type == "variable_assignment":
                parts = [node]
        own = len(parts)
        parts += link.redirects
        parts += link.extra
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects: list[Redirect] = []
        previous = first = -1
        for part in parts:
            # A redirection adds to the parts what the grammar takes for further targets of it.
            part_kind = part.type
            start, end = part.start_byte, part.end_byte
            if part_kind == "variable_assignment" and not words:
                assignments.append(self._assignment(part))
            elif part_kind in _REDIRECTS:
                redirects.append(self._redirect(part, parts))
            elif part_kind == "subshell":
                self._misread(part)
            elif part_kind not in _NOTHING and start < end and (start, end) not in self._notes:
                if start == previous:
                    # The grammar cuts `a==b` in three; to a shell it is one word.
                    words.pop()
                else:
                    first = start
                    if self._text[previous:start] == "\\\n":
                        self._misread(part)
                words.append(self._word(first, end, part))
                previous = end
        span = redirects[0].span if node is None else self.span(node.start_byte, node.end_byte)
        if len(parts) > own:
            words.sort(key=lambda word: word.span.start)
            ends = [part.span.end for part in (*words, *redirects)]
            span = Span(span.start, max(span.end, *ends))
        name = words[0] if words else None
        if name is not None and name.text in _RESERVED:
            self.errors.append(name.span)
        command = Command(
            span, name, tuple(words[1:]), tuple(assignments), tuple(redirects), subshell
        )
        self.commands.append(command)
        return Statement(
            kind,
            span,
            place.operator,
            place.background,
            command=command,
            redirects=command.redirects,
            terminated=place.terminated,
        )

    def _word(self, start: int, end: int, node: "Node", *, assigned: bool = False) -> Word:
        """The word in a range of the joined text, `node` being its last or only piece."""
        source = self._text[start:end]
        span = self.span(start, end)
        text = source if self._origin is None else self._raw[span.start : span.end]
        if "$" in source or "`" in source or "(" in source:
            return Word(span, text, literal(source, assigned=assigned), self._inside(node))
        return Word(span, text, literal(source, assigned=assigned))

    def _assignment(self, node: "Node") -> Assignment:
        name, operator, *values = node.children
        value: Word | None = None
        if values:
            value = self._word(values[0].start_byte, node.end_byte, values[0], assigned=True)
        text = self._text[name.start_byte : name.end_byte].partition("[")[0]
        return Assignment(text, operator.type, value, self.span(node.start_byte, node.end_byte))

    def _redirect(self, node: "Node", surplus: "list[Node]") -> Redirect:
        """Read a redirection; words after its target, which belong to the command, are surplus."""
        operator = fd = ""
        target: Word | None = None
        document: list[Node] = []
        end = node.start_byte
        for child in node.children:
            kind = child.type
            if kind in ("heredoc_body", "heredoc_end"):
                document.append(child)
                self._inside(child)
            elif operator and target is not None:
                if node.type != "heredoc_redirect" and child.is_named:
                    surplus.append(child)
                continue
            elif kind == "file_descriptor":
                fd = self._text[child.start_byte : child.end_byte]
            elif not child.is_named:
                operator = kind
            elif kind not in _NOTHING:
                target = self._word(child.start_byte, child.end_byte, child)
            else:
                continue
            if not document:
                end = child.end_byte
        body: Span | None = None
        if document:
            line = self._text.rfind("\n", 0, document[0].start_byte) + 1
            body = self.span(line, document[-1].end_byte)
        return Redirect(operator, fd, target, self.span(node.start_byte, end), body)

    def _inside(self, node: "Node") -> tuple[str, ...]:
        """Read the commands of all substitutions in a node; the parameters that it mentions."""
        names: dict[str, None] = {}
        stack = [(node, False)]
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
            stack += [(child, nested) for child in reversed(children)]
        return tuple(names)


def _leaves(test: "Node") -> "list[Node]":
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


def _line_after(redirect: "Node") -> "list[Node]":
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
