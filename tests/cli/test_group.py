"""Commands and the one that goes without its name."""

import pytest

from dfix.cli.group import COMMANDS
from dfix.fixer import Level
from dfix.version import __version__
from tests.cli.conftest import ADD, COPY, Caller


@pytest.mark.parametrize(
    "arguments",
    [("--check",), ("fix", "--check"), ("Dockerfile", "--check"), ("--check", "--", "Dockerfile")],
)
def test_fix_may_go_without_its_name(call: Caller, arguments: tuple[str, ...]) -> None:
    call.write({"Dockerfile": ADD})
    done = call(*arguments)
    assert done.code == 1
    assert done.out.startswith("Dockerfile:2:1: ")


def test_a_path_that_is_called_like_a_command(call: Caller) -> None:
    call.write({"rules/Dockerfile": ADD})
    assert "add-to-copy  " in call("rules").out
    assert call.text("rules/Dockerfile") == ADD
    assert call("./rules").code == 0
    assert call.text("rules/Dockerfile") == COPY


@pytest.mark.parametrize("arguments", [("--version",), ("fix", "--version"), ("-q", "--version")])
def test_version(call: Caller, arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert (done.code, done.out, done.errors) == (0, f"dfix {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_tells_options_and_commands(call: Caller, option: str) -> None:
    done = call(option)
    assert done.code == 0
    for expected in ("--diff", "--level", *COMMANDS):
        assert expected in done.out
    for level in Level:
        assert str(level) in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(call: Caller, name: str) -> None:
    done = call(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: dfix {name} ")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("check", "dfix --check"),
        ("diff", "dfix --diff"),
        ("version", "dfix --version"),
        ("help", "dfix --help"),
        ("lint", "dfix --check"),
        ("rule", "dfix rules"),
        ("expain", "dfix explain"),
    ],
)
def test_a_word_that_is_nearly_a_command_rewrites_nothing(
    call: Caller, word: str, meant: str
) -> None:
    call.write({"Dockerfile": ADD})
    done = call(word, ".")
    assert (done.code, done.out) == (2, "")
    assert done.errors.startswith(
        f"dfix: error: there is no path and no command {word}: is `{meant}`"
    )
    assert call.text() == ADD
    assert call("fix", word, ".").code == 2, "it is a path that is not there"
    assert call.text() == COPY


def test_a_path_that_is_called_like_an_option(call: Caller) -> None:
    call.write({"check/Dockerfile": ADD})
    assert call("check").code == 0
    assert call.text("check/Dockerfile") == COPY
