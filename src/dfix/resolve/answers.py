"""What registries answered to the questions of a run, and images that answer by it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.image import ImageReference
from dfix.resolve.configfacts import facts_of
from dfix.resolve.imageconfig import ImageConfig
from dfix.resolve.lock import named
from dfix.resolve.tags import Pin, Policy, Unpinned, settled

if TYPE_CHECKING:
    from dfix.facts.bases import Images
    from dfix.resolve.bases import BaseFacts


class Answers(Struct, frozen=True):
    """All answers of a run. Can be pickled."""

    pins: Mapping[tuple[str, Policy], Pin | Unpinned] = field(default_factory=dict)
    """What floating tags stand for, by the name with its tag and the policy."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Those of indexes, by the name with its tag."""
    configs: Mapping[str, tuple[ImageConfig, ...]] = field(default_factory=dict)
    """By what `config_key` makes of a reference: one for each platform, that of linux/amd64 first."""


def config_key(image: ImageReference) -> str:
    """What the config of an image is kept under: its name with the digest, else with its tag."""
    return f"{image.familiar_name}@{image.digest}" if image.digest else named(image)


class AnsweredImages:
    """What registries answered. Beside it, `tables` tell of images, but of no tags or digests."""

    def __init__(self, answers: Answers, tables: "Images") -> None:
        self._answers = answers
        self._tables = tables

    def base_facts(self, image: ImageReference) -> "BaseFacts | None":
        """What is known about `image`: its config wins over the tables."""
        table = self._tables.base_facts(image)
        configs = self._answers.configs.get(config_key(image))
        return table if configs is None else facts_of(image, configs, table)

    def pin(self, image: ImageReference, policy: str) -> Pin | Unpinned:
        """The tag that a floating reference stands for. Raises ValueError for an unknown policy."""
        key = named(image), Policy(policy)
        known = settled(image) or self._answers.pins.get(key)
        return known or Unpinned(f"no registry was asked about {key[0]}")

    def digest(self, image: ImageReference) -> str | None:
        """The digest of the index that `image` names; None for not known."""
        return self._answers.digests.get(named(image))

    def tags(self, image: ImageReference) -> frozenset[str]:
        """The tags that `image` is known to have."""
        return self._tables.tags(image)


def pinned(image: ImageReference, pin: Pin) -> tuple[ImageReference, ...]:
    """The references that a fixer may write for `image`: with the tag, and with the digest as well."""
    tagged = replace(image, tag=pin.tag)
    return (tagged,) if pin.digest is None else (tagged, replace(tagged, digest=pin.digest))
