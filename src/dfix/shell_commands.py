"""From the nodes of a simple command to words, assignments and redirections.

The nodes are those of tree-sitter's bash grammar over the joined text. The grammar reads some words
otherwise than a shell does; what can be set right is, and the rest is reported as an error.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Protocol

from dfix.patterns import regex
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


SIMPLE: dict[str, Kind] = {
    "command": "command",
    "declaration_command": "command",
    "unset_command": "command",
    "test_command": "test",
    "variable_assignment": "assignment",
    "variable_assignments": "assignment",
}
"""The nodes of what is one command to a shell."""

REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
NOTHING = frozenset({"comment", "ERROR"})
"""The nodes that may stand anywhere and are collected on their own."""

_EXPRESSIONS = frozenset({"unary_expression", "binary_expression", "parenthesized_expression"})
_TEST_OPERATORS = frozenset({"&&", "||", "(", ")", "<", ">"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NAMES = frozenset({"variable_name", "special_variable_name"})
_NAME = regex(r"[A-Za-z_]\w*|\d")
_PARAMETER = regex(r"\$\{?([A-Za-z_]\w*|\d)")
_PATTERN = regex(r"[\w./:@%+,*?^=-]+")
_RESERVED = regex(r"[!{}]|\]\]|case|do|done|elif|else|esac|fi|for|if|then|until|while")


class CommandReader(ABC):
    """Builds commands; what substitutions hold is left to a reader of lists."""

    def __init__(
        self, raw: str, joined: JoinedText, source: str, notes: Collection[tuple[int, int]]
    ) -> None:
        self.errors: list[Span] = []
        self.comments: list[Span] = []
        self.commands: list[Command] = []
        self.pipelines: list[Statement] = []
        self._raw = raw
        self._text = joined.text
        self._origin = joined.origin
        self._source = source
        self._notes = frozenset(notes)
        self._depth = 0

    def span(self, start: int, end: int) -> Span:
        """The range of the raw text that a range of the joined text comes from."""
        origin = self._origin
        if origin is None:
            return Span(start, end)
        first = origin[start]
        return Span(first, origin[end - 1] + 1 if end > start else first)

    def misread(self, node: Node) -> None:
        self.errors.append(self.span(node.start_byte, node.end_byte))

    @abstractmethod
    def sequence(self, nodes: Iterable[Node], *, subshell: bool) -> tuple[Statement, ...]:
        """The statements of a list, given its nodes; brackets around them are passed over."""

    def command(
        self,
        node: Node | None,
        redirects: Sequence[Node],
        extra: Sequence[Node],
        *,
        subshell: bool,
    ) -> tuple[Kind, Command]:
        """A simple command, or the assignments and redirections that stand for one.

        `redirects` and `extra` words are those that the grammar puts outside of `node`.
        """
        kind: Kind = "command"
        own: Sequence[Node] = ()
        if node is not None:
            kind = SIMPLE[node.type]
            own = node.children
            if kind == "test":
                own = _leaves(node)
            elif node.type == "variable_assignment":
                own = [node]
        words: list[Word] = []
        assignments: list[Assignment] = []
        targets: list[Redirect] = []
        for part, start, pieces in self._groups([*own, *redirects], extra):
            end = pieces[-1].end_byte
            if part == "variable_assignment" and not words:
                assignments.append(self._assignment(start, end, pieces))
            elif part in REDIRECTS:
                targets.append(self.redirect(pieces))
            elif part == "subshell":
                self.misread(pieces[0])
            elif kind == "test" and part in _TEST_OPERATORS:
                span = self.span(start, end)
                words.append(Word(span, self._raw[span.start : span.end], part))
            elif not (self._notes and (start, end) in self._notes):
                if (
                    part == "regex"
                    and kind != "test"
                    and not _PATTERN.fullmatch(self._text, start, end)
                ):
                    self.misread(pieces[0])
                words.append(self._word(start, end, pieces))
        span = targets[0].span if node is None else self.span(node.start_byte, node.end_byte)
        if redirects:
            words.sort(key=lambda word: word.span.start)
            ends = [word.span.end for word in words] + [target.span.end for target in targets]
            span = Span(span.start, max([span.end, *ends]))
        if kind == "command" and assignments and not words:
            kind = "assignment"
        name = words[0] if words else None
        if name is not None and _RESERVED.fullmatch(name.text):
            self.errors.append(name.span)
        command = Command(
            span, name, tuple(words[1:]), tuple(assignments), tuple(targets), subshell
        )
        self.commands.append(command)
        return kind, command

    def _groups(
        self, parts: list[Node], extra: Sequence[Node]
    ) -> list[tuple[str, int, list[Node]]]:
        """The parts of a simple command with kind and start, put together where they adjoin.

        The grammar may cut a word in two, as after the second dollar of `$a/$b/c`, and takes the
        words after the target of a redirection for further targets.
        """
        groups: list[tuple[str, int, list[Node]]] = []
        text = self._text
        previous = -1
        surely = len(parts)
        parts += extra
        for number, part in enumerate(parts):
            kind = part.type
            start, end = part.start_byte, part.end_byte
            if kind in NOTHING or (start == end and kind not in REDIRECTS):
                continue
            if start == previous and kind not in REDIRECTS and kind != "subshell":
                groups[-1][2].append(part)
            else:
                gap = text[previous:start]
                if gap != " " and previous >= 0 and number < surely and not _is_blank(gap):
                    self.misread(part)
                groups.append((kind, start, [part]))
                if kind in REDIRECTS:
                    # These are looked at in their turn.
                    parts += surplus(part)
            previous = end
        return groups

    def _word(
        self, start: int, end: int, pieces: Sequence[Node], *, assigned: bool = False
    ) -> Word:
        """The word in a range of the joined text, made of nodes that adjoin."""
        source = self._text[start:end]
        if self._origin is None:
            span = Span(start, end)
            text = source
        else:
            span = self.span(start, end)
            text = self._raw[span.start : span.end]
        value = literal(source, assigned=assigned)
        if value is not None and "$" not in source:
            return Word(span, text, value)
        for piece in pieces:
            if self._has_blank(piece):
                self.misread(piece)
        if "$" in source or "`" in source or "(" in source:
            return Word(span, text, value, self.inside(pieces))
        return Word(span, text, value)

    def _has_blank(self, node: Node) -> bool:
        """Whether the grammar takes words with blanks between them for one, as in `} ]`."""
        if node.type == "command_name":
            node = node.children[0]
        if node.type == "word":
            return " " in self._source[node.start_byte : node.end_byte]
        return node.type == "concatenation" and any(
            before.end_byte != after.start_byte for before, after in pairwise(node.children)
        )

    def _assignment(self, start: int, end: int, pieces: Sequence[Node]) -> Assignment:
        name, operator, *values = pieces[0].children
        values += pieces[1:]
        value: Word | None = None
        if values:
            value = self._word(values[0].start_byte, end, values, assigned=True)
        text = self._text[name.start_byte : name.end_byte].partition("[")[0]
        return Assignment(text, operator.type, value, self.span(start, end))

    def redirect(self, pieces: Sequence[Node]) -> Redirect:
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
                self.inside([child])
                continue
            if kind in NOTHING or (targets and child.start_byte != end):
                continue
            if targets or (child.is_named and kind != "file_descriptor"):
                targets.append(child)
            elif kind == "file_descriptor":
                fd = self._text[child.start_byte : child.end_byte]
            else:
                operator = kind
            end = child.end_byte
        target = self._word(targets[0].start_byte, end, targets) if targets else None
        body: Span | None = None
        if redirect.type == "heredoc_redirect":
            body = self._document(operator, document, target)
            if body is None:
                self.misread(redirect)
        return Redirect(operator, fd, target, self.span(redirect.start_byte, end), body)

    def _document(
        self, operator: str, document: Sequence[Node], delimiter: Word | None
    ) -> Span | None:
        """The range of a here-document, with its closing line; `None` if it has no such line."""
        if not document or delimiter is None:
            return None
        start = self._text.rfind("\n", 0, document[0].start_byte) + 1
        end = document[-1].end_byte
        closing = self._text.rfind("\n", 0, document[-1].start_byte) + 1
        last = self._text[closing:end]
        if operator == "<<-":
            last = last.lstrip("\t")
        if last != delimiter.value or self._text[end : end + 1] not in ("", "\n"):
            return None
        return self.span(start, end)

    def inside(self, nodes: Sequence[Node]) -> tuple[str, ...]:
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
                self.sequence(children, subshell=True)
                nested = True
            elif kind == "variable_assignment":
                children = children[1:]
            elif kind == "regex":
                names.update(
                    dict.fromkeys(_PARAMETER.findall(self._text, node.start_byte, node.end_byte))
                )
            elif kind == "$":
                dollar = node.end_byte
            elif kind == "word" and node.start_byte == dollar:
                found = _NAME.match(self._text, dollar)
                names.update({found[0]: None} if found else {})
            stack += [(child, nested) for child in reversed(children)]
        return tuple(names)


def _is_blank(gap: str) -> bool:
    """Whether only blanks stand between two parts of a command, so that no word is lost."""
    if not gap.strip(" \t"):
        return True
    # In a here-document the shell itself joins lines; words may not be joined by that.
    gap = gap.replace("\\\n", "")
    return bool(gap) and not gap.strip(" \t")


def surplus(redirect: Node) -> list[Node]:
    """What the grammar takes for further targets of a redirection: words of the command."""
    if redirect.type != "file_redirect":
        return []
    targets = [
        child
        for child in redirect.children
        if child.is_named and child.type not in NOTHING and child.type != "file_descriptor"
    ]
    adjoining = 1
    while adjoining < len(targets) and (
        targets[adjoining].start_byte == targets[adjoining - 1].end_byte
    ):
        adjoining += 1
    return targets[adjoining:]


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
