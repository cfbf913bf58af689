"""Writes the versions of the packages that apt, pip and npm install."""

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from dfix import ExecForm, Fixer, Invalid, Level, Option, Phase, Rewrite, Run, Valid
from dfix.facts.package_versions import NoVersion, Package
from dfix.facts.packages import Call, call_of
from dfix.facts.scripts import commands_of

from ._packages import Placed, placed, tries_only
from ._pinnable import named, objection, objection_to_platform, open_words, together, versioned
from ._releases import platform

_FAMILIES = frozenset({"apt", "pip", "npm"})
_UNLOCKED = "not locked: see `dfix pin --online --packages`"
_LOCK = (
    "version = 1\n"
    '[[package]]\necosystem = "apt"\nplatform = "debian bookworm amd64"\nname = "curl"\n'
    'version = "7.88.1-10+deb12u14"\ndate = "2026-01-02"\nsource = "archive of debian bookworm"\n'
    '[[package]]\necosystem = "pip"\nplatform = "python 3.13 glibc amd64"\nname = "uvicorn"\n'
    'version = "0.38.0"\ndate = "2026-01-02"\nsource = "index of Python packages"\n'
    '[[package]]\necosystem = "npm"\nplatform = "node 24"\nname = "pm2"\n'
    'version = "6.0.13"\ndate = "2026-01-02"\nsource = "registry of npm"\n'
)
_CONTEXT = {"dfix.lock": _LOCK.encode()}


