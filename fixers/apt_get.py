"""Calls apt-get where a RUN calls apt, which is made for people at a terminal."""

import re

from dfix import Fixer, Invalid, Level, Phase, Rewrite, Run, Valid, regex

from ._packages import Call, earlier_text, placed
from ._variable_base import may_be_another

_VERBS = frozenset(
    {"install", "update", "remove", "upgrade", "clean", "autoclean", "autoremove", "purge"}
)
_OPTIONS = frozenset(
    """-y --yes --assume-yes -q --quiet -t --target-release --default-release -o --option -c
    --config-file -f --fix-broken -m --ignore-missing --fix-missing -u -V --no-install-recommends
    --install-recommends --no-install-suggests --install-suggests --allow-unauthenticated
    --allow-downgrades --allow-change-held-packages --allow-remove-essential --force-yes --purge
    --reinstall --only-upgrade --no-upgrade --with-new-pkgs --no-remove --auto-remove --autoremove
    -d --download-only""".split()
)
_FILE = regex(r"[./]|.*\.deb\Z|.*/.*\.")
_PATTERN = regex(r".*[*?\[\]^$~]")
_VARIABLE = regex(r"\$(?:\w+|\{[^}]{0,200}\})")
#: Releases whose apt solves as apt-get does: from 3.0 on it has a solver of its own. Their images
#: of these names have apt drop its downloads, which apt-get alone would keep.
_ONE_SOLVER = regex(
    r"(?:debian:(?:stretch|buster|bullseye|bookworm|9|10|11|12)"
    r"|ubuntu:(?:xenial|bionic|focal|jammy|noble|16\.04|18\.04|20\.04|22\.04|24\.04))(?:[-.].*)?"
)
#: Values of `-o` that matter to one of the two alone.
_ONE_SIDED = regex(r"binary::|.*upgrade", re.IGNORECASE)
#: A file called apt-get that something is done with.
_REPLACED = regex(
    r"^[ \t]*(?:copy|add)[ \t].*\bapt-get\b|/bin/apt-get\b(?![ \t]+[^&|;])",
    re.IGNORECASE | re.MULTILINE,
)
_CONFIGURED = regex(r"docker-clean|apt\.conf|keep-downloaded", re.IGNORECASE)
_REASON = (
    "the same packages are meant; a base that is not known may have two solvers, or keep files"
)


class AptGet(Fixer):
    """Calls apt-get where a RUN calls apt, which is made for people at a terminal.

    **Why**

    apt itself warns that it has no stable interface for scripts: what it asks, prints and defaults
    to may change from release to release. apt-get keeps its interface.

    **When it is applied**

    To `apt install`, `update`, `upgrade`, `remove`, `purge`, `autoremove`, `clean` and `autoclean`
    with common options. `apt upgrade` may install new packages, so that it becomes
    `apt-get upgrade --with-new-pkgs`. At `safe` only for bases whose apt and apt-get are known to
    solve alike and to keep nothing.

    **When it is refused**

    Other sub-commands and options, package files and patterns, what only the shell knows, and where
    the output goes to another command or a file: it differs.
    """

    message = "apt has no stable interface for scripts"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("DL3027",)
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://manpages.debian.org/stable/apt/apt.8.en.html"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update\n"),
        Valid("FROM debian:12\nRUN apt list --installed\n", refused=True),
        Valid("FROM debian:12\nRUN apt full-upgrade -y\n", refused=True),
        Valid("FROM debian:12\nRUN apt install -y ./tool.deb\n", why="a file", refused=True),
        Valid("FROM debian:12\nRUN apt install -y $TOOLS\n", why="maybe a file", refused=True),
        Valid("FROM debian:12\nRUN apt update | tee /log\n", why="the output", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt update && apt install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nRUN apt upgrade -y\n",
            "FROM debian:12\nRUN apt-get upgrade --with-new-pkgs -y\n",
            why="apt-get would hold back what needs a new package",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM me/base:1\nRUN apt update\n",
            "FROM me/base:1\nRUN apt-get update\n",
            level=Level.STANDARD,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Takes all of a RUN's calls together, or none."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        found = [each for each in placed(rewrite.script) if each.call.name == "apt"]
        if not found:
            return
        if _REPLACED.search(earlier_text(self.facts, node)):
            self.refuse(node, "something of its own may stand in the place of apt-get")
            return
        for each in found:
            reason = "its output is read" if each.read else _objection(each.call)
            if reason:
                self.refuse(node, reason)
                return
            rewrite.replace(each.call.program, f"{each.call.program.text}-get")
            verb = each.call.verb
            if verb and verb.value == "upgrade" and not each.call.has_option("--with-new-pkgs"):
                rewrite.insert_after(verb, "--with-new-pkgs")
        known = self._is_alike(node)
        self.propose(
            rewrite,
            level=Level.SAFE if known else Level.STANDARD,
            reason=None if known else _REASON,
        )

    def _is_alike(self, run: Run) -> bool:
        """Whether the image is one whose apt and apt-get are known to leave the same files."""
        stage = self.facts.stages.holding(run)
        image = self.facts.bases.reference(stage) if stage else None
        return (
            stage is not None
            and image is not None
            and not may_be_another(self.facts, stage)
            and _ONE_SOLVER.fullmatch(f"{image.familiar_name}:{image.tag}") is not None
            and not _CONFIGURED.search(self.facts.tree.text)
        )


def _objection(call: Call) -> str:
    """Why a call of apt may mean something else as one of apt-get; empty if it does not."""
    verb = call.sub_command
    if (call.verb is None or verb is not None) and verb not in _VERBS:
        return f"apt-get has no `{verb or call.name}`, or another one"
    if call.problem:
        return call.problem
    if not call.program.text.endswith("apt"):
        return "apt is quoted"
    for given in call.options:
        if given.name not in _OPTIONS:
            return f"whether apt-get takes {given.name} alike is not known"
    if any(_ONE_SIDED.match(value or "") for value in call.values_of("-o", "--option")):
        return "an option of the call means something else to apt-get"
    if call.may_have_more_options:
        return "a variable may hold options or files"
    for word in call.operands:
        value = word.text if word.value is None else word.value
        if _FILE.match(value):
            return "a package file is installed"
        name = _VARIABLE.sub("", value) if word.value is None else value
        if _PATTERN.match(name.partition("=")[0]):
            return "apt and apt-get read patterns otherwise"
    return ""
