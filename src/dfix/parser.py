"""From bytes to nodes: Lark's LALR parser over `grammar/dockerfile.lark`. Total: it never raises.

This module and `dfix.lalr` are the only ones that import lark.
"""

import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import TypeVar, cast

from lark import Lark, Token, Tree
from lark.lark import PostLex

from dfix import nodes, words
from dfix.lalr import LINE_REST, SWALLOWED, lalr
from dfix.nodes import Dockerfile, End, Flag, Heredoc, Instruction, Leaf, Line
from dfix.text import decode
from dfix.words import SPACE

_SPACE_CHARS = "".join(
    filter(re.compile(SPACE).match, filter(str.isspace, map(chr, range(0x3001))))
)
#: A parser directive; the builder stops looking for them at the first other line.
_DIRECTIVE = re.compile(
    rf"{SPACE}*+#{SPACE}*+(syntax|escape|check)[ \t\f\r]*+=(?!\r*+(?:\n|\Z))([^\n]*+)(?:\n|\Z)",
    re.IGNORECASE,
)
_KEYWORDS: dict[str, type[Instruction]] = {
    kind.word: kind
    for kind in (
        nodes.From, nodes.Run, nodes.Cmd, nodes.Entrypoint, nodes.Shell, nodes.Healthcheck,
        nodes.Copy, nodes.Add, nodes.Env, nodes.Label, nodes.Arg, nodes.Expose, nodes.Volume,
        nodes.User, nodes.Workdir, nodes.Stopsignal, nodes.Maintainer, nodes.Onbuild,
    )
}  # fmt: skip
#: The class of each rule of the grammar.
_KINDS: dict[str, type[Instruction]] = {
    **{word.lower(): kind for word, kind in _KEYWORDS.items()},
    "unknown": nodes.Unknown,
    "chained": nodes.Unknown,
}
_HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})
_FLAG_TYPES = frozenset({"FLAG", "FLAGS_END"})
_END_TYPES = frozenset({"NEWLINE", "HEREDOC_START"})
_L = TypeVar("_L", bound=Leaf)


@cache
def _continuation(escape: str, at_end: bool = False) -> re.Pattern[str]:
    """A continuation with the lines that it swallows; `at_end`: in a piece that ends the file."""
    sign = re.escape(escape)
    pattern = rf"(?<!{sign}){sign}{LINE_REST}{SWALLOWED}"
    return re.compile(pattern if at_end else pattern.replace(r"|\Z", "").replace(r"\Z", r"(?!)"))


class _Heredocs(PostLex):
    """Tells apart what the lexer cannot: lines that open heredocs, and lines that end them.

    It also ends the last line of a file that has no final line feed, and knows a keyword that is
    written over two lines. A HEREDOC_START's value are the heredocs that the line opens.
    """

    always_accept = ()

    def __init__(self, escape: str) -> None:
        self.escape = escape

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        keyword = ""  # of an instruction that may open heredocs
        flags: list[str] = []
        arguments: list[str] = []
        waiting: deque[words.Opening] = deque()
        unended = False  # an instruction's line end is still due
        for token in stream:
            kind = token.type
            if kind == "NEWLINE":
                if keyword:
                    waiting.extend(self.openings(keyword, flags, arguments))
                    if waiting:
                        token = Token.new_borrow_pos("HEREDOC_START", tuple(waiting), token)
                keyword, unended = "", False
            elif kind == "HEREDOC_LINE":
                if _closes(token, waiting[0]):
                    waiting.popleft()
                    token = token.update(type="HEREDOC_NEXT" if waiting else "HEREDOC_LAST")
            elif kind == "UNKNOWN" or kind in _KEYWORDS:
                if kind == "UNKNOWN":
                    kind = _continuation(self.escape).sub("", token).upper()
                    if kind in _KEYWORDS:
                        token = token.update(type=kind)
                unended = True
                keyword = kind if kind in _HEREDOC_KEYWORDS else ""
                flags, arguments = [], []
            elif kind == "ARRAY_START":
                keyword = ""  # an exec form holds no heredoc
            elif keyword:
                (flags if kind in _FLAG_TYPES else arguments).append(token)
            yield token
        if unended:
            waiting.extend(self.openings(keyword, flags, arguments, True) if keyword else ())
            yield Token("HEREDOC_START", tuple(waiting)) if waiting else Token("NEWLINE", "")
        if waiting:
            yield Token("HEREDOC_LAST", "")

    def openings(
        self, keyword: str, flags: list[str], arguments: list[str], at_end: bool = False
    ) -> tuple[words.Opening, ...]:
        if not any("<" in each for each in (*flags, *arguments)):  # a continuation may part the two
            return ()
        line = " ".join([keyword, *flags, "".join(arguments)])
        return words.heredocs(_continuation(self.escape, at_end).sub("", line).rstrip("\r"))


def heredocs(escape: str) -> PostLex:
    """What stands between the lexer and the parser, for one escape character."""
    return _Heredocs(escape)


