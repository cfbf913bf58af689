"""Asking registries about the images of a run: first what there is to ask, then the questions.

The first pass looks at all files with images that only take notes, in as many processes as the run
itself; the questions are asked by this process alone, each once; then the run has its answers.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from dfix.discovery import Candidate
from dfix.engine import Request
from dfix.fixer import Fixer, Phase
from dfix.image import ImageReference
from dfix.nodes import Stage
from dfix.pinning import FIXER, Names, Unanswered
from dfix.resolve.answers import Answers, config_key, pinned
from dfix.resolve.failures import RegistryError
from dfix.resolve.imageconfig import ImageConfig
from dfix.resolve.lock import named
from dfix.resolve.online import Asked, resolve
from dfix.resolve.tags import Pin, Policy, Unpinned
from dfix.runner import FileReport, Runner, Work


class Registry(Asked, Protocol):
    """What is wanted of registries."""

    def configs(self, image: ImageReference) -> tuple[ImageConfig, ...]:
        """The configs of an image, one for each platform. Raises RegistryError."""


class Notes(Struct, frozen=True):
    """What is to be asked about: tags that float, tags whose digest is wanted, and base images."""

    floating: frozenset[tuple[ImageReference, Policy]] = frozenset()
    digests: frozenset[ImageReference] = frozenset()
    bases: frozenset[ImageReference] = frozenset()

    def __or__(self, other: "Notes") -> "Notes":
        return Notes(
            self.floating | other.floating,
            self.digests | other.digests,
            self.bases | other.bases,
        )


class Noting(Names):
    """Images that note what they are asked, and know what the tables do."""

    def __init__(self) -> None:
        super().__init__()
        self.digests: set[ImageReference] = set()
        self.bases: set[ImageReference] = set()

    def digest(self, image: ImageReference) -> None:
        """Nothing yet."""
        self.digests.add(image)

    @property
    def notes(self) -> Notes:
        """What was asked so far."""
        return Notes(frozenset(self.floating), frozenset(self.digests), frozenset(self.bases))


def _collecting(bases: set[ImageReference]) -> type[Fixer]:
    """A fixer that changes nothing, and puts the images that stages begin with into `bases`."""

    class Bases(Fixer):
        name = "bases"
        phase = Phase.LANGUAGE  # It is asked again when a later phase has changed something.

        def visit_Stage(self, stage: Stage) -> None:
            image = self.facts.bases.reference(stage)
            if image is None or self.facts.bases.is_replaced(image):
                return
            if not (image.is_official and image.familiar_name == "scratch"):
                bases.add(image)

    return Bases


class _Looking(Work, frozen=True):
    """Runs the one fixer that asks about tags, and asks about base images where others would run."""

    def request(self, path: Path, has_context: bool) -> Request:
        whole = Work.request(self, path, has_context)
        pinning = tuple(each for each in whole.fixers if each.name == FIXER)
        if len(whole.fixers) == len(pinning):
            return whole
        assert isinstance(self.others, Noting)
        return replace(whole, fixers=(*pinning, _collecting(self.others.bases)))

    def notes(self, candidate: Candidate) -> Notes:
        """What a file has to ask; what is wrong with it is told when it is to be written."""
        noting = Noting()
        replace(self, others=noting).report(candidate)
        return noting.notes

    def notes_on(self, data: bytes, blank: FileReport) -> Notes:
        """What `data` has to ask."""
        noting = Noting()
        replace(self, others=noting).report_on(data, blank, has_context=False)
        return noting.notes


def questions(
    paths: Sequence[Path],
    work: Work,
    *,
    exclude: Sequence[str] = (),
    gitignore: bool = True,
    jobs: int | None = None,
) -> Notes:
    """What the files below `paths` have to ask. Raises ValueError for a wrong pattern."""
    runner = Runner(paths, _looking(work), exclude=exclude, gitignore=gitignore, jobs=jobs)
    assert isinstance(runner.work, _Looking)
    from dfix.pool import in_order

    found = in_order(runner.work.notes, runner.candidates, jobs=runner.jobs, died=lambda _: Notes())
    return _all(found)


def questions_of(data: bytes, blank: FileReport, work: Work) -> Notes:
    """What a text has to ask that `blank.path` would hold."""
    return _looking(work).notes_on(data, blank)


def _looking(work: Work) -> _Looking:
    return _Looking(
        work.cwd,
        work.selection,
        config=work.config,
        context=work.context,
        roots=work.roots,
        confined=work.confined,
    )


def _all(notes: Iterable[Notes]) -> Notes:
    together = Notes()
    for each in notes:
        together |= each
    return together


class Outcome(Struct, frozen=True):
    """The answers, and what there is none for."""

    answers: Answers
    unanswered: tuple[Unanswered, ...]
    """Tags of which the registry could not be asked what they are."""
    unread: tuple[str, ...]
    """Why configs of base images could not be had, a line for each reason."""


def ask(notes: Notes, registry: Registry) -> Outcome:
    """Asks `registry` all that was noted: first what tags stand for, then about base images."""
    pins: dict[tuple[str, Policy], Pin | Unpinned] = {}
    digests: dict[str, str] = {}
    unanswered: dict[str, Unanswered] = {}
    bases = {config_key(each): each for each in notes.bases}
    for image, policy in sorted(notes.floating, key=lambda each: (str(each[0]), each[1])):
        name = named(image)
        try:
            found = resolve(image, policy, registry)
        except RegistryError as error:
            unanswered[name] = Unanswered(name, str(error), failed=True)
            found = Unpinned(str(error))
        pins[name, policy] = found
        if isinstance(found, Pin):
            if found.digest is not None:
                digests[f"{image.familiar_name}:{found.tag}"] = found.digest
            if config_key(image) in bases:
                bases.update({config_key(each): each for each in pinned(image, found)})
    for image in sorted(notes.digests, key=str):
        name = named(image)
        try:
            digests.setdefault(name, registry.digest(image))
        except RegistryError as error:
            unanswered[name] = Unanswered(name, str(error), failed=True)
    configs: dict[str, tuple[ImageConfig, ...]] = {}
    unread: dict[str, None] = {}
    for key in sorted(bases):
        try:
            configs[key] = _configs(bases[key], registry)
        except RegistryError as error:
            unread.setdefault(str(error))
    answers = Answers(pins, digests, configs)
    return Outcome(answers, tuple(unanswered.values()), tuple(unread))


def _configs(image: ImageReference, registry: Registry) -> tuple[ImageConfig, ...]:
    """The configs of an image; tags of one digest are one question."""
    digest = image.digest or registry.digest(image)
    return registry.configs(replace(image, tag=None, digest=digest))
