"""wget-progress: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "wget-progress"
F = "FROM debian:12\nRUN apt-get install -y wget\n"

NOOP = {
    "quiet": F + "RUN wget -q a\n",
    "quiet among others": F + "RUN wget -cqO- a\n",
    "not verbose": F + "RUN wget -nv a\n",
    "to a log": F + "RUN wget -o b a\n",
    "has one": F + "RUN wget --progress=dot:mega a\n",
    "long": F + "RUN wget --no-verbose a\nRUN wget --quiet a\n",
    "installed only": F,
    "about itself": F + "RUN wget --version && wget -V && wget --help && wget -h\n",
    "curl": F + "RUN curl a\n",
    "onbuild": F + "ONBUILD RUN wget a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


BUSYBOX = "the wget of BusyBox"
REFUSED = {
    "S9 alpine": ("FROM alpine:3.20\nRUN wget a\n", BUSYBOX),
    "S9 alpine with a package": ("FROM alpine:3.20\nRUN apk add wget && wget a\n", BUSYBOX),
    "S9 busybox": ("FROM busybox:1.36\nRUN wget a\n", BUSYBOX),
    "fedora has wget2": ("FROM fedora:40\nRUN dnf install -y wget && wget a\n", BUSYBOX),
    "unknown base": ("FROM me/base:1\nRUN wget a\n", "nothing shows"),
    "apk of an unknown base": ("FROM me/base:1\nRUN apk add wget && wget a\n", "nothing shows"),
    "where there may be another manager": (
        "FROM me/base:1\nRUN if a; then apk add curl; else apt-get install -y wget; fi; wget b\n",
        "one of Debian's",
    ),
    "where apt may be missing": (
        "FROM me/base:1\nRUN which apt-get && apt-get install -y wget || true\nRUN wget a\n",
        "one of Debian's",
    ),
    "where apt may fail": (
        "FROM me/base:1\nRUN apt-get install -y wget; true\nRUN wget a\n",
        "one of Debian's",
    ),
    "behind a chain with apt": (
        "FROM me/base:1\nRUN a && apt-get install -y wget && b; wget c; true\n",
        "one of Debian's",
    ),
    "base of an argument": ("ARG V=3.12\nFROM python:$V\nRUN wget a\n", "one of Debian's"),
    "function": (F + "RUN wget() { curl -O $1; } && wget a\n", "a function or an alias"),
    "alias": (F + "RUN alias wget='curl -O'; wget a\n", "a function or an alias"),
    "not installed": ("FROM debian:12\nRUN wget a\n", "nothing shows"),
    "installed later": ("FROM debian:12\nRUN wget a && apt-get install -y wget\n", "nothing shows"),
    "other stage": (F + "FROM debian:12\nRUN wget a\n", "nothing shows"),
    "busybox installed": (F + "RUN apt-get install -y busybox && wget a\n", BUSYBOX),
    "copied": (F + "COPY wget /usr/local/bin/\nRUN wget a\n", "copied"),
    "to a file": (F + "RUN wget a 2> log\n", "may go to a file"),
    "into a pipe": (F + "RUN wget a 2>&1 | tee log\n", "may go to a file"),
    "in the background": (F + "RUN wget -b a\n", "in the background"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "plain": (F + "RUN wget a\n", F + "RUN wget --progress=dot:giga a\n"),
    "same RUN": (
        "FROM ubuntu:22.04\nRUN apt-get install -y wget && wget a\n",
        "FROM ubuntu:22.04\nRUN apt-get install -y wget && wget --progress=dot:giga a\n",
    ),
    "unknown base with apt-get": (
        "FROM me/base:1\nRUN apt-get install -y wget && wget -O b a\n",
        "FROM me/base:1\nRUN apt-get install -y wget && wget --progress=dot:giga -O b a\n",
    ),
    "apt-get in front of it in a chain": (
        "FROM me/base:1\nRUN apt-get install -y wget && cd /a && wget b; rm c\n",
        "FROM me/base:1\nRUN apt-get install -y wget && cd /a && wget --progress=dot:giga b; rm c\n",
    ),
    "base of an argument with apt-get": (
        "ARG B=debian:12\nFROM $B\nRUN set -e; apt-get install -y wget; wget a\n",
        "ARG B=debian:12\nFROM $B\nRUN set -e; apt-get install -y wget; "
        "wget --progress=dot:giga a\n",
    ),
    "red hat": (
        "FROM rockylinux:9\nRUN dnf install -y wget && wget a\n",
        "FROM rockylinux:9\nRUN dnf install -y wget && wget --progress=dot:giga a\n",
    ),
    "base has it": (
        "FROM buildpack-deps:bookworm\nRUN wget a\n",
        "FROM buildpack-deps:bookworm\nRUN wget --progress=dot:giga a\n",
    ),
    "parent stage": (
        F.replace("12\n", "12 AS a\n") + "FROM a\nRUN wget a\n",
        F.replace("12\n", "12 AS a\n") + "FROM a\nRUN wget --progress=dot:giga a\n",
    ),
    "several": (
        F + "RUN wget a; \\\n  wget -q b; wget c\n",
        F + "RUN wget --progress=dot:giga a; \\\n  wget -q b; wget --progress=dot:giga c\n",
    ),
    "into a pipe of its own": (
        F + "RUN wget -O- a | tar x\n",
        F + "RUN wget --progress=dot:giga -O- a | tar x\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.SAFE)
