"""duplicate-stage-name: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "duplicate-stage-name"

NOOP = {
    "different": "FROM debian:12 AS a\nFROM debian:12 AS b\n",
    "unnamed": "FROM debian:12\nFROM debian:12\n",
    "used": "FROM debian:12 AS a\nFROM a\nFROM a AS b\n",
    "name-of-an-image": "FROM debian:12 AS a\nFROM a:1 AS b\n",
    "one": "FROM debian:12 AS a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "same": ("FROM debian:12 AS a\nFROM debian:12 AS a\n", 2, "called `a`"),
    "capitals": ("FROM debian:12 AS a\nFROM debian:12 AS A\n", 2, "called `a`"),
    "third": ("FROM debian:12 AS a\nFROM debian:12 AS b\nFROM a AS b\n", 3, "called `b`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
