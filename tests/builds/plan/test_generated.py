"""The plan of each of many files is what a real build makes of it: configuration and RUNs."""

from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.builds.plan.building import Builds
from tests.builds.plan.strategies import Drawn, dockerfiles

pytestmark = pytest.mark.builds

#: So many files are built.
COUNT = 160


@cache
def drawn() -> list[Drawn]:
    """The files: the same ones in every run."""
    found: dict[Drawn, None] = {}

    @settings(
        max_examples=2 * COUNT,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(dockerfiles())
    def take(file: Drawn) -> None:
        found[file] = None

    take()
    assert len(found) >= COUNT, len(found)
    return list(found)[:COUNT]


@pytest.mark.parametrize("number", range(COUNT))
def test_a_file(number: int, builds: Builds) -> None:
    files = drawn()
    for ahead in files[number : number + 3]:
        builds.start(ahead)
    builds.check(files[number])


def test_most_is_known(builds: Builds) -> None:
    """Runs behind the others; alone, it has nothing to count."""
    count = builds.count
    total = count.told + count.filled + count.unknown.total()
    if not total:
        pytest.skip("no file was built in this process: nothing to count")
    shares = f"{count.told} told, {count.filled} filled in, {count.unknown} unknown"
    assert set(count.unknown) <= {"operator", "relative", "shell"}, shares
    # Two in three variables that the generator uses have an operator, and most bases are open.
    assert count.told + count.filled > 0.9 * total, shares
