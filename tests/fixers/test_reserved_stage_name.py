"""reserved-stage-name: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "reserved-stage-name"

NOOP = {
    "named": "FROM debian:12 AS build\n",
    "scratch-base": "FROM scratch AS a\n",
    "longer": "FROM debian:12 AS scratch2\n",
    "unnamed": "FROM debian:12\n",
    "contexts": "FROM debian:12 AS contexts\n",
    "copy-from-context-of-the-build": "FROM debian:12\nCOPY --from=context a b\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "scratch": ("FROM debian:12 AS scratch\n", 1, "the empty image"),
    "context": ("FROM debian:12 AS context\n", 1, "another name"),
    "capitals": ("FROM debian:12\nFROM debian:12 AS SCRATCH\n", 2, "another name"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
