"""The nodes of a Dockerfile: a concrete syntax tree that prints the file back, byte for byte.

Every node is frozen and compared by identity: two equal lines are two nodes. Each leaf owns the
blanks in front of it (its `prefix`), continuations and the comment lines that they swallow included.
Comment and empty lines above an instruction are its `leading_lines`; those below the last
instruction are the file's `footer`. A line end of `None` means "as the rest of the file has it", so
that a node built by hand takes the habits of the file it is put into.
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Self

from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from dfix.text import dominant_newline, encode

#: The characters that separate words in most instructions (`reWhitespace` of BuildKit's parser).
BLANKS = "\t\v\f\r "


class Node(Struct, frozen=True, eq=False):
    """A piece of the tree. `parts` names the fields that print, in the order of the source."""

    parts: ClassVar[tuple[str, ...]] = ()

    @property
    def children(self) -> "tuple[Node, ...]":
        """The nodes right below this one, in the order of the source."""
        found: list[Node] = []
        for name in self.parts:
            value = getattr(self, name)
            if isinstance(value, tuple):
                found.extend(value)
            elif value is not None:
                found.append(value)
        return tuple(found)

    def walk(self) -> "Iterator[Node]":
        """This node and all below it, in the order of the source."""
        yield self
        for child in self.children:
            yield from child.walk()

    def print_to(self, out: list[str], newline: str) -> None:
        """Appends this node's text to `out`; `newline` stands in for line ends left open."""
        for name in self.parts:
            value = getattr(self, name)
            if value.__class__ is tuple:
                for child in value:
                    child.print_to(out, newline)
            elif value is not None:
                value.print_to(out, newline)

    @property
    def code(self) -> str:
        """This node's text alone (line ends left open print as `\\n`)."""
        out: list[str] = []
        self.print_to(out, "\n")
        return "".join(out)

    def with_changes(self, **changes: object) -> Self:
        """A copy with some fields changed. Raises TypeError for a field it does not have."""
        return replace(self, **changes)


class Leaf(Node, frozen=True):
    """A token with the blanks in front of it.

    `joined` is the text with continuations taken out, where that differs from `text`.
    """

    prefix: str = ""
    text: str = ""
    joined: str | None = None

    @property
    def value(self) -> str:
        """The text as the builder sees it: continuations and what they swallow taken out."""
        return self.text if self.joined is None else self.joined

    def print_to(self, out: list[str], newline: str) -> None:
        out.append(self.prefix)
        out.append(self.text)


class Word(Leaf, frozen=True):
    """One argument, quotes and variables as written."""

    prefix: str = " "


class Flag(Leaf, frozen=True):
    """A flag such as `--from=build`; a bare `--`, which ends the flags, has an empty name.

    `escape` is the file's escape character.
    """

    prefix: str = " "
    escape: str = "\\"

    @property
    def name(self) -> str:
        """What stands between `--` and `=`, as written (flags are case-sensitive)."""
        return unquoted(self.value, self.escape)[2:].partition("=")[0]

    @property
    def argument(self) -> str | None:
        """What stands after the first `=`, quotes removed; None for a flag without."""
        _, equals, argument = unquoted(self.value, self.escape)[2:].partition("=")
        return argument if equals else None


class Pair(Leaf, frozen=True):
    """`key=value` of ENV, LABEL and ARG, quotes as written; ARG may have no value.

    `legacy` is the form `ENV key value`, where the text holds both with blanks between.
    """

    prefix: str = " "
    legacy: bool = False

    @property
    def key(self) -> str:
        """The name, quotes as written."""
        if self.legacy:
            return re.split(f"[{BLANKS}]+", self.value, maxsplit=1)[0]
        return self.value.partition("=")[0]

    @property
    def assigned(self) -> str | None:
        """The value, quotes as written; None where there is none."""
        if self.legacy:
            return "".join(re.split(f"[{BLANKS}]+", self.value, maxsplit=1)[1:]) or None
        _, equals, value = self.value.partition("=")
        return value if equals else None


class ShellForm(Leaf, frozen=True):
    """A command line for the shell, from its first to its last character."""

    prefix: str = " "


