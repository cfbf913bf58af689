"""From bytes to nodes: Lark's LALR parser over `grammar/dockerfile.lark`. Total: it never raises.

This is the only module that imports lark.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import TypeVar, cast

from lark import Lark, Token, Tree
from lark.lark import PostLex

from dfix import nodes, words
from dfix.nodes import BLANKS, Dockerfile, End, Flag, Heredoc, Instruction, Leaf, Line
from dfix.text import decode

#: The Unicode spaces of Go's unicode.IsSpace but for the line feed, as a regular expression's class.
#: Written with escapes alone: Lark reads a regular expression as Python source, which turns a bare
#: carriage return into a line feed.
_SPACE = r"\t\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE_CHARS = "".join(filter(re.compile(f"[{_SPACE}]").match, map(chr, range(0x3001))))
_LINE_REST = r"[ \t]*+\r*+(?:\n|\Z)"
_SWALLOWED = rf"(?:[{_SPACE}]*+(?:#[^\n]*+)?+\n)*+(?:[{_SPACE}]*+(?:#[^\n]*+)?+\Z)?+"
#: A run of parser directives at the head of a file; the builder stops at the first other line.
_HEAD = re.compile(
    rf"\ufeff?(?:[{_SPACE}]*+#[ \t\f\r]*+(?:syntax|escape|check)[ \t\f\r]*+=[^\n]*+(?:\n|\Z))++",
    re.IGNORECASE,
)
_ESCAPE_DIRECTIVE = re.compile(r"#[ \t\f\r]*escape[ \t\f\r]*=[ \t\f\r]*([^\n]*)", re.IGNORECASE)
_KEYWORDS: dict[str, type[Instruction]] = {
    kind.word: kind
    for kind in (
        nodes.From, nodes.Run, nodes.Cmd, nodes.Entrypoint, nodes.Shell, nodes.Healthcheck,
        nodes.Copy, nodes.Add, nodes.Env, nodes.Label, nodes.Arg, nodes.Expose, nodes.Volume,
        nodes.User, nodes.Workdir, nodes.Stopsignal, nodes.Maintainer, nodes.Onbuild,
    )
}  # fmt: skip
_HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})
_FLAG_TYPES = frozenset({"FLAG", "FLAGS_END"})
_L = TypeVar("_L", bound=Leaf)
_N = TypeVar("_N", bound=Line)


@cache
def _continuation(escape: str, at_end: bool = False) -> re.Pattern[str]:
    """A continuation with the lines that it swallows; `at_end`: in a piece that ends the file."""
    sign = re.escape(escape)
    pattern = rf"(?<!{sign}){sign}{_LINE_REST}{_SWALLOWED}"
    return re.compile(pattern if at_end else pattern.replace(r"|\Z", "").replace(r"\Z", r"(?!)"))


class _Heredocs(PostLex):
    """Tells apart what the lexer cannot: lines that open heredocs, and lines that end them.

    It also ends the last line of a file that has no final line feed, and knows a keyword that is
    written over two lines or behind a Unicode space.
    """

    always_accept = ()

    def __init__(self, escape: str) -> None:
        self.continuation = _continuation(escape)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        keyword = ""  # of an instruction that may open heredocs
        line: list[str] = []
        waiting: list[words.Opening] = []
        unended = False  # an instruction's line end is still due
        for token in stream:
            kind = token.type
            if kind == "NEWLINE":
                if line:
                    waiting = self.openings(keyword, line)
                    if waiting:
                        token = token.update(type="HEREDOC_START")
                    line = []
                keyword, unended = "", False
            elif kind == "HEREDOC_LINE":
                if _closes(token, waiting[0]):
                    waiting.pop(0)
                    token = token.update(type="HEREDOC_NEXT" if waiting else "HEREDOC_LAST")
            elif kind == "UNKNOWN" or kind in _KEYWORDS:
                if kind == "UNKNOWN":
                    kind = self.continuation.sub("", token).strip(_SPACE_CHARS).upper()
                    if kind in _KEYWORDS:
                        token = token.update(type=kind)
                unended = True
                keyword = kind if kind in _HEREDOC_KEYWORDS else ""
            elif kind == "ARRAY_START":
                keyword = ""  # an exec form holds no heredoc
            elif keyword:
                line.append(token)
            yield token
        if unended:
            waiting = self.openings(keyword, line)
            yield Token("HEREDOC_START" if waiting else "NEWLINE", "")
        if waiting:
            yield Token("HEREDOC_LAST", "")

    def openings(self, keyword: str, line: list[str]) -> list[words.Opening]:
        text = " ".join(line)
        if not keyword or "<<" not in text:
            return []
        return list(words.heredocs(f"{keyword} {self.continuation.sub('', text)}"))


def _closes(line: str, opening: words.Opening) -> bool:
    candidate = line.rstrip("\r\n")
    return (candidate.lstrip("\t") if opening.chomp else candidate) == opening.name


@cache
def _lark(escape: str) -> Lark:
    """The parser for one escape character. The backtick's is built only if a file asks for it."""
    grammar = resources.files("dfix.grammar").joinpath("dockerfile.lark").read_text("utf-8")
    rules = [line for line in grammar.split("\n") if not line.startswith("//")]
    text = "\n".join(rules)
    for sign, meaning in (
        ("⏎", rf"(?:(?<!⎋)⎋{_LINE_REST}{_SWALLOWED})"),
        ("␤", _LINE_REST),
        ("␣", _SPACE),
        ("⎋", "\\\\" if escape == "\\" else escape),
    ):
        text = text.replace(sign, meaning)
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start="dockerfile",
        postlex=_Heredocs(escape),
        maybe_placeholders=False,
    )


