"""Building two texts of a Dockerfile in one context, and judging the difference of their images."""

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from dfix.verify.builder import Builder, Order, Terms
from dfix.verify.comparison import (
    PathDifference,
    SettingDifference,
    Unsteady,
    compare_configs,
    compare_trees,
    unsteady,
    without,
)
from dfix.verify.image import Image, read_image
from dfix.verify.noise import in_noise
from dfix.verify.process import ClientFailed, Say, TimedOut
from dfix.verify.promise import Promise, judged_paths, judged_settings
from dfix.verify.tree import DamagedArchive, Layer

Verdict = Literal["kept", "broken", "unbuilt"]
"""`unbuilt`: nothing is claimed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """An image in numbers: bytes of the files in all its layers, layers, seconds of the build."""

    size: int
    layers: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of two texts of one Dockerfile."""

    verdict: Verdict
    problem: str | None = None
    """Why there is nothing to compare."""
    log: tuple[str, ...] = ()
    """The end of what the builder said about that."""
    before: Figures | None = None
    after: Figures | None = None
    settings: tuple[SettingDifference, ...] = ()
    paths: tuple[PathDifference, ...] = ()
    unsteady: tuple[str, ...] = ()
    """Paths that differ as they do between two builds of the first text, too."""
    noise: int = 0
    moved: tuple[tuple[str, str], ...] = ()
    """Bases that were pinned to another image than they are today; both texts have the new ones."""

    @property
    def broken(self) -> tuple[str, ...]:
        """The paths and keys at which the promise is broken."""
        keys = (each.key for each in self.settings if each.reason is None)
        return (*keys, *(each.path for each in self.paths if each.reason is None))


class NotBuilt(Exception):
    """An image could not be had. `fault` says whether that is for the Dockerfile to answer for."""

    def __init__(self, problem: str, log: tuple[str, ...] = (), *, fault: bool = True) -> None:
        super().__init__(problem)
        self.log = log
        self.fault = fault


@dataclass
class Bench:
    """Builds and reads images of one context, and removes each as soon as it is read.

    `folder` is for the texts that are built; `name` is that of the Dockerfile, by which a builder
    finds an ignore file of its own.
    """

    builder: Builder
    context: Path
    folder: Path
    terms: Terms = field(default_factory=Terms)
    name: str = "Dockerfile"
    ignorefile: bytes | None = None
    say: Say = lambda _line: None
    known: dict[str, Layer] = field(default_factory=dict)
    """Layers that were read already, by their digest."""
    _number: int = 0

    def image(self, text: bytes, label: str) -> tuple[Image, Figures]:
        """The image of a text. Raises NotBuilt."""
        self._number += 1
        place = self.folder / f"{self._number}-{label}"
        place.mkdir()
        dockerfile = place / self.name
        dockerfile.write_bytes(text)
        if self.ignorefile is not None:
            (place / f"{self.name}.dockerignore").write_bytes(self.ignorefile)
        tag = f"dfix-verify-{secrets.token_hex(8)}:{label}"
        started = time.monotonic()
        with self._removed(tag):
            try:
                self.builder.build(Order(dockerfile, self.context, tag, self.terms))
            except ClientFailed as error:
                raise NotBuilt(f"{self.builder.name} ended with {error}", error.tail) from error
            except TimedOut as error:
                raise NotBuilt(f"the build {error}", fault=False) from error
            seconds = time.monotonic() - started
            try:
                with self.builder.archive(tag) as stream:
                    image = read_image(stream, self.known)
            except ClientFailed as error:
                told = f"the image cannot be read: {self.builder.name} ended with {error}"
                raise NotBuilt(told, error.tail, fault=False) from error
            except (TimedOut, DamagedArchive) as error:
                raise NotBuilt(f"the image cannot be read: {error}", fault=False) from error
        return image, Figures(image.size, image.layers, seconds)

    @contextmanager
    def _removed(self, tag: str) -> Iterator[None]:
        try:
            yield
        finally:
            try:
                self.builder.remove(tag)
            except (ClientFailed, TimedOut) as error:
                self.say(f"dfix: the image {tag} could not be removed: {error}")


