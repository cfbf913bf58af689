"""unofficial-base: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "unofficial-base"

NOOP = {
    "official": "FROM debian:12\n",
    "library": "FROM docker.io/library/debian:12\n",
    "scratch": "FROM scratch\nCOPY a b\n",
    "stage": "FROM debian:12 AS a\nFROM a\nCOPY --from=a b c\nCOPY --from=0 b c\n",
    "variable": "ARG B\nFROM $B\n",
    "variable-with-a-default": "ARG B=debian:12\nFROM $B\n",
    "copy-official": "FROM debian:12\nCOPY --from=nginx:1 a b\n",
    "mount-of-a-stage": "FROM debian:12 AS a\nFROM debian:12\nRUN --mount=from=a,target=/a true\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "user": ("FROM me/base:1\n", 1, "in place of me/base"),
    "registry": ("FROM ghcr.io/a/b:1\n", 1, "ghcr.io/a/b"),
    "copy": ("FROM debian:12\nCOPY --from=me/a:1 b c\n", 2, "me/a"),
    "mount": ("FROM debian:12\nRUN --mount=from=me/a:1,target=/a true\n", 2, "me/a"),
    "default": ("ARG B=me/b:1\nFROM $B\n", 2, "me/b"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])


def test_what_is_allowed() -> None:
    text = "FROM gcr.io/distroless/base\nCOPY --from=ghcr.io/me/a:1 b c\n"
    check_noop(NAME, text, options={"allow": "gcr.io/distroless/*, ghcr.io/me/*"})
    check_reported(NAME, text, 2, "ghcr.io/me/a", options={"allow": "gcr.io/*"})
