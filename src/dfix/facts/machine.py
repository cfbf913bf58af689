"""What a container and a layer would remember of one RUN in the next, were they not two."""

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dfix.facts.commands import (
    BUILTINS,
    COMMON_TOOLS,
    COREUTILS,
    PACKAGE_MANAGERS,
    base_name,
    literal_arguments,
    name_of,
    statements,
)
from dfix.facts.programs import inner_texts, unwrapped, words_of
from dfix.nodes import Run
from dfix.patterns import regex
from dfix.shell import Command, ShellScript, Word, parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

_DAEMONS = frozenset(
    "service start-stop-daemon nohup setsid daemon daemonize mysqld_safe systemctl initctl "
    "supervisord rc-service openrc invoke-rc.d screen tmux".split()
)
#: Programs by which services are started: `pg_ctl`, `apachectl`, `pg_ctlcluster`.
_CONTROLS = regex(r".*ctl(?:cluster)?")
#: Options of `find` that run the words behind them.
_EXECUTING = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_DEEPEST = 3
#: Servers that leave the terminal without being told to, tools that leave one behind, and options
#: by which they do neither.
_DAEMONS_BY_THEMSELVES = frozenset(
    "apache2 bazel bazelisk cron crond dbus-daemon gradle gradlew httpd nginx rsyslogd sshd".split()
)
_ASKING = frozenset(
    "-t -T -v -V -h -S -l -L -M --help --version --no-daemon --stop --batch".split()
)
_STARTERS = regex(r"start(?:up|[-_].+)?\.sh|start-(?:all|dfs|yarn)")
_IN_FRONT = frozenset({"npm", "yarn", "pnpm"})
_ACCOUNT_TOOLS = frozenset(
    "usermod gpasswd groupmod groupmems chsh chfn newgrp sg vipw vigr passwd chage deluser delgroup "
    "userdel groupdel adduser addgroup".split()
)
_REMOVERS = frozenset("rm rmdir mv unlink find".split())
_SHELL_PATHS = regex(r"(?:^|[=:,])(?:/usr)?/bin/(?:sh|bash|dash|ash|ksh|busybox)$")
_PER_RUN = regex(
    r"/dev/shm|/etc/hosts|/etc/resolv\.conf|/proc/(?:self|\$\$)|/proc/[0-9]|\$\$|\$\{?PPID\b|\$!|"
    r"\$\{?BASHPID\b|\$\{?SECONDS\b|\$\{?RANDOM\b|\$\{?LINENO\b"
)
_JOB_TOOLS = frozenset("wait jobs fg bg renice prlimit ionice chrt taskset disown".split())
_ACCOUNT_FILES = regex(r"/etc/(?:passwd|group|shadow|gshadow|nsswitch\.conf|login\.defs)")
_COPYING = frozenset({"cp", "install", "ln", "mv", "rsync"})
#: Directories that no image has its WORKDIR in: what package managers keep there can be lost.
_DISPOSABLE = (
    "/var/lib/apt/lists", "/var/cache", "/var/log", "/var/tmp", "/tmp", "/root/.cache",
    "/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info", "/etc/apt",
    "/root/.npm", "/var/lib/dpkg", "/usr/share/doc-base",
)  # fmt: skip


def of_one_run(script: ShellScript) -> str | None:
    """P14: what is another one in each RUN, wherever it is used; None if nothing is."""
    if found := _PER_RUN.search(script.cooked):
        return f"{found[0]} is another one in each RUN"
    for command in script.commands:
        if base_name(command) in _JOB_TOOLS:
            return f"`{base_name(command)}` is about processes of one RUN"
    return None


def remembered(facts: "Facts", run: Run, script: ShellScript) -> str | None:
    """P9 to P11, P13 and P15: what a RUN leaves that the next one must not find; None if nothing."""
    return (
        _background(script)
        or _account(facts, run, script)
        or _replaced_shell(script)
        or _hard_links(script)
        or _devices(script)
        or _removed_directory(facts, run, script)
    )


def _scripts(script: ShellScript, depth: int = 0) -> Iterator[ShellScript]:
    """A script and the texts that it hands to other shells: `su -c TEXT`, `sudo sh -c TEXT`."""
    yield script
    if depth == _DEEPEST:
        return
    for command in script.commands:
        for text in inner_texts(_legible(command)):
            yield from _scripts(parse_shell(text, ""), depth + 1)


def _legible(command: Command) -> tuple[str, ...]:
    """The words of a command; a text in double quotes as it is written, with its variables."""
    written = [] if command.name is None else [command.name, *command.arguments]
    return tuple(
        known
        if word.value is not None or not re.fullmatch(r'"[^"$`][^"`]*"', word.text)
        else word.text[1:-1]
        for word, known in zip(written, words_of(command), strict=True)
    )


def _commands(script: ShellScript) -> Iterator[Command]:
    """The commands of a script, and those that they start in their turn: `sudo service x start`."""
    for each in _scripts(script):
        for command in each.commands:
            yield command
            for inner in _started(command):
                yield replace(command, name=inner[0], arguments=inner[1:], assignments=())


