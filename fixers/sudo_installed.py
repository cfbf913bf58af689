"""Reports sudo that comes into an image, and accounts that may use it."""

import re

from dfix import Fixer, Level, Phase, Reported, Run, Valid, regex
from dfix.facts.commands import base_name, installed_packages, literal_arguments
from dfix.facts.scripts import Command, script_of

_GROUPS = regex(r"(?:.*,)?(?:sudo|wheel)(?:,.*)?")


class SudoInstalled(Fixer):
    """Reports sudo that comes into an image, and accounts that may use it.

    **Why**

    An account that may become root without a password is root, whatever USER says: a program that is
    broken into gets all of the container.

    **When it is reported**

    Where a package manager installs sudo, a RUN writes NOPASSWD, or an account joins `sudo` or
    `wheel`.

    **What to do**

    Do what needs root before USER, and leave sudo out. Where a script has to begin as root and go on as
    another user, `gosu`, `su-exec` or `setpriv` give root up for good.
    """

    message = "sudo in an image undoes what USER is for"
    level = Level.SAFE
    phase = Phase.RUNTIME
    aliases = ()
    practices = ("02",)
    plan_paths = ()
    reference = "https://docs.docker.com/build/building/best-practices/#user"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y gosu\n"),
        Valid("FROM debian:12\nRUN usermod -aG docker app\n"),
        Valid("FROM debian:12\nRUN apt-get purge -y sudo\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN apt-get install -y curl sudo\n", line=2),
        Reported("FROM debian:12\nRUN usermod -aG sudo app\n", line=2),
        Reported(
            "FROM debian:12\nRUN echo 'app ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/app\n", line=2
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks for what brings sudo in, or lets an account use it."""
        script = script_of(node, self.facts.tree.escape)
        if script is None:
            return
        if "NOPASSWD" in script.cooked:
            self.advise(node, "give no account root without a password: do it before USER instead")
        elif any(map(_joins, script.commands)):
            self.advise(node, "leave the account out of the group: do what needs root before USER")
        elif any("sudo" in (installed_packages(each) or ()) for each in script.commands):
            self.advise(
                node, "leave sudo out: do what needs root before USER, or take gosu in scripts"
            )


def _joins(command: Command) -> bool:
    """Whether an account joins the group of those who may use sudo."""
    values = [value or "" for value in literal_arguments(command)]
    name = base_name(command)
    if name in {"usermod", "useradd"}:
        return any(_GROUPS.fullmatch(each) for each in values) and any(
            re.fullmatch(r"-[a-zA-Z]*G|--groups", each) for each in values
        )
    return name in {"adduser", "addgroup", "gpasswd"} and any(
        each in {"sudo", "wheel"} for each in values[1:]
    )
