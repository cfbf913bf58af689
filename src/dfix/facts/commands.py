"""What well-known commands are and do, as far as fixers must know it."""

from collections.abc import Iterator, Sequence

from dfix.facts.packages import call_of
from dfix.patterns import regex
from dfix.shell import Command, ShellScript, Statement
from dfix.text import Span

#: Package managers of systems, by the name they are called by.
PACKAGE_MANAGERS = frozenset({"apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper"})
#: The programs of apt that work with its package lists.
APT_PROGRAMS = frozenset({"apt", "apt-get", "aptitude"})
#: Shells that read a text of their own, or a script.
SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
#: Programs of the base system that no image replaces by installing something else on the way.
COREUTILS = frozenset(
    """[ b2sum base32 base64 basename cat chgrp chmod chown chroot cksum comm cp csplit cut date dd
    df dir dirname du echo env expand expr factor false fmt fold groups head hostid id install join
    link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nproc numfmt od paste pathchk pr
    printenv printf ptx pwd readlink realpath rm rmdir seq sha1sum sha224sum sha256sum sha384sum
    sha512sum shred shuf sleep sort split stat stty sum sync tac tail tee test timeout touch tr true
    truncate tsort tty uname unexpand uniq unlink users wc who whoami yes""".split()
)
#: Further programs that come with every base system, and each a package's own.
COMMON_TOOLS = frozenset(
    """sed grep egrep fgrep find xargs tar gzip gunzip bzip2 bunzip2 xz unxz unzip curl wget gpg
    update-ca-certificates update-ca-trust ldconfig adduser addgroup useradd groupadd usermod
    deluser delgroup userdel groupdel passwd chpasswd dpkg rpm which""".split()
)
#: What runs inside the shell itself: it is never looked up, so nothing can take its place.
BUILTINS = frozenset(
    """: . alias bg break cd command continue declare eval exec exit export false fg getopts hash
    jobs kill let local printf pushd popd pwd read readonly return set shift shopt source test times
    trap true type typeset ulimit umask unalias unset wait [ [[ echo""".split()
)

#: Commands that leave nothing behind but files, and do the same in any shell: a chain of them can be
#: joined with another without a further look at the shell.
PLAIN_COMMANDS = PACKAGE_MANAGERS | frozenset(
    """rm rmdir mkdir chmod chown touch cp mv ln install sed tar unzip curl wget echo printf true
    update-ca-certificates ldconfig adduser addgroup useradd groupadd""".split()
)

_FUNCTION = regex(r"(?:function\s+)?([^\s(){};&|<>]+)")


def is_plain(script: ShellScript) -> bool:
    """Whether a script is a chain of plain commands, joined by `&&` alone."""
    return all(
        statement.kind == "command"
        and statement.operator in {"", "&&"}
        and not statement.background
        and statement.command is not None
        and not statement.command.assignments
        for statement in script.statements
    ) and all(name_of(command) in PLAIN_COMMANDS for command in script.commands)


def literal_arguments(command: Command) -> tuple[str | None, ...]:
    """The arguments' values after quote removal; None for each that only the shell knows."""
    return tuple(word.value for word in command.arguments)


def name_of(command: Command) -> str | None:
    """The command's name; empty for assignments alone, None for one that only the shell knows."""
    return "" if command.name is None else command.name.value


def base_name(command: Command) -> str | None:
    """The last component of the command's name; None as for `name_of`."""
    name = name_of(command)
    return None if name is None else name.rpartition("/")[2]


def verb_of(command: Command) -> str | None:
    """The sub-command of a package manager's call; None where there is none or it is not plain."""
    call = call_of(command)
    return None if call is None else call.sub_command


def installed_packages(command: Command) -> tuple[str, ...] | None:
    """The packages that a system's package manager installs, versions cut off.

    Empty for other calls; None where a package is not plain.
    """
    call = call_of(command)
    if call is None or call.name not in PACKAGE_MANAGERS or not call.installs:
        return ()
    if any(word.value is None for word in call.words):
        return None
    return tuple(_plain(word.value or "") for word in call.operands)


def _plain(package: str) -> str:
    for mark in ("=", "~", "<", ">", "/", ":", "@"):
        package = package.partition(mark)[0]
    return package


def statements(top: Sequence[Statement]) -> Iterator[Statement]:
    """All statements at any depth, in the order of the source."""
    for statement in top:
        yield statement
        yield from statements(statement.condition)
        yield from statements(statement.children)


def own_call(script: ShellScript, spans: Sequence[Span]) -> str:
    """The name of a command at one of `spans` that means a function or an alias of the script.

    Empty where there is none: all of them are programs.
    """
    own = [
        found[1]
        for each in statements(script.statements)
        if each.kind == "function"
        and (found := _FUNCTION.match(script.text[each.span.start : each.span.end]))
    ]
    for command in script.commands:
        if name_of(command) == "alias":
            own += [word.text.strip("\"'").partition("=")[0] for word in command.arguments]
    for command in script.commands if own else ():
        name, at = base_name(command), command.span
        if name in own and any(at.start <= each.end and each.start <= at.end for each in spans):
            return name or ""
    return ""


def written_paths(script: ShellScript) -> Iterator[str | None]:
    """Words of a script that may name a file it writes: all arguments and redirections.

    None stands for one that only the shell knows.
    """
    for command in script.commands:
        yield from literal_arguments(command)
        for redirect in command.redirects:
            if redirect.target is not None:
                yield redirect.target.value
