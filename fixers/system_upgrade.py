"""Reports steps that upgrade all packages of the base image."""

from dfix import Fixer, Phase, Reported, Run, Valid
from dfix.facts.commands import PACKAGE_MANAGERS, base_name, literal_arguments, verb_of
from dfix.facts.scripts import Command, commands_of

_ALWAYS = {
    "apt-get": frozenset({"upgrade", "dist-upgrade", "full-upgrade"}),
    "apt": frozenset({"upgrade", "full-upgrade", "dist-upgrade"}),
    "apk": frozenset({"upgrade"}),
    "zypper": frozenset({"update", "up", "dist-upgrade", "dup", "patch"}),
    "yum": frozenset({"update", "upgrade", "distro-sync"}),
    "dnf": frozenset({"update", "upgrade", "distro-sync"}),
    "microdnf": frozenset({"update", "upgrade"}),
}
_LIMITED = ("--security", "--advisory", "--cve", "--bugfix", "--only-upgrade")


class SystemUpgrade(Fixer):
    """Reports steps that upgrade all packages of the base image.

    **Why**

    Every package that is upgraded is in the image twice, and what is upgraded depends on the day
    and on the builder's cache, not on the file. The makers of the base image publish it again with
    the same corrections.

    **When it is reported**

    For upgrades of apt, apk, yum, dnf, microdnf and zypper that name no package and are not limited
    to security advisories, in stages that are shipped.

    **What to do**

    Take a newer base image, and build with `--pull`. If one correction cannot wait, name its
    package.
    """

    message = "all packages of the base image are upgraded"
    phase = Phase.CACHES
    aliases = ("DL3005", "DL3017", "DL3031", "DL3035", "DL3039")
    practices = ("02", "04")
    reference = "https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Valid("FROM rockylinux:9\nRUN dnf -y upgrade openssl\n", why="it names a package"),
        Valid("FROM rockylinux:9\nRUN dnf -y upgrade --security\n"),
        Valid("FROM debian:12 AS a\nRUN apt-get upgrade -y\nFROM debian:12\nCOPY --from=a /a /a\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN apt-get update && apt-get upgrade -y\n", line=2),
        Reported("FROM rockylinux:9\nRUN yum -y update\n", line=2),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks at each call of a package manager."""
        stage = self.facts.stages.holding(node)
        if stage is None or not self.facts.stages.is_shipped(stage):
            return
        for form, command in commands_of(self.facts, node):
            name = base_name(command)
            if name in PACKAGE_MANAGERS and _upgrades_all(command, name):
                self.advise(
                    form,
                    "leave it out, take a newer base image, and build with --pull",
                    within=command.span,
                )


def _upgrades_all(command: Command, name: str) -> bool:
    verb = verb_of(command) or ""
    values = literal_arguments(command)
    if verb not in _ALWAYS.get(name, ()) or None in values:
        return False
    known = [value for value in values if value is not None]
    if any(value.startswith(_LIMITED) for value in known):
        return False
    behind = known[known.index(verb) + 1 :]
    return not any(not value.startswith("-") for value in behind)
