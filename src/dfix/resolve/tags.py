"""Which version a floating tag stood for, by a dated table of the Docker official images.

The table is a snapshot of https://github.com/docker-library/official-images: per image its
*entries*, each of them one build, with the tags that all name it. Two tags that the same entries
hold name the same bits, so that replacing one by the other changes nothing on that day. Nothing
here guesses: what the table does not show is an `Unpinned` with its reason.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import ClassVar

from msgspec import Struct

from dfix.image import ImageReference
from dfix.patterns import regex
from dfix.shipped import shipped

# Words that follow a release channel: the image's next version takes them over.
_CHANNELS = frozenset(
    {
        "current",
        "devel",
        "edge",
        "innovation",
        "latest",
        "lts",
        "mainline",
        "nightly",
        "rolling",
        "stable",
    }
)
# What a variant may count: `alpine3.24` and `jdk25` say what the image is built on, not which
# version of the image it is. Any other word with digits may be a version.
_BUILT_ON = regex(
    r"(?:al|alpine|amazonlinux|java|jdk|jre|openj|oraclelinux|php|pypy|python|scala_?|ubi)"
    r"\d+(?:\.\d+)*"
)
# Digits of ASCII, and no more of them than a number can have that somebody counts.
_VERSIONED = regex(r"(?P<v>v?)(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18})*)(?P<suffix>(?:-.+)?)")
_LEADING_VERSION = regex(r"v?([0-9]+(?:\.[0-9]+)*)")
_DATE = regex(r"(?:19|20)[0-9]{6}")
_PRE_RELEASE = regex(
    r"(?:^|[-.\d])(?:alpha|beta|ea|pre|preview|rc|m(?=\d))\d*(?=[-.]|$)", re.IGNORECASE
)


# Releases of Debian (https://www.debian.org/releases/), of Ubuntu (https://wiki.ubuntu.com/Releases)
# and the long-term lines of Node.js (https://github.com/nodejs/Release/blob/main/CODENAMES.md).
_DEBIAN = "squeeze|wheezy|jessie|stretch|buster|bullseye|bookworm|trixie|forky|duke"
_UBUNTU = (
    "lucid|precise|trusty|utopic|vivid|wily|xenial|yakkety|zesty|artful|bionic|cosmic|disco|eoan"
    "|focal|groovy|hirsute|impish|jammy|kinetic|lunar|mantic|noble|oracular|plucky|questing"
    "|resolute|stonking"
)
_NODE = "argon|boron|carbon|dubnium|erbium|fermium|gallium|hydrogen|iron|jod|krypton"
# Where a code name is the release of the image itself. Elsewhere (`python:bookworm`) it is only
# what the image is built on, and the tag moves from version to version.
_RELEASE_LINES = {
    "buildpack-deps": f"{_DEBIAN}|{_UBUNTU}",
    "debian": _DEBIAN,
    "neurodebian": f"{_DEBIAN}|{_UBUNTU}",
    "node": _NODE,
    "ubuntu": _UBUNTU,
}


class Policy(StrEnum):
    """How much of a version a pinned tag keeps, in numbers: `2.0.9`, `2.0` or `2`."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


_WANTED = {Policy.MAJOR: 1, Policy.MINOR: 2, Policy.PATCH: 3}


class Pin(Struct, frozen=True):
    """The tag to write, and where it is known from.

    `digest` is that of the image's index, where it is known.
    """

    tag: str
    source: str
    digest: str | None = None


class Unpinned(Struct, frozen=True):
    """Why there is no tag to write.

    `settled` says that there is nothing to do: the tag holds a version, there is a digest, or the
    tag is the code name of one release line of the image (`debian:bookworm-slim`, `node:jod`) and so
    does what a version would.
    """

    #: Tells the two answers apart for those who must not know this module.
    tag: ClassVar[None] = None
    reason: str
    settled: bool = False


class _Build(Struct, frozen=True):
    tags: frozenset[str]
    windows: bool


class Version(Struct, frozen=True):
    """A tag that holds a version, and the numbers of it."""

    tag: str
    numbers: tuple[str, ...]


def table_date() -> str:
    """The day of the table, as `YYYY-MM-DD`."""
    return _text().partition("\n")[0].rpartition(" ")[2]


def current_tags(name: str) -> frozenset[str] | None:
    """All tags that the official image `name` (`node`) had on that day; None where it had none."""
    builds = _builds(name)
    return None if builds is None else frozenset().union(*(build.tags for build in builds))


def is_floating(tag: str | None) -> bool:
    """Whether `tag` holds no version of the image, so that it moves from one to the next.

    True for no tag, `latest`, the words of a channel (`lts`) and names of variants (`alpine`,
    `slim-bookworm`, `jdk25`). Any other digits may belong to a version, a date or a hash, and make
    it False.
    """
    return tag is None or all(
        not any(character.isdigit() for character in word) or _BUILT_ON.fullmatch(word)
        for word in tag.split("-")
    )


def is_of_line(tag: str, line: str) -> bool:
    """Whether `tag` is of a version of the line `line`: `8.0.30-jammy` is of `8.0`."""
    match = _LEADING_VERSION.match(tag)
    numbers = line.split(".")
    return match is not None and match[1].split(".")[: len(numbers)] == numbers


