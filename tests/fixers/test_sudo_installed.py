"""sudo-installed: what it says nothing of first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "sudo-installed"
F = "FROM debian:12\n"

NOOP = {
    "other package": F + "RUN apt-get install -y gosu\n",
    "removed": F + "RUN apt-get purge -y sudo\n",
    "used": F + "RUN sudo make\n",
    "other group": F + "RUN usermod -aG docker app\n",
    "account of that name": F + "RUN adduser sudo\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "apt-get": ("RUN apt-get update && apt-get install -y a sudo\n", "leave sudo out"),
    "apk": ("RUN apk add --no-cache sudo\n", "leave sudo out"),
    "no password": ("RUN echo 'a ALL=NOPASSWD: ALL' >> /etc/sudoers\n", "without a password"),
    "group": ("RUN usermod -a -G docker,sudo a\n", "out of the group"),
    "wheel": ("RUN useradd -m -G wheel a\n", "out of the group"),
    "adduser": ("RUN adduser a sudo\n", "out of the group"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, advice = REPORTED[case]
    check_reported(NAME, F + text, 2, advice)
