"""as-casing: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "as-casing"

NOOP = {
    "capitals": "FROM debian:12 AS a\n",
    "small": "from debian:12 as a\n",
    "no-name": "FROM debian:12\n",
    "mixed-from": "FroM debian:12 as a\n",
    "mixed-from-and-as": "From debian:12 As a\n",
    "stage-called-as": "FROM debian:12 AS as\n",
    "image-called-as": "FROM as\n",
    "in-a-run": "FROM debian:12\nRUN echo 'FROM debian as a'\n",
    "in-a-heredoc": "FROM debian:12\nCOPY <<EOF /Dockerfile\nFROM debian as a\nEOF\n",
    "in-a-comment": "# FROM debian as a\nFROM debian:12 AS a\n",
    "onbuild": "FROM debian:12\nONBUILD RUN echo as\n",
    "suppressed": "# hadolint ignore=DL3006\nFROM debian:12 AS a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


def test_over_two_lines_is_refused() -> None:
    check_refused(NAME, "FROM debian:12 a\\\ns b\n", "over two lines")


FIXED = {
    "capitals": ("FROM debian:12 as a\n", "FROM debian:12 AS a\n"),
    "mixed": ("FROM debian:12 As a\n", "FROM debian:12 AS a\n"),
    "small": ("from debian:12 AS a\n", "from debian:12 as a\n"),
    "blanks": ("FROM  debian:12\tas   a \n", "FROM  debian:12\tAS   a \n"),
    "flag": (
        "FROM --platform=$BUILDPLATFORM a:1 as b\n",
        "FROM --platform=$BUILDPLATFORM a:1 AS b\n",
    ),
    "continued": ("FROM debian:12 \\\n  as a\n", "FROM debian:12 \\\n  AS a\n"),
    "no-line-end": ("FROM debian:12 as a", "FROM debian:12 AS a"),
    "carriage-return": ("FROM debian:12 as a\r\n", "FROM debian:12 AS a\r\n"),
    "keyword-over-two-lines": ("FRO\\\nM debian:12 as a\n", "FRO\\\nM debian:12 AS a\n"),
    "each": (
        "FROM a:1 as a\nFROM a as b\nFROM b AS c\n",
        "FROM a:1 AS a\nFROM a AS b\nFROM b AS c\n",
    ),
    "comment": ("# as it is\nFROM a:1 as a\n", "# as it is\nFROM a:1 AS a\n"),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.SAFE)
