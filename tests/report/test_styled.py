"""Lines that cannot steer a terminal."""

import pytest

from dfix.report.styled import coloured, pieces, plain, visible


@pytest.mark.parametrize(
    "text", ["", "plain", "tab\tstays", "ünï", "😀", "日本", "::", "##", "## [a]", "##1[a]", "#[a]"]
)
def test_left_alone(text: str) -> None:
    assert visible(text) == text
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\x7f", "\\x7f"),
        ("\u202e", "\\u202e"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("a ##[error]b", "a #\\x23[error]b"),
        ("##vso[task.setvariable variable=a]b", "#\\x23vso[task.setvariable variable=a]b"),
        ("##teamcity[a]##[b]", "#\\x23teamcity[a]#\\x23[b]"),
        ("###[a]", "##\\x23[a]"),
        ("\udce9", "\\xe9"),
        ("\ud800", "\\ud800"),
    ],
)
def test_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected
    assert "".join(pieces(text)) == expected


@pytest.mark.parametrize("name", ["::error::a", "  ::set-output name=a::b", "\u00a0::error::a"])
def test_a_line_that_begins_with_a_name_commands_no_runner(name: str) -> None:
    line = ((name, "bold"), (":1:1: ", ""))
    assert plain(line) == f"./{name}:1:1: "
    assert coloured(line).startswith("./\x1b")
    assert plain((("a", ""), ("::error::b", ""))) == "a::error::b"


def test_styles_are_seen_only_with_colours() -> None:
    line = (("a\x1b", "bold"), ("b", ""), ("c", "red"))
    assert plain(line) == "a\\x1bbc"
    assert coloured(line) == "\x1b[1ma\\x1b\x1b[0mb\x1b[31mc\x1b[0m"
