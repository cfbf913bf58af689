"""Lets GNU wget print a line for gigabytes in place of one for each 50 kilobytes."""

import re
from collections.abc import Iterator

from dfix import Add, Copy, Fixer, Invalid, Level, Phase, Run, Valid
from dfix.facts.calls import calls_of, has_option
from dfix.facts.commands import base_name, installed_packages, literal_arguments
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Command, ShellScript, Statement, script_of

from ._packages import is_lost, placed
from ._variable_base import may_be_another

_OPTION = "--progress=dot:giga"
_QUIET = ("-q", "-o", "-a", "-nv", "--quiet", "--no-verbose", "--output-file", "--append-output",
          "--progress")  # fmt: skip
#: What has wget tell about itself, and load nothing.
_TELLS = frozenset({"-h", "--help", "-V", "--version"})
#: Families whose package `wget` is GNU wget in every release.
_GNU = frozenset({"debian", "ubuntu", "rhel", "amazon"})
_APT = frozenset({"apt-get", "apt"})


class WgetProgress(Fixer):
    """Lets GNU wget print a line for gigabytes in place of one for each 50 kilobytes.

    **Why**

    Without a terminal, wget prints a dot for each kilobyte: a download of some size buries what else
    the log of a build has to say.

    **When it is applied**

    To calls of `wget` where it is known to be GNU's: the package manager of Debian, Ubuntu or Red Hat
    put it there, in a RUN further up or in the base image. A base image that is not known, or that a
    build argument may replace, shows by a call of apt-get that has to go well what it is.

    **When it is refused**

    Where it may be another wget: that of BusyBox stops at the option. Also where what it prints goes
    somewhere, and in the background.
    """

    message = "wget fills the log of the build"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("DL3047",)
    practices = ()
    plan_paths = ("effect",)
    reference = "https://www.gnu.org/software/wget/manual/html_node/Download-Options.html#index-progress-indicator"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y wget && wget -q https://example.com/a\n"),
        Valid(
            "FROM alpine:3.20\nRUN wget https://example.com/a\n",
            why="it is BusyBox's",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN wget https://example.com/a\n",
            why="nothing shows where it comes from",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y wget\n"
            "RUN wget https://example.com/a.tgz\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y wget\n"
            "RUN wget --progress=dot:giga https://example.com/a.tgz\n",
            level=Level.SAFE,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Proposes the option for all calls of a RUN, or says why not."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        calls = [
            each
            for each in calls_of(rewrite.script, "wget")
            if not has_option(each, *_QUIET) and _TELLS.isdisjoint(literal_arguments(each))
        ]
        if not calls:
            return
        reason = self._objection(node, rewrite, calls[0])
        if reason:
            self.refuse(node, reason)
            return
        for call in calls:
            if call.name is not None:
                rewrite.insert_after(call.name, _OPTION)
        self.propose(rewrite)

    def _objection(self, node: Run, rewrite: Rewrite, first: Command) -> str | None:
        for command in rewrite.script.commands:
            if any(each.fd == "2" or "&" in each.operator for each in command.redirects):
                return "what it prints may go to a file or into a pipe"
            if base_name(command) == "wget" and has_option(command, "-b", "--background"):
                return "in the background it prints to a file"
        if "2>" in rewrite.script.cooked or "|&" in rewrite.script.cooked:
            return "what it prints may go to a file or into a pipe"
        return self._other(node, first)

    def _other(self, node: Run, first: Command) -> str | None:
        """Why it may be another wget than GNU's."""
        stage = self.facts.stages.holding(node)
        known = None if stage is None else self.facts.bases.of(stage)
        if known is not None and known.family is None:
            known = None  # What the image is built on is all that matters here.
        if stage is None or (known is not None and known.family not in _GNU):
            return "it may be the wget of BusyBox, or another one, which has no such option"
        if may_be_another(self.facts, stage):
            known = None
        for each in self.facts.stages.lineage(stage):
            for instruction in each.instructions:
                text = instruction.with_changes(leading_lines=()).code
                if isinstance(instruction, Copy | Add) and re.search(r"\bwget\b", text):
                    return "another wget may be copied into the image"
                if re.search(r"busybox|\bwget2\b|/bin/wget\b(?!\s+\S)", text):
                    return "it may be the wget of BusyBox, or another one, which has no such option"
        if known is not None and "wget" in known.tools_installed:
            return None
        if known is None and not self._has_apt(node, first):
            return "nothing shows that the base image is one of Debian's"
        for run, script in self._before(node):
            for command in script.commands:
                if run is node and command.span.start >= first.span.start:
                    break
                manager = base_name(command)
                if "wget" in (installed_packages(command) or ()) and (
                    manager in _APT or (known is not None and manager in {"yum", "dnf", "microdnf"})
                ):
                    return None
        return "nothing shows that the package manager has installed GNU wget"

    def _has_apt(self, node: Run, first: Command) -> bool:
        """Whether a call of apt had to go well for `first` to run: an unknown base is Debian's then."""
        return any(
            each.call.name in _APT
            and each.alone
            and each.link.operator != "||"
            and not each.caught
            and (run is not node or each.call.command.span.start < first.span.start)
            and (
                not is_lost(self.facts, run, script, each)
                or (run is node and _leads_to(script, each.link, first))
            )
            for run, script in self._before(node)
            for each in placed(script)
        )

    def _before(self, node: Run) -> Iterator[tuple[Run, ShellScript]]:
        """The RUNs of the lineage up to `node` and with it, each with its script."""
        stage = self.facts.stages.holding(node)
        for each in reversed(self.facts.stages.lineage(stage) if stage is not None else ()):
            for run in each.instructions:
                script = script_of(run, self.facts.tree.escape) if isinstance(run, Run) else None
                if isinstance(run, Run) and script is not None:
                    yield run, script
                if run is node:
                    return


def _leads_to(script: ShellScript, link: Statement, command: Command) -> bool:
    """Whether a chain of && alone leads from a link to a command, which the link's failure skips."""
    begun = False
    for each in script.statements:
        if begun and each.operator != "&&":
            return False
        if each.span.start <= command.span.start < each.span.end:
            return begun
        begun = begun or each is link
    return False
