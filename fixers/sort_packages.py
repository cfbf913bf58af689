"""Sorts the packages of an install command by name, where each stands."""

import re

from dfix import Fixer, Invalid, Level, Phase, Rewrite, Run, Valid, regex
from dfix.facts.scripts import ShellScript

from ._packages import Call, placed, tries_only

_FAMILIES = frozenset({"apt", "apk", "rpm", "zypper"})
#: A name, with an architecture, a release or a version where there is one.
_PLAIN = regex(r"[A-Za-z0-9][A-Za-z0-9+._-]*(?:[:/@][A-Za-z0-9._-]+)?(?:(?:[=<>~]=?)\S+)?")
_NAME = regex(r"[A-Za-z0-9+._-]*")


class SortPackages(Fixer):
    """Sorts the packages of an install command by name, where each stands.

    **Why**

    In a sorted list a package is found at once, is not named twice, and changes are easy to review.

    **When it is applied**

    Only if selected. To the packages of `apt-get install`, `apk add`, `yum`, `dnf` and `microdnf
    install` and `zypper install`: words change places, while blanks, line ends and all options with
    their values stay where they are. Versions go with their packages.

    **When it is refused**

    With a comment between or behind the packages, which says by its place what it belongs to; with variables,
    patterns, files, URLs, groups, and `pkg-` or `pkg+` of apt. At `safe`: the order may decide
    between alternatives that satisfy the same dependency.
    """

    message = "the packages are not sorted"
    level = Level.STANDARD
    phase = Phase.SHELL
    default = False
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#sort-multi-line-arguments"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y curl git\n"),
        Valid("FROM debian:12\nRUN apt-get install -y curl=7.88 git python3\n"),
        Valid("FROM alpine:3.20\nRUN apk add --virtual TMP autoconf curl\n"),
        Valid(
            "FROM debian:12\nRUN apt-get install -y \\\n    zsh \\\n# why\n    curl\n",
            why="the comment belongs to a package, or to all below it",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get install -y zsh \\\n    curl # for the tests\n",
            why="curl is for the tests, and not zsh",
            refused=True,
        ),
        Valid("FROM debian:12\nRUN apt-get install -y zsh $TOOLS\n", refused=True),
        Valid("FROM debian:12\nRUN apt-get install -y zsh ./a.deb\n", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get install -y \\\n    zsh=5.* \\\n    -t stable \\\n"
            "    curl \\\n && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get install -y \\\n    curl \\\n    -t stable \\\n"
            "    zsh=5.* \\\n && rm -rf /var/lib/apt/lists/*\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM alpine:3.20\nRUN apk add  curl   bash --virtual TMP autoconf\n",
            "FROM alpine:3.20\nRUN apk add  autoconf   bash --virtual TMP curl\n",
            level=Level.STANDARD,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Sorts list by list."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        edited = False
        for each in placed(rewrite.script):
            call = each.call
            if call.tool.family not in _FAMILIES or not call.installs or tries_only(call):
                continue
            words = call.operands
            new = sorted(words, key=lambda word: _key(word.value or word.text))
            if [word.text for word in new] == [word.text for word in words]:
                continue
            if reason := _objection(rewrite.script, call):
                self.refuse(node, reason)
                continue
            for old, word in zip(words, new, strict=True):
                if old.text != word.text:
                    rewrite.replace(old, word.text)
                    edited = True
        if not edited:
            return
        self.propose(
            rewrite,
            reason="the order only decides between alternatives that nothing else decides",
        )


def _key(package: str) -> tuple[str, str]:
    found = _NAME.match(package)
    return (found[0].lower() if found else "", package)


def _objection(script: ShellScript, call: Call) -> str:
    """Why the packages of a call keep their order; empty if they need not."""
    if call.problem:
        return call.problem
    first, last = call.operands[0], call.operands[-1]
    text = script.text
    if (
        "#" in text[first.span.start : last.span.end]
        or "#" in text[call.program.span.end : first.span.start]
    ):
        return "a comment among the packages says by its place what it belongs to"
    listed = "\n" in text[first.span.start : last.span.end]
    if listed and re.match(r"[ \t]*`?#", text[last.span.end :]):
        return "a comment behind the last package says by its place what it belongs to"
    for word in call.operands:
        if word.value is None and (not _pattern_of_version(word.text)):
            return f"{word.text} is a variable or a pattern: what it stands for is not known"
        value = word.text if word.value is None else word.value
        if not _PLAIN.fullmatch(value) or (value.endswith(("-", "+")) and value[-2:] != "++"):
            return f"{value} is no plain package: its place may matter"
    return ""


def _pattern_of_version(text: str) -> bool:
    """Whether a word that the shell might expand is a version with a `*`, as in `a=5.*`."""
    return bool(re.fullmatch(r"[A-Za-z0-9+._-]+=[A-Za-z0-9+.:~_-]*\*", text))
