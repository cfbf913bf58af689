"""base-variant: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "base-variant"

NOOP = {
    "slim": "FROM python:3.13-slim\n",
    "alpine": "FROM node:24-alpine\n",
    "builder": "FROM python:3.13 AS a\nFROM scratch\nCOPY --from=a b c\n",
    "unknown": "FROM me/python:3.13\n",
    "unknown-tag": "FROM python:3.1\n",
    "no-variant": "FROM mysql:8.4\n",
    "digest": "FROM python:3.13@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
    "variable": "ARG V=3.13\nFROM python:$V\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "python": ("FROM python:3.13\n", 1, "python:3.13-slim or python:3.13-alpine"),
    "latest": ("FROM node\n", 1, "node:slim or node:alpine"),
    "through-a-stage": ("FROM node:24 AS a\nFROM a\n", 1, "node:24-slim"),
    "code-name": ("FROM debian:bookworm\n", 1, "debian:bookworm-slim"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
