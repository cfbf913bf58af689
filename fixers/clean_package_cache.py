"""Removes what package managers keep for themselves, in the RUN that brought it."""

from dfix import Fixer, Invalid, Level, Phase, Run, Valid

from ._cache_options import apk_without_cache, pip_without_cache
from ._caches import MANAGERS
from ._clean_ups import CleanUp, Scene, clean_up


class CleanPackageCache(Fixer):
    """Removes what package managers keep for themselves, in the RUN that brought it.

    **Why**

    Package lists, downloads and indexes are of no use to the finished image. Only a removal in the
    same RUN makes the layer smaller; some managers can be told to keep nothing to begin with.

    **When it is applied**

    To RUNs that call apt, yum, dnf, microdnf, zypper, npm, yarn 1 or composer without a clean-up
    behind it, and to `apk add` and `pip install` without the option that keeps nothing. Nothing that
    runs later may need what is removed: no RUN of the stage or of one FROM it, no COPY or mount from
    it, no container, no ONBUILD. In a stage that is no part of the result only what linters ask for
    everywhere is cleaned: it costs nothing there, and saves nothing. A `clean all` of yum or dnf that
    another one follows in the same RUN, with more installed between them, is taken out.

    **When it is refused**

    When something later needs it, or a script is run that cannot be looked into; when a cache is
    mounted or put elsewhere; behind `sudo`; when the command only runs at times. An option is added
    at `aggressive` only where the base image may be older than the option.
    """

    message = "a package manager's cache stays in the image"
    level = Level.SAFE
    phase = Phase.CACHES
    aliases = ("DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060")
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    VALID = (
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl \\\n"
            "  && rm -rf /var/lib/apt/lists/*\n",
        ),
        Valid("FROM alpine:3.20\nRUN apk --no-cache add curl\n"),
        Valid("FROM centos:8\nRUN dnf install -y php && rm -Rf /var/cache/dnf\n"),
        Valid(
            "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\n"
            "FROM base\nRUN apt-get install -y less\n",
            why="the next stage installs by the same lists",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN ./install.sh\n",
            why="the script may need the lists",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && . ./rc\n",
            why="a `set -e` in the file would end the RUN no longer",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl \\\n"
            "  && rm -rf /var/lib/apt/lists/*\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM alpine:3.20\nRUN apk update && apk add curl\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
            why="the index is fetched on the fly, and not kept",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM python:3.13\nRUN pip install flask\n",
            "FROM python:3.13\nRUN pip install --no-cache-dir flask\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci && npm run build\n",
            "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci \\\n"
            "  && npm cache clean --force && npm run build\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM node:22\nRUN echo a; npm ci; echo b\n",
            "FROM node:22\nRUN echo a; npm ci; \\\n  npm cache clean --force; echo b\n",
            why="in a list, what fails is passed over as it was",
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Cleans up behind every manager that the RUN calls, one fix for each."""
        scene = Scene.of(self.facts, node)
        if scene is None or not scene.calls:
            return
        for manager in MANAGERS:
            self._propose(node, clean_up(scene, manager))
        self._propose(node, apk_without_cache(scene))
        self._propose(node, pip_without_cache(scene))

    def _propose(self, node: Run, found: "CleanUp | str | None") -> None:
        if found is None:
            return
        if isinstance(found, str):
            self.refuse(node, found)
            return
        level = Level.AGGRESSIVE if found.assumption else Level.SAFE
        self.propose(
            found.rewrite, level=level, message=found.message, reason=found.assumption or None
        )