class Element(Node, frozen=True):
    """A string of an exec form, with the comma after it."""

    parts: ClassVar[tuple[str, ...]] = ("string", "comma")

    string: Leaf
    comma: Leaf | None = None

    @property
    def value(self) -> str:
        """The string that the JSON text stands for."""
        decoded: str = json.loads(self.string.value)
        return decoded


class ExecForm(Node, frozen=True):
    """A JSON array of strings: `["executable", "argument"]`."""

    parts: ClassVar[tuple[str, ...]] = ("open", "elements", "close")

    open: Leaf = field(default_factory=lambda: Leaf(" ", "["))
    elements: tuple[Element, ...] = ()
    close: Leaf = field(default_factory=lambda: Leaf("", "]"))

    @classmethod
    def of(cls, *values: str) -> Self:
        """The exec form of `values`, written as Docker's manual does: `["a", "b"]`."""
        last = len(values) - 1
        return cls(
            elements=tuple(
                Element(
                    Leaf(" " if at else "", json.dumps(value, ensure_ascii=False)),
                    Leaf("", ",") if at < last else None,
                )
                for at, value in enumerate(values)
            )
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The decoded strings."""
        return tuple(element.value for element in self.elements)


class Heredoc(Node, frozen=True):
    """The body of a here-document and the line that ends it (empty where the file ended first)."""

    name: str
    body: str
    terminator: str
    chomp: bool = False
    expand: bool = True

    def print_to(self, out: list[str], newline: str) -> None:
        out.append(self.body)
        out.append(self.terminator)

    @property
    def content(self) -> str:
        """The body as it is used: without the leading tabs that `<<-` drops."""
        return re.sub(r"^\t+", "", self.body, flags=re.MULTILINE) if self.chomp else self.body


class Line(Node, frozen=True):
    """A whole line that is no instruction."""

    prefix: str = ""
    text: str = ""
    newline: str | None = None

    def print_to(self, out: list[str], newline: str) -> None:
        out.append(self.prefix)
        out.append(self.text)
        out.append(newline if self.newline is None else self.newline)


class Comment(Line, frozen=True):
    """A comment line; `text` begins with `#`."""


class EmptyLine(Line, frozen=True):
    """A line with nothing but blanks."""


class Directive(Line, frozen=True):
    """A parser directive: `# syntax=`, `# escape=` or `# check=`, at the head of the file only."""

    @property
    def name(self) -> str:
        """`syntax`, `escape` or `check`."""
        return self.text[1:].partition("=")[0].strip().lower()

    @property
    def value(self) -> str:
        """What stands after the `=`, without outer blanks."""
        return self.text.partition("=")[2].strip()


class End(Leaf, frozen=True):
    """The end of an instruction's line: trailing blanks, and the line end (empty at the file's)."""

    text: str | None = None  # type: ignore[assignment]

    def print_to(self, out: list[str], newline: str) -> None:
        out.append(self.prefix)
        out.append(newline if self.text is None else self.text)


Command = ShellForm | ExecForm


class Instruction(Node, frozen=True, kw_only=True):
    """An instruction with the comment and empty lines above it and the heredocs below it."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "end", "heredocs")
    word: ClassVar[str] = ""

    leading_lines: tuple[Line, ...] = ()
    keyword: Leaf = field(default_factory=Leaf)
    flags: tuple[Flag, ...] = ()
    end: End = field(default_factory=End)
    heredocs: tuple[Heredoc, ...] = ()

    def __post_init__(self) -> None:
        if not self.keyword.text and self.word:
            force_setattr(self, "keyword", Leaf("", self.word))

    @property
    def name(self) -> str:
        """The keyword in capitals."""
        return self.keyword.value.upper()

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name, or None."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None


class From(Instruction, frozen=True, kw_only=True):
    """`FROM [--platform=P] image [AS name]`: begins a stage."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "words", "end")
    word: ClassVar[str] = "FROM"

    words: tuple[Word, ...] = ()

    @property
    def image(self) -> str:
        """The base as written, variables included; empty where it is missing."""
        return self.words[0].value if self.words else ""

    @property
    def alias(self) -> str | None:
        """The stage's name in lower case, as the builder keeps it; None without `AS`."""
        if len(self.words) == 3 and self.words[1].value.upper() == "AS":
            return self.words[2].value.lower()
        return None


