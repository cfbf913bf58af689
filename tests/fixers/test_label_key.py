"""label-key: what it leaves alone first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "label-key"
F = "FROM debian:12\n"

NOOP = {
    "word": "LABEL maintainer=me\n",
    "dots and hyphens": "LABEL com.example.build-date=1 a1.b2=3\n",
    "quotes": 'LABEL "a.b"=1\n',
    "variable": "LABEL $K=1 a-${K}=2\n",
    "namespace that only looks reserved": "LABEL com.dockerized.x=1\n",
    "trigger": "ONBUILD LABEL A=1\n",
    "other instruction": "ENV A_B=1\n",
}

REPORTED = {
    "capitals": ("LABEL Name=1\n", 2, "`name`"),
    "underscore": ("LABEL BUILD_DATE=1\n", 2, "`build-date`"),
    "slash": ("LABEL a/b=1\n", 2, "`a-b`"),
    "two dots": ("LABEL a..b=1\n", 2, "single dots"),
    "digit first": ("LABEL 1a=1\n", 2, "small letters"),
    "hyphen at the end": ("LABEL a-=1\n", 2, "`a`"),
    "reserved": ("LABEL com.docker.a=1\n", 2, "Docker's own"),
    "reserved itself": ("LABEL io.docker=1\n", 2, "Docker's own"),
    "second line": ("LABEL a=1 \\\n  B=2\n", 3, "`b`"),
    "legacy": ("LABEL RUN docker run x\n", 2, "`run`"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, line, advice = REPORTED[case]
    check_reported(NAME, F + text, line, advice)
