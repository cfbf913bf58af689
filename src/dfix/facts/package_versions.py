"""What versions packages have: the question, the answers, and who gives them.

A version holds for one platform: what a package manager would be offered there. Nothing here asks
anybody; see `dfix.resolve.lockedpackages` and `dfix.resolve.packageindices`.
"""

import re
from typing import Literal, Protocol

from msgspec import Struct

from dfix.patterns import regex

Ecosystem = Literal["apt", "pip", "npm"]

#: What stands in a platform, by ecosystem: `debian bookworm amd64`, `python 3.13 glibc amd64`,
#: `node 24` or only `node`.
_PLATFORMS: dict[str, re.Pattern[str]] = {
    "apt": re.compile(r"(?:debian|ubuntu) [a-z]{3,20} [a-z0-9]{3,10}"),
    "pip": re.compile(r"python 3\.[0-9]{1,2}(?:\.[0-9]{1,3})? (?:glibc|musl) [a-z0-9]{3,10}"),
    "npm": re.compile(r"node(?: [0-9]{1,3})?"),
}
#: Names as they are locked: those of pip are normalized (PEP 503). A `+` or `-` at the end means
#: something to apt, unless it is doubled.
_NAMES: dict[str, re.Pattern[str]] = {
    "apt": re.compile(r"[a-z0-9][a-z0-9+.-]*(?:[a-z0-9.]|\+\+)"),
    "pip": re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "npm": re.compile(r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*"),
}
#: Versions, none of which holds a character that means something to a shell.
_VERSIONS: dict[str, re.Pattern[str]] = {
    "apt": re.compile(r"(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*"),
    "pip": re.compile(r"[0-9]+(?:\.[0-9]+)*(?:\.post[0-9]+)?"),
    "npm": re.compile(r"[0-9]+\.[0-9]+\.[0-9]+"),
}
#: Packages of one call of pip, with extras, and the version where it is given.
_ONE = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\[[a-z0-9-]+(?:,[a-z0-9-]+)*\])?(?:==[0-9a-z.]+)?"
_TOGETHER = regex(rf"{_ONE}(?: {_ONE})+")
_LONGEST = 128  # characters
_MOST = 4096  # characters of a call
ECOSYSTEMS = tuple(_NAMES)


class Package(Struct, frozen=True, order=True):
    """A package by its name, in one ecosystem and for one platform.

    `together` are all packages of a call of pip that has several, itself among them, for their
    versions have to fit each other: `flask gunicorn[gevent] jinja2==3.1.6`.
    """

    ecosystem: str
    platform: str
    name: str
    together: str = ""

    def __str__(self) -> str:
        return f"{self.ecosystem} {self.name} ({self.platform})"


class PackageVersion(Struct, frozen=True):
    """The version that a package has; `source` says by whom, as in `read in the {source}`."""

    version: str
    source: str


class NoVersion(Struct, frozen=True):
    """Why there is no version. `failed` tells that it could not be asked for."""

    reason: str
    failed: bool = False


class Packages(Protocol):
    """Where versions of packages come from."""

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The version that a package manager would install of `package`, or why there is none."""


def is_name(ecosystem: str, text: str) -> bool:
    """Whether `text` can be the name of a package."""
    return len(text) <= _LONGEST and _fits(_NAMES, ecosystem, text)


def is_version(ecosystem: str, text: str) -> bool:
    """Whether `text` is a version that can be written behind a name in a shell's word."""
    return len(text) <= _LONGEST and _fits(_VERSIONS, ecosystem, text)


def is_platform(ecosystem: str, text: str) -> bool:
    """Whether `text` names a platform of an ecosystem."""
    return _fits(_PLATFORMS, ecosystem, text)


def is_together(ecosystem: str, name: str, text: str) -> bool:
    """Whether `text` can be what is installed together with the package `name`."""
    if not text:
        return True
    names = [re.split(r"[\[=]", each)[0] for each in text.split(" ")]
    fits = ecosystem == "pip" and len(text) <= _MOST and _TOGETHER.fullmatch(text)
    return bool(fits) and name in names and len(set(names)) == len(names)


def _fits(patterns: dict[str, re.Pattern[str]], ecosystem: str, text: str) -> bool:
    pattern = patterns.get(ecosystem)
    return pattern is not None and pattern.fullmatch(text) is not None
