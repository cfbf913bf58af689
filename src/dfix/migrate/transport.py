"""How repositories are asked that are not on this machine, and as whom."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from dfix.git import Git

PROTOCOLS = ("file", "https", "ssh")
"""Transports that are used: those that say who answers, and the files of this machine."""

#: A remote on this machine is a repository with hooks of its own, which are not run either.
_QUIET = f"git -c core.hooksPath={os.devnull} -c core.fsmonitor=false"
RECEIVE = f"--receive-pack={_QUIET} receive-pack"
UPLOAD = f"--upload-pack={_QUIET} upload-pack"

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
