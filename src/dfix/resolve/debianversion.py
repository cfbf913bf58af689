"""How Debian compares versions: https://www.debian.org/doc/debian-policy/ch-controlfields.html#version"""

from functools import cmp_to_key
from itertools import zip_longest

from dfix.patterns import regex

_PART = regex(r"([^0-9]*)([0-9]*)")


def compare(one: str, other: str) -> int:
    """Below, at or above 0 where version `one` is older, the same or newer than `other`.

    Both have the form `[epoch:]upstream[-revision]`; what is left out counts as 0.
    """
    (epoch, upstream, revision), (epoch2, upstream2, revision2) = _split(one), _split(other)
    return (
        (epoch > epoch2) - (epoch < epoch2)
        or _compare(upstream, upstream2)
        or _compare(revision, revision2)
    )


by_age = cmp_to_key(compare)
"""A key for sorting: the newest version is the greatest."""


def _split(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, dash, revision = rest.rpartition("-")
    return int(epoch), upstream if dash else rest, revision if dash else ""


def _compare(one: str, other: str) -> int:
    """Compares parts without digits and numbers in turn, from the left."""
    parts = zip_longest(_PART.findall(one), _PART.findall(other), fillvalue=("", ""))
    for (text, number), (text2, number2) in parts:
        order = _compare_text(text, text2)
        if order:
            return order
        value, value2 = int(number or "0"), int(number2 or "0")
        if value != value2:
            return 1 if value > value2 else -1
    return 0


def _compare_text(one: str, other: str) -> int:
    """A tilde stands before all, even the end; letters stand before everything else."""
    for char, char2 in zip_longest(one, other, fillvalue=""):
        weight, weight2 = _weight(char), _weight(char2)
        if weight != weight2:
            return 1 if weight > weight2 else -1
    return 0


def _weight(char: str) -> int:
    if char == "~":
        return -1
    if not char:
        return 0
    return ord(char) if char.isalpha() else ord(char) + 256
