"""Calls of a program, and whether they are given an option."""

import pytest

from dfix import calls_of, has_option
from dfix.shell import parse_shell


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 0),
        ("wget", 1),
        ("/usr/bin/wget a", 1),
        ("/opt/x/wget a", 0),
        ("./wget a", 0),
        ("wget2 a", 0),
        ("echo wget a", 0),
        ("sudo wget a", 0),
        ("$WGET a", 0),
        ('"wget" a', 1),
        ("a && wget a || (wget b; x=$(wget c))", 3),
    ],
)
def test_calls(text: str, found: int) -> None:
    assert len(calls_of(parse_shell(text), "wget")) == found


def test_calls_of_several_come_in_their_order() -> None:
    calls = calls_of(parse_shell("b; a; b"), "a", "b")
    assert [each.words() for each in calls] == [("b",), ("a",), ("b",)]
    assert calls_of(parse_shell("a"), *()) == ()


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ("", False),
        ("l", False),
        ("-m", False),
        ("--list", False),
        ("--no-log-initial", False),
        ("-- -l", False),
        ("'a $b'", False),
        ("/a/$B", False),
        ("pre$X", False),
        ("-l", True),
        ("-ml", True),
        ("-ml x", True),
        ("--no-log-init", True),
        ("--no-log-init=yes", True),
        ("'-l'", True),
        ("-l$X", True),
        ("$X -l", True),
        ("$X", None),
        ('"$X"', None),
        ("${X:-a} b", None),
        ("$(a)", None),
        ("-- $X", False),
    ],
)
def test_has_option(arguments: str, given: bool | None) -> None:
    (command,) = calls_of(parse_shell(f"useradd {arguments}"), "useradd")
    assert has_option(command, "-l", "--no-log-init") is given


def test_an_option_with_one_dash_and_several_letters() -> None:
    (command,) = calls_of(parse_shell("wget -nv a"), "wget")
    assert has_option(command, "-nv") is True
    assert has_option(command, "-nc") is False
    assert has_option(command) is False
