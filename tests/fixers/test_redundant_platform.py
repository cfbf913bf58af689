"""redundant-platform: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "redundant-platform"
FLAG = "--platform=$TARGETPLATFORM"

NOOP = {
    "no flag": "FROM debian:12\n",
    "platform of the builder": "FROM --platform=$BUILDPLATFORM debian:12\n",
    "constant": "FROM --platform=linux/amd64 debian:12\n",
    "part of it": "FROM --platform=linux/$TARGETARCH debian:12\n",
    "default": "FROM --platform=${TARGETPLATFORM:-linux/amd64} debian:12\n",
    "alternative": "FROM --platform=${TARGETPLATFORM:+linux/arm64} debian:12\n",
    "longer name": "FROM --platform=$TARGETPLATFORMS debian:12\n",
    "word of a RUN": "FROM debian:12\nRUN echo --platform=$TARGETPLATFORM\n",
}

REFUSED = {
    "default above": (f"ARG TARGETPLATFORM=linux/arm64\nFROM {FLAG} debian:12\n", "a default"),
    "default among others": (
        f"ARG A=1 TARGETPLATFORM=linux/$A\nFROM {FLAG} debian:12\n",
        "a default",
    ),
    "empty default": (f"ARG TARGETPLATFORM=\nFROM {FLAG} debian:12\n", ""),
    "stage": (f"FROM debian:12 AS a\nFROM {FLAG} a\n", "begins with another one"),
    "stage of the builder's platform": (
        f"FROM --platform=$BUILDPLATFORM debian:12 AS a\nFROM {FLAG} a\n",
        "begins with another one",
    ),
    "comment behind the flag": (f"FROM \\\n# why\n  {FLAG} debian:12\n", "comment"),
}

FIXED = {
    "name": (f"FROM {FLAG} debian:12\n", "FROM debian:12\n"),
    "braces": ("FROM --platform=${TARGETPLATFORM} debian:12 AS a\n", "FROM debian:12 AS a\n"),
    "quotes": ('FROM --platform="$TARGETPLATFORM" debian:12\n', "FROM debian:12\n"),
    "declared": (
        f"ARG TARGETPLATFORM\nFROM {FLAG} debian:12\n",
        "ARG TARGETPLATFORM\nFROM debian:12\n",
    ),
    "default in the stage": (
        f"FROM {FLAG} debian:12\nARG TARGETPLATFORM=x\n",
        "FROM debian:12\nARG TARGETPLATFORM=x\n",
    ),
    "small letters": (f"from {FLAG} scratch\n", "from scratch\n"),
    "one of two stages": (
        f"FROM --platform=$BUILDPLATFORM golang:1.22 AS a\nFROM  {FLAG}  debian:12\n",
        "FROM --platform=$BUILDPLATFORM golang:1.22 AS a\nFROM  debian:12\n",
    ),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    if reason:
        check_refused(NAME, text, reason)
    else:
        assert not run(NAME, text).changed


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.STANDARD)


def test_not_at_safe_for_the_call_may_set_it() -> None:
    assert not run(NAME, f"FROM {FLAG} debian:12\n", level=Level.SAFE).changed


def test_a_build_that_is_given_a_platform_of_its_own() -> None:
    text = "FROM --platform=$TARGETPLATFORM debian:12\n"
    check_refused(NAME, text, "ci.yml gives builds", passed={"TARGETPLATFORM": "ci.yml"})
    check_fixed(NAME, text, "FROM debian:12\n", passed={"TARGETARCH": "ci.yml"})
