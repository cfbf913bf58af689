"""Values as the builder expands them, with what the file does not fix kept symbolic."""

import posixpath
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b

from dfix.patterns import regex
from dfix.plan.model import Symbolic
from dfix.words import WordError, expand, expand_words, outline

_MARK = regex("\0([0-9]+)\1")
_MODIFIED = regex(r"\$\{(?:\w+|[^\w}])[^\w}]")
_SIGNS = regex(r"[\\$}]")
_DRIVE = regex(r"[A-Za-z]:[\\/]")
#: Values that double line by line would fill the memory: beyond this length they are not followed.
_LONGEST = 8192
_PATH = "PATH"
_PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"})


class Asked(Mapping[str, str]):
    """Variables as the word lexer asks for them; each unknown one is answered with a mark.

    `closed` tells that a name not in `known` is unset: in the scope above the first FROM, and in a
    stage that begins with an empty image.
    """

    def __init__(self, known: Mapping[str, str], closed: bool) -> None:
        self.known = known
        self.closed = closed
        self.unknown: list[Symbolic] = []
        self.found: dict[str, str] = {}
        self.length = 0

    def __getitem__(self, name: str) -> str:
        value = self.known.get(name)
        if value is None:
            if self.closed and name != _PATH and name.lower() not in _PROXIES:
                raise KeyError(name)
            value = Symbolic(f"${{{name}}}")
        self.found[name] = value
        self.length += len(value)
        if self.length > _LONGEST:
            raise WordError(f"the value of {name} is too long to follow")
        if isinstance(value, Symbolic):
            self.unknown.append(value)
            return f"\0{len(self.unknown) - 1}\1"
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def value(text: str, known: Mapping[str, str], closed: bool, escape: str) -> str:
    """`text` without quotes and with its variables replaced.

    The result is symbolic where a variable is not known; it is the text as written where the builder
    would stop, or where an operator such as `:-` is applied to what is not known.
    """
    if "$" not in text:
        return _plain(text, escape)
    if "\0" in text:
        return Symbolic(text)
    asked = Asked(known, closed)
    try:
        found = expand(text, asked, escape)
    except WordError:
        return Symbolic(text) if asked.length <= _LONGEST else _unexpanded(text, asked)
    if not asked.unknown:
        return found
    if _MODIFIED.search(text):
        return _unexpanded(outline(text, escape), asked)
    return _filled(found, asked)


def words(text: str, known: Mapping[str, str], closed: bool, escape: str) -> tuple[str, ...]:
    """Like `value`, split at blanks outside quotes, also at those inside of values.

    A text with an unknown variable is one symbolic word.
    """
    whole = value(text, known, closed, escape)
    if isinstance(whole, Symbolic):
        return (whole,)
    return expand_words(text, Asked(known, closed), escape)


@lru_cache(maxsize=4096)
def _plain(text: str, escape: str) -> str:
    try:
        return expand(text, {}, escape)
    except WordError:
        return Symbolic(text)


def _filled(found: str, asked: Asked) -> Symbolic:
    """`found` with its marks replaced by what they stand for."""
    parts = _MARK.split(found)
    for at, part in enumerate(parts):
        parts[at] = asked.unknown[int(part)] if at % 2 else _escaped(part)
    return Symbolic("".join(parts))


def _unexpanded(text: str, asked: Asked) -> Symbolic:
    """`text`, or its outline, with the values that it would have used."""
    known = " ".join(f"{name}={found}" for name, found in sorted(asked.found.items()))
    return Symbolic(f"{text} with {short(known)}")


def short(text: str) -> str:
    """`text`, or a digest of it that no other text has, where it is too long to be carried on."""
    if len(text) <= _LONGEST:
        return text
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Symbolic(f"{text[:40]}... {digest}")


def literal(text: str) -> str:
    """How a known text is written inside of a symbolic one."""
    return text if isinstance(text, Symbolic) else _escaped(text)


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text)


def joined(directory: str, path: str) -> str:
    """`path` as seen from `directory`, cleaned up where both are known."""
    if not isinstance(path, Symbolic) and path.startswith("/"):
        return path
    if _DRIVE.match(path) or (isinstance(path, Symbolic) and path.startswith(("/", "$"))):
        return path
    if isinstance(directory, Symbolic) or isinstance(path, Symbolic):
        inner = (
            literal(path).rstrip("/") if isinstance(path, Symbolic) else posixpath.normpath(path)
        )
        if inner == ".":
            return directory
        return short(Symbolic(f"{literal(directory).rstrip('/')}/{literal(inner)}"))
    return short(clean(f"{directory}/{path}"))


def clean(path: str) -> str:
    """An absolute path without empty, `.` and `..` components (Go's `path.Clean`)."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)
