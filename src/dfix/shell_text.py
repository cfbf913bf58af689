"""The text that a shell gets, and the same text as the shell's grammar is to read it.

The builder joins physical lines before a shell sees anything. What the grammar would then read
otherwise than a shell does is replaced, character by character, so that every offset stays.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from dfix.patterns import regex
from dfix.words import SPACE

_STAND_IN = "\x7f"
"""An ASCII character that is no blank, no operator, no quote and part of no name."""


def _continuation(escape: str) -> re.Pattern[str]:
    blank_or_comment = rf"{SPACE}*(?:#[^\n]*)?"
    return re.compile(
        rf"{re.escape(escape)}(?P<blanks>[ \t]*)\r*(?:\Z|\n"
        rf"(?:{blank_or_comment}\n)*(?:{blank_or_comment}\Z)?)"
    )


_CONTINUATIONS = {escape: _continuation(escape) for escape in ("\\", "`")}


class JoinedText(Struct, frozen=True):
    """One logical line, and whatever here-documents follow it.

    `origin[i]` is the offset in the raw text of the character `text[i]`, with the length of the raw
    text as last item; `None` where every offset is its own. `dangling` tells that the raw text ends
    in a continuation, so that a following line of the file would be swallowed.
    """

    text: str
    origin: Sequence[int] | None
    dangling: bool


def join(raw: str, escape: str) -> JoinedText:
    r"""Join the lines of `raw` as the builder does before a shell sees them.

    A continuation is `escape` and blanks at the end of a line, unless another `escape` stands
    before it, or it stands first on the line with blanks after it. It vanishes, and so do the
    lines right after it that are blank or start with `#`, even if those end in `escape`. After the
    first line that does not continue come here-documents, which the builder leaves as they are.
    An empty `escape` says that all of `raw` is such a document.

    https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go
    """
    if not escape:
        return JoinedText(raw, None, dangling=False)
    if "\n" not in raw and not raw.rstrip(" \t\r").endswith(escape) and not raw.endswith("\r"):
        return JoinedText(raw, None, dangling=False)
    parts: list[str] = []
    origin: list[int] = []

    def take(start: int, end: int) -> None:
        parts.append(raw[start:end])
        origin.extend(range(start, end))

    at = 0
    for match in _CONTINUATIONS[escape].finditer(raw):
        start = match.start()
        before = raw[start - 1] if start else " "
        if before == escape or (before == "\n" and match["blanks"]):
            break
        if raw.find("\n", at, start) >= 0:
            break
        take(at, start)
        at = match.end()
    dangling = at > 0 and at == len(raw)
    line_end = raw.find("\n", at)
    documents = len(raw) if line_end < 0 else line_end
    line_end = documents
    while line_end > at and raw[line_end - 1] == "\r":
        line_end -= 1
    take(at, line_end)
    take(documents, len(raw))
    text = "".join(parts)
    if len(text) == len(raw):
        return JoinedText(raw, None, dangling=False)
    origin.append(len(raw))
    return JoinedText(text, origin, dangling=dangling)


# Each starts with what is rare, so that a search is quick.
_UNUSUAL = regex(r"[^\t\n -~]")
_UNUSUAL_LETTERS = regex(r"\$?[^\t\n -~]+")
_ESCAPED_BLANK = regex(r"\\(?:([ \t])|[\s\S])")
_LONE_DOLLAR = regex(r"\$(?<!\$\$)(?=[\s;|&)]|\Z)")
_LONE_DASH = regex(r"-(?<=[ \t]-)(?=[ \t])")
_LONE_BRACKET = regex(r"\](?<=[ \t]\])(?=[ \t]+\])")
_COMPARISON = regex(r"=[=~](?<=[ \t]=.)")
_BRACKET = regex(r"\[(?<![^\s;&|(`]\[)(?=[ \t])")
_HOLLOW = regex(r"`[^`#]*#|`\s*`")


def stand_ins(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    r"""A text of equal length that a grammar reads as a shell reads `text`, and its notes.

    What is ordinary to a shell and not to the grammar becomes ordinary characters: letters beyond
    ASCII, carriage returns and exotic spaces, which are parts of words; `\` with a blank; `-`, `$`,
    `==` and `]` where they are words; `[`, the name of a command; substitutions without a command.
    Notes are the ranges of those that hold a comment, `` `# like this` ``, and stand as words.
    """
    notes: tuple[tuple[int, int], ...] = ()
    if "`" in text and _HOLLOW.search(text):
        text, notes = _without_hollow_substitutions(text)
    if _UNUSUAL.search(text):
        text = _UNUSUAL_LETTERS.sub(lambda match: _STAND_IN * len(match[0]), text)
    if "\\ " in text or "\\\t" in text:
        text = _ESCAPED_BLANK.sub(lambda match: _STAND_IN * 2 if match[1] else match[0], text)
    if "$" in text:
        text = _LONE_DOLLAR.sub(_STAND_IN, text)
    if "- " in text or "-\t" in text:
        text = _LONE_DASH.sub(_STAND_IN, text)
    if "]" in text:
        text = _LONE_BRACKET.sub(_STAND_IN, text)
    if "=" in text and "[[" not in text and "((" not in text:
        text = _COMPARISON.sub(_STAND_IN * 2, text)
    if "[" in text:
        text = _BRACKET.sub(_STAND_IN, text)
    return text, notes


_EDGES = ("", " ", "\t", "\n", ";", "&", "|", "(", ")")
_UNQUOTED = regex(r"\\[\s\S]|'[^']*'|\$\(|[`\"()]|(?<![^\s;&|()])#[^\n]*")
_QUOTED = regex(r"\\[\s\S]|\$\(|[`\"]")
_SUBSTITUTION = regex(r"`([^`\\]*(?:\\[\s\S][^`\\]*)*)`")
_COMMENT = regex(
    r"""\\[\s\S]|'[^']*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|(?P<comment>(?<![^\s;&|()])#[^\n]*)"""
)


def _without_hollow_substitutions(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`text` with comments in backquotes blanked, and substitutions that hold no more filled up.

    A shell looks for the closing backquote before anything else, so that a comment ends there and
    quotes and parentheses in it mean nothing.
    """
    parts: list[str] = []
    notes: list[tuple[int, int]] = []
    open_: list[str] = []
    taken = at = 0
    while True:
        quoted = open_[-1:] == ['"']
        match = (_QUOTED if quoted else _UNQUOTED).search(text, at)
        if match is None:
            break
        token = match[0]
        at = match.end()
        if token == '"':
            if quoted:
                open_.pop()
            else:
                open_.append(token)
        elif token in ("(", "$("):
            open_.append("(")
        elif token == ")":
            if open_:
                open_.pop()
        elif token == "`":
            substitution = _SUBSTITUTION.match(text, at - 1)
            if substitution is None:
                break
            body = substitution[1]
            spaced = _COMMENT.sub(_blank_comment, body)
            start, at = substitution.span()
            if not spaced.strip():
                parts += (text[taken:start], _STAND_IN * (at - start))
                taken = at
                alone = text[start - 1 : start] in _EDGES and text[at : at + 1] in _EDGES
                if body.strip() and alone and not quoted:
                    notes.append((start, at))
            elif spaced != body:
                parts += (text[taken : start + 1], spaced)
                taken = at - 1
    parts.append(text[taken:])
    return "".join(parts), tuple(notes)


def _blank_comment(match: re.Match[str]) -> str:
    return " " * len(match[0]) if match["comment"] else match[0]
