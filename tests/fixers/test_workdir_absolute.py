"""workdir-absolute: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "workdir-absolute"
ME = "FROM me/base\n"

NOOP = {
    "absolute": ME + "WORKDIR /a\nWORKDIR /b/\n",
    "quotes": ME + 'WORKDIR "/a"\n',
    "variable": ME + "ENV D=/a\nWORKDIR $D\nWORKDIR ${D}/b\n",
    "variable in quotes": ME + 'ENV D=/a\nWORKDIR "$D"\n',
    "drive": ME + "WORKDIR C:\\\\app\n",
    "drive with slashes": ME + "WORKDIR c:/app\n",
    "trigger": ME + "WORKDIR /a\nONBUILD WORKDIR b\n",
}

REFUSED = {
    "unknown image": (ME + "WORKDIR app\n", "not known"),
    "digest alone": ("FROM debian@sha256:" + "a" * 64 + "\nWORKDIR app\n", "not known"),
    "variable image": ("ARG I=debian\nFROM ${I}:${T}\nWORKDIR app\n", "not known"),
    "image with triggers": ("FROM golang:1.4-onbuild\nWORKDIR app\n", "not known"),
    "variable in the path": (ME + "WORKDIR /a\nWORKDIR b/$C\n", "plain characters"),
    "escape in the path": (ME + "WORKDIR /a\nWORKDIR b\\ c\n", "plain characters"),
    "comment in words": (ME + "WORKDIR /a\nWORKDIR b # c\n", "plain characters"),
    "over lines": (ME + "WORKDIR /a\nWORKDIR b\\\n  c\n", "plain characters"),
    "variable above": (ME + "ARG D=/a\nWORKDIR $D\nWORKDIR b\n", "variables"),
    "variable in the middle": (ME + "WORKDIR /a\nWORKDIR $D\nWORKDIR b\n", "variables"),
    "escape above": (ME + "WORKDIR /a\nWORKDIR b\\ c\nWORKDIR d\n", "variables"),
    "trigger of a stage above": (
        "FROM me/base AS a\nWORKDIR /a\nONBUILD WORKDIR /b\nFROM a\nWORKDIR c\n",
        "a trigger",
    ),
    "Windows image": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nWORKDIR app\n",
        "Windows",
    ),
    "Windows by its escape": ("# escape=`\nFROM me/base\nWORKDIR /a\nWORKDIR b\n", "Windows"),
}

SAFE = {
    "one below the other": (
        ME + "WORKDIR /srv\nWORKDIR app\n",
        ME + "WORKDIR /srv\nWORKDIR /srv/app\n",
    ),
    "slash at the end": (
        ME + "WORKDIR /srv/\nWORKDIR app/\n",
        ME + "WORKDIR /srv/\nWORKDIR /srv/app\n",
    ),
    "two slashes": (ME + "WORKDIR //a\nWORKDIR b\n", ME + "WORKDIR //a\nWORKDIR /a/b\n"),
    "chain": (
        ME + "WORKDIR /a\nRUN true\nWORKDIR b\nRUN true\nWORKDIR c\n",
        ME + "WORKDIR /a\nRUN true\nWORKDIR /a/b\nRUN true\nWORKDIR /a/b/c\n",
    ),
    "up": (ME + "WORKDIR /a/b\nWORKDIR ../c\n", ME + "WORKDIR /a/b\nWORKDIR /a/c\n"),
    "dot": (ME + "WORKDIR /a\nWORKDIR ./b\n", ME + "WORKDIR /a\nWORKDIR /a/b\n"),
    "quotes": (ME + 'WORKDIR /a\nWORKDIR "b c"\n', ME + 'WORKDIR /a\nWORKDIR "/a/b c"\n'),
    "blank": (ME + "WORKDIR /a\nWORKDIR b c\n", ME + "WORKDIR /a\nWORKDIR /a/b c\n"),
    "quotes above": (
        ME + 'WORKDIR "/a"\nWORKDIR "b"\nWORKDIR c\n',
        ME + 'WORKDIR "/a"\nWORKDIR "/a/b"\nWORKDIR /a/b/c\n',
    ),
    "parent stage": (
        "FROM me/base AS a\nWORKDIR /a\nFROM a\nWORKDIR b\nRUN ls\n",
        "FROM me/base AS a\nWORKDIR /a\nFROM a\nWORKDIR /a/b\nRUN ls\n",
    ),
    "small letters": (ME + "workdir /a\nworkdir b\n", ME + "workdir /a\nworkdir /a/b\n"),
    "variable further up": (
        ME + "WORKDIR $D\nWORKDIR /a\nWORKDIR b\n",
        ME + "WORKDIR $D\nWORKDIR /a\nWORKDIR /a/b\n",
    ),
}

STANDARD = {
    "root": ("FROM debian:12\nWORKDIR app\n", "FROM debian:12\nWORKDIR /app\n"),
    "other directory": (
        "FROM golang:1.22\nWORKDIR src/app\nCOPY . .\nRUN go build\n",
        "FROM golang:1.22\nWORKDIR /go/src/app\nCOPY . .\nRUN go build\n",
    ),
    "the image's own": (
        "FROM golang:1.22\nWORKDIR .\nCOPY . .\nRUN go build\n",
        "FROM golang:1.22\nWORKDIR /go\nCOPY . .\nRUN go build\n",
    ),
    "two": (
        "FROM debian:12\nWORKDIR a\nRUN ls\nWORKDIR b\nRUN cd c && ls\n",
        "FROM debian:12\nWORKDIR /a\nRUN ls\nWORKDIR /a/b\nRUN cd c && ls\n",
    ),
    "children": (
        "FROM debian:12 AS a\nWORKDIR app\nFROM a\nRUN ls\nCOPY --from=a x y\n",
        "FROM debian:12 AS a\nWORKDIR /app\nFROM a\nRUN ls\nCOPY --from=a x y\n",
    ),
    "variables below": (
        "FROM debian:12\nENV A=b\nWORKDIR app\nCOPY $A $C/\nWORKDIR $A\nVOLUME $C\n",
        "FROM debian:12\nENV A=b\nWORKDIR /app\nCOPY $A $C/\nWORKDIR $A\nVOLUME $C\n",
    ),
    "nothing below the image": ("FROM scratch\nWORKDIR app\n", "FROM scratch\nWORKDIR /app\n"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


@pytest.mark.parametrize("case", SAFE)
def test_fixed_at_safe(case: str) -> None:
    check_fixed(NAME, *SAFE[case], level=Level.SAFE)


@pytest.mark.parametrize("case", STANDARD)
def test_fixed_at_standard(case: str) -> None:
    before, after = STANDARD[case]
    check_fixed(NAME, before, after, level=Level.STANDARD)
    assert not run(NAME, before, level=Level.SAFE).changed


def test_an_image_that_may_be_replaced_is_not_known() -> None:
    check_refused(NAME, "FROM debian:12\nWORKDIR app\n", "not known", overridden=["debian:12"])
