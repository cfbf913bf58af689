"""Reports packages that are installed in whatever version there is."""

import re

from dfix import Fixer, Phase, Reported, Run, Valid, regex
from dfix.facts.commands import base_name, literal_arguments
from dfix.facts.packages import call_of
from dfix.facts.scripts import Command, commands_of

#: What a word has in it that names a version, or something else than a package in an archive.
_EQUALS = regex(r"=|/|\A\.")
_DASH = regex(r"-[0-9]|/|\A[.@]|\.rpm\Z")
_SYSTEM = {
    "apt-get": _EQUALS,
    "apt": _EQUALS,
    "apk": re.compile(r"[=<>~@]|/|\A\."),
    "zypper": re.compile(r"[=<>]|/|\A\."),
    "yum": _DASH,
    "dnf": _DASH,
    "microdnf": _DASH,
}
_LANGUAGE = {
    "pip": re.compile(r"[=<>~!@]=?|\.(?:whl|zip|tar\.\w+|tgz)\Z|://|/|\A\."),
    "npm": re.compile(r".@|://|/.*#|\.tgz\Z|\A[./]"),
    "gem": re.compile(r":[0-9]|\.gem\Z"),
    "go": re.compile(r"@|\A\./|\A\.\Z|\.\.\.\Z"),
}


class UnpinnedPackage(Fixer):
    """Reports packages that are installed in whatever version there is.

    **Why**

    The same file gives another image after each release of a package, and nobody sees from which
    one a failure came.

    **When it is reported**

    Only when it is selected, or listed in the configuration: for installations by apt, apk, yum, dnf,
    zypper, pip, npm, gem and go that name a package without a version. Names from variables and what
    a file lists are left alone.

    **What to do**

    Write the version of packages whose behaviour matters. For packages of a distribution it has to
    be renewed whenever its archive drops the old one: pinning the base image may be enough.
    """

    message = "the package is installed without a version"
    phase = Phase.PINNING
    aliases = (
        "DL3008",
        "DL3013",
        "DL3016",
        "DL3018",
        "DL3028",
        "DL3033",
        "DL3037",
        "DL3041",
        "DL3062",
    )
    practices = ("03",)
    default = False
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y curl=7.88.1-10\n"),
        Valid("FROM debian:12\nRUN apt-get install -y ./a.deb $MORE\n"),
        Valid("FROM python:3.13\nRUN pip install -r requirements.txt requests==2.32.3\n"),
        Valid("FROM node:24\nRUN npm install -g pm2@6.0.8\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN apt-get install -y curl\n", line=2),
        Reported("FROM python:3.13\nRUN pip install requests\n", line=2),
        Reported("FROM alpine:3.22\nRUN apk add --no-cache --virtual .deps gcc\n", line=2),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks at each installation."""
        for form, command in commands_of(self.facts, node):
            found = _unpinned(command)
            if found:
                written = ", ".join(f"`{each}`" for each in found)
                self.advise(
                    form, f"write the versions of {written}, if they matter", within=command.span
                )


def _unpinned(command: Command) -> list[str]:
    """The packages that a command installs without a version."""
    values = literal_arguments(command)
    if base_name(command) == "go" and values[:1] == ("install",):
        name, operands = "go", [each for each in values[1:] if each and not each.startswith("-")]
    else:
        call = call_of(command)
        if call is None or not call.installs:
            return []
        if call.name == "gem" and call.has_option("-v", "--version"):
            return []
        name, operands = call.name, [word.value or "" for word in call.operands]
    pinned = _LANGUAGE.get(name) or _SYSTEM.get(name)
    return [each for each in operands if each and not pinned.search(each)] if pinned else []
