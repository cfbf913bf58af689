"""Builders by their command-line clients: Docker, Buildah and Podman.

https://docs.docker.com/reference/cli/docker/buildx/build/,
https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md and
https://docs.podman.io/en/latest/markdown/podman-build.1.html
"""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from dfix.patterns import regex
from dfix.verify.builder import Order
from dfix.verify.process import ClientFailed, Say, TimedOut, output_of, run

_SHORT = 60.0  # seconds for a question, or for removing an image
_SAVING = 1800.0  # seconds
_NOT_THERE = regex(r"no such image|image not known|not found", re.IGNORECASE)


class NoBuilder(Exception):
    """There is nothing to build with; the text says what to do."""


@dataclass(frozen=True)
class Client:
    """What the clients have in common. `options` go in front of every sub-command."""

    program: str
    options: tuple[str, ...] = ()
    say: Say = lambda _line: None

    name: ClassVar[str]
    build_words: ClassVar[tuple[str, ...]]
    save_words: ClassVar[tuple[str, ...]]
    #: Behind the tag.
    save_into: ClassVar[tuple[str, ...]] = ()
    remove_words: ClassVar[tuple[str, ...]]
    ask_words: ClassVar[tuple[str, ...]] = ("version",)
    settings: ClassVar[Mapping[str, str]] = {}

    def require(self) -> None:
        """Raises NoBuilder where it does not answer."""
        try:
            self._run(self.ask_words)
        except (ClientFailed, TimedOut, OSError) as error:
            told = next((line for line in getattr(error, "tail", ())[::-1] if line), str(error))
            raise NoBuilder(f"{self.name} does not answer: {told}") from error

    def build(self, order: Order) -> None:
        """Builds an image under the tag of the order, from nothing that was built before."""
        terms = order.terms
        words = [*self.build_words, "--no-cache", "--file", str(order.dockerfile)]
        words += ["--tag", order.tag]
        if terms.target is not None:
            words += ["--target", terms.target]
        for argument in terms.arguments:
            words += ["--build-arg", argument]
        if not terms.network:
            words += ["--network", "none"]
        words += [*terms.options, str(order.context)]
        run(
            self._command(words),
            environment=self._environment,
            timeout=terms.timeout,
            say=self.say,
        )

    def archive(self, tag: str) -> AbstractContextManager[IO[bytes]]:
        """The image of that tag as a tar stream."""
        words = (*self.save_words, tag, *self.save_into)
        return output_of(self._command(words), environment=self._environment, timeout=_SAVING)

    def remove(self, tag: str) -> None:
        """Removes the image of that tag; one that is not there is none to be removed."""
        try:
            self._run((*self.remove_words, tag))
        except ClientFailed as error:
            if not any(_NOT_THERE.search(line) for line in error.tail):
                raise

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings}

    def _command(self, words: Sequence[str]) -> list[str]:
        return [self.program, *self.options, *words]

    def _run(self, words: Sequence[str]) -> None:
        run(self._command(words), environment=self._environment, timeout=_SHORT)


class Docker(Client):
    """Docker Engine with BuildKit."""

    name = "docker"
    build_words = ("build", "--force-rm")
    save_words = ("image", "save")
    remove_words = ("image", "rm")
    settings: ClassVar[Mapping[str, str]] = {
        "DOCKER_BUILDKIT": "1",
        "BUILDKIT_PROGRESS": "plain",
        # They say when and from what an image was built, and make of it a list of images.
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    }


class Buildah(Client):
    """Buildah. The format is Docker's: OCI's has no HEALTHCHECK and no SHELL."""

    name = "buildah"
    build_words = ("build-using-dockerfile", "--format", "docker", "--force-rm")
    save_words = ("push", "--quiet")
    save_into = ("docker-archive:/dev/stdout",)
    remove_words = ("rmi",)
    ask_words = ("version",)


class Podman(Client):
    """Podman, which builds as Buildah does."""

    name = "podman"
    build_words = ("build", "--format", "docker", "--force-rm")
    save_words = ("image", "save", "--quiet", "--format", "docker-archive")
    remove_words = ("image", "rm")


CLIENTS: tuple[type[Client], ...] = (Docker, Buildah, Podman)
NAMES = tuple(each.name for each in CLIENTS)


def find_builder(
    name: str | None, *, options: tuple[str, ...] = (), say: Say = lambda _line: None
) -> Client:
    """The builder of that name, or the first that is there and answers. Raises NoBuilder."""
    wanted = [each for each in CLIENTS if name in (None, each.name)]
    silent: NoBuilder | None = None
    for kind in wanted:
        program = _program(kind.name)
        if program is None:
            continue
        client = kind(program, options, say)
        try:
            client.require()
        except NoBuilder as error:
            silent = silent or error
            continue
        return client
    if silent is not None:
        raise silent
    if name is not None:
        others = ", ".join(each for each in NAMES if each != name)
        raise NoBuilder(f"{name} is not on the PATH: install it, or name another one ({others})")
    raise NoBuilder(
        f"no builder of images on the PATH: install {', '.join(NAMES[:-1])} or {NAMES[-1]}, "
        "or name one with --builder"
    )


def _program(name: str) -> str | None:
    """Where a program is; never in a folder that is on the PATH relative to the present one."""
    searched = [each for each in os.get_exec_path() if Path(each).is_absolute()]
    return shutil.which(name, path=os.pathsep.join(searched)) if searched else None
