"""What can go wrong with a registry, each with one line for people.

The texts are made of what registries answer, which is anybody's: they hold printable characters
alone, are short, and never hold what was secret in the question.
"""

import re
from collections.abc import Iterable

_LONGEST = 160  # characters of a registry's own words


class RegistryError(Exception):
    """A registry gave no answer that can be used; the text is one line that says why."""


class NotFound(RegistryError):
    """The registry has no such image, tag or platform."""


class Denied(RegistryError):
    """The registry wants a login, or does not let this one in.

    Some say this of images that do not exist, too, so as not to tell which there are.
    """


class RateLimited(RegistryError):
    """The registry has had enough questions for now (429), and trying again did not help."""


class TooManyRequests(RegistryError):
    """As many requests were sent as `Limits.requests` allows."""


class Unreachable(RegistryError):
    """There was no answer: no connection, no trusted certificate, too slow, or always a 5xx."""


class Unusable(RegistryError):
    """The answer is not what the protocol says, too large, or leads where it must not."""


class ClientMissing(RegistryError):
    """The optional library for asking registries is not installed."""


def printable(text: str) -> str:
    """`text` in one short line and without control characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def without(secrets: Iterable[str], text: str) -> str:
    """`text` without any of `secrets`, also where their case was changed."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    return text
