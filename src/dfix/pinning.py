"""Locking what floating tags stand for: which images a tree names, and what each of them is.

The images are those that `pin-base-image` asks about, so that whatever it understands is locked, and
nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from dfix.image import ImageReference
from dfix.resolve.failures import RegistryError
from dfix.resolve.lock import Lock, Locked, named
from dfix.resolve.online import Asked, resolve, source_of
from dfix.resolve.tags import Pin, Policy, Unpinned, pin, settled, table_date
from dfix.runner import Runner, Work
from dfix.surroundings import EmbeddedImages

FIXER = "pin-base-image"
"""The fixer that writes the versions."""

_UNASKED = Unpinned("nobody was asked yet")


class Names(EmbeddedImages):
    """Notes the images that are asked about, and answers nothing for them."""

    def __init__(self) -> None:
        self.floating: set[tuple[ImageReference, Policy]] = set()
        self.versioned: set[ImageReference] = set()

    def pin(self, image: ImageReference, policy: str) -> Pin | Unpinned:
        """What there is to say without asking anybody."""
        answer = settled(image)
        if answer is not None:
            if image.digest is None:
                self.versioned.add(image)
            return answer
        self.floating.add((image, Policy(policy)))
        return _UNASKED


def names_in(
    paths: Sequence[Path], work: Work, *, exclude: Sequence[str], gitignore: bool
) -> Names:
    """The images that the Dockerfiles below `paths` name. Raises ValueError for a wrong pattern."""
    names = Names()
    looking = replace(work, images=names)
    runner = Runner(paths, looking, exclude=exclude, gitignore=gitignore, jobs=1)
    for _ in runner.reports():
        pass  # What is wrong with a file is told when it is to be written.
    return names


@dataclass(frozen=True, slots=True)
class Question:
    """How answers are found."""

    registry: Asked | None = None
    """Whom to ask; None for the tables alone."""
    digest: bool = False
    """Whether the digests of versions are wanted too."""
    update: bool = False
    """Whether what is locked is asked again."""
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An image that nothing is known of, and why; `name` with its tag."""

    name: str
    reason: str
    failed: bool = False
    """Whether the registry could not be asked, or gave no answer that can be used."""


class Answers(EmbeddedImages):
    """What the tables know of images; but no tag that was not locked, for the reason that is given."""

    def __init__(self, unanswered: Iterable[Unanswered]) -> None:
        self._reasons = {each.name: each.reason for each in unanswered}

    def pin(self, image: ImageReference, policy: str) -> Unpinned:
        """Why there is no tag."""
        return Unpinned(self._reasons.get(named(image), f"it is not locked for {policy} versions"))


def locked(lock: Lock, names: Names, question: Question) -> tuple[Lock, tuple[Unanswered, ...]]:
    """The lock with answers for all of `names`, and those that there is none for.

    An answer that is there stays, unless it is to be updated; one that cannot be had stays, too.
    """
    answers = dict(lock.answers)
    unanswered: list[Unanswered] = []
    for image, policy in _floating(lock, names, question):
        key = named(image), policy.value
        there = answers.get(key)
        if there is not None and not question.update and (there.digest or not question.digest):
            continue
        found = _found(image, policy, question)
        if isinstance(found, Locked):
            answers[key] = found
        elif question.update or there is None:
            unanswered.append(found)
    for image in sorted(names.versioned, key=str) if question.digest else ():
        versioned = named(image), ""
        if versioned in answers and not question.update:
            continue
        answer = _digest(image, question)
        if isinstance(answer, Locked):
            answers[versioned] = answer
        elif versioned not in answers or question.update:
            unanswered.append(answer)
    return Lock(answers), tuple(unanswered)


def _floating(
    lock: Lock, names: Names, question: Question
) -> Iterator[tuple[ImageReference, Policy]]:
    """What is to be answered, once each, sorted; with an update also what is only in the lock."""
    wanted = {(named(image), policy): image for image, policy in names.floating}
    if question.update:
        for each in lock.answers.values():
            image = ImageReference.parse(each.name)
            if each.policy is not None and image is not None:
                wanted.setdefault((each.name, each.policy), image)
    for (_, policy), image in sorted(wanted.items(), key=lambda each: each[0]):
        yield image, policy


def _found(image: ImageReference, policy: Policy, question: Question) -> Locked | Unanswered:
    """What a floating tag stands for."""
    name, day = named(image), table_date()
    try:
        if question.registry is None:
            found = pin(image, policy)
        else:
            found, day = resolve(image, policy, question.registry), question.today.isoformat()
    except RegistryError as error:
        return Unanswered(name, str(error), failed=True)
    if isinstance(found, Unpinned):
        return Unanswered(name, found.reason)
    return Locked(name, policy, found.tag, day, found.source, found.digest)


def _digest(image: ImageReference, question: Question) -> Locked | Unanswered:
    """The digest of an image whose tag holds a version."""
    name = named(image)
    if question.registry is None:
        return Unanswered(name, "the table holds no digests: ask the registry with --online")
    try:
        found = question.registry.digest(image)
    except RegistryError as error:
        return Unanswered(name, str(error), failed=True)
    tag = image.tag or "latest"
    return Locked(name, None, tag, question.today.isoformat(), source_of(image), found)