class CommandInstruction(Instruction, frozen=True, kw_only=True):
    """An instruction whose argument is a command, in shell or exec form."""

    parts: ClassVar[tuple[str, ...]] = (
        "leading_lines",
        "keyword",
        "flags",
        "command",
        "end",
        "heredocs",
    )

    command: Command | None = None

    @property
    def shell(self) -> str | None:
        """The shell form's text as the builder sees it; None for exec form or no command."""
        return self.command.value if isinstance(self.command, ShellForm) else None

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The exec form's strings; None for shell form or no command."""
        return self.command.values if isinstance(self.command, ExecForm) else None


class Run(CommandInstruction, frozen=True, kw_only=True):
    """`RUN [flags] command`."""

    word: ClassVar[str] = "RUN"


class Cmd(CommandInstruction, frozen=True, kw_only=True):
    """`CMD command`."""

    word: ClassVar[str] = "CMD"


class Entrypoint(CommandInstruction, frozen=True, kw_only=True):
    """`ENTRYPOINT command`."""

    word: ClassVar[str] = "ENTRYPOINT"


class Shell(CommandInstruction, frozen=True, kw_only=True):
    """`SHELL ["executable", "argument"]`."""

    word: ClassVar[str] = "SHELL"


class Healthcheck(CommandInstruction, frozen=True, kw_only=True):
    """`HEALTHCHECK [flags] CMD command` or `HEALTHCHECK NONE`."""

    parts: ClassVar[tuple[str, ...]] = (
        "leading_lines",
        "keyword",
        "flags",
        "kind",
        "command",
        "end",
    )
    word: ClassVar[str] = "HEALTHCHECK"

    kind: Word | None = None


class Transfer(Instruction, frozen=True, kw_only=True):
    """COPY or ADD: sources and a destination, as words or as a JSON array."""

    parts: ClassVar[tuple[str, ...]] = (
        "leading_lines",
        "keyword",
        "flags",
        "paths",
        "array",
        "end",
        "heredocs",
    )

    paths: tuple[Word, ...] = ()
    array: ExecForm | None = None

    @property
    def operands(self) -> tuple[str, ...]:
        """Sources and destination as written."""
        return self.array.values if self.array else tuple(word.value for word in self.paths)

    @property
    def sources(self) -> tuple[str, ...]:
        """All operands but the last; a heredoc's opening word among them."""
        return self.operands[:-1]

    @property
    def destination(self) -> str:
        """The last operand; empty where there is none."""
        operands = self.operands
        return operands[-1] if operands else ""


class Copy(Transfer, frozen=True, kw_only=True):
    """`COPY [flags] source... destination`."""

    word: ClassVar[str] = "COPY"


class Add(Transfer, frozen=True, kw_only=True):
    """`ADD [flags] source... destination`."""

    word: ClassVar[str] = "ADD"


class PairInstruction(Instruction, frozen=True, kw_only=True):
    """ENV, LABEL or ARG: names with values."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "pairs", "end")

    pairs: tuple[Pair, ...] = ()


class Env(PairInstruction, frozen=True, kw_only=True):
    """`ENV key=value...` or the legacy `ENV key value`."""

    word: ClassVar[str] = "ENV"


class Label(PairInstruction, frozen=True, kw_only=True):
    """`LABEL key=value...` or the legacy `LABEL key value`."""

    word: ClassVar[str] = "LABEL"


class Arg(PairInstruction, frozen=True, kw_only=True):
    """`ARG name[=default]...`."""

    word: ClassVar[str] = "ARG"


class Expose(Instruction, frozen=True, kw_only=True):
    """`EXPOSE port[/protocol]...`."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "words", "end")
    word: ClassVar[str] = "EXPOSE"

    words: tuple[Word, ...] = ()


class Volume(Instruction, frozen=True, kw_only=True):
    """`VOLUME path...` or `VOLUME ["path"]`."""

    parts: ClassVar[tuple[str, ...]] = (
        "leading_lines",
        "keyword",
        "flags",
        "words",
        "array",
        "end",
    )
    word: ClassVar[str] = "VOLUME"

    words: tuple[Word, ...] = ()
    array: ExecForm | None = None

    @property
    def operands(self) -> tuple[str, ...]:
        """The paths as written."""
        return self.array.values if self.array else tuple(word.value for word in self.words)


