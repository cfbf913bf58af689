"""What crosses the boundary between two RUNs when it is removed.

Each RUN starts in a new shell process, a fresh container, and on a new layer. Joining two removes all
three. `crossing` says what would be seen of that; where it says nothing, the boundary is inert. It is
asked by every fixer that merges, and again by the guard that lets a boundary go.

P2 to P15 number the preconditions, each of which has its counter-examples in the tests. Sources:
https://docs.docker.com/reference/dockerfile/#run and the POSIX shell language,
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from dfix.facts import machine, shell_state
from dfix.facts.commands import literal_arguments, name_of, statements
from dfix.facts.mounts import mount_options
from dfix.facts.statements import statements_of
from dfix.nodes import Flag, Run, ShellForm
from dfix.patterns import regex
from dfix.shell import Command, ShellScript, Statement, parse_shell, shell_kind

if TYPE_CHECKING:
    from dfix.facts import Facts

_OPTION_WORDS = frozenset({"-e", "-u", "-x", "-c", "pipefail", "-o", "--"})
_COMBINED = regex(r"-[euxoc]+\Z")
_KEPT_MOUNTS = frozenset({"cache", "secret", "ssh", "bind"})


class Segment(Struct, frozen=True):
    """One RUN of a group, with its shell view."""

    run: Run
    form: ShellForm
    script: ShellScript


def segment(run: Run, escape: str) -> Segment | str:
    """The segment of a RUN, or why its text cannot be joined with another."""
    if run.heredocs:
        return "a RUN with a heredoc is not joined"
    if not isinstance(run.command, ShellForm):
        return "only RUNs in shell form can be joined"
    script = parse_shell(run.command.text, escape)
    if script.has_error:
        return "the shell text does not parse"
    if not script.statements:
        return "the RUN has no command"
    return Segment(run, run.command, script)


class Joining:
    """RUNs of one stage that follow each other, taken one by one as long as nothing crosses."""

    def __init__(self, facts: "Facts", first: Run) -> None:
        self.facts = facts
        self.segments: list[Segment] = []
        self._lookup = shell_state.Lookup()
        self._flags = Counter(flag.value for flag in first.flags)
        self._errexit = errexit_possible(facts, first)
        self._told = shell_in_force(facts, first) is not None
        self._bash = _is_bash(facts, first)
        self._plain = True  # all but the last are plain commands joined by &&
        self._objection = _lost_flags(first) or shell_objection(facts, first) or self._take(first)

    @property
    def runs(self) -> list[Run]:
        """What was taken in so far."""
        return [each.run for each in self.segments]

    @property
    def latest(self) -> list[Run]:
        """The last one that was taken in, if any was."""
        return [each.run for each in self.segments[-1:]]

    def add(self, run: Run) -> str | None:
        """Takes `run` in, or says what keeps it out and takes nothing."""
        return self._objection or self._take(run)

    def _take(self, run: Run) -> str | None:
        new = segment(run, self.facts.tree.escape)
        if isinstance(new, str):
            return new
        plain = self._plain
        errexit = self._errexit or any(map(_sets_errexit, new.script.commands))
        reason = machine.of_one_run(new.script) or (
            None
            if self._bash
            else "`&>` sends the command to the background, unless the shell is bash"
            if _redirects_both(new.script)
            else None
        )
        if not reason and self.segments:
            last = self.segments[-1]
            plain = plain and all(map(_is_plain_link, last.script.statements))
            reason = self._between(last, new) or (
                self._lookup.objection(new.script)
                if plain or not errexit
                else self._under_errexit(new)
            )
        if reason:
            return reason
        self._errexit, self._plain = errexit, plain
        self._lookup.add(new.script)
        self.segments.append(new)
        return None

    def _under_errexit(self, new: Segment) -> str:
        """P5: in a chain `set -e` means nothing to the left of &&."""
        rule = "only plain commands joined by && can be joined further"
        written = (each.script.commands for each in (*self.segments, new))
        if self._told or any(_sets_errexit(each) for commands in written for each in commands):
            return f"under `set -e` {rule}"
        return f"the base image may set a SHELL with `-e`, under which {rule}"

    def _between(self, last: Segment, new: Segment) -> str | None:
        if any(statement.background for statement in new.script.statements):
            return "an & at the end would send all that is joined to it to the background"
        if Counter(flag.value for flag in new.run.flags) != self._flags:
            return "the RUNs have different flags"
        if last.script.comments:
            return "a comment at the end of a command would swallow what is joined to it"
        if new.script.comments and needs_braces(new.script):
            return "a comment at the end of a command would swallow the closing brace"
        reason = shell_state.kept(last.script) or machine.remembered(
            self.facts, last.run, last.script
        )
        if not reason and any(
            each.inside == "aborts" for each in statements_of(self.facts, last.run)
        ):
            return "a command may run a text of its own, where `set -e` means nothing left of &&"
        return reason


def crossing(facts: "Facts", runs: Sequence[Run]) -> str | None:
    """What would cross the boundaries between `runs`, which follow each other in one stage.

    None if nothing does: then running them in one shell, one container and one layer is the same.
    """
    joining = Joining(facts, runs[0])
    for run in runs[1:]:
        if reason := joining.add(run):
            return reason
    return None


def _lost_flags(run: Run) -> str | None:
    """P3: what is mounted for one RUN alone is gone in the next."""
    for flag in run.flags:
        if flag.name not in {"mount", "network", "security", "device"}:
            return f"the flag --{flag.name} is not known"
        if flag.name == "mount" and (reason := _lost_mount(flag)):
            return reason
    return None


def _lost_mount(flag: Flag) -> str | None:
    keys = mount_options(flag)
    kind = keys.get("type", "bind").lower()
    if "$" in (flag.argument or ""):
        return "a mount has a variable in it"
    if kind not in _KEPT_MOUNTS:
        return f"a {kind} mount begins anew with each RUN"
    written = keys.get("rw", keys.get("readwrite"))
    read_only = keys.get("ro", keys.get("readonly"))
    if kind == "bind" and (
        (written is not None and written.lower() not in {"false", "0"})
        or (read_only is not None and read_only.lower() in {"false", "0"})
    ):
        return "what is written to a bind mount is dropped after each RUN"
    return None


def shell_objection(facts: "Facts", run: Run) -> str | None:
    """P4: a POSIX shell that reads no start-up files."""
    state = facts.plan.before(run)
    argv = state.shell or facts.bases.default_shell(run)
    if facts.bases.is_windows(run):
        return "a Windows shell is not joined"
    if argv:
        if shell_kind(argv) != "posix":
            return "the SHELL in force is no POSIX shell"
        for option in argv[1:]:
            if option not in _OPTION_WORDS and not _COMBINED.match(option):
                return f"the SHELL in force has the option {option}"
        if argv[-1].lstrip("-")[-1:] != "c":
            return "the SHELL in force does not end in -c"
    inherited = facts.bases.environment(run) or {}
    for name in ("BASH_ENV", "ENV"):
        if name in state.env or name in inherited:
            return f"{name} names a file that each new shell reads"
    return None


def shell_in_force(facts: "Facts", run: Run) -> tuple[str, ...] | None:
    """The SHELL that the file or the base image sets: empty for none, None if not known."""
    written = facts.plan.before(run).shell
    return facts.bases.default_shell(run) if written is None else written


def errexit_possible(facts: "Facts", run: Run) -> bool:
    """Whether a shell may be under `set -e` from outside: as SHELL has it, or an unread base may."""
    argv = shell_in_force(facts, run)
    return argv is None or any(
        option.startswith("-") and not option.startswith("--") and "e" in option
        for option in argv[1:]
    )


def _is_bash(facts: "Facts", run: Run) -> bool:
    """Whether bash reads a RUN, by SHELL or as the `/bin/sh` of the base image."""
    argv = shell_in_force(facts, run)
    if argv:
        return argv[0].rpartition("/")[2] == "bash"
    return facts.bases.shell(run) == "bash"


def _redirects_both(script: ShellScript) -> bool:
    redirects = [each for command in script.commands for each in command.redirects]
    redirects += [
        each for statement in statements(script.statements) for each in statement.redirects
    ]
    return any(redirect.operator.startswith("&>") for redirect in redirects)


def _sets_errexit(command: Command) -> bool:
    return name_of(command) == "set" and any(
        value is None or value == "errexit" or (value.startswith("-") and "e" in value)
        for value in literal_arguments(command)
    )


def _is_plain_link(statement: Statement) -> bool:
    return (
        statement.operator in {"", "&&"}
        and not statement.background
        and (
            statement.kind == "command"
            or (
                statement.kind == "pipeline"
                and all(child.kind == "command" for child in statement.children)
            )
        )
    )


def needs_braces(script: ShellScript) -> bool:
    """P7: whether `&&` beside the text would take hold of less than all of it."""
    return any(statement.operator not in {"", "&&"} for statement in script.statements)
