"""How repositories are asked that are not on this machine, and as whom."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dfix.git import Git
from dfix.patterns import regex

PROTOCOLS = ("file", "https", "ssh")
"""Transports that are used: those that say who answers, and the files of this machine."""

_SCHEME = regex(r"(?:[A-Za-z][A-Za-z0-9+.-]*)(?:://|::)")
_SSH = regex(r"[^/:\s]+@[^/:\s]+:(?!//).+|[^/:\s@]+\.[^/:\s]+:(?!//).+", re.DOTALL)

#: What a repository of this machine that is fetched from or pushed to might have git run or do: it is
#: configured by its owner, and answers as this user. That of another machine is that machine's business.
_QUIET = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.alternateRefsCommand", ":"),
    ("core.askPass", ""),
    ("core.gitProxy", ""),
    ("core.sshCommand", "false"),
    ("credential.helper", ""),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("receive.autogc", "false"),
    ("receive.denyCurrentBranch", "refuse"),
    ("submodule.recurse", "false"),
)
#: A promised object is not fetched by the other side either.
_ALONE = "GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1"

_USED = ("credential.", "http.", "url.", "core.sshcommand")


@dataclass(frozen=True, slots=True)
class Transport:
    """How repositories are asked that are not on this machine."""

    timeout: float = 900.0
    """Seconds for one fetch or push."""
    options: tuple[tuple[str, str], ...] = ()
    """Git options of the user's that are to hold, such as a credential helper."""

    def reach(self, git: Git) -> Git:
        """Git with the transports allowed."""
        allowed = git.reaching(":".join(PROTOCOLS), timeout=self.timeout)
        return replace(allowed, options=(*allowed.options, *self.options))


def is_address(text: str) -> bool:
    """Whether `text` names a transport or a host, rather than being a path."""
    return bool(_SCHEME.match(text) or _SSH.fullmatch(text))


def is_here(text: str) -> bool:
    """Whether an address or a path is of this machine."""
    return not is_address(text) or text.lower().startswith("file://")


def uploading(address: str) -> tuple[str, ...]:
    """The options with which a repository is asked for what it has."""
    return _other_side(address, "upload-pack")


def receiving(address: str) -> tuple[str, ...]:
    """The options with which a repository is given something."""
    return _other_side(address, "receive-pack")


def _other_side(address: str, command: str) -> tuple[str, ...]:
    """How the other side is started: only a shell of this machine takes more than git's own words."""
    if not is_here(address):
        return ()
    settings = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in _QUIET)
    return (f"--{command}={_ALONE} git {settings} {command}",)


def identity_source(git: Git) -> Git:
    """Git that reads the user's own configuration too: to be asked for values only."""
    variables = {
        "GIT_CONFIG_GLOBAL": os.environ.get("GIT_CONFIG_GLOBAL"),
        "GIT_CONFIG_NOSYSTEM": None,
    }
    return replace(git, environment={**git.environment, **variables})


def users_options() -> tuple[tuple[str, str], ...]:
    """What the user's and the system's configuration say of credentials, proxies and addresses.

    These may name programs, which git then runs: only for a user who asks for it.
    """
    root = Path(Path.cwd().anchor)  # no repository's own configuration
    git = identity_source(Git(root, {"GIT_CEILING_DIRECTORIES": str(root)}))
    listed = git.ask("config", "--includes", "--null", "--list") or b""
    found = []
    for entry in os.fsdecode(listed).split("\0"):
        name, _, value = entry.partition("\n")
        # What is set on git's own command line to be quiet is listed as well, and stays so.
        if name.lower().startswith(_USED) and (name, value) not in _SILENCED:
            found.append((name, value))
    return tuple(found)


_SILENCED = {("credential.helper", ""), ("core.sshcommand", "ssh -oBatchMode=yes")}
