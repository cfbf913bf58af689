"""The builder's own word lexer: quotes, escapes, variables, and the heredocs that a line opens.

Source: BuildKit's `frontend/dockerfile/shell/lex.go` and `frontend/dockerfile/parser/parser.go`
(https://github.com/moby/buildkit). It is not the shell of a RUN: see `dfix.shell` for that.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: One but the line feed. Classes that list signs beyond U+00FF are slow to compile, Python's own is not.
SPACE = r"[^\S\n\x1c-\x1f]"
_SPECIAL_NAMES = "@*#?-$!"
_HEREDOC = re.compile(r"[0-9]*+<<(-?+)[ \t\r]*+([^<]++)\Z")
#: Substitutions within substitutions; the builder has no limit of its own.
_DEEPEST = 100


class WordError(ValueError):
    """A word that the builder refuses: an open quote, a bad substitution, a required variable."""


class Opening(Struct, frozen=True):
    """A heredoc that a line opens: `<<EOF`, `<<-EOF` (chomp) or `<<'EOF'` (not expanded)."""

    name: str
    chomp: bool
    expand: bool


class _Lexer:
    """One pass over a text. `raw` keeps quotes and escapes, as needed to find heredocs.

    Without a `lookup`, variables stay as they are.
    """

    def __init__(
        self, text: str, escape: str, lookup: Callable[[str], str | None] | None, raw: bool = False
    ) -> None:
        self.text = text
        self.escape = escape
        self.lookup = lookup
        self.raw_quotes = raw
        self.raw_escapes = raw
        self.at = 0
        self.words: list[str] = []
        self.buffer: list[str] = []

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return char

    def run(self, stop: str = "", depth: int = 0) -> str:
        """Reads up to `stop` and returns what was read, processed."""
        if depth > _DEEPEST:
            raise WordError("substitutions nested too deep")
        result: list[str] = []
        while self.at < len(self.text):
            char = self.peek()
            if stop and char == stop:
                self.take()
                return "".join(result)
            if char == "$":
                piece = self.dollar(depth)
                result.append(piece)
                for each in piece:
                    self._add(each)
            elif char == "'":
                result.append(self._hold(self.single()))
            elif char == '"':
                result.append(self._hold(self.double(depth)))
            elif char == "<":
                result.append(self._hold(self.less()))
            elif char == self.escape:
                self.take()
                result.append(self._hold((char if self.raw_escapes else "") + self.take()))
            else:
                result.append(self.take())
                self._add(char)
        if stop:
            raise WordError(f"no matching {stop}")
        return "".join(result)

    def _add(self, char: str) -> None:
        if not char.isspace() or char in "\x1c\x1d\x1e\x1f":  # which are spaces of Python's alone
            self._hold(char)
        elif self.buffer:
            self.words.append("".join(self.buffer))
            self.buffer.clear()

    def _hold(self, piece: str) -> str:
        if piece:  # an empty pair of quotes makes no word
            self.buffer.append(piece)
        return piece

    def finish(self) -> tuple[str, ...]:
        if self.buffer:
            self.words.append("".join(self.buffer))
        return tuple(self.words)

    def single(self) -> str:
        start = self.at
        end = self.text.find("'", start + 1)
        if end < 0:
            raise WordError("a single quote is not closed")
        self.at = end + 1
        return self.text[start : end + 1] if self.raw_quotes else self.text[start + 1 : end]

    def double(self, depth: int) -> str:
        opening = self.take()
        result = [opening] if self.raw_quotes else []
        while True:
            char = self.peek()
            if not char:
                raise WordError("a double quote is not closed")
            if char == '"':
                self.take()
                return "".join([*result, char] if self.raw_quotes else result)
            if char == "$":
                result.append(self.dollar(depth))
                continue
            self.take()
            if char == self.escape:
                if self.raw_escapes:
                    result.append(char)
                follower = self.peek()
                if not follower:
                    continue
                if follower in ('"', "$", self.escape):
                    char = self.take()
            result.append(char)

    def less(self) -> str:
        self.take()
        if self.peek() != "<":
            return "<"
        self.take()
        start = self.at
        while self.peek() in ("\t", "\r", " "):
            self.at += 1
        return "<<" + self.text[start : self.at]

    def dollar(self, depth: int) -> str:
        self.take()
        if self.peek() != "{":
            name = self.name()
            if not name:
                return "$"
            return self._value(name) or "" if self.lookup else f"${name}"
        self.take()
        if not self.peek():
            raise WordError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise WordError("syntax error: bad substitution")
        name = self.name()
        operator = self.take()
        if operator == "}":
            return self._value(name) or "" if self.lookup else f"${{{name}}}"
        if operator == "/":
            return self._replaced(name, depth)
        colon = operator == ":"
        if colon:
            operator = self.take()
        if not operator:
            raise WordError("syntax error: missing '}'")
        trims = operator in "#%"
        if (trims and colon) or (not trims and not colon and operator not in "+-?"):
            raise WordError(f"unsupported modifier ({':' * colon}{operator}) in substitution")
        word = self._inner("}", trims, depth)
        if self.lookup is None:
            return f"${{{name}{':' * colon}{operator}{word}}}"
        return self._modified(name, operator, colon, word)

    def _modified(self, name: str, operator: str, colon: bool, word: str) -> str:
        value = self._value(name)
        empty = value is None or (colon and value == "")
        if operator == "-":
            return word if empty else value or ""
        if operator == "+":
            return "" if empty else word
        if operator == "?":
            if empty:
                raise WordError(f"{name}: {word or 'is not allowed to be unset or empty'}")
            return value or ""
        if operator in "#%":
            longest = word.startswith(operator)
            pattern = _Pattern(word[longest:])
            return pattern.without_match(value or "", operator == "%", longest)
        raise WordError(f"unsupported modifier (:{operator}) in substitution")

    def _replaced(self, name: str, depth: int) -> str:
        everywhere = self.peek() == "/"
        if everywhere:
            self.take()
        pattern = self._inner("/", True, depth)
        replacement = self._inner("}", True, depth)
        if self.lookup is None:
            return f"${{{name}{'/' * (1 + everywhere)}{pattern}/{replacement}}}"
        return _Pattern(pattern).replaced(self._value(name) or "", replacement, everywhere)

    def _inner(self, stop: str, raw_escapes: bool, depth: int) -> str:
        """What stands up to `stop` inside braces; it makes no words of its own."""
        outer = self.words, self.buffer, self.raw_escapes
        self.words, self.buffer, self.raw_escapes = [], [], raw_escapes
        try:
            return self.run(stop, depth + 1)
        finally:
            self.words, self.buffer, self.raw_escapes = outer

    def name(self) -> str:
        """A variable's name: letters, digits and underscores, or digits, or one of some signs."""
        start = self.at
        first = self.peek()
        if first and first in _SPECIAL_NAMES:
            return self.take()
        digits_only = first.isdecimal()
        while (char := self.peek()).isdecimal() or (
            not digits_only and (char == "_" or char.isalpha())
        ):
            self.at += 1
        return self.text[start : self.at]

    def _value(self, name: str) -> str | None:
        return self.lookup(name) if self.lookup else None


