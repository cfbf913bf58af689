from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dfix.facts.package_versions import NoVersion, Package, PackageVersion
from dfix.resolve.cache import Cache
from dfix.resolve.packageindices import PackageIndices, Places
from dfix.resolve.wire import Limits
from tests.resolve.packages.archive import NOW, Signer, require_gpg
from tests.resolve.registries.scripted import Reply, Server

Asking = Callable[..., PackageIndices]


class Clock:
    """A clock that stands still but for what is slept."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def _alone(alone: None) -> None:
    """Nothing of the user's takes part."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(lambda seen: Reply(404))
    yield made
    made.close()


@pytest.fixture
def asking(clock: Clock, tmp_path: Path) -> Iterator[Asking]:
    """Makes what asks the indices, which is closed in the end."""
    made: list[PackageIndices] = []

    def make(
        places: Places, *, requests: int = 30, timeout: float = 10.0, **more: Any
    ) -> PackageIndices:
        options = {"cache": Cache(tmp_path / "cache", clock=clock), **more}
        limits = Limits(requests, timeout)
        made.append(
            PackageIndices(places, limits=limits, clock=clock, sleep=clock.sleep, **options)
        )
        return made[-1]

    yield make
    for each in made:
        each.__exit__()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Signer, Signer]]:
    """The archive's key, and another one."""
    require_gpg()
    made = tuple(Signer(tmp_path_factory.mktemp("keys"), name) for name in ("good", "other"))
    yield made[0], made[1]
    for each in made:
        each.close()


def version_of(answer: PackageVersion | NoVersion) -> str:
    assert isinstance(answer, PackageVersion), answer
    return answer.version


def reason_of(answer: PackageVersion | NoVersion, *, failed: bool) -> str:
    assert isinstance(answer, NoVersion), answer
    assert answer.failed is failed, answer
    assert answer.reason.isprintable() and len(answer.reason) < 400
    return answer.reason


def apt(name: str, platform: str = "debian bookworm amd64") -> Package:
    return Package("apt", platform, name)
