"""The lines of an instruction that a continuation joins to the first, and those that stand above it."""

import re
from collections.abc import Iterator
from itertools import takewhile

from msgspec import Struct

from dfix import Comment, Dockerfile, Instruction, Onbuild, Span, Unknown, is_pragma, regex

#: Every instruction's keyword.
KEYWORDS = (
    "ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|"
    "STOPSIGNAL|USER|VOLUME|WORKDIR"
)
_KEYWORD = regex(rf"[ \t]*({KEYWORDS})(?=[ \t\r]|\Z)", re.IGNORECASE)
#: A line that begins with one, as the first line of every instruction does; any more are further ones.
_BEGUN = regex(rf"^\ufeff?[^\S\n]*(?:{KEYWORDS})(?!\w)", re.IGNORECASE | re.MULTILINE)
#: Instructions that a further keyword belongs to, up to where it stands.
_AWAITS = regex(r"(?:HEALTHCHECK(?!.*\b(?:CMD|NONE)\b)|ONBUILD\W*\Z)", re.IGNORECASE | re.DOTALL)
#: What matters outside of quotes and within each kind of them.
_SIGNS = {"": regex(r"\\.|['\"]"), "'": regex("'"), '"': regex(r'\\.|"')}


class Further(Struct, frozen=True):
    """A line below an instruction's first that may be an instruction of its own.

    `span` is the line's range in the text that was looked at, `previous` the line that it continues,
    and `apart` tells that an empty line stands between the two.
    """

    span: Span
    keyword: str
    text: str
    previous: str
    apart: bool


def may_have_further(tree: Dockerfile) -> bool:
    """Whether more lines begin with a keyword than instructions do: of most files that is all to ask."""
    own = sum(
        each.keyword.text.isalpha() and not isinstance(each, Unknown) for each in tree.instructions
    )
    return len(_BEGUN.findall(tree.text)) > own


def text_of(instruction: Instruction) -> str:
    """An instruction from its keyword on, without its line end and its heredocs."""
    keyword = instruction.keyword.with_changes(prefix="")
    return _bare(instruction).with_changes(leading_lines=(), keyword=keyword).code


def _bare(instruction: Instruction) -> Instruction:
    end = instruction.end.with_changes(prefix="", text="")
    if isinstance(instruction, Onbuild) and instruction.instruction is not None:
        inner = _bare(instruction.instruction)
        return instruction.with_changes(instruction=inner, end=end)
    return instruction.with_changes(heredocs=(), end=end)


def further_keywords(text: str) -> Iterator[Further]:
    """The lines of an instruction's text that begin with a keyword, outside of quotes.

    The keyword is written in the letter case of the instruction's own.
    """
    first = re.match(r"[A-Za-z]+", text)
    upper = first is None or first[0].isupper()
    previous, apart, at, quote = "", False, 0, ""
    for number, line in enumerate(text.split("\n")):
        start, at = at, at + len(line) + 1
        content = line.strip(" \t\r")
        if not content:
            apart = True
            continue
        if number and content in ("\\", "`"):
            continue  # a line of nothing but the escape character: there is nothing in it to end
        if number and content.startswith("#"):
            continue
        found = _KEYWORD.match(line) if number else None
        if (
            found
            and found[1].isupper() == upper
            and not quote
            and not (_AWAITS.match(text[:start]))
        ):
            span = Span(start + found.start(1), start + len(line.rstrip()))
            yield Further(span, found[1], content, previous, apart)
        previous, apart, quote = content, False, _open_behind(line, quote)


def _open_behind(line: str, quote: str) -> str:
    """The quote that is open at the end of a line, from the one that is at its beginning."""
    at = 0
    while found := _SIGNS[quote].search(line, at):
        at = found.end()
        if len(found[0]) == 1:
            quote = "" if quote else found[0]
    return quote


def remarks_in(following: Instruction) -> int:
    """How many of the lines above an instruction belong to the one before: comments set in deeper."""
    lines = list(takewhile(lambda line: isinstance(line, Comment), following.leading_lines))
    deeper = all(len(line.prefix) > len(following.keyword.prefix) for line in lines)
    return len(lines) if deeper and not any(map(is_pragma, lines)) else 0
