"""interactive-module: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "interactive-module"

NOOP = {
    "yes": "FROM rockylinux:8\nRUN dnf module enable -y php:8.2\n",
    "yes-first": "FROM rockylinux:8\nRUN dnf -y module enable php:8.2\n",
    "long": "FROM rockylinux:8\nRUN dnf --assumeyes module reset php\n",
    "list": "FROM rockylinux:8\nRUN dnf module list\n",
    "info": "FROM rockylinux:8\nRUN dnf module info php\n",
    "install": "FROM rockylinux:8\nRUN dnf install module\n",
    "variable": "FROM rockylinux:8\nRUN dnf $OPTS module enable php\n",
    "other-tool": "FROM rockylinux:8\nRUN modules module enable a\n",
    "another-shell": 'FROM rockylinux:8\nSHELL ["pwsh", "-c"]\nRUN dnf module enable php\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "enable": (
        "FROM rockylinux:8\nRUN dnf module enable php:8.2\n",
        2,
        "-y behind `dnf module enable php:8.2`",
    ),
    "in-a-chain": (
        "FROM rockylinux:8\nRUN dnf -y install a \\\n  && dnf module reset php\n",
        3,
        "dnf module reset php",
    ),
    "in-a-heredoc": (
        "FROM rockylinux:8\nRUN <<EOF\ntrue\ndnf module disable php\nEOF\n",
        4,
        "dnf module disable php",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