class _Outline(_Lexer):
    """A pass that puts a mark in the place of each variable."""

    def __init__(self, text: str, escape: str) -> None:
        super().__init__(text, escape, None)
        self.found: list[str] = []

    def dollar(self, depth: int) -> str:
        start = self.at
        super().dollar(depth)
        found = self.text[start : self.at]
        if found == "$" or depth:
            return found
        self.found.append(found if found.startswith("${") else f"${{{found[1:]}}}")
        return f"\0{len(self.found) - 1}\0"


class _Pattern:
    """A shell pattern of `*`, `?` and characters, matched in linear time as a set of states.

    State number n stands for "the first n tokens are matched"; a set of states is an integer's bits.
    Neither `*` nor `?` matches a line feed, as in the regular expression that the builder makes of it.
    """

    def __init__(self, pattern: str) -> None:
        """Raises WordError for an escape that the builder refuses."""
        tokens: list[tuple[bool, str]] = []  # a wildcard or not, and the character
        chars = iter(pattern)
        for char in chars:
            if char == "\\":
                char = next(chars, "")
                if not char or char not in "*?\\}/":
                    raise WordError(f"invalid escape in the pattern {pattern}")
                tokens.append((False, char))
            elif char != "*" or tokens[-1:] != [(True, "*")]:
                tokens.append((char in "*?", char))
        self._tokens = tokens

    def _ends(
        self, text: str, start: int = 0, anchored: bool = True, backwards: bool = False
    ) -> Iterator[int]:
        """The offsets where a match that begins at `start` ends, in order.

        Not `anchored`, a match begins anywhere behind `start`; `backwards`, the tokens are turned round.
        """
        tokens = self._tokens[::-1] if backwards else self._tokens
        masks: dict[str, int] = {}
        stars = singles = 0
        for at, (wild, char) in enumerate(tokens):
            if not wild:
                masks[char] = masks.get(char, 0) | 1 << at
            elif char == "*":
                stars |= 1 << at
            else:
                singles |= 1 << at
        states = 1 | (1 & stars) << 1
        if states >> len(tokens):
            yield start
        for at in range(start, len(text)):
            char = text[at]
            here = masks.get(char, 0)
            moved = (states & here) << 1
            if char != "\n":
                moved |= (states & singles) << 1 | states & stars
            states = moved if anchored else moved | 1
            states |= (states & stars) << 1
            if states >> len(tokens):
                yield at + 1
            elif not states:
                return

    def without_match(self, value: str, suffix: bool, longest: bool) -> str:
        """`value` without the match at its start, or at its end for `suffix`."""
        found = self._ends(value[::-1] if suffix else value, backwards=suffix)
        length = max(found, default=0) if longest else next(found, 0)
        return value[: len(value) - length] if suffix else value[length:]

    def replaced(self, value: str, replacement: str, everywhere: bool) -> str:
        """`value` with the longest match that begins first replaced, or with all replaced."""
        reverse = self._ends(value[::-1], anchored=False, backwards=True)
        begins = {len(value) - end for end in reverse}
        out: list[str] = []
        done = 0  # up to where the value is written
        at = 0
        while at <= len(value):
            if at not in begins:
                at += 1
                continue
            end = max(self._ends(value, at))
            out.append(value[done:at])
            if end > done or at == 0:  # an empty match right behind another one does not count
                out.append(replacement)
            done = end
            if not everywhere:
                break
            at = max(end, at + 1)
        return "".join(out) + value[done:]


