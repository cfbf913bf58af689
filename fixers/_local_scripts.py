"""Scripts that a command runs or reads, whose contents nobody here knows."""

import posixpath
from collections.abc import Sequence

from dfix import regex

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
#: Scripts that are called by their path, and build what lies beside them.
_BUILDERS = frozenset(
    "configure config Configure autogen.sh bootstrap.sh buildconf gradlew mvnw".split()
)
#: Files that are read into the shell, and set variables or functions alone.
_READ = regex(r"(?:.*/)?(?:activate|[a-z]+-release|\.?bashrc|\.?profile|nvm\.sh|env|envvars)")


def script_of(words: Sequence[str | None]) -> str | None:
    """The script that a command runs or reads; None where it is a program."""
    while words and (words[0] in {"sudo", "env", "exec", "command", "nohup", "time"}):
        words = words[1:]
        while words and ((words[0] or "").startswith("-") or "=" in (words[0] or "")):
            words = words[1:]
    name = words[0] if words else None
    if name is None:
        return None
    folder, _, base = name.rpartition("/")
    if name in {".", "source"}:
        read = words[1] if len(words) > 1 else None
        return read if read is not None and not _READ.fullmatch(read) else None
    if base in _SHELLS:
        return _operand_of_shell(words[1:])
    if base in _BUILDERS:
        return None
    is_installed = posixpath.basename(folder) in {"bin", "sbin"} or folder.startswith("/usr/lib")
    if base.endswith(".sh") or (folder and not is_installed):
        return name
    return None


def _operand_of_shell(words: Sequence[str | None]) -> str | None:
    """The file that a shell is to run; None where it gets a text or its standard input."""
    at = 0
    while at < len(words):
        word = words[at] or "a variable"
        if not word.startswith(("-", "+")):
            return word
        if not word.startswith("--") and "c" in word:
            return None
        at += 2 if word[1:].endswith(("o", "O")) else 1
    return None
