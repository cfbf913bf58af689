"""What a shell text is made of: words, assignments, redirections, commands, statements.

Spans are ranges of the raw text as it stands in the file; `text` is that range's text.
"""

import re
from typing import Literal

from msgspec import Struct

from dfix.patterns import regex
from dfix.text import Span

Kind = Literal[
    "command",
    "pipeline",
    "negated",
    "subshell",
    "group",
    "if",
    "for",
    "while",
    "case",
    "function",
    "assignment",
    "test",
    "other",
]


class Word(Struct, frozen=True):
    """One word of a command.

    `value` is what the command gets after quote removal, or `None` where the text alone does not
    fix it. `variables` are the names of the parameters mentioned, also within substitutions.
    """

    span: Span
    text: str
    value: str | None
    variables: tuple[str, ...] = ()


class Assignment(Struct, frozen=True):
    """`NAME=value` before a command or on its own.

    `operator` is `=` or `+=`, `name` has no subscript, and `value` is `None` where nothing follows
    the operator.
    """

    name: str
    operator: str
    value: Word | None
    span: Span


class Redirect(Struct, frozen=True):
    """One redirection; `fd` is the number before the operator, or empty.

    For a here-document, `target` is the delimiter, `span` ends with it, and `body` is the range of
    the document with its closing delimiter. Elsewhere `body` is `None`.
    """

    operator: str
    fd: str
    target: Word | None
    span: Span
    body: Span | None = None


class Command(Struct, frozen=True):
    """A simple command, `[ … ]` and `[[ … ]]` included; its here-documents are outside its span.

    `name` is `None` where there are only assignments or redirections. `subshell` tells that it
    runs in a child of the shell that reads the text: within `( )`, a substitution, a pipeline or
    the background. A word that holds nothing but a comment, `` `# like this` ``, is no word to a
    shell, and is left out.
    """

    span: Span
    name: Word | None
    arguments: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    subshell: bool

    def words(self) -> tuple[str | None, ...]:
        """The values of name and arguments; empty without a name."""
        if self.name is None:
            return ()
        return (self.name.value, *(word.value for word in self.arguments))


class Statement(Struct, frozen=True):
    """A member of a list of statements, or a part of a pipeline.

    `operator` is what joins it to the sibling before it: `&&`, `||`, `;`, `&`, `|`, `|&`, a line
    feed, or nothing for the first of a list. Lists are flat: in `a && b || c` each binds to all
    that stands left of it. `background` is set on every member of an and-or list that `&` ends.
    `children` holds the statements of all bodies, the parts of a pipeline, or the one that is
    negated; each body starts again without an operator. `condition` holds those after `if`,
    `elif`, `while` and `until`. `terminated` is `;` on the last of a list that ends in one.
    """

    kind: Kind
    span: Span
    operator: str = ""
    background: bool = False
    children: tuple["Statement", ...] = ()
    condition: tuple["Statement", ...] = ()
    command: Command | None = None
    redirects: tuple[Redirect, ...] = ()
    terminated: str = ""


_PLAIN = regex(r"[\w@%+=:,./-]+")
_PIECE = regex(
    r"""
      (?P<bare>[^\\'"$`*?\[{~()<>|&;\ \t\n]+)
    | '(?P<single>[^']*)'
    | "(?P<double>(?:[^"\\$`]|\\[\s\S]|\$(?![A-Za-z0-9_@*\#?$!({\[-]))*)"
    | \\(?P<escaped>[\s\S]?)
    | (?P<dollar>\$)(?![A-Za-z0-9_@*\#?$!({'"`\[-])
    | (?P<active>[*?\[{~])
    """,
    re.VERBOSE,
)
_ESCAPED_IN_DOUBLE = regex(r'\\([$`"\\\n])')


def literal(word: str, *, assigned: bool = False) -> str | None:
    """The value of a shell word after quote removal, or `None` where it is not fixed by its text.

    Not fixed are parameters, substitutions, file name patterns, braces that some shells expand,
    and `~` at the start or after `=` or `:`. A value that is `assigned` is never a pattern.
    """
    if _PLAIN.fullmatch(word):
        return word
    parts: list[str] = []
    inactive = "[{*?" if assigned else ""
    at = 0
    while at < len(word):
        match = _PIECE.match(word, at)
        if match is None:
            return None
        piece = match[match.lastgroup or 0]
        if match.lastgroup == "double":
            piece = _ESCAPED_IN_DOUBLE.sub(_unescaped, piece)
        elif match.lastgroup == "escaped":
            piece = "" if piece == "\n" else piece or "\\"
        elif match.lastgroup == "active" and piece not in inactive:
            if _is_active(word, at):
                return None
            if piece != "~":
                # What does not close after the first one does not close after a later one.
                inactive += piece
        parts.append(piece)
        at = match.end()
    return "".join(parts)


def _unescaped(match: re.Match[str]) -> str:
    return "" if match[1] == "\n" else match[1]


def _is_active(word: str, at: int) -> bool:
    """Whether the unquoted character at `at` may stand for more than itself."""
    character = word[at]
    if character == "~":
        return at == 0 or word[at - 1] == ":" or (word[at - 1] == "=" and at > 1)
    if character == "[":
        return word.find("]", at) > 0
    if character == "{":
        inside = word[at : word.rfind("}") + 1]
        return "," in inside or ".." in inside
    return True
