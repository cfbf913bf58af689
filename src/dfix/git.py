"""Git, run on repositories that may be anyone's.

A repository's configuration can name programs in a dozen places: hooks, `core.fsmonitor`, filters,
external diffs, credential helpers, transports. Each of them is switched off by name, the user's and the
system's configuration is not read, no prompt appears, and no transport is allowed unless it is asked for.
https://git-scm.com/docs/git#_security
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.patterns import regex
from dfix.talk import Talk

_OPTIONS = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.untrackedCache", "false"),
    ("core.attributesFile", os.devnull),
    ("core.quotePath", "false"),
    ("core.askPass", ""),
    # A hint of the repository's own about its history, which need not be true.
    ("core.commitGraph", "false"),
    ("core.gitProxy", ""),
    ("core.sshCommand", "ssh -oBatchMode=yes"),
    ("credential.helper", ""),
    ("diff.external", ""),
    ("fetch.recurseSubmodules", "false"),
    ("push.recurseSubmodules", "no"),
    ("push.gpgSign", "false"),
    ("submodule.recurse", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("protocol.allow", "never"),
    ("safe.bareRepository", "explicit"),
)
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # No transport has this name, so that git may use none: a promised object is not fetched.
    "GIT_ALLOW_PROTOCOL": "none",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",
}
#: Of the process's own environment: nothing that could tell git of another repository or program.
_DROPPED = ("GIT_", "SSH_ASKPASS")

# A password may hold an at sign; what comes last is the host.
_CREDENTIALS = regex(r"(?<=://)[^/?#\s]+@")
_TOLD = regex(r"^(?:fatal|error|remote|warning): ?(.*)$", re.MULTILINE)
_LONGEST = 300  # characters of a message that are passed on

MOST = 256 * 1024 * 1024
"""Bytes that a command may print: what a repository or a server holds may be without end."""


class GitError(Exception):
    """Git could not do what was asked; says why in one line."""


class GitTimeout(GitError):
    """Git took longer than it may."""


class GitMissing(GitError):
    """There is no git on the PATH."""


class Git(Struct, frozen=True):
    """How git is called: the folder that it runs in and what it is told beside its arguments."""

    folder: Path
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """Variables beside the usual ones; None for one that is not to be set."""
    options: tuple[tuple[str, str], ...] = ()
    timeout: float = 120.0
    """Seconds for one call; a repository's configuration may name a pipe as a file to read."""

    @classmethod
    def in_work_tree(cls, folder: Path, top: Path) -> Self:
        """Git in a folder of the work tree `top`: the repository may call any other folder that."""
        return cls(folder, {"GIT_WORK_TREE": str(top), "GIT_CEILING_DIRECTORIES": str(top.parent)})

    @classmethod
    def of_repository(cls, directory: Path) -> Self:
        """Git on the repository whose own folder is `directory`, without its work tree."""
        return cls(directory, {"GIT_DIR": str(directory)})

    def reaching(self, protocols: str, *, timeout: float) -> Self:
        """The same, with transports allowed: their names, separated by colons."""
        environment = {**self.environment, "GIT_ALLOW_PROTOCOL": protocols}
        return replace(self, environment=environment, timeout=timeout)

    def run(self, *arguments: str, data: bytes = b"", most: int = MOST) -> bytes:
        """What a command prints that is given `data`.

        Raises `GitError`: `GitMissing` without git, `GitTimeout` where it takes too long.

        A command that prints over `most` bytes is ended, and is an error too.
        """
        process = self.start(*arguments)
        talk = Talk(process, data, most)
        try:
            talk.run(self.timeout)
        except RuntimeError as error:  # The system gives no further thread.
            raise GitError(f"git {arguments[0]}: {error}") from error
        if talk.late:
            raise GitTimeout(f"git {arguments[0]} took over {self.timeout:g} s")
        if talk.long:
            raise GitError(f"git {arguments[0]} printed over {most // 1024**2} MiB")
        if process.returncode != 0:
            raise GitError(f"git {arguments[0]}: {told(talk.err)}")
        return talk.out

    def ask(self, *arguments: str) -> bytes | None:
        """What a command prints; None where it fails, is not there, or takes too long."""
        try:
            return self.run(*arguments)
        except GitError:
            return None

    def line(self, *arguments: str) -> str | None:
        """The one line that a command prints; None where it fails or prints none."""
        out = self.ask(*arguments)
        return os.fsdecode(out).removesuffix("\n") or None if out is not None else None

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Begins a command, with pipes for all that it reads and writes; to be ended with `end`.

        Raises `GitError`.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
        # What git starts is looked for on the PATH again, and where it runs may be anyone's folder.
        own["PATH"] = os.pathsep.join(_searched())
        variables = {**own, **_ENVIRONMENT, **self.environment}
        settings = [
            part for name, value in (*_OPTIONS, *self.options) for part in ("-c", f"{name}={value}")
        ]
        try:
            return subprocess.Popen(
                [program(), "--no-pager", *settings, *arguments],
                cwd=self.folder,
                env={name: value for name, value in variables.items() if value is not None},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A group of its own, so that what git starts can be ended with it.
                start_new_session=True,
            )
        except OSError as error:
            told = f"{error.filename}: {error.strerror}" if error.filename else error
            raise GitError(f"git {arguments[0]}: {told}") from error
        except ValueError as error:
            raise GitError(f"git {arguments[0]}: {error}") from error


def program() -> str:
    """Where git is; never in a folder that is on the PATH relative to the present one.

    Raises `GitMissing`.
    """
    found = tool("git")
    if found is None:
        raise GitMissing("git is not installed, or not on the PATH")
    return found


def tool(name: str) -> str | None:
    """Where a program is; never in a folder that is on the PATH relative to the present one."""
    searched = _searched()
    return shutil.which(name, path=os.pathsep.join(searched)) if searched else None


def _searched() -> list[str]:
    return [each for each in os.get_exec_path() if Path(each).is_absolute()]


def told(err: bytes) -> str:
    """What git complains of, in one line without control characters and without credentials."""
    text = err.decode("utf-8", "replace")
    lines = [line for line in _TOLD.findall(text) if line.strip()] or text.split("\n")[-2:]
    line = "".join(each if each.isprintable() else " " for each in "; ".join(lines))
    line = " ".join(without_credentials(line).split())
    return line[:_LONGEST] or "failed without a word"


def without_credentials(address: str) -> str:
    """An address without the user and password that it may hold."""
    return _CREDENTIALS.sub("", address)