class TextInstruction(Instruction, frozen=True, kw_only=True):
    """An instruction whose argument is all the rest of its line."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "argument", "end")

    argument: Word | None = None

    @property
    def value(self) -> str:
        """The argument as written; empty where it is missing."""
        return self.argument.value if self.argument else ""


class User(TextInstruction, frozen=True, kw_only=True):
    """`USER user[:group]`."""

    word: ClassVar[str] = "USER"


class Workdir(TextInstruction, frozen=True, kw_only=True):
    """`WORKDIR path`."""

    word: ClassVar[str] = "WORKDIR"


class Stopsignal(TextInstruction, frozen=True, kw_only=True):
    """`STOPSIGNAL signal`."""

    word: ClassVar[str] = "STOPSIGNAL"


class Maintainer(TextInstruction, frozen=True, kw_only=True):
    """`MAINTAINER name` (deprecated)."""

    word: ClassVar[str] = "MAINTAINER"


class Onbuild(Instruction, frozen=True, kw_only=True):
    """`ONBUILD instruction`; the inner instruction owns the line end where there is one."""

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "instruction", "end")
    word: ClassVar[str] = "ONBUILD"

    instruction: Instruction | None = None


class Unknown(Instruction, frozen=True, kw_only=True):
    """A line that the builder would refuse: its first word names no instruction.

    An ONBUILD inside an ONBUILD is one, too: the builder allows no chain of them.
    """

    parts: ClassVar[tuple[str, ...]] = ("leading_lines", "keyword", "flags", "rest", "end")

    rest: Leaf | None = None


class Stage(Node, frozen=True):
    """A view of one stage: its FROM and what follows up to the next."""

    parts: ClassVar[tuple[str, ...]] = ("start", "instructions")

    index: int
    start: From
    instructions: tuple[Instruction, ...]

    @property
    def name(self) -> str | None:
        """The name after `AS`, lower case, or None."""
        return self.start.alias


class Dockerfile(Node, frozen=True, dict=True):
    """The whole file. Not slotted: it keeps what is computed once about it."""

    parts: ClassVar[tuple[str, ...]] = ("mark", "directives", "instructions", "footer")

    mark: Leaf | None = None
    directives: tuple[Directive, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    footer: tuple[Line, ...] = ()
    escape: str = "\\"

    @cached_property
    def newline(self) -> str:
        """The line end that most lines have."""
        return dominant_newline(vars(self).get("text") or self._printed(""))

    @cached_property
    def text(self) -> str:
        """The file's text; what was read, as long as nothing is edited."""
        return self._printed(self.newline)

    @property
    def code(self) -> bytes:  # type: ignore[override]
        """The file's bytes, printed: for a tree that is not edited, those that were read."""
        return encode(self._printed(self.newline))

    def _printed(self, newline: str) -> str:
        out: list[str] = []
        self.print_to(out, newline)
        return "".join(out)

    @cached_property
    def global_args(self) -> tuple[Instruction, ...]:
        """What stands before the first FROM."""
        found: list[Instruction] = []
        for instruction in self.instructions:
            if isinstance(instruction, From):
                break
            found.append(instruction)
        return tuple(found)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in order, as views."""
        starts = [at for at, node in enumerate(self.instructions) if isinstance(node, From)]
        ends = [*starts[1:], len(self.instructions)] if starts else []
        return tuple(
            Stage(number, start, self.instructions[at + 1 : end])
            for number, (at, end) in enumerate(zip(starts, ends, strict=True))
            if isinstance(start := self.instructions[at], From)
        )


def unquoted(text: str, escape: str = "\\") -> str:
    """`text` as the builder reads a flag: quotes and escapes removed, nothing expanded.

    Source: `extractBuilderFlags` of BuildKit's `frontend/dockerfile/parser/line_parsers.go`.
    """
    if not any(mark in text for mark in ("'", '"', escape)):
        return text
    out: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == escape:
            at += 1
            out.append(text[at : at + 1])
        else:
            out.append(char)
        at += 1
    return "".join(out)