def _closes(line: str, opening: words.Opening) -> bool:
    candidate = line.rstrip("\r\n")
    return (candidate.lstrip("\t") if opening.chomp else candidate) == opening.name


@cache
def _lark(escape: str) -> Lark:
    """The parser for one escape character. The backtick's is built only if a file asks for it."""
    return lalr(escape, heredocs(escape))


def escape_character(text: str) -> str:
    """The escape character that the directives at the head of `text` ask for."""
    at = int(text.startswith("\ufeff"))
    while found := _DIRECTIVE.match(text, at):
        if found[1].lower() == "escape":
            return "`" if found[2].strip(" \t\f\r") == "`" else "\\"
        at = found.end()
    return "\\"


def parse(data: bytes | str) -> Dockerfile:
    """The tree of a Dockerfile. `parse(data).code == data` for every input; never raises."""
    text = decode(data) if isinstance(data, bytes) else data
    escape = escape_character(text)
    tree = _Builder(text, escape).dockerfile(_lark(escape).parse(text))
    # What it prints is known as long as nothing is edited: `code` still prints it.
    vars(tree)["text"] = text
    return tree


def _line(text: str, newline: str) -> Line:
    content = text.lstrip(_SPACE_CHARS)
    prefix = text[: len(text) - len(content)]
    kind = nodes.Comment if content else nodes.EmptyLine
    return kind(prefix, content, newline)