class PinPackages(Fixer):
    """Writes the versions of the packages that apt, pip and npm install.

    **Why**

    The same file gives another image after each release of a package, and nobody sees from which
    one a failure came. A version that stands in the file changes with a commit.

    **When it is applied**

    Only if selected, or by `dfix pin` where packages are locked. To `apt-get install` and `apt
    install`, `pip install` and `npm install -g`, in RUN: to each word that is no more
    than a name, where `dfix.lock` has its version for the release, the Python or the Node.js that
    the base image's tag fixes. `dfix pin --online --packages` asks the indices for them: those of apt
    are taken only with a good signature. A FROM without `--platform` counts as amd64.

    Archives of distributions keep the newest version alone, so that a version of apt fails to
    install some day. The option `apt` therefore writes a prefix, `curl=7.88.1-*`, which takes
    security updates; they seldom change what stands in front of it.

    **When it is refused**

    Where sources, keys or pins of apt are changed before, or may be (a package from a file, a script,
    a folder that is copied there); where `apt-get update` is in another RUN; with options, settings
    and variables that may lead to another version or index; for files, URLs, tags, `name:arch` and
    `name/release`; where a failure is passed over, as by `;` without `set -e`, or a branch depends on
    the machine; where the newest of several packages of pip do not fit each other, or an older one
    may be there. What has a version is left alone silently.
    """

    message = "the package is installed without a version"
    level = Level.AGGRESSIVE
    phase = Phase.PINNING
    default = False
    aliases = ("DL3008", "DL3013", "DL3016")
    practices = ("03",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    options: ClassVar[Mapping[str, Option]] = {
        "apt": Option(
            "prefix",
            "what is written of a version of apt: up to its revision, `1.2-*`, or all of it",
            ("prefix", "version"),
        ),
    }
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update && apt-get install -y curl=7.88.1-10\n"),
        Valid("FROM node:24\nRUN npm ci\n", why="the lock file of npm has the versions"),
        Valid("FROM python:3.13\nRUN pip install -r requirements.txt\n"),
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
            why="nothing is locked",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y $TOOLS curl\n",
            refused=True,
            context=_CONTEXT,
        ),
        Valid(
            "FROM debian\nRUN apt-get update && apt-get install -y curl\n",
            why="the release changes with time",
            refused=True,
            context=_CONTEXT,
        ),
        Valid(
            "FROM debian:12\nRUN echo deb http://x.example.com/ x y > /etc/apt/sources.list.d/x.list"
            " \\\n && apt-get update && apt-get install -y curl\n",
            refused=True,
            context=_CONTEXT,
        ),
        Valid("FROM node:24\nRUN npm install -g pm2@latest\n", refused=True, context=_CONTEXT),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update \\\n  && apt-get install -y \\\n    # to fetch\n"
            "    curl \\\n  && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update \\\n  && apt-get install -y \\\n    # to fetch\n"
            "    curl=7.88.1-* \\\n  && rm -rf /var/lib/apt/lists/*\n",
            context=_CONTEXT,
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u14\n",
            options={"apt": "version"},
            context=_CONTEXT,
        ),
        Invalid(
            "FROM python:3.13\nRUN pip install --no-cache-dir 'uvicorn[standard]'\n",
            "FROM python:3.13\nRUN pip install --no-cache-dir 'uvicorn[standard]==0.38.0'\n",
            context=_CONTEXT,
        ),
        Invalid(
            "FROM node:24\nRUN npm install -g pm2\n",
            "FROM node:24\nRUN npm install -g pm2@6.0.13\n",
            context=_CONTEXT,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Writes the versions of each call whose packages have them."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            if self._installs(node):
                self.refuse(node, "only commands in the shell form are edited")
            return
        sources: list[str] = []
        for each in placed(rewrite.script):
            if _is_case(each.call):
                told = self._pin(node, rewrite, each, sources)
                if told:
                    self.refuse(node, told)
        if sources:
            told = ", ".join(dict.fromkeys(sources))
            self.propose(rewrite, reason=f"these are the versions in the {told}")

    def _pin(self, run: Run, rewrite: Rewrite, each: Placed, sources: list[str]) -> str:
        """Notes the edits of one call; why not all of its packages have one."""
        call = each.call
        kind = call.tool.family
        reason = objection(self.facts, run, rewrite.script, each)
        if reason:
            return reason
        place = platform(self.facts, run, kind)
        if isinstance(place, str):
            return place
        reason = objection_to_platform(self.facts, run, call, place)
        if reason:
            return reason
        packages = self.facts.surroundings.packages
        beside = together(call) if kind == "pip" else ""
        beside_it = versioned(call)
        reasons: dict[str, list[str]] = {}
        for word in open_words(call):
            found = named(call, word)
            if isinstance(found, str):
                reasons.setdefault(found, []).append(word.text)
                continue
            if found.name in beside_it:
                reasons.setdefault("it stands there with a version, too", []).append(word.text)
                continue
            package = Package(kind, place.text, found.name, beside or "")
            answer = NoVersion(_UNLOCKED) if packages is None else packages.version(package)
            if isinstance(answer, NoVersion):
                reasons.setdefault(answer.reason, []).append(word.text)
                continue
            version = answer.version
            if kind == "apt" and self.option("apt") == "prefix":
                version = _prefix(version)
            rewrite.replace(word, found.written(kind, version))
            sources.append(answer.source)
        return "; ".join(f"{_listed(words)}: {reason}" for reason, words in reasons.items())

    def _installs(self, node: Run) -> bool:
        """Whether a RUN that cannot be edited installs packages without versions."""
        if isinstance(node.command, ExecForm):
            text = " ".join(node.command.values)
            return bool(re.search(r"\b(?:apt|apt-get|pip3?|npm)\b.*\binstall\b", text))
        calls = (call_of(command) for _, command in commands_of(self.facts, node))
        return any(call is not None and _is_case(call) for call in calls)


def _is_case(call: Call) -> bool:
    """Whether a call installs packages of which some have no version."""
    if call.tool.family not in _FAMILIES or not call.installs or tries_only(call):
        return False
    return not call.has_option("--dry-run", "-h", "--help") and bool(open_words(call))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _prefix(version: str) -> str:
    """A pattern of apt for a version with whatever revision: security updates count up there.

    Of a version without a revision, which a distribution makes by itself, the last number is left
    open where there are three, and else what follows the first letter or sign.
    """
    upstream, dash, _ = version.rpartition("-")
    if dash:
        return f"{upstream}-*"
    if found := re.match(r"((?:[0-9]+:)?[0-9]+\.[0-9]+\.)[0-9]", version):
        return f"{found[1]}*"
    found = re.match(r"(?:[0-9]+:)?[0-9.]*[0-9]", version)
    return f"{found[0]}*" if found else version