def expand(text: str, environment: Mapping[str, str], escape: str = "\\") -> str:
    """`text` with quotes and escapes removed and variables replaced; unset ones become empty.

    Raises WordError where the builder would stop.
    """
    if not any(mark in text for mark in ("$", "'", '"', escape)):
        return text
    return _Lexer(text, escape, environment.get).run()


def expand_words(text: str, environment: Mapping[str, str], escape: str = "\\") -> tuple[str, ...]:
    """Like `expand`, split at spaces outside quotes, those inside values too (as for EXPOSE).

    Raises WordError where the builder would stop.
    """
    lexer = _Lexer(text, escape, environment.get)
    lexer.run()
    return lexer.finish()


def substitution_end(text: str, start: int, escape: str = "\\") -> int:
    """Where what the `$` at `start` begins ends: `$NAME`, `${...}`, or the sign alone.

    Raises WordError where the builder would stop.
    """
    lexer = _Lexer(text, escape, None)
    lexer.at = start
    lexer.dollar(0)
    return lexer.at


def outline(text: str, escape: str = "\\") -> str:
    """`text` without quotes and escapes, its variables as written; a literal `$` is `\\$`,
    and a literal backslash `\\\\`.

    Two texts of one outline have the same value whatever their variables are. Raises WordError where
    the builder would stop.
    """
    lexer = _Outline(text.replace("\0", ""), escape)
    parts = lexer.run().split("\0")
    for at, part in enumerate(parts):
        parts[at] = lexer.found[int(part)] if at % 2 else re.sub(r"[\\$]", r"\\\g<0>", part)
    return "".join(parts)


def variables(text: str, escape: str = "\\") -> frozenset[str]:
    """The names that expanding `text` would ask for. Raises WordError as `expand` does."""
    asked: set[str] = set()

    def lookup(name: str) -> str:
        asked.add(name)
        return "x"  # non-empty: `${a:?}` must not stop here

    if "$" in text:
        _Lexer(text, escape, lookup).run()
    return frozenset(asked)


def heredocs(line: str) -> tuple[Opening, ...]:
    """The heredocs that a logical line opens, in order; always read with `\\` as the escape."""
    if "<<" not in line:
        return ()
    lexer = _Lexer(line, "\\", None, raw=True)
    try:
        lexer.run()
    except WordError:
        return ()
    return tuple(found for word in lexer.finish() if (found := _opening(word)))


def _opening(word: str) -> Opening | None:
    found = _HEREDOC.match(word)
    if not found:
        return None
    rest = found[2]
    try:
        plain = _Lexer(rest, "\\", None)
        plain.run()
        kept = _Lexer(rest, "\\", None, raw=True)
        kept.run()
    except WordError:
        return None
    names = plain.finish()
    if len(names) != 1:
        return None
    marks = sum(names[0].count(quote) for quote in "'\"")
    raw_words = kept.finish()
    raw_marks = sum(word.count(quote) for word in raw_words for quote in "'\"")
    return Opening(names[0], bool(found[1]), marks == raw_marks)