class _Builder:
    """Makes nodes of Lark's tree; `at` is how far the text has been given out."""

    def __init__(self, text: str, escape: str) -> None:
        self.text = text
        self.escape = escape
        self.at = 0

    def dockerfile(self, tree: "Tree[Token]") -> Dockerfile:
        mark: Leaf | None = None
        directives: list[nodes.Directive] = []
        instructions: list[Instruction] = []
        lines: list[Line] = []
        for child in tree.children:
            if isinstance(child, Tree):
                instructions.append(self.instruction(child, tuple(lines)))
                lines = []
            elif child.type == "MARK":
                mark = self.leaf(child, Leaf)
            elif child.type == "DIRECTIVE":
                directives.append(self.directive(child))
            else:
                self.lines(child, lines)
        rest = self.text[self.at :]
        if rest.strip(_SPACE_CHARS):
            # A continuation with nothing behind it: to the builder, an instruction without a name.
            instructions.append(
                nodes.Unknown(
                    leading_lines=tuple(lines), keyword=Leaf(rest, "", ""), end=End("", "")
                )
            )
            lines = []
        elif rest:
            lines.append(nodes.EmptyLine(rest, "", ""))
        return Dockerfile(mark, tuple(directives), tuple(instructions), tuple(lines), self.escape)

    def directive(self, token: Token) -> nodes.Directive:
        end = cast("int", token.end_pos)
        line = self.text[self.at : end]
        self.at = end
        newline = ""
        if line.endswith("\n"):
            newline = "\r\n" if line.endswith("\r\n") else "\n"
            line = line[: -len(newline)]
        text = line.lstrip(_SPACE_CHARS)
        return nodes.Directive(line[: len(line) - len(text)], text, newline)

    def lines(self, token: Token, found: list[Line]) -> None:
        """The comment and empty lines of a token, and the blanks in front of it."""
        end = cast("int", token.end_pos)
        # At the line feed alone: str.splitlines() knows more ends than the builder does.
        *ended, last = self.text[self.at : end].split("\n")
        self.at = end
        for line in ended:
            newline = "\n"
            if line.endswith("\r"):
                line, newline = line[:-1], "\r\n"
            found.append(_line(line, newline))
        if last:
            found.append(_line(last, ""))

    def leaf(self, token: Token, kind: type[_L], limit: int | None = None) -> _L:
        """A leaf of `token`, which counts up to the offset `limit`."""
        start = cast("int", token.start_pos)
        text: str = token.value if limit is None else token.value[: limit - start]
        prefix = self.text[self.at : start]
        self.at = start + len(text)
        at_end = self.at == len(self.text)
        if "\n" in text or (at_end and text.endswith(self.escape)):
            joined = _continuation(self.escape, at_end).sub("", text)
            if joined != text:
                return kind(prefix, text, joined)
        return kind(prefix, text)

    def trimmed(self, first: Token, line_end: int) -> int:
        """Where the logical line that begins with `first` ends, spaces behind it left out."""
        start = cast("int", first.start_pos)
        piece = self.text[start:line_end]
        end = len(piece.rstrip(_SPACE_CHARS))
        if line_end == len(self.text):
            # Only the file's end can follow a continuation, the lines that it swallowed included.
            spans = [found.span() for found in _continuation(self.escape, True).finditer(piece)]
            while spans and spans[-1][1] >= end:
                end = len(piece[: spans.pop()[0]].rstrip(_SPACE_CHARS))
        return start + end

    def instruction(self, tree: "Tree[Token]", leading: tuple[Line, ...]) -> Instruction:
        children = tree.children
        kind = _KINDS[tree.data]
        first = 1  # the first child behind the flags
        while not isinstance(child := children[first], Tree) and child.type in _FLAG_TYPES:
            first += 1
        if kind is nodes.Onbuild and isinstance(child, Tree):
            return nodes.Onbuild(
                leading_lines=leading,
                keyword=self.leaf(cast("Token", children[0]), Leaf),
                flags=self.flags(children[1:first]),
                instruction=self.instruction(child, ()),
                end=End("", ""),
            )
        stop = first
        while isinstance(child, Tree) or child.type not in _END_TYPES:
            stop += 1
            child = children[stop]
        line_end = len(self.text) if child.start_pos is None else child.start_pos
        # What the builder trims off the line's last token belongs to the line end.
        limit = self.trimmed(cast("Token", children[0]), line_end)
        keyword = self.leaf(cast("Token", children[0]), Leaf, limit)
        if tree.data == "unknown" and stop == 1:
            kind = _KEYWORDS.get(keyword.value.upper(), kind)
        flags = self.flags(children[1:first], limit)
        arguments = self.arguments(kind, children[first:stop], limit)
        end = self.end(line_end)
        heredocs: tuple[Heredoc, ...] = ()
        if child.type == "HEREDOC_START":
            openings = cast("tuple[words.Opening, ...]", child.value)
            heredocs = self.heredocs(cast("list[Token]", children[stop + 1 :]), openings)
        return kind(
            leading_lines=leading,
            keyword=keyword,
            flags=flags,
            end=end,
            heredocs=heredocs,
            **arguments,
        )

    def flags(
        self, tokens: "list[Token | Tree[Token]]", limit: int | None = None
    ) -> tuple[Flag, ...]:
        leaves = (self.leaf(cast("Token", token), Leaf, limit) for token in tokens)
        return tuple(Flag(leaf.prefix, leaf.text, leaf.joined, self.escape) for leaf in leaves)

    def arguments(
        self, kind: type[Instruction], tokens: "list[Token | Tree[Token]]", limit: int
    ) -> dict[str, object]:
        """The fields that hold what stands between the flags and the line end."""
        found: dict[str, object] = {}
        collected: list[Leaf] = []
        for token in tokens:
            if isinstance(token, Tree):
                name = "command" if issubclass(kind, nodes.CommandInstruction) else "array"
                found[name] = self.exec_form(token)
                continue
            if cast("int", token.start_pos) >= limit:
                break
            match token.type:
                case "WORD" | "PATH":
                    collected.append(self.leaf(token, nodes.Word, limit))
                case "PAIR":
                    collected.append(self.leaf(token, nodes.Pair, limit))
                case "LEGACY":
                    pair = self.leaf(token, nodes.Pair, limit)
                    collected.append(nodes.Pair(pair.prefix, pair.text, pair.joined, legacy=True))
                case "COMMAND":
                    found["command"] = self.leaf(token, nodes.ShellForm, limit)
                case "KIND":
                    found["kind"] = self.leaf(token, nodes.Word, limit)
                case _ if kind is nodes.Unknown:
                    found["rest"] = self.leaf(token, Leaf, limit)
                case _:
                    found["argument"] = self.leaf(token, nodes.Word, limit)
        if collected:
            found[_PLURAL[kind]] = tuple(collected)
        return found

    def end(self, at: int) -> End:
        prefix = self.text[self.at : at]
        newline = self.text[at : at + 1]
        self.at = at + len(newline)
        if newline and prefix.endswith("\r"):
            return End(prefix[:-1], "\r\n")
        return End(prefix, newline)

    def exec_form(self, tree: "Tree[Token]") -> nodes.ExecForm:
        leaves = [self.leaf(cast("Token", child), Leaf) for child in tree.children]
        elements: list[nodes.Element] = []
        for at in range(1, len(leaves) - 1, 2):
            comma = leaves[at + 1] if at + 1 < len(leaves) - 1 else None
            elements.append(nodes.Element(leaves[at], comma))
        return nodes.ExecForm(leaves[0], tuple(elements), leaves[-1])

    def heredocs(
        self, body: list[Token], openings: tuple[words.Opening, ...]
    ) -> tuple[Heredoc, ...]:
        found: list[Heredoc] = []
        start = self.at
        for token in body:
            if token.type == "HEREDOC_LINE":
                self.at = cast("int", token.end_pos)
                continue
            ended = token.end_pos is not None
            close = cast("int", token.start_pos) if ended else len(self.text)
            self.at = cast("int", token.end_pos) if ended else close
            opening = openings[len(found)]
            found.append(
                Heredoc(
                    opening.name,
                    self.text[start:close],
                    self.text[close : self.at],
                    opening.chomp,
                    opening.expand,
                )
            )
            start = self.at
        return tuple(found)


#: The field that takes an instruction's words.
_PLURAL: dict[type[Instruction], str] = {
    nodes.From: "words",
    nodes.Expose: "words",
    nodes.Volume: "words",
    nodes.Copy: "paths",
    nodes.Add: "paths",
    nodes.Env: "pairs",
    nodes.Label: "pairs",
    nodes.Arg: "pairs",
}
