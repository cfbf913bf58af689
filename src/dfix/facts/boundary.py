"""What crosses the boundary between two RUNs when it is removed.

Each RUN starts in a new shell process, a fresh container, and on a new layer. Joining two removes all
three. `crossing` says what would be seen of that; where it says nothing, the boundary is inert. It is
asked by every fixer that merges, and again by the guard that lets a boundary go.

The letters are those of the rules: https://docs.docker.com/reference/dockerfile/#run and the POSIX
shell language (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html).
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dfix.facts.commands import (
    BUILTINS,
    COMMON_TOOLS,
    COREUTILS,
    PACKAGE_MANAGERS,
    base_name,
    installed_packages,
    literal_arguments,
    name_of,
    written_paths,
)
from dfix.nodes import Flag, Run, ShellForm
from dfix.shell import Command, ShellScript, Statement, parse_shell, shell_kind

if TYPE_CHECKING:
    from dfix.facts import Facts

#: Built-ins that write the state of the shell they run in.
_STATEFUL = frozenset(
    """cd pushd popd export readonly unset set shopt umask ulimit trap exec exit return . source eval
    alias unalias hash shift getopts read declare typeset local let break continue mapfile readarray
    enable bind complete compgen disown suspend""".split()
)
_SPECIAL_BUILTINS = frozenset(
    ": . break continue eval exec exit export readonly return set shift times trap unset".split()
)
_DAEMONS = frozenset(
    "service start-stop-daemon nohup setsid daemon daemonize mysqld_safe systemctl initctl "
    "supervisord rc-service openrc invoke-rc.d screen tmux".split()
)
_ACCOUNT_TOOLS = frozenset(
    "usermod gpasswd groupmod groupmems chsh chfn newgrp sg vipw vigr passwd chage deluser delgroup "
    "userdel groupdel adduser addgroup".split()
)
_REMOVERS = frozenset("rm rmdir mv unlink find".split())
_SHELL_PATHS = re.compile(r"(?:^|[=:,])(?:/usr)?/bin/(?:sh|bash|dash|ash|ksh|busybox)$")
_PER_RUN = re.compile(
    r"/dev/shm|/etc/hosts|/etc/resolv\.conf|/proc/(?:self|\$\$)|/proc/[0-9]|\$\$|\$\{?PPID\b|\$!|"
    r"\$\{?BASHPID\b|\$\{?SECONDS\b|\$\{?RANDOM\b|\$\{?LINENO\b"
)
_JOB_TOOLS = frozenset("wait jobs fg bg renice prlimit ionice chrt taskset disown".split())
_ACCOUNT_FILES = re.compile(r"/etc/(?:passwd|group|shadow|gshadow|nsswitch\.conf|login\.defs)")
_ASSIGNING = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?=|\$\(\(|\(\(")
_BIN_DIRECTORIES = frozenset(
    "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /opt/bin".split()
)
#: Directories that no image has its WORKDIR in: what package managers keep there can be lost.
_DISPOSABLE = (
    "/var/lib/apt/lists", "/var/cache", "/var/log", "/var/tmp", "/tmp", "/root/.cache",
    "/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info", "/etc/apt",
    "/root/.npm", "/var/lib/dpkg", "/usr/share/doc-base",
)  # fmt: skip
_OPTION_WORDS = frozenset({"-e", "-u", "-x", "-c", "pipefail", "-o", "--"})
_COMBINED = re.compile(r"-[euxoc]+\Z")
_KEPT_MOUNTS = frozenset({"cache", "secret", "ssh", "bind"})


@dataclass(frozen=True, slots=True)
class Segment:
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


def crossing(facts: "Facts", runs: Sequence[Run]) -> str | None:
    """What would cross the boundaries between `runs`, which follow each other in one stage.

    None if nothing does: then running them in one shell, one container and one layer is the same.
    """
    segments: list[Segment] = []
    for run in runs:
        found = segment(run, facts.tree.escape)
        if isinstance(found, str):
            return found
        segments.append(found)
    return (
        _different_flags(runs)
        or _shell(facts, runs[0])
        or _failure(facts, segments)
        or _state(segments[:-1])
        or _machine(facts, segments)
        or _lookup(segments)
    )


def _different_flags(runs: Sequence[Run]) -> str | None:
    """P3: what is mounted for one RUN alone is gone in the next."""
    first = Counter(flag.value for flag in runs[0].flags)
    for run in runs[1:]:
        if Counter(flag.value for flag in run.flags) != first:
            return "the RUNs have different flags"
    for flag in runs[0].flags:
        if flag.name not in {"mount", "network", "security", "device"}:
            return f"the flag --{flag.name} is not known"
        if flag.name == "mount" and (reason := _lost_mount(flag)):
            return reason
    return None


def _lost_mount(flag: Flag) -> str | None:
    options = [option.strip() for option in (flag.argument or "").split(",")]
    keys = {option.partition("=")[0].lower(): option.partition("=")[2] for option in options}
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


def _shell(facts: "Facts", run: Run) -> str | None:
    """P4: a POSIX shell that reads no start-up files."""
    state = facts.plan.before(run)
    argv = state.shell
    if facts.bases.is_windows(run):
        return "a Windows shell is not joined"
    if argv is not None:
        if shell_kind(argv) != "posix":
            return "the SHELL in force is no POSIX shell"
        for option in argv[1:]:
            if option not in _OPTION_WORDS and not _COMBINED.match(option):
                return f"the SHELL in force has the option {option}"
        if argv[-1].lstrip("-")[-1:] != "c":
            return "the SHELL in force does not end in -c"
    for name in ("BASH_ENV", "ENV"):
        if name in state.env:
            return f"{name} names a file that each new shell reads"
    return None


def _errexit_possible(facts: "Facts", run: Run) -> bool:
    """Whether a shell may be under `set -e` from outside: as SHELL has it, or an unread base may."""
    argv = facts.plan.before(run).shell
    if argv is None:
        return not facts.bases.has_default_shell(run)
    return any(
        option.startswith("-") and not option.startswith("--") and "e" in option
        for option in argv[1:]
    )


def _failure(facts: "Facts", segments: Sequence[Segment]) -> str | None:
    """P5 and P6: the first failure ends the build at the same place as before."""
    strict = _errexit_possible(facts, segments[0].run) or any(
        _sets_errexit(command) for each in segments for command in each.script.commands
    )
    for each in segments[:-1]:
        if each.script.comments:
            return "a comment at the end of a command would swallow what is joined to it"
        if strict and not all(map(_is_plain_link, each.script.statements)):
            return "under `set -e` only plain commands joined by && can be joined further"
    last = segments[-1].script
    if last.comments and needs_braces(last):
        return "a comment at the end of a command would swallow the closing brace"
    return None


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


def _state(segments: Sequence[Segment]) -> str | None:
    """P8: what the shell itself would remember."""
    for each in segments:
        if _ASSIGNING.search(each.script.cooked):
            return "an expansion that assigns a variable would reach the next RUN"
        for statement in _statements(each.script.statements):
            if statement.kind == "function":
                return "a function would be defined for the next RUN"
            if statement.kind == "for":
                return "the variable of a for loop would reach the next RUN"
            if statement.kind == "other":
                return "a construct that is not understood"
        for command in each.script.commands:
            if command.subshell:
                continue
            name = name_of(command)
            if name is None:
                return "a command whose name only the shell knows"
            if name == "" and command.assignments:
                return f"the variable {command.assignments[0].name} would reach the next RUN"
            if command.assignments and name in _SPECIAL_BUILTINS:
                return f"the variable {command.assignments[0].name} would reach the next RUN"
            if name in {"builtin", "command"} and literal_arguments(command)[:1] != ("-v",):
                return f"`{name}` may hide a built-in that changes the shell"
            if name in _STATEFUL and not _is_failing_exit(each.script, command):
                return f"`{name}` changes the shell that the next RUN would run in"
            if name == "exec" or (command.name is None and command.redirects):
                return "redirections of the shell itself would reach the next RUN"
    return None


def _is_failing_exit(script: ShellScript, command: Command) -> bool:
    """`|| exit N` with a literal N > 0: the RUN has failed either way."""
    if name_of(command) != "exit":
        return False
    values = literal_arguments(command)
    if len(values) != 1 or not (values[0] or "").isdecimal() or int(values[0] or 0) % 256 == 0:
        return False
    return any(
        statement.command is command and statement.operator == "||"
        for statement in _statements(script.statements)
    )


def _statements(top: Sequence[Statement]) -> Iterator[Statement]:
    for statement in top:
        yield statement
        yield from _statements(statement.condition)
        yield from _statements(statement.children)


def _machine(facts: "Facts", segments: Sequence[Segment]) -> str | None:
    """P9 to P11 and P13 to P15: what the container and the layer would remember."""
    for each in segments:
        if found := _PER_RUN.search(each.script.cooked):
            return f"{found[0]} is another one in each RUN"
        for command in each.script.commands:
            if base_name(command) in _JOB_TOOLS:
                return f"`{base_name(command)}` is about processes of one RUN"
    for each in segments[:-1]:
        reason = (
            _background(each.script)
            or _account(facts, each)
            or _replaced_shell(each.script)
            or _hard_links(each.script)
            or _removed_directory(facts, each)
        )
        if reason:
            return reason
    return None


def _background(script: ShellScript) -> str | None:
    for statement in _statements(script.statements):
        if statement.background:
            return "a process in the background would live on into the next RUN"
    for command in script.commands:
        name = base_name(command)
        values = literal_arguments(command)
        if name in _DAEMONS and not (name == "systemctl" and "start" not in values):
            return f"`{name}` may start a process that lives on into the next RUN"
        if name and name.endswith("ctl") and "start" in values:
            return f"`{name} start` starts a process that lives on into the next RUN"
        if "init.d" in (name_of(command) or "") or any(
            value in {"--daemon", "--daemonize", "-daemon", "--fork", "--background", "-D"}
            and name not in PACKAGE_MANAGERS | COREUTILS | COMMON_TOOLS
            for value in values
        ):
            return "a daemon may live on into the next RUN"
    return None


def _account(facts: "Facts", each: Segment) -> str | None:
    """P10: HOME and the groups of a RUN come from /etc/passwd and /etc/group as it starts."""
    if _ACCOUNT_FILES.search(each.script.cooked):
        return "the account files may change what the next RUN starts with"
    user = facts.bases.user(each.run)
    for command in each.script.commands:
        name = base_name(command)
        if name not in _ACCOUNT_TOOLS:
            continue
        operands = [v for v in literal_arguments(command) if v is None or not v.startswith("-")]
        if name in {"adduser", "addgroup"} and len(operands) <= 1 and None not in operands:
            continue  # makes a new account, which nobody runs as yet
        if user is None:
            return f"`{name}` may change the account that the next RUN starts with"
        if any(value is None or value == user for value in operands):
            return f"`{name}` may change the account that the next RUN starts with"
    return None


def _replaced_shell(script: ShellScript) -> str | None:
    for command in script.commands:
        values = literal_arguments(command)
        name = base_name(command)
        if name == "dpkg-reconfigure" or name == "dpkg-divert":
            return f"`{name}` may replace the shell in use"
        if name in COREUTILS | {"update-alternatives", "sed", "tar"} and any(
            value is not None and _SHELL_PATHS.search(value) for value in values
        ):
            return "the shell in use would be replaced"
    return None


def _hard_links(script: ShellScript) -> str | None:
    """P13: a write to one name of a file breaks the link on the next layer, not in the same one."""
    for command in script.commands:
        name = base_name(command)
        options = [value or "" for value in literal_arguments(command)]
        short = "".join(option[1:] for option in options if re.match(r"-[A-Za-z]", option))
        if name in {"ln", "link"} and "s" not in short and "--symbolic" not in options:
            return "a hard link is broken by the next layer, and not within one"
        if name in {"cp", "rsync"} and ("l" in short and name == "cp" or "--link" in options):
            return "a hard link is broken by the next layer, and not within one"
    return None


def _removed_directory(facts: "Facts", each: Segment) -> str | None:
    """P15: a missing working directory is made again for each RUN."""
    workdir = facts.bases.workdir(each.run)
    if workdir == "/":
        return None
    for command in each.script.commands:
        if base_name(command) not in _REMOVERS:
            continue
        for value in _paths(command):
            if value is None:
                return "what is removed may be the working directory of the next RUN"
            if not _may_hold(value, workdir):
                continue
            return "the working directory of the next RUN may be removed"
    return None


def _paths(command: Command) -> Iterator[str | None]:
    for word in command.arguments:
        value = word.value
        if value is None:
            # A glob is plain up to its first special character.
            plain = re.match(r"[A-Za-z0-9_./+@:%-]*", word.text)
            prefix = plain[0] if plain else ""
            yield prefix + "*" if re.match(r"[*?\[]", word.text[len(prefix) :]) else None
        elif not value.startswith("-"):
            yield value


def _may_hold(path: str, workdir: str | None) -> bool:
    """Whether `path`, which ends in `*` for a glob, may be `workdir` or a directory above it."""
    glob = path.endswith("*")
    plain = posixpath.normpath(path.rstrip("*") or ".")
    if not path.startswith("/"):
        return plain == ".." or plain.startswith("../") or (plain == "." and not glob)
    if workdir is None:
        if any(plain == each or plain.startswith(each + "/") for each in _DISPOSABLE):
            return False
        return True
    if glob and path.endswith("/*"):
        return workdir != plain and (workdir + "/").startswith(plain.rstrip("/") + "/")
    if glob:
        return workdir.startswith(plain)
    return (workdir + "/").startswith(plain.rstrip("/") + "/")


def _lookup(segments: Sequence[Segment]) -> str | None:
    """P12: a shell remembers where it found a command, and would not see a new one take its place."""
    used: set[str] = set()
    installed: set[str] = set()
    written: set[str] = set()
    for each in segments:
        names = {name_of(c) or "" for c in each.script.commands if not c.subshell} - {""}
        for name in sorted(names & used):
            if "/" in name or name in BUILTINS:
                continue
            if name not in COREUTILS | COMMON_TOOLS | PACKAGE_MANAGERS:
                return f"`{name}` may be another program by its second use"
            if name in installed or name in written or (name in COREUTILS and "coreutils" in installed):
                return f"`{name}` is installed anew before its second use"
        used |= names
        for command in each.script.commands:
            installed.update(installed_packages(command) or ())
        for path in written_paths(each.script):
            if path is not None and posixpath.dirname(path) in _BIN_DIRECTORIES:
                written.add(posixpath.basename(path))
    return None
