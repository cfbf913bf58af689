"""network-host: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "network-host"

NOOP = {
    "none": "FROM debian:12\nRUN make\n",
    "network-none": "FROM debian:12\nRUN --network=none make\n",
    "network-default": "FROM debian:12\nRUN --network=default make\n",
    "docker-run": "FROM debian:12\nRUN docker run --network=host a\n",
    "comment": "FROM debian:12\n# RUN --network=host make\nRUN make\n",
    "onbuild": "FROM debian:12\nONBUILD RUN --network=host make\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "host": ("FROM debian:12\nRUN --network=host make\n", 2, "leave --network=host out"),
    "among-flags": (
        "FROM debian:12\nRUN --mount=type=cache,target=/c --network=host \\\n  make\n",
        2,
        "leave",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
