"""What a builder is asked for, whichever it is."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class Terms:
    """How the images of one Dockerfile are built, before and after alike."""

    target: str | None = None
    """The stage to build; None for the last one."""
    arguments: tuple[str, ...] = ()
    """`NAME=VALUE`, or `NAME` for a value of the environment."""
    network: bool = True
    timeout: float | None = 1800.0
    """Seconds that one build may take; None for as long as it wants."""
    options: tuple[str, ...] = ()
    """Further words for the builder's `build`."""


@dataclass(frozen=True, slots=True)
class Order:
    """One build."""

    dockerfile: Path
    context: Path
    tag: str
    terms: Terms = field(default_factory=Terms)


class Builder(Protocol):
    """A builder of images.

    Methods raise `dfix.verify.process.ClientFailed` and `TimedOut`.
    """

    @property
    def name(self) -> str:
        """What people call it."""

    def require(self) -> None:
        """Raises where it cannot be asked for anything."""

    def build(self, order: Order) -> None:
        """Builds an image under the tag of the order, from nothing that was built before."""

    def archive(self, tag: str) -> AbstractContextManager[IO[bytes]]:
        """The image of that tag as `dfix.verify.image.read_image` takes it."""

    def remove(self, tag: str) -> None:
        """Removes the image of that tag; one that is not there is none to be removed."""