def compare_builds(
    before: bytes,
    after: bytes,
    bench: Bench,
    *,
    promise: Promise | None = None,
    ignored: tuple[str, ...] = (),
    known_noise: bool = True,
) -> Comparison:
    """Builds both texts and holds the difference against `promise`, by default that of `safe`.

    `ignored` are patterns of paths that are not compared, beside those of the list of noise unless
    that is not to be `known`. Raises ValueError for a pattern that is none, and OSError where the
    bench's folder cannot be written.
    """
    original = Original(before, bench, ignored=ignored, known_noise=known_noise)
    return original.compared_with(after, promise or Promise())


def moved_bases(pairs: Iterable[tuple[str, str]], bench: Bench) -> tuple[tuple[str, str], ...]:
    """Those of some pairs of images, old and new, that differ now.

    One that cannot be had counts as the same: the build that needs it will tell.
    """
    moved = []
    for old, new in dict.fromkeys(pairs):
        try:
            one, _ = bench.image(f"FROM {old}\n".encode(), "old-base")
            other, _ = bench.image(f"FROM {new}\n".encode(), "new-base")
        except NotBuilt:
            continue
        if (one.config, one.tree) != (other.config, other.tree):
            moved.append((old, new))
    return tuple(moved)


class Original:
    """A text that others are compared with; it is built when it is first needed."""

    def __init__(
        self,
        text: bytes,
        bench: Bench,
        *,
        ignored: tuple[str, ...] = (),
        known_noise: bool = True,
    ) -> None:
        """Raises ValueError for a pattern among `ignored` that is none."""
        self.text = text
        self.bench = bench
        self.noise = in_noise(ignored, known=known_noise)

    @cached_property
    def built(self) -> "tuple[Image, Figures] | NotBuilt":
        """Its image, or why there is none."""
        return self._build("before")

    @cached_property
    def again(self) -> "Unsteady | NotBuilt":
        """What differs between two builds of it, found out by a second one."""
        self.bench.say("dfix: builds the first text again, to see what differs by itself")
        once, again = self.built, self._build("again")
        if isinstance(once, NotBuilt):
            return once
        return again if isinstance(again, NotBuilt) else unsteady(once[0].tree, again[0].tree)

    def compared_with(self, after: bytes, promise: Promise) -> Comparison:
        """Builds another text, and holds the difference against `promise`.

        Where a path differs that nothing allows, this text is built again: what differs between its
        own two builds is not held against the other one. Raises OSError as `compare_builds` does.
        """
        if isinstance(self.built, NotBuilt):
            return Comparison("unbuilt", f"not built before: {self.built}", self.built.log)
        old, old_figures = self.built
        half = Comparison("unbuilt", before=old_figures)
        try:
            new, new_figures = _image_in_two_tries(after, self.bench)
        except NotBuilt as error:
            told = f"built before, and not after: {error}"
            verdict: Verdict = "broken" if error.fault else "unbuilt"
            return replace(half, verdict=verdict, problem=told, log=error.log)
        settings = judged_settings(compare_configs(old.config, new.config), new.config, promise)
        found = compare_trees(old.tree, new.tree, self.noise)
        paths = judged_paths(found.differences, promise)
        moving: tuple[str, ...] = ()
        if any(each.reason is None for each in paths):
            if isinstance(self.again, NotBuilt):
                told = f"built once, and not again: {self.again}"
                return replace(half, problem=told, log=self.again.log)
            left, moving = without(found.differences, self.again)
            paths = judged_paths(left, promise)
        reasons = [each.reason for each in settings] + [each.reason for each in paths]
        return Comparison(
            "broken" if None in reasons else "kept",
            before=old_figures,
            after=new_figures,
            settings=settings,
            paths=paths,
            unsteady=moving,
            noise=found.noise,
        )

    def _build(self, label: str) -> "tuple[Image, Figures] | NotBuilt":
        try:
            return self.bench.image(self.text, label)
        except NotBuilt as error:
            return error


def _image_in_two_tries(text: bytes, bench: Bench) -> tuple[Image, Figures]:
    """The image of a text; a failure counts when it comes twice, for networks have their moments."""
    try:
        return bench.image(text, "after")
    except NotBuilt as error:
        if not error.fault:
            raise
        bench.say(f"dfix: {error}; tries once more")
        return bench.image(text, "after")
