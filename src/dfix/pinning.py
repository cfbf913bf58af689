"""Locking what floating tags stand for: which images a tree names, and what each of them is.

The images are those that `pin-base-image` asks about, so that whatever it understands is locked, and
nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

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


class Question(Struct, frozen=True):
    """How answers are found."""

    registry: Asked | None = None
    """Whom to ask; None for the tables alone."""
    digest: bool = False
    """Whether the digests of versions are wanted too."""
    update: bool = False
    """Whether what is locked is asked again."""
    today: date = field(default_factory=date.today)


class Unanswered(Struct, frozen=True):
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

    An answer that is there stays, unless it is to be updated; one that cannot be had stays, too. A
    digest that it lacks is that of the tag which is locked, and never moves it to another one.
    """
    answers = dict(lock.answers)
    unanswered: list[Unanswered] = []
    for image, policy in _wanted(lock, names, question):
        key = named(image), policy or ""
        there = answers.get(key)
        if there is None or question.update:
            found = _found(image, policy, question)
        elif question.digest and there.digest is None:
            found = _with_digest(image, there, question)
        else:
            continue
        if isinstance(found, Locked):
            answers[key] = found
        else:
            unanswered.append(found)
    return replace(lock, answers=answers), tuple(unanswered)


def _wanted(
    lock: Lock, names: Names, question: Question
) -> Iterator[tuple[ImageReference, Policy | None]]:
    """What is to be answered, once each, sorted; with an update also what is only in the lock."""
    wanted: dict[tuple[str, str], tuple[ImageReference, Policy | None]] = {
        (named(image), policy): (image, policy) for image, policy in names.floating
    }
    if question.digest:
        wanted.update({(named(image), ""): (image, None) for image in names.versioned})
    for key, each in lock.answers.items() if question.update else ():
        image = ImageReference.parse(each.name)
        assert image is not None, "a lock file was read that holds no such name"
        if each.policy is not None or question.digest:
            wanted.setdefault(key, (image, each.policy))
    return (wanted[key] for key in sorted(wanted))


def _found(image: ImageReference, policy: Policy | None, question: Question) -> Locked | Unanswered:
    """What a floating tag stands for, or without a policy the digest of one that is a version."""
    name, day = named(image), table_date()
    if policy is None:
        return _with_digest(image, Locked(name, None, image.tag or "latest", day, ""), question)
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


def _with_digest(image: ImageReference, there: Locked, question: Question) -> Locked | Unanswered:
    """An answer with the digest that its tag has now."""
    if question.registry is None:
        return Unanswered(there.name, "no digest is known: ask the registry with --online")
    try:
        found = question.registry.digest(replace(image, tag=there.tag))
    except RegistryError as error:
        return Unanswered(there.name, str(error), failed=True)
    day, source = question.today.isoformat(), source_of(image)
    return replace(there, date=day, source=source, digest=found)