def _started(command: Command) -> Iterator[tuple[Word, ...]]:
    """The words that a command runs as another one: behind `sudo`, `env`, and `find -exec`."""
    if command.name is None:
        return
    words = (command.name, *command.arguments)
    behind = len(unwrapped(words_of(command)))
    if behind < len(words):
        yield words[len(words) - behind :]
    if base_name(command) == "find":
        for at, word in enumerate(words[:-1]):
            if word.value in _EXECUTING:
                yield words[at + 1 :]


def _background(script: ShellScript) -> str | None:
    for each in _scripts(script):
        for statement in statements(each.statements):
            if statement.background:
                return "a process in the background would live on into the next RUN"
    for command in _commands(script):
        name = base_name(command)
        values = literal_arguments(command)
        if name in _DAEMONS and not (name == "systemctl" and "start" not in values):
            return f"`{name}` may start a process that lives on into the next RUN"
        if name and _CONTROLS.fullmatch(name) and {"start", "restart"} & set(values):
            return f"`{name} start` starts a process that lives on into the next RUN"
        if name in _DAEMONS_BY_THEMSELVES and not _asks(values):
            return f"`{name}` goes to the background, and lives on into the next RUN"
        if name and (_STARTERS.fullmatch(name) or _starts(name, values)):
            return f"`{name}` may start a process that lives on into the next RUN"
        if "init.d" in (name_of(command) or "") or any(
            value
            in {"--daemon", "--daemonize", "-daemon", "--fork", "--background", "-detached", "-D"}
            and name not in PACKAGE_MANAGERS | COREUTILS | COMMON_TOOLS
            for value in values
        ):
            return "a daemon may live on into the next RUN"
    return None


def _asks(values: tuple[str | None, ...]) -> bool:
    return any(value in _ASKING or (value or "").endswith("daemon=false") for value in values)


def _starts(name: str, values: tuple[str | None, ...]) -> bool:
    """Whether a program that is not known is told to start something: `neo4j start`."""
    told = {"start", "restart"} & {*values[:1], *values[-1:]}
    return bool(told) and name not in (
        BUILTINS | COREUTILS | COMMON_TOOLS | PACKAGE_MANAGERS | _IN_FRONT
    )


def _account(facts: "Facts", run: Run, script: ShellScript) -> str | None:
    """P10: HOME and the groups of a RUN come from /etc/passwd and /etc/group as it starts."""
    if _ACCOUNT_FILES.search(script.cooked) or any(map(_fills_etc, _commands(script))):
        return "the account files may change what the next RUN starts with"
    user = facts.bases.user(run)
    for command in _commands(script):
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


def _fills_etc(command: Command) -> bool:
    """Whether a command copies into /etc what is, or may be, an account file: `cp passwd /etc/`."""
    operands = [v for v in literal_arguments(command) if v is None or not v.startswith("-")]
    if base_name(command) not in _COPYING or (operands[-1:] or [None])[0] not in {"/etc", "/etc/"}:
        return False
    return any(
        each is None or _ACCOUNT_FILES.fullmatch(f"/etc/{posixpath.basename(each)}")
        for each in operands[:-1]
    )


def _replaced_shell(script: ShellScript) -> str | None:
    for command in _commands(script):
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
    for command in _commands(script):
        name = base_name(command)
        options = [value or "" for value in literal_arguments(command)]
        short = "".join(option[1:] for option in options if re.match(r"-[A-Za-z]", option))
        if name in {"ln", "link"} and "s" not in short and "--symbolic" not in options:
            return "a hard link is broken by the next layer, and not within one"
        if name in {"cp", "rsync"} and (("l" in short and name == "cp") or "--link" in options):
            return "a hard link is broken by the next layer, and not within one"
    return None


def _devices(script: ShellScript) -> str | None:
    """What is done to /dev is undone for the next RUN."""
    for command in _commands(script):
        name = base_name(command)
        operands = [
            each or "" for each in literal_arguments(command) if each is None or each[:1] != "-"
        ]
        if name in {"cp", "install", "ln", "mv"}:
            operands = operands[-1:] + (operands if name == "mv" else [])
        elif name not in {"chmod", "chown", "mkdir", "mkfifo", "mknod", "rm"}:
            continue
        if any(each.startswith("/dev/") for each in operands):
            return "/dev is another one in each RUN"
    return None


def _removed_directory(facts: "Facts", run: Run, script: ShellScript) -> str | None:
    """P15: a missing working directory is made again for each RUN."""
    workdir = facts.bases.workdir(run)
    if workdir == "/":
        return None
    for command in _commands(script):
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
        return not any(plain == each or plain.startswith(each + "/") for each in _DISPOSABLE)
    if glob and path.endswith("/*"):
        return workdir != plain and (workdir + "/").startswith(plain.rstrip("/") + "/")
    if glob:
        return workdir.startswith(plain)
    return (workdir + "/").startswith(plain.rstrip("/") + "/")
