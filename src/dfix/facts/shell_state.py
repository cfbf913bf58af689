"""What a shell would remember of one RUN in the next, were it the same shell."""

import posixpath
import re
from collections.abc import Iterable

from dfix.facts.commands import (
    BUILTINS,
    COMMON_TOOLS,
    COREUTILS,
    PACKAGE_MANAGERS,
    base_name,
    installed_packages,
    literal_arguments,
    name_of,
    statements,
    written_paths,
)
from dfix.patterns import regex
from dfix.shell import Command, ShellScript
from dfix.text import integer

#: Built-ins that write the state of the shell they run in.
_STATEFUL = frozenset(
    """cd pushd popd export readonly unset set shopt umask ulimit trap exec exit return . source eval
    alias unalias hash shift getopts read declare typeset local let break continue mapfile readarray
    enable bind complete compgen disown suspend""".split()
)
_SPECIAL_BUILTINS = frozenset(
    ": . break continue eval exec exit export readonly return set shift times trap unset".split()
)
#: Programs that an image has in one place, and that nothing but their own package brings.
_STAYING = (
    COREUTILS
    | COMMON_TOOLS
    | PACKAGE_MANAGERS
    | frozenset(
        """a2disconf a2dismod a2dissite a2enconf a2enmod a2ensite add-apt-repository apt-add-repository
    apt-cache apt-key apt-mark chkconfig debconf-set-selections docker-php-ext-configure
    docker-php-ext-enable docker-php-ext-install docker-php-source git pacman ssh-keygen
    update-rc.d yum-config-manager""".split()
    )
)
_BUILDERS = frozenset("checkinstall cmake gmake make meson ninja".split())
#: How the sources of a program are called: `curl-8.1.tar.gz`, `git_2.9`.
_SOURCES = r"(?<![\w.-]){}[-_]v?(?:\d|\$)"
_ASSIGNING = regex(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?=|\$\(\(|\(\(")
_BIN_DIRECTORIES = frozenset(
    "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /opt/bin".split()
)


def kept(script: ShellScript) -> str | None:
    """P8: the shell state that a script writes; None if it writes none."""
    if _ASSIGNING.search(script.cooked):
        return "an expansion that assigns a variable would reach the next RUN"
    for statement in statements(script.statements):
        if statement.kind == "function":
            return "a function would be defined for the next RUN"
        if statement.kind == "for":
            return "the variable of a for loop would reach the next RUN"
        if statement.kind == "other":
            return "a construct that is not understood"
    for command in script.commands:
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
        if name in _STATEFUL and not _is_failing_exit(script, command):
            return f"`{name}` changes the shell that the next RUN would run in"
        if name == "printf" and any(
            value is None or value.startswith("-v") for value in literal_arguments(command)[:1]
        ):
            return "`printf -v` would set a variable for the next RUN"
        if name == "exec" or (command.name is None and command.redirects):
            return "redirections of the shell itself would reach the next RUN"
    return None


def _is_failing_exit(script: ShellScript, command: Command) -> bool:
    """`|| exit N` with a literal N > 0: the RUN has failed either way."""
    if name_of(command) != "exit":
        return False
    values = literal_arguments(command)
    if len(values) != 1 or not (values[0] or "").isdecimal() or integer(values[0] or "") % 256 == 0:
        return False
    return any(
        statement.command is command and statement.operator == "||"
        for statement in statements(script.statements)
    )


class Lookup:
    """P12: a shell remembers where it found a command, and misses a new one that takes its place.

    A subshell goes by what the shell remembers that it comes from, so that a later use counts
    wherever it stands. What a subshell finds itself is forgotten with it; but dash and BusyBox look
    the parts of a pipeline up before they split.
    """

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._installed: set[str] = set()
        self._written: set[str] = set()
        #: The texts up to one that builds programs from their sources.
        self._built = ""
        self._seen = ""

    def objection(self, script: ShellScript) -> str | None:
        """The command of `script` that may be another one by then; None if there is none."""
        for name in sorted(_searched(script.commands) & self._used):
            if name not in _STAYING:
                return f"`{name}` may be another program by its second use"
            if (
                name in self._installed
                or name in self._written
                or (name in COREUTILS and "coreutils" in self._installed)
                or (name in self._built and re.search(_SOURCES.format(name), self._built))
            ):
                return f"`{name}` is installed anew before its second use"
        return None

    def add(self, script: ShellScript) -> None:
        """Takes note of what `script` runs, installs and writes."""
        piped = {
            part.command.span
            for each in script.pipelines
            for part in each.children
            if part.command is not None
        }
        for command in script.commands:
            # What comes before the first use of a program is found by it.
            self._installed.update(
                {*(installed_packages(command) or ())} & {*self._used, "coreutils"}
            )
            if not command.subshell or command.span in piped:
                self._used |= _searched([command])
        self._seen += script.cooked + "\n"
        if any(base_name(each) in _BUILDERS for each in script.commands):
            self._built = self._seen
        for path in written_paths(script):
            if path is not None and posixpath.dirname(path) in _BIN_DIRECTORIES:
                self._written.add(posixpath.basename(path))


def _searched(commands: Iterable[Command]) -> set[str]:
    """The names of commands that a shell searches the PATH for."""
    names = {name_of(command) or "" for command in commands}
    return {name for name in names if name and "/" not in name and name not in BUILTINS}