def pin(image: ImageReference, policy: Policy) -> Pin | Unpinned:
    """The versioned tag that names the same build as the floating tag of `image` does.

    The answer keeps the variant (`alpine` becomes `3.24-alpine`, never `3.24-alpine3.22`). Of the
    tags of that build with the same variant, `patch` takes the longest version, `minor` and `major`
    the shortest with at least two numbers or one. A version that is too short for the policy counts
    where the build has no longer one under any variant: `fedora:44` is all there is. Dates, release
    candidates and Windows builds are never an answer.
    """
    if (answer := settled(image)) is not None:
        return answer
    tag = image.tag or "latest"
    name = image.familiar_name
    builds = _builds(name) if image.is_official else None
    if builds is None:
        return Unpinned(f"no evidence for {name}: it is not in the {_source()}")
    holders = _holders(builds, tag)
    if not holders:
        return Unpinned(f"no evidence for {name}:{tag}: the {_source()} has no such tag")
    if all(build.windows for build in holders):
        return Unpinned(f"{name}:{tag} stands for Windows builds only")
    if any(_PRE_RELEASE.search(other) for build in holders for other in build.tags):
        return Unpinned(f"{name}:{tag} stands for a pre-release")
    equal = sorted(
        other
        for other in frozenset().union(*(build.tags for build in holders))
        if _holders(builds, other) == holders
    )
    full = max(
        (len(match[1].split(".")) for other in equal if (match := _undated(other))), default=0
    )
    return choose(name, tag, equal, policy, full, _source())


def settled(image: ImageReference) -> Unpinned | None:
    """Why there is nothing to do about `image`; None where its tag floats and there is no digest."""
    name = image.familiar_name
    if image.digest is not None:
        return Unpinned("it is pinned by its digest", settled=True)
    if not is_floating(image.tag):
        return Unpinned(f"the tag `{image.tag}` holds a version", settled=True)
    if image.is_official and _names_release_line(name, image.tag or "latest"):
        return Unpinned(f"{name}:{image.tag or 'latest'} names a release line", settled=True)
    return None


def fits(image: ImageReference, tag: str) -> bool:
    """Whether `tag` is a version that keeps the variant of the floating tag of `image`."""
    return not _PRE_RELEASE.search(tag) and bool(versions((tag,), image.tag or "latest"))


def versions(tags: Iterable[str], floating: str) -> list[Version]:
    """Those of `tags` that are a version with the variant of the tag `floating`, newest first.

    Without dates and pre-releases, of which the numbers say nothing about what is newer.
    """
    released = (tag for tag in tags if not _PRE_RELEASE.search(tag))
    found = _candidates(released, _without_channel(floating))
    return sorted(found, key=lambda version: tuple(map(int, version.numbers)), reverse=True)


def choose(
    name: str, tag: str, equal: Sequence[str], policy: Policy, full: int, source: str
) -> Pin | Unpinned:
    """The best of the tags `equal`, which all name the build that `tag` names, as `source` says.

    `full` is how many numbers a version of that build has when it is written in full.
    """
    candidates = _candidates(equal, _without_channel(tag))
    if not candidates:
        return Unpinned(f"the {source} has no version of {name}:{tag} with the same variant")
    longest = max(candidates, key=lambda candidate: len(candidate.numbers)).numbers
    if any(longest[: len(candidate.numbers)] != candidate.numbers for candidate in candidates):
        return Unpinned(f"{name}:{tag} is numbered in two ways")
    enough = [
        candidate
        for candidate in candidates
        if len(candidate.numbers) >= min(_WANTED[policy], full)
    ]
    if not enough:
        return Unpinned(f"the {source} has no {policy} version of {name}:{tag}")
    choose = max if policy is Policy.PATCH else min
    return Pin(choose(enough, key=lambda candidate: len(candidate.numbers)).tag, source)


def _without_channel(tag: str) -> str:
    """The variant alone: `slim` for `lts-slim`, nothing for `latest`, all of `fpm-alpine`."""
    first, _, rest = tag.partition("-")
    return rest if first in _CHANNELS else tag


def _names_release_line(name: str, tag: str) -> bool:
    word = _without_channel(tag).partition("-")[0]
    return name in _RELEASE_LINES and re.fullmatch(_RELEASE_LINES[name], word) is not None


def _candidates(tags: Iterable[str], variant: str) -> list[Version]:
    """Those of `tags` that are a version and `variant`; without a `v` where both spellings are."""
    suffix = f"-{variant}" if variant else ""
    found: dict[str, Version] = {}
    for tag in sorted(tags, key=lambda tag: tag.startswith("v")):
        match = _VERSIONED.fullmatch(tag)
        if match and match["suffix"] == suffix and not _DATE.search(match["numbers"]):
            numbers = match["numbers"]
            found.setdefault(numbers, Version(tag, tuple(numbers.split("."))))
    return list(found.values())


def _undated(tag: str) -> re.Match[str] | None:
    match = _LEADING_VERSION.match(tag)
    return match if match and not _DATE.search(match[1]) else None


def _holders(builds: Iterable[_Build], tag: str) -> frozenset[_Build]:
    return frozenset(build for build in builds if tag in build.tags)


def _source() -> str:
    return f"table of {table_date()}"


@cache
def _text() -> str:
    return shipped("dfix.resolve", "tags.tsv").decode()


@cache
def _lines() -> dict[str, list[str]]:
    """The table's lines by image: most runs need few of them, so cells are read on demand."""
    lines: dict[str, list[str]] = {}
    for line in _text().splitlines()[2:]:
        lines.setdefault(line.partition("\t")[0], []).append(line)
    return lines


@lru_cache(maxsize=1024)
def _builds(name: str) -> tuple[_Build, ...] | None:
    """The builds of an official image; None for one that the table does not have."""
    lines = _lines().get(name)
    return None if lines is None else tuple(map(_build, lines))


def _build(line: str) -> _Build:
    _, tags, shared, platform = line.split("\t")
    names = frozenset(filter(None, (*tags.split(","), *shared.split(","))))
    return _Build(names, platform == "windows")
