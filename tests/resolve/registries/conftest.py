from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dfix.image import ImageReference
from dfix.resolve.cache import Cache
from dfix.resolve.registry import Limits, Registry
from tests.resolve.registries.daemon import Daemon, program
from tests.resolve.registries.scripted import Reply, Server


class Clock:
    """A clock that stands still but for what is slept."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


Asking = Callable[..., Registry]


def ref(text: str) -> ImageReference:
    image = ImageReference.parse(text)
    assert image is not None, text
    return image


@pytest.fixture(autouse=True)
def _alone(alone: None) -> None:
    """Nothing of the user's takes part."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Cache:
    return Cache(tmp_path / "cache", clock=clock)


@pytest.fixture
def asking(clock: Clock, cache: Cache) -> Iterator[Asking]:
    """Makes registries' clients, which are closed in the end."""
    made: list[Registry] = []

    def make(*, requests: int = 50, timeout: float = 10.0, tries: int = 3, **more: Any) -> Registry:
        limits = Limits(requests, timeout, tries)
        options = {"cache": cache, **more}
        made.append(Registry(limits=limits, clock=clock, sleep=clock.sleep, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(lambda seen: Reply(404))
    yield made
    made.close()


@pytest.fixture(scope="session")
def registry_program() -> str:
    found = program()
    if found is None:
        pytest.skip(
            "REAL REGISTRIES ARE NOT TESTED: there is no docker-registry (DFIX_REGISTRY names one)"
        )
    return found


@pytest.fixture(scope="session")
def daemon(registry_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    made = Daemon(registry_program, tmp_path_factory.mktemp("registry"))
    yield made
    made.stop()
