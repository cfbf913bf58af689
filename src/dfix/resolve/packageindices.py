"""The indices that packages come from, asked over the network: one question, whatever the ecosystem."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from dfix.facts.package_versions import NoVersion, Package, Packages, PackageVersion
from dfix.resolve.aptarchive import AptArchive
from dfix.resolve.cache import Cache
from dfix.resolve.failures import RegistryError, printable
from dfix.resolve.hosts import is_loopback
from dfix.resolve.npmregistry import NpmRegistry
from dfix.resolve.pipindex import PipIndex
from dfix.resolve.signature import Keyring
from dfix.resolve.wire import Limits, Wire


@dataclass(frozen=True, slots=True)
class Places:
    """Where the indices are, in place of the public ones, and the keys of the archives of apt."""

    apt: str | None = None
    pip: str | None = None
    npm: str | None = None
    keyring: Path | None = None

    def check(self) -> None:
        """Raises RegistryError for what cannot be asked.

        Only archives of apt, whose answers are signed, are asked over plain HTTP.
        """
        for name, place in (("apt", self.apt), ("pip", self.pip), ("npm", self.npm)):
            if place is None:
                continue
            try:
                parts = urlsplit(place)
                host = parts.hostname or ""
                plain = parts.scheme == "http" and (name == "apt" or is_loopback(host))
                good = (parts.scheme == "https" or plain) and parts.port != 0
            except ValueError:
                good, parts, host = False, urlsplit(""), ""
            if not good or not host or parts.username is not None or parts.query or parts.fragment:
                raise RegistryError(f"not an address of packages of {name}: {_shown(place)}")


def _shown(place: str) -> str:
    """An address without what stands in front of an `@`, which may be a password."""
    return printable(place.rpartition("@")[2])


class PackageIndices:
    """Asks the indices; to be closed, and good as a context manager."""

    def __init__(
        self,
        places: Places,
        *,
        limits: Limits,
        cache: Cache | None,
        trees: Sequence[Path] = (),
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises RegistryError for places that cannot be asked."""
        places.check()
        self._wire = Wire(limits, clock=clock, sleep=sleep)
        self._cache = cache
        keyring = Keyring(places.keyring, trees=trees)
        apt = AptArchive(self._wire, keyring, mirror=places.apt, cache=cache, clock=clock)
        self._indices: dict[str, Packages] = {
            "apt": apt,
            "pip": PipIndex(self._wire, places.pip),
            "npm": NpmRegistry(self._wire, places.npm),
        }

    @property
    def requests(self) -> int:
        """How many requests were sent, redirects and repetitions included."""
        return self._wire.requests

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The version that there is of `package` now."""
        try:
            return self._indices[package.ecosystem].version(package)
        except RegistryError as error:
            return NoVersion(str(error), failed=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()
        if self._cache is not None:
            self._cache.close()
