"""Reports sudo that comes into an image, and accounts that may use it."""

import re

from dfix import Fixer, Level, Phase, Reported, Run, Valid, regex
from dfix.facts.commands import base_name, installed_packages, literal_arguments, verb_of
from dfix.facts.scripts import Command, script_of

_OF_GROUPS = regex(r"(?:-[a-zA-Z]*G|--groups=)(?:.*,)?(?:sudo|wheel)(?:,.*)?")
_DELETED = regex(r"/[^/]*NOPASSWD[^/]*/I?d\b")
_REMOVING = frozenset({"remove", "purge", "autoremove", "del", "erase"})
_GROUPS = regex(r"(?:.*,)?(?:sudo|wheel)(?:,.*)?")


class SudoInstalled(Fixer):
    """Reports sudo that comes into an image, and accounts that may use it.

    **Why**

    An account that may become root without a password is root, whatever USER says: a program that is
    broken into gets all of the container.

    **When it is reported**

    Where a package manager installs sudo, a RUN writes NOPASSWD, or an account joins `sudo` or
    `wheel`. Stages that only serve the build are left alone, and what is removed in the same RUN.

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
        Valid("FROM debian:12\nRUN apt-get install -y sudo && make && apt-get purge -y sudo\n"),
        Valid(
            "FROM debian:12 AS a\nRUN apt-get install -y sudo\nFROM scratch\nCOPY --from=a /b /b\n",
            why="it serves the build alone",
        ),
        Valid("FROM debian:12\nRUN sed -i '/NOPASSWD/d' /etc/sudoers\n", why="it is taken out"),
        Valid("FROM debian:12\nRUN gpasswd -d app wheel\n", why="the account leaves"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN apt-get install -y curl sudo\n", line=2),
        Reported("FROM debian:12\nRUN usermod -aG sudo app\n", line=2),
        Reported("FROM debian:12\nRUN useradd --groups=users,sudo app\n", line=2),
        Reported(
            "FROM debian:12\nRUN echo 'app ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/app\n", line=2
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks for what brings sudo in, or lets an account use it."""
        script = script_of(node, self.facts.tree.escape)
        if script is None:
            return
        stage = self.facts.stages.holding(node)
        if stage is not None and not self.facts.stages.is_shipped(stage):
            return
        if any(map(_gives_root, script.commands)):
            self.advise(node, "give no account root without a password: do it before USER instead")
        elif any(map(_joins, script.commands)):
            self.advise(node, "leave the account out of the group: do what needs root before USER")
        elif any(
            "sudo" in (installed_packages(each) or ()) for each in script.commands
        ) and not any(map(_removes, script.commands)):
            self.advise(
                node, "leave sudo out: do what needs root before USER, or take gosu in scripts"
            )


def _joins(command: Command) -> bool:
    """Whether an account joins the group of those who may use sudo."""
    values = [value or "" for value in literal_arguments(command)]
    name = base_name(command)
    if name in {"usermod", "useradd"}:
        if any(_OF_GROUPS.fullmatch(each) for each in values):
            return True
        return any(_GROUPS.fullmatch(each) for each in values) and any(
            re.fullmatch(r"-[a-zA-Z]*G|--groups", each) for each in values
        )
    if name == "gpasswd" and not {"-a", "--add", "-M", "--members"} & set(values):
        return False
    return name in {"adduser", "addgroup", "gpasswd"} and any(
        each in {"sudo", "wheel"} for each in values[1:]
    )


def _gives_root(command: Command) -> bool:
    """Whether a command writes NOPASSWD, rather than taking it out or looking for it."""
    name = base_name(command)
    words = [word.text for word in command.arguments]
    words += [each.target.text for each in command.redirects if each.target is not None]
    return name not in {"grep", "egrep"} and any(
        "NOPASSWD" in (_DELETED.sub("", each) if name == "sed" else each) for each in words
    )


def _removes(command: Command) -> bool:
    """Whether a package manager takes sudo away."""
    verb = verb_of(command)
    return verb in _REMOVING and "sudo" in literal_arguments(command)
