"""How a value is written as one word of ENV and LABEL, where the builder reads the same from it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct

from dfix.nodes import BLANKS, Pair
from dfix.patterns import regex
from dfix.shell_text import join
from dfix.words import SPACES, WordError, expand, substitution_end, variables

#: With `❮` for the escape character.
_QUOTES = r"""(?:'[^']*'|"(?>(?:[^"❮]|❮[\s\S])*)")"""
_WORD = rf"""(?>(?:[^{SPACES}\n❮'"]|❮[\s\S]?|{_QUOTES})+)"""
_SPACE = regex(f"[{SPACES}]")
_NAME = regex(r"\$(?:[A-Za-z_][A-Za-z0-9_]*)")
#: What the builder may read in one place and not in another: no UTF-8, and a byte-order mark.
_ODD = regex("[\0\ufeff\ud800-\udfff]")


@cache
def _pattern(text: str, escape: str) -> re.Pattern[str]:
    return re.compile(text.replace("❮", re.escape(escape)))


def is_one_word(text: str, escape: str) -> bool:
    """Whether `text`, in which no continuation is left, is a single word of ENV and LABEL.

    Source: `parseWords` of BuildKit's `frontend/dockerfile/parser/line_parsers.go`. It does not know
    `${...}`: a blank within one ends the word.
    """
    return _pattern(_WORD, escape).fullmatch(text) is not None


def quoted(text: str, escape: str) -> str | None:
    """`text` between double quotes, so that the builder reads each of its characters as it is.

    `text` may go over several lines: continuations and comment lines stay. None where it cannot be.
    """
    joined = join(text, escape)
    value = joined.text
    if joined.dangling or not value or _ODD.search(text):
        return None
    chars = [escape + char if char in (escape, '"', "$") else char for char in value]
    written = _spread(text, _enclosed(chars), joined.origin)
    again = join(written, escape)
    if again.dangling or not is_one_word(again.text, escape):
        return None
    return written if _expanded(again.text, {}, escape) == value else None


def as_one_word(text: str, escape: str) -> str | None:
    """The value `text` of the legacy form as one word that means the same; None where none is found.

    `text` may go over several lines: continuations and comment lines stay where they are. It stays
    as it is where it is one word already; else it stands between double quotes, without its own, or
    has its blanks escaped where quotes would make less of what is written.
    """
    joined = join(text, escape)
    value = joined.text
    if joined.dangling or not value or _ODD.search(text):
        return None
    if is_one_word(value, escape):
        return text
    for rewritten in (_between_quotes, _with_escaped_blanks):
        try:
            chars = rewritten(value, escape)
        except WordError:
            return None
        if chars is None:
            continue
        new = "".join(chars)
        written = _spread(text, chars, joined.origin)
        again = join(written, escape)
        if (
            again.text == new
            and not again.dangling
            and is_one_word(new, escape)
            and is_same_value(value, new, escape)
        ):
            return written
    return None


def _enclosed(chars: list[str]) -> list[str]:
    return ['"' + chars[0], *chars[1:-1], chars[-1] + '"'] if len(chars) > 1 else [f'"{chars[0]}"']


def _spread(text: str, chars: Sequence[str], origin: Sequence[int] | None) -> str:
    """`text` with `chars` in the places that `origin` has for them; None for those of their own."""
    if origin is None:
        return "".join(chars)
    out: list[str] = []
    done = 0
    for char, start in zip(chars, origin, strict=False):
        out += (text[done:start], char)
        done = start + 1
    return "".join((*out, text[done:]))


def _between_quotes(value: str, escape: str) -> list[str] | None:
    """What becomes of each character where the whole value stands between double quotes."""
    chars = list(value)
    special = (escape, '"', "$")
    at = 0
    quoted = False
    while at < len(value):
        char = value[at]
        if char == "$":
            end = substitution_end(value, at, escape)
            follower = value[end : end + 1]
            if '"' in value[at:end]:
                return None  # it would end the quotes
            if end == at + 1:
                chars[at] = escape + "$"
            elif _NAME.fullmatch(value, at, end) and (follower in ("'", '"', escape)):
                chars[at], chars[end - 1] = "${", chars[end - 1] + "}"
            at = end
        elif char == '"':
            quoted = not quoted
            chars[at] = ""
            at += 1
        elif char == "'" and not quoted:
            end = value.find("'", at + 1)
            if end < 0:
                return None
            chars[at] = chars[end] = ""
            for inner in range(at + 1, end):
                if value[inner] in special:
                    chars[inner] = escape + value[inner]
            at = end + 1
        elif char == escape:
            follower = value[at + 1 : at + 2]
            if follower not in special:
                if quoted:
                    at += 1
                    continue
                if follower not in ("'", " ", "\t"):
                    return None  # the sign means nothing here, but who wrote it meant something
                chars[at] = ""
            at += 2
        else:
            at += 1
    if quoted:
        return None
    return _enclosed(chars)


def _with_escaped_blanks(value: str, escape: str) -> list[str] | None:
    """What becomes of each character where blanks outside of quotes are escaped."""
    chars = list(value)
    at = 0
    while at < len(value):
        char = value[at]
        if char == "$":
            end = substitution_end(value, at, escape)
            if not is_one_word(value[at:end], escape):
                return None  # an escaped blank may be another thing in there
            at = end
        elif char in ("'", '"'):
            part = _pattern(_QUOTES, escape).match(value, at)
            if part is None:
                return None
            at = part.end()
        elif char == escape:
            at += 2
        else:
            if _SPACE.match(char):
                chars[at] = escape + char
            at += 1
    return chars


def is_same_value(one: str, other: str, escape: str) -> bool:
    """Whether two words have the same value, for each of several values of their variables."""
    try:
        names = variables(one, escape)
        if names != variables(other, escape):
            return False
    except WordError:
        return False
    environments: tuple[dict[str, str], ...] = (
        {},
        dict.fromkeys(names, ""),
        {name: f"<{name}>" for name in names},
        {name: f" {name} \"'{escape}$x" for name in names},
    )
    return all(
        _expanded(one, environment, escape) == _expanded(other, environment, escape)
        for environment in environments
    )


def _expanded(text: str, environment: Mapping[str, str], escape: str) -> str | None:
    try:
        return expand(text, environment, escape)
    except WordError:
        return None


class LegacyParts(Struct, frozen=True):
    """What the legacy form `NAME value` is made of, as written; `between` are blanks and comments."""

    name: str
    between: str
    value: str


def legacy_parts(pair: Pair, escape: str) -> LegacyParts | None:
    """The parts of a pair in the legacy form; None where they cannot be told apart."""
    text = pair.text
    joined = join(text, escape)
    found = re.match(f"([^{BLANKS}\n]+)[{BLANKS}]+(?=.)", joined.text, re.DOTALL)
    if found is None or joined.text != pair.value:
        return None
    origin = joined.origin if joined.origin is not None else range(len(text) + 1)
    end, start = origin[found.end(1) - 1] + 1, origin[found.end()]
    return LegacyParts(text[:end], text[end:start], text[start:])


def names_in(text: str, escape: str) -> frozenset[str]:
    """The variables that a value asks for; none for one that the builder refuses."""
    try:
        return variables(text, escape)
    except WordError:
        return frozenset()
