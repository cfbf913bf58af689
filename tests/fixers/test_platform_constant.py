"""platform-constant: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "platform-constant"

NOOP = {
    "none": "FROM debian:12\n",
    "build-platform": "FROM --platform=$BUILDPLATFORM debian:12\n",
    "variable": "ARG P=linux/amd64\nFROM --platform=$P debian:12\n",
    "said-by-the-name": "FROM --platform=linux/amd64 debian:12 AS build-amd64\n",
    "suffix-said-by-the-name": "FROM me/a:1-arm64 AS arm64\n",
    "stage": "FROM me/a:1-arm64 AS arm64\nFROM arm64\n",
    "windows": "FROM mcr.microsoft.com/windows/servercore:ltsc2022-amd64\n",
    "name-of-the-image": "FROM me/amd64-tools:1\n",
    "tag-within-a-word": "FROM me/a:myamd64\n",
    "part-of-a-version": "FROM me/a:1.386\n",
    "digest": "FROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "flag": ("FROM --platform=linux/amd64 debian:12\n", 1, "--platform=$BUILDPLATFORM"),
    "folder": ("FROM arm64v8/debian:12\n", 1, "for arm64v8 alone"),
    "suffix": ("FROM me/a:1.0-amd64\n", 1, "for amd64 alone"),
    "prefix": ("FROM me/a:arm64v8-latest\n", 1, "for arm64v8 alone"),
    "second": ("FROM debian:12\nFROM --platform=linux/arm/v7 debian:12\n", 2, "leave it out"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
