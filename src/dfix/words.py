"""The builder's own word lexer: quotes, escapes, variables, and the heredocs that a line opens.

Source: BuildKit's `frontend/dockerfile/shell/lex.go` and `frontend/dockerfile/parser/parser.go`
(https://github.com/moby/buildkit). It is not the shell of a RUN: see `dfix.shell` for that.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE = re.compile(f"[{SPACES}]")
_NAME = re.compile(r"[0-9]+|[@*#?\-$!]|[A-Za-z_][A-Za-z0-9_]*")
_HEREDOC = re.compile(r"([0-9]*)<<(-?)[ \t\r]*([^<]+)\Z")


class WordError(ValueError):
    """A word that the builder refuses: an open quote, a bad substitution, a required variable."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A heredoc that a line opens: `<<EOF`, `<<-EOF` (chomp) or `<<'EOF'` (not expanded)."""

    name: str
    chomp: bool
    expand: bool


class _Lexer:
    """One pass over a text. `raw` keeps quotes and escapes, as needed to find heredocs."""

    def __init__(
        self, text: str, escape: str, lookup: Callable[[str], str | None] | None, raw: bool
    ) -> None:
        self.text = text
        self.escape = escape
        self.lookup = lookup
        self.raw = raw
        self.at = 0
        self.words: list[str] = []
        self.buffer: list[str] = []
        self.in_word = False

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return char

    def run(self, stop: str = "", raw_escapes: bool | None = None, depth: int = 0) -> str:
        """Reads up to `stop` and returns what was read, processed."""
        if depth > 100:
            raise WordError("substitutions nested too deep")
        keep = self.raw if raw_escapes is None else raw_escapes
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
                follower = self.take()
                piece = (char if keep else "") + follower
                result.append(piece)
                if piece:
                    self._hold(piece)
            else:
                result.append(self.take())
                self._add(char)
        if stop:
            raise WordError(f"no matching {stop}")
        return "".join(result)

    def _add(self, char: str) -> None:
        if not _SPACE.match(char):
            self._hold(char)
        elif self.in_word:
            self.words.append("".join(self.buffer))
            self.buffer.clear()
            self.in_word = False

    def _hold(self, piece: str) -> str:
        self.buffer.append(piece)
        self.in_word = True
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
        return self.text[start : end + 1] if self.raw else self.text[start + 1 : end]

    def double(self, depth: int) -> str:
        opening = self.take()
        result = [opening] if self.raw else []
        while True:
            char = self.peek()
            if not char:
                raise WordError("a double quote is not closed")
            if char == '"':
                self.take()
                if self.raw:
                    result.append(char)
                return "".join(result)
            if char == "$":
                result.append(self.dollar(depth))
                continue
            self.take()
            if char == self.escape:
                if self.raw:
                    result.append(char)
                follower = self.peek()
                if not follower:
                    continue
                if follower in ('"', "$", self.escape):
                    char = self.take()
                elif self.raw:
                    continue
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
        start = self.at
        self.take()
        if self.peek() != "{":
            name = self.name()
            if not name:
                return "$"
            value = self._value(name)
            return f"${name}" if value is None and self.lookup is None else value or ""
        self.take()
        if not self.peek():
            raise WordError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise WordError("syntax error: bad substitution")
        name = self.name()
        operator = self.take()
        if not operator:
            raise WordError("syntax error: missing '}'")
        if operator == "}":
            found = self._value(name)
            return self.text[start : self.at] if found is None and not self.lookup else found or ""
        colon = operator == ":"
        if colon:
            operator = self.take()
            if not operator:
                raise WordError("syntax error: missing '}'")
        if operator == "/" and not colon:
            return self._replaced(name, start, depth)
        if operator not in "+-?#%" or (colon and operator in "#%"):
            raise WordError(f"unsupported modifier ({':' * colon}{operator}) in substitution")
        word = self._inner("}", operator in "#%", depth)
        if self.lookup is None:
            return self.text[start : self.at]
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
                raise WordError(f"{name}: {word or 'is not allowed to be unset'}")
            return value or ""
        greedy = word[:1] == operator
        return _trimmed(value or "", word[1:] if greedy else word, operator == "%", greedy)

    def _replaced(self, name: str, start: int, depth: int) -> str:
        everywhere = self.peek() == "/"
        if everywhere:
            self.take()
        pattern = self._inner("/", True, depth)
        replacement = self._inner("}", True, depth)
        if self.lookup is None:
            return self.text[start : self.at]
        found = re.compile(_pattern(pattern, greedy=True))
        return found.sub(lambda _: replacement, self._value(name) or "", 0 if everywhere else 1)

    def _inner(self, stop: str, raw_escapes: bool, depth: int) -> str:
        """What stands up to `stop` inside braces; it makes no words of its own."""
        words, buffer, in_word = self.words, self.buffer, self.in_word
        self.words, self.buffer = [], []
        try:
            return self.run(stop, raw_escapes, depth + 1)
        except WordError as error:
            if self.at >= len(self.text):
                raise WordError("syntax error: missing '}'") from error
            raise
        finally:
            self.words, self.buffer, self.in_word = words, buffer, in_word

    def name(self) -> str:
        found = _NAME.match(self.text, self.at)
        if not found:
            return ""
        self.at = found.end()
        return found[0]

    def _value(self, name: str) -> str | None:
        return self.lookup(name) if self.lookup else None


def _pattern(pattern: str, greedy: bool) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append(".*" if greedy else ".*?")
        elif char == "?":
            out.append(".")
        elif char == "\\":
            follower = pattern[at : at + 1]
            if follower in ("}", "/") and follower:
                continue
            at += 1
            if follower not in ("*", "?", "\\"):
                raise WordError(f"invalid escape in the pattern {pattern}")
            out.append(re.escape(follower))
        else:
            out.append(re.escape(char))
    return "".join(out)


def _trimmed(value: str, pattern: str, suffix: bool, greedy: bool) -> str:
    compiled = re.compile(_pattern(pattern, greedy=True), re.DOTALL)
    lengths = range(len(value), -1, -1) if greedy else range(len(value) + 1)
    for length in lengths:
        piece = value[len(value) - length :] if suffix else value[:length]
        if compiled.fullmatch(piece):
            return value[: len(value) - length] if suffix else value[length:]
    return value


def expand(text: str, environment: Mapping[str, str], escape: str = "\\") -> str:
    """`text` with quotes and escapes removed and variables replaced; unset ones become empty.

    Raises WordError where the builder would stop.
    """
    if not any(mark in text for mark in ("$", "'", '"', escape)):
        return text
    return _Lexer(text, escape, environment.get, raw=False).run()


def expand_words(text: str, environment: Mapping[str, str], escape: str = "\\") -> tuple[str, ...]:
    """Like `expand`, split at spaces outside quotes, those inside values too (as for EXPOSE).

    Raises WordError where the builder would stop.
    """
    lexer = _Lexer(text, escape, environment.get, raw=False)
    lexer.run()
    return lexer.finish()


def variables(text: str, escape: str = "\\") -> frozenset[str]:
    """The names that expanding `text` would ask for. Raises WordError as `expand` does."""
    asked: set[str] = set()

    def lookup(name: str) -> str:
        asked.add(name)
        return "x"  # non-empty: `${a:?}` must not stop here

    if "$" in text:
        _Lexer(text, escape, lookup, raw=False).run()
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
    rest = found[3]
    try:
        plain = _Lexer(rest, "\\", None, raw=False)
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
    return Opening(names[0], bool(found[2]), marks == raw_marks)
