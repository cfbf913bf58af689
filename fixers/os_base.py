"""Reports images that start from a bare distribution to install what has an image of its own."""

import re

from dfix import Fixer, Phase, Reported, Run, Stage, Valid
from dfix.facts.commands import installed_packages
from dfix.facts.scripts import commands_of

_DISTRIBUTIONS = frozenset(
    """alpine almalinux amazonlinux centos clearlinux debian fedora mageia opensuse/leap
    opensuse/tumbleweed oraclelinux photon redhat/ubi8 redhat/ubi9 rockylinux rockylinux/rockylinux
    ubuntu""".split()
)
#: Packages of runtimes and servers, and the official image that has them.
_IMAGES = tuple(
    (re.compile(pattern), image)
    for pattern, image in (
        (r"php(?:[0-9][0-9.]*)?(?:-(?:fpm|cli|cgi|common))?", "php"),
        (r"(?:python[0-9.]*|py3?)(?:-(?:pip|dev|minimal))?|python-is-python3", "python"),
        (r"nginx(?:-(?:full|light|extras|core))?", "nginx"),
        (r"(?:apache2|httpd)", "httpd"),
        (r"(?:nodejs|node|nodejs-current|nodejs[0-9]+)", "node"),
        (r"(?:openjdk-?[0-9]*|default)-(?:jre|jdk)(?:-headless|-base)?", "eclipse-temurin"),
        (r"java-[0-9.]+-openjdk(?:-devel|-headless)?", "eclipse-temurin"),
        (r"ruby(?:[0-9][0-9.]*)?(?:-full)?", "ruby"),
        (r"golang(?:-go|-[0-9.]+)?", "golang"),
        (r"(?:mysql|mysql-community|default-mysql)-server(?:-[0-9.]+)?", "mysql"),
        (r"mariadb-server(?:-[0-9.]+)?", "mariadb"),
        (r"postgresql(?:-?[0-9.]+)?(?:-server)?", "postgres"),
        (r"redis(?:-server)?", "redis"),
        (r"mongodb(?:-org|-server)?", "mongo"),
        (r"rabbitmq-server", "rabbitmq"),
        (r"memcached", "memcached"),
        (r"haproxy", "haproxy"),
        (r"tomcat[0-9]+", "tomcat"),
    )
)  # fmt: skip


class OsBase(Fixer):
    """Reports images that start from a bare distribution to install what has an image of its own.

    **Why**

    The image of a distribution brings files that the application never needs, and the packages of a
    runtime come with its release, not with their own. The official image of the runtime is smaller,
    and its version is in its tag.

    **When it is reported**

    When the last stage begins with the image of a distribution, and installs the package of exactly
    one language or server that has an official image. Python counts where pip comes along.

    **What to do**

    Begin with that image, in its `slim` or `alpine` variant where that works.
    """

    message = "the base is a bare distribution, although what is installed has an image of its own"
    phase = Phase.PINNING
    practices = ("04",)
    reference = "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"
    VALID = (
        Valid("FROM php:8.4-fpm\nRUN docker-php-ext-install pdo\n"),
        Valid("FROM debian:12\nRUN apt-get install -y curl\n"),
        Valid("FROM debian:12\nRUN apt-get install -y python3\n", why="many tools want it"),
        Valid("FROM debian:12\nRUN apt-get install -y nginx php-fpm\n", why="no image has both"),
        Valid("FROM debian:12 AS a\nRUN apt-get install -y golang\nFROM scratch\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN apt-get install -y python3 python3-pip\n", line=1),
        Reported("FROM centos:8\nRUN dnf install -y nginx curl\n", line=1),
        Reported(
            "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y php php-xml\n", line=1
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the last stage and those it is FROM."""
        if not self.facts.stages.is_final(stage):
            return
        lineage = self.facts.stages.lineage(stage)
        image = self.facts.bases.reference(stage)
        if image is None or image.familiar_name not in _DISTRIBUTIONS:
            return
        found: dict[str, str] = {}
        for instruction in (each for one in lineage for each in one.instructions):
            if isinstance(instruction, Run):
                for _, command in commands_of(self.facts, instruction):
                    for package in installed_packages(command) or ():
                        if instead := _image_with(package):
                            found.setdefault(instead, package)
                            if package.endswith("pip"):
                                found[instead] = package
        if len(found) == 1 and found.get("python", "pip").endswith("pip"):
            ((instead, package),) = found.items()
            self.advise(
                lineage[-1].start,
                f"if the image is there for `{package}`, begin with the official image {instead}",
            )


def _image_with(package: str) -> str:
    return next((image for pattern, image in _IMAGES if pattern.fullmatch(package)), "")
