"""The plan of each file by hand is what a real build makes of it."""

import pytest

from tests.builds.plan.building import Builds
from tests.builds.plan.files import FILES, TRIGGERED
from tests.builds.plan.stand_ins import RICH
from tests.builds.plan.strategies import Drawn

pytestmark = pytest.mark.builds

_NAMES = list(FILES)


@pytest.mark.parametrize("name", _NAMES)
def test_a_file(name: str, builds: Builds) -> None:
    at = _NAMES.index(name)
    for ahead in _NAMES[at : at + 3]:
        builds.start(FILES[ahead])
    builds.check(FILES[name])


def test_triggers_of_a_base_are_not_known(builds: Builds) -> None:
    """What docs/plan.md says that the plan does not know: they may set anything."""
    found = builds.compared(TRIGGERED)
    assert {each.partition(":")[0] for each in found.differences} == {
        "stage 0 Cmd",
        "stage 0 ENV B",
        "stage 0 ENV of the base",
        "stage 0 order of ENV",
    }


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["ENV X=${A:-w}"], "operator"),
        (["ENV X=${A#*.}"], "operator"),
        (["WORKDIR $BASE_TEXT/x"], "relative"),
        (["RUN eval : && /bin/probe 1 && :"], "shell"),
    ],
)
def test_what_is_not_known_is_told(lines: list[str], reason: str, builds: Builds) -> None:
    found = builds.compared(Drawn("\n".join((f"FROM {RICH}", *lines, ""))))
    assert found.differences == []
    assert set(found.count.unknown) == {reason}
