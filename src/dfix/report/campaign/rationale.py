"""Why a fixer exists, in a sentence, and where to read more."""

import inspect
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit

from dfix.patterns import regex
from dfix.registry import all_fixers

_WHY = regex(r"^\*\*Why\*\*\s+(.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_SENTENCE = regex(r".+?[.!?](?=\s+[A-Z`]|\s*\Z)")


@dataclass(frozen=True, slots=True)
class Rationale:
    """What a report says of a fixer; of one that is not installed here nothing but its name."""

    name: str
    message: str = ""
    why: str = ""
    reference: str = ""

    @classmethod
    def of(cls, name: str) -> Self:
        """What there is to say of the fixer with that name."""
        fixer = all_fixers().get(name)
        if fixer is None:
            return cls(name)
        section = _WHY.search(inspect.cleandoc(fixer.__doc__ or ""))
        text = " ".join(section[1].split()) if section else ""
        sentence = _SENTENCE.match(text)
        why = sentence[0] if sentence else text
        return cls(name, fixer.message, why or fixer.message, web_address(fixer.reference))


def web_address(text: str | None) -> str:
    """`text` as an address to link to; empty for anything but an http or https address.

    What could end a link in Markdown or mislead a reader is percent-encoded.
    """
    if text is None or not text.isprintable() or " " in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        return ""
    return quote(text, safe=":/?#&=%+,;~@!$")


def file_address(path: str | None) -> str:
    """A path below the campaign's folder as a relative address; empty for one that leaves it."""
    if not path or path.startswith("/") or ".." in path.split("/"):
        return ""
    return "./" + quote(path, safe="/", errors="replace")
