"""Answers the questions of package managers beforehand: nobody sits at a build."""

import re

from dfix import Fixer, Invalid, Level, Phase, Rewrite, Run, Valid, regex

from ._packages import (
    Call,
    Placed,
    earlier_text,
    is_lost,
    is_unknown,
    last_flag,
    placed,
    tries_only,
)

#: The sub-commands that ask, by family.
_ASKING = {
    "apt": frozenset("install remove purge upgrade dist-upgrade autoremove build-dep".split()),
    "rpm": frozenset(
        """install localinstall groupinstall reinstall update upgrade downgrade remove erase
        autoremove""".split()
    ),
    "zypper": frozenset("install in remove rm update up dist-upgrade dup patch".split()),
}
#: What answers already, or decides otherwise.
_ANSWERS = {
    "apt": ("-y", "--yes", "--assume-yes", "--assume-no", "--trivial-only"),
    "rpm": ("-y", "--assumeyes", "--assumeno"),
    "zypper": ("--non-interactive", "--non-interactive-include-reboot-patches", "-y",
               "--no-confirm"),
}  # fmt: skip
_CONFIGURED = regex(
    r"get::assume-yes|assume-yes[ \t]+\\?[\"']|assumeyes[ \t]*=|\bAPT_CONFIG\b"
    r"|^(?:copy|add)\b.*(?:apt\.conf|/etc/apt/?[ \t\r]*$|yum\.conf|dnf\.conf|zypper\.conf)",
    re.IGNORECASE | re.MULTILINE,
)
_QUIET = regex(r"-q=([0-9])|--quiet=([0-9])")
_LISTED = "a failure is passed over today; with the flag the command will do what it says"


class AssumeYes(Fixer):
    """Answers the questions of package managers beforehand: nobody sits at a build.

    **Why**

    Without the flag a package manager asks before it installs more than it was told, gets no answer
    in a build, and gives up. That is seen only once a package has a new dependency.

    **When it is applied**

    To apt-get, apt, yum, dnf, microdnf and zypper where a sub-command asks and no option answers. For
    zypper the flag is `--non-interactive`, in front of the sub-command: behind it, `-n` means
    something else. Where the command went well before, it does the same with the flag; so it is
    `safe` in a chain of `&&`.

    **When it is refused**

    Where something is piped into the command, where the configuration may answer, where a failure
    is caught (`||`, `if`), and where not all of the call is understood.
    """

    message = "a package manager may ask a question that nobody answers"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("DL3014", "DL3030", "DL3034", "DL3038")
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update && apt-get -yq install curl\n"),
        Valid("FROM debian:12\nRUN apt-get install -qq curl\n", why="`-qq` implies it"),
        Valid("FROM opensuse/leap:15\nRUN zypper -n in curl && zypper in -y git\n"),
        Valid("FROM debian:12\nRUN apt-get update && apt-get --dry-run install curl\n"),
        Valid("FROM debian:12\nRUN yes | apt-get install curl\n", why="answered", refused=True),
        Valid("FROM debian:12\nRUN apt-get install curl || true\n", why="caught", refused=True),
        Valid(
            "FROM debian:12\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\n"
            "RUN apt-get install curl\n",
            why="the configuration answers",
            refused=True,
        ),
        Valid("FROM debian:12\nRUN apt-get $OPTIONS install curl\n", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install --no-install-recommends \\\n"
            "    curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install --no-install-recommends -y \\\n"
            "    curl\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM fedora:42\nRUN dnf install git\n",
            "FROM fedora:42\nRUN dnf install -y git\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM opensuse/leap:15\nRUN zypper install git\n",
            "FROM opensuse/leap:15\nRUN zypper --non-interactive install git\n",
            level=Level.SAFE,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Gives all calls of a RUN that lack it their flag, together or not at all."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        lacking = [each for each in placed(rewrite.script) if self._lacks(each.call)]
        if not lacking:
            return
        configured = _CONFIGURED.search(earlier_text(self.facts, node)) is not None
        for each in lacking:
            if reason := self._objection(each, configured=configured):
                self.refuse(node, reason)
                return
            call = each.call
            if call.tool.family == "zypper":
                rewrite.insert_after(call.program, "--non-interactive")
            else:
                rewrite.insert_after(last_flag(rewrite.script, call), "-y")
        plain = all(
            each.operator in {"", "&&"} and not each.background
            for each in rewrite.script.statements
        ) and all(each.alone for each in lacking)
        self.propose(
            rewrite,
            level=Level.SAFE if plain else Level.STANDARD,
            reason=_LISTED
            if any(is_lost(self.facts, node, rewrite.script, each) for each in lacking)
            else None,
        )

    def _lacks(self, call: Call) -> bool:
        """Whether a call may ask, as far as it is understood."""
        family = call.tool.family
        if family not in _ASKING or tries_only(call) or call.has_option(*_ANSWERS[family]):
            return False
        if family == "zypper" and any(given.name == "-n" for given in call.before):
            return False
        if family == "apt" and _quietly(call):
            return False
        verb = call.verb
        return verb is not None and (verb.value is None or verb.value in _ASKING[family])

    def _objection(self, each: Placed, *, configured: bool) -> str:
        """Why a call is left as it is; empty for nothing."""
        call = each.call
        if call.problem:
            return call.problem
        if each.fed:
            return "something is piped into it: that may be the answer"
        if any("assume" in (value or "").lower() for value in call.values_of("-o", "--option")) or (
            any("assume" in (value or "").lower() for value in call.values_of("--setopt"))
        ):
            return "an option of the call sets the answer"
        if configured or "APT_CONFIG" in call.environment:
            return "the package manager is configured further up, maybe to answer by itself"
        if call.operands[1:] and is_unknown(call.operands[0]):
            return "a variable in front of the packages may hold the flag"
        if each.caught:
            return "its failure is caught: what follows from it is not known"
        return ""


def _quietly(call: Call) -> bool:
    """Whether apt is told to be so quiet that it asks nothing: two `-q`, or `-q=2`."""
    levels = [
        found[1] or found[2]
        for given in call.options
        if (found := _QUIET.fullmatch(given.words[0].text))
    ]
    quiet = sum(given.name in {"-q", "--quiet"} for given in call.options)
    return (bool(levels) and levels[-1] not in {"0", "1"}) or (not levels and quiet > 1)
