"""What floating tags stand for now, by the registries themselves.

The answer is a tag whose digest is that of the floating one, found with few questions: the tags of the
repository, then a HEAD for a candidate at a time. First those of one number (`24`), newest first; then
only what begins with the one that was equal (`24.6`), and so on. A version that is newer but another
image is never an answer: `node:lts` is not the highest number there is.
"""

from collections.abc import Iterator
from typing import Protocol

from dfix.image import ImageReference
from dfix.resolve.failures import NotFound
from dfix.resolve.tags import Pin, Policy, Unpinned, Version, choose, settled, versions

_MOST = 12
"""How many candidates of one length are asked about."""
_NUMBERS = 3


class Asked(Protocol):
    """What is wanted of a registry."""

    def digest(self, image: ImageReference) -> str:
        """The digest that a tag has now. Raises RegistryError."""

    def tags(self, image: ImageReference) -> tuple[str, ...]:
        """All tags of a repository. Raises RegistryError."""


def resolve(image: ImageReference, policy: Policy, registry: Asked) -> Pin | Unpinned:
    """The tag that the floating tag of `image` stands for now, with the digest of both.

    Raises RegistryError where that cannot be found out.
    """
    if (answer := settled(image)) is not None:
        return answer
    tag = image.tag or "latest"
    digest = registry.digest(image)
    candidates = versions(registry.tags(image), tag)
    equal = list(_equal(image, candidates, digest, registry))
    found = choose(
        image.familiar_name, tag, [each.tag for each in equal], policy,
        _longest(candidates, equal), source_of(image),
    )  # fmt: skip
    return Pin(found.tag, found.source, digest) if isinstance(found, Pin) else found


def source_of(image: ImageReference) -> str:
    """The registry of an image, as a source of answers."""
    return f"registry {image.registry or 'docker.io'}"


def _equal(
    image: ImageReference, candidates: list[Version], digest: str, registry: Asked
) -> Iterator[Version]:
    """Those among `candidates` that have `digest`, of each length at most one."""
    begins: tuple[str, ...] = ()
    for length in range(1, _NUMBERS + 1):
        fitting = [
            each
            for each in candidates
            if len(each.numbers) == length and each.numbers[: len(begins)] == begins
        ]
        for each in fitting[:_MOST]:
            try:
                same = registry.digest(_with_tag(image, each.tag)) == digest
            except NotFound:  # It was taken away meanwhile.
                continue
            if same:
                begins = each.numbers
                yield each
                break


def _longest(candidates: list[Version], equal: list[Version]) -> int:
    """How many numbers the versions have that are named as those that are equal."""
    begins = equal[0].numbers if equal else ()
    fitting = [each for each in candidates if each.numbers[: len(begins)] == begins]
    return max((len(each.numbers) for each in fitting), default=0)


def _with_tag(image: ImageReference, tag: str) -> ImageReference:
    return ImageReference(image.registry, image.path, tag)
