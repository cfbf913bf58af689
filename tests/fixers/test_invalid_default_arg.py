"""invalid-default-arg: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "invalid-default-arg"

NOOP = {
    "default": "ARG V=3.22\nFROM alpine:$V\n",
    "no-argument": "FROM debian:12\n",
    "suffix": "ARG S\nFROM debian:12$S\n",
    "default-in-place": "ARG V\nFROM alpine:${V:-3.22}\n",
    "stage-by-platform": "FROM debian:12 AS base-amd64\nFROM base-$TARGETARCH\n",
    "prefix": "ARG P\nFROM ${P}debian:12\n",
    "digest": "ARG A\nFROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
    "default-of-a-default": "ARG A=debian\nARG B=$A:12\nFROM $B\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "tag": ("ARG V\nFROM alpine:$V\n", 2, "`ARG V`"),
    "image": ("ARG BASE\nFROM $BASE\n", 2, "`ARG BASE`"),
    "registry": ("ARG R\nFROM $R/app\n", 2, "`ARG R`"),
    "two": ("ARG A\nARG B\nFROM $A/x:$B\n", 3, "`ARG A`, `ARG B`"),
    "second": ("ARG V\nFROM debian:12\nFROM node:${V}-alpine AS a\n", 3, "`ARG V`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