def escape_character(text: str) -> str:
    """The escape character that the directives at the head of `text` ask for."""
    head = _HEAD.match(text)
    found = _ESCAPE_DIRECTIVE.search(head[0]) if head else None
    return "`" if found and found[1].strip() == "`" else "\\"


def parse(data: bytes | str) -> Dockerfile:
    """The tree of a Dockerfile. `parse(data).code == data` for every input; never raises."""
    text = decode(data) if isinstance(data, bytes) else data
    escape = escape_character(text)
    tree = cast("Tree[Token]", _lark(escape).parse(text))
    return _Builder(text, escape).dockerfile(tree)


class _Builder:
    """Makes nodes of Lark's tree; `at` is how far the text has been given out."""

    def __init__(self, text: str, escape: str) -> None:
        self.text = text
        self.escape = escape
        self.at = 0
        self.continuation = _continuation(escape)

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
                directives.append(self.line(child, nodes.Directive))
            elif child.type == "COMMENT":
                lines.append(self.line(child, nodes.Comment))
            else:
                lines.append(self.line(child, nodes.EmptyLine))
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

    def line(self, token: Token, kind: type[_N]) -> _N:
        end = cast("int", token.end_pos)
        text = self.text[self.at : end]
        self.at = end
        newline = ""
        if text.endswith("\n"):
            newline = "\r\n" if text.endswith("\r\n") else "\n"
            text = text[: -len(newline)]
        content = text.lstrip(_SPACE_CHARS)
        return kind(text[: len(text) - len(content)], content, newline)

    def leaf(self, token: Token, kind: type[_L], last: bool = False) -> _L:
        start = cast("int", token.start_pos)
        text: str = token.value
        prefix = self.text[self.at : start]
        if last:
            text = self.without_trailing_blanks(text, start)
        self.at = start + len(text)
        if "\n" in text or (text[-1:] == self.escape and self.at == len(self.text)):
            joined = self.continuation_in(self.at).sub("", text)
            if joined != text:
                return kind(prefix, text, joined)
        return kind(prefix, text)

    def continuation_in(self, end: int) -> re.Pattern[str]:
        """The pattern for a piece of text that ends at `end`."""
        return (
            _continuation(self.escape, at_end=True)
            if end == len(self.text)
            else (self.continuation)
        )

    def without_trailing_blanks(self, text: str, start: int) -> str:
        """`text` up to its last character that counts; what follows belongs to the line end."""
        end = len(text)
        if text[end - 1] not in _SPACE_CHARS and text[end - 1] not in ("\n", self.escape):
            # A swallowed comment at the end of the file may end in any character.
            if "\n" not in text or start + end < len(self.text):
                return text
        pattern = self.continuation_in(start + len(text))
        spans = [found.span() for found in pattern.finditer(text)]
        while end:
            if spans and spans[-1][1] >= end:
                end = spans.pop()[0]
            elif text[end - 1] in _SPACE_CHARS:
                end -= 1
            else:
                break
        return text[:end]

    def instruction(self, tree: "Tree[Token]", leading: tuple[Line, ...]) -> Instruction:
        children = tree.children
        first = cast("Token", children[0])
        start = cast("int", first.start_pos)
        keyword = self.keyword(first)
        flags: list[Flag] = []
        index = 1
        while index < len(children):
            child = children[index]
            if isinstance(child, Tree) or child.type not in _FLAG_TYPES:
                break
            flags.append(self.leaf(child, Flag))
            index += 1
        kind = _KEYWORDS.get(first.type, nodes.Unknown)
        if kind is nodes.Onbuild and isinstance(children[index], Tree):
            inner = self.instruction(cast("Tree[Token]", children[index]), ())
            return nodes.Onbuild(
                leading_lines=leading,
                keyword=keyword,
                flags=tuple(flags),
                instruction=inner,
                end=End("", ""),
            )
        arguments: dict[str, object] = {}
        collected: list[Leaf] = []
        body: list[Token] = []
        end = End("", "")
        line_end = start
        while index < len(children):
            child = children[index]
            index += 1
            if isinstance(child, Tree):
                arguments["command" if issubclass(kind, nodes.CommandInstruction) else "array"] = (
                    self.exec_form(child)
                )
                continue
            match child.type:
                case "WORD" | "PATH":
                    collected.append(self.leaf(child, nodes.Word, last=index == len(children) - 1))
                case "PAIR":
                    collected.append(self.leaf(child, nodes.Pair, last=index == len(children) - 1))
                case "LEGACY":
                    pair = self.leaf(child, nodes.Pair, last=True)
                    collected.append(nodes.Pair(pair.prefix, pair.text, pair.joined, legacy=True))
                case "COMMAND":
                    arguments["command"] = self.leaf(child, nodes.ShellForm, last=True)
                case "TEXT" if kind is nodes.Unknown:
                    arguments["rest"] = self.leaf(child, Leaf, last=True)
                case "TEXT":
                    arguments["argument"] = self.leaf(child, nodes.Word, last=True)
                case "KIND":
                    arguments["kind"] = self.leaf(child, nodes.Word)
                case "NEWLINE" | "HEREDOC_START":
                    line_end = len(self.text) if child.start_pos is None else child.start_pos
                    end = self.end(line_end)
                case _:
                    body.append(child)
        if collected:
            arguments[_PLURAL[kind]] = tuple(collected)
        heredocs = self.heredocs(body, self.text[start:line_end]) if body else ()
        return kind(
            leading_lines=leading,
            keyword=keyword,
            flags=tuple(flags),
            end=end,
            heredocs=heredocs,
            **arguments,
        )

    def keyword(self, token: Token) -> Leaf:
        leaf = self.leaf(token, Leaf, last=True)
        plain = leaf.text.lstrip(_SPACE_CHARS)
        if len(plain) == len(leaf.text):
            return leaf
        blanks = leaf.text[: len(leaf.text) - len(plain)]
        return Leaf(leaf.prefix + blanks, plain, leaf.joined and leaf.joined.lstrip(_SPACE_CHARS))

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

    def heredocs(self, body: list[Token], line: str) -> tuple[Heredoc, ...]:
        openings = words.heredocs(self.continuation.sub("", line))
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
