"""Lines that cannot steer a terminal."""

import pytest

from dfix.report.styled import coloured, plain, visible


@pytest.mark.parametrize("text", ["", "plain", "tab\tstays", "ünï", "😀", "日本"])
def test_left_alone(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\x7f", "\\x7f"),
        ("\u202e", "\\u202e"),
        ("\udce9", "\\xe9"),
        ("\ud800", "\\ud800"),
    ],
)
def test_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_styles_are_seen_only_with_colours() -> None:
    line = (("a\x1b", "bold"), ("b", ""), ("c", "red"))
    assert plain(line) == "a\\x1bbc"
    assert coloured(line) == "\x1b[1ma\\x1b\x1b[0mb\x1b[31mc\x1b[0m"
