"""uncatchable-stop-signal: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "uncatchable-stop-signal"


@pytest.mark.parametrize("signal", ["SIGTERM", "TERM", "15", "SIGQUIT", "SIGUSR1", "90", "$S"])
def test_noop(signal: str) -> None:
    check_noop(NAME, f"FROM alpine:3.20\nARG S=3\nSTOPSIGNAL {signal}\n")


@pytest.mark.parametrize("signal", ["SIGKILL", "kill", "9", "SIGSTOP", "Stop", "19", '"SIGKILL"'])
def test_reported(signal: str) -> None:
    check_reported(NAME, f"FROM alpine:3.20\nSTOPSIGNAL {signal}\n", 2, "cannot be handled")
