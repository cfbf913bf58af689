"""relative-destination: what it leaves alone first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "relative-destination"
F = "FROM debian:12\n"

NOOP = {
    "whole": F + "COPY a /b\n",
    "whole in JSON": F + 'COPY ["a", "/b"]\n',
    "quoted": F + 'COPY a "/b"\n',
    "a variable": F + "ARG D\nCOPY a ${D}/b\n",
    "below a WORKDIR": F + "WORKDIR /x\nCOPY a .\n",
    "below a relative WORKDIR": F + "WORKDIR x\nCOPY a .\n",
    "a parent's WORKDIR": "FROM debian:12 AS p\nWORKDIR /x\nFROM p AS q\nFROM q\nCOPY a .\n",
    "a drive": "FROM mcr.microsoft.com/windows/nanoserver:1809\nCOPY a C:/b\n",
    "onbuild": F + "ONBUILD COPY a b\n",
}
REPORTED = {
    "a name": (F + "COPY a b\n", 2, "works in /"),
    "a dot": (F + "RUN true\nADD a .\n", 3, "write a WORKDIR"),
    "JSON": (F + 'COPY ["a", "b"]\n', 2, "write a WORKDIR"),
    "above the WORKDIR": ("FROM x\nCOPY a b\nWORKDIR /x\n", 2, "write a WORKDIR"),
    "another stage's WORKDIR": ("FROM x AS p\nWORKDIR /x\nFROM y\nCOPY a b\n", 4, "the whole path"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
