"""useradd-no-log-init: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "useradd-no-log-init"
F = "FROM debian:12\n"

NOOP = {
    "low": F + "RUN useradd -u 99999 a\n",
    "none": F + "RUN useradd a\n",
    "short": F + "RUN useradd -l -u 100000 a\n",
    "combined": F + "RUN useradd -rlu 100000 a\n",
    "long": F + "RUN useradd --no-log-init --uid=100000 a\n",
    "another tool": F + "RUN adduser -u 100000 a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "variable": (F + "RUN useradd -u $U a\n", "only known"),
    "variable in one word": (F + "RUN useradd --uid=$U a\n", "only known"),
    "suse": ("FROM opensuse/leap:15\nRUN useradd -u 100000 a\n", "SUSE"),
    "zypper": ("FROM me/base:1\nRUN zypper in -y a && useradd -u 100000 a\n", "SUSE"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "short": (F + "RUN useradd -u 100000 a\n", F + "RUN useradd -l -u 100000 a\n"),
    "combined": (F + "RUN useradd -mu 100000 a\n", F + "RUN useradd -l -mu 100000 a\n"),
    "long": (F + "RUN useradd --uid=100000 a\n", F + "RUN useradd -l --uid=100000 a\n"),
    "in a chain": (
        F + "RUN groupadd a && \\\n  useradd -u 100000 a\n",
        F + "RUN groupadd a && \\\n  useradd -l -u 100000 a\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.STANDARD)
