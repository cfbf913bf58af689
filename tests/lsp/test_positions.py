"""Places in texts: what is a line, what is a unit, and what lies between."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfix.lsp.positions import Encoding, Lines, cut, units, whole
from tests.lsp import text as javascript

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
#: A machine with other work to do is no failure.
STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: What makes texts hard: ends of lines and what looks like some, characters of all lengths, halves.
HARD = "a\r\n\n\r\f\v\x1c\x85\u2028\u2029é€😀\ufeff\ud83d\ude00"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_empty_text_has_one_place(encoding: Encoding) -> None:
    lines = Lines("")
    assert lines.position(0, encoding) == (0, 0)
    assert lines.offset(0, 0, encoding) == lines.offset(7, 7, encoding) == 0
    assert lines.replaced((3, 3), (0, 0), "x", encoding) == "x"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        ("a\n", 2),
        ("a\r\nb", 2),
        ("a\rb", 2),
        ("a\n\rb", 3),
        ("a\r\r\nb", 3),
        ("a\fb\vc\x1cd\x85e\u2028f\u2029g", 1),
    ],
)
def test_lines_end_where_the_protocol_has_it(text: str, count: int) -> None:
    assert Lines(text).position(len(text), "utf-32")[0] == count - 1


@pytest.mark.parametrize(
    ("encoding", "character"), [("utf-8", 4 + 2 + 3), ("utf-16", 2 + 1 + 1), ("utf-32", 3)]
)
def test_units(encoding: Encoding, character: int) -> None:
    assert units("😀é€", encoding) == character
    assert Lines("x\n😀é€!").position(5, encoding) == (1, character)
    assert Lines("x\n😀é€!").offset(1, character, encoding) == 5


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_behind_the_end_of_a_line_is_its_end(encoding: Encoding) -> None:
    assert Lines("ab\r\ncd").offset(0, 99, encoding) == 2
    assert Lines("ab\r\ncd").position(3, encoding) == (0, 2)


def test_within_a_character_of_utf_8_is_before_it() -> None:
    for character in (1, 2, 3, 4):
        assert Lines("a😀b").offset(0, character, "utf-8") == 1
    assert Lines("a😀b").offset(0, 5, "utf-8") == 2


def test_half_a_character_of_utf_16_can_be_taken_away_and_put_back() -> None:
    cut_off = Lines("a😀b").replaced((0, 2), (0, 3), "", "utf-16")
    assert cut_off == "a\ud83db"
    assert Lines(cut_off).replaced((0, 2), (0, 2), "\ude00", "utf-16") == "a😀b"


@STEADY
@given(st.text(HARD), st.sampled_from(ENCODINGS))
def test_a_place_and_back(text: str, encoding: Encoding) -> None:
    text = whole(text)
    lines = Lines(text)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue
        line, character = lines.position(offset, encoding)
        assert lines.offset(line, character, encoding) == offset


@STEADY
@given(st.text(HARD), st.integers(0, 30), st.sampled_from(ENCODINGS))
def test_cutting_loses_nothing(line: str, at: int, encoding: Encoding) -> None:
    before, after = cut(whole(line), at, encoding)
    assert whole(before + after) == whole(line)
    assert units(before, encoding) <= at


@STEADY
@given(st.text(HARD), st.text(HARD), *[st.tuples(st.integers(0, 5), st.integers(0, 9))] * 2)
def test_replacing_is_what_an_editor_does(
    text: str, new: str, start: tuple[int, int], end: tuple[int, int]
) -> None:
    text, new = whole(text), whole(new)
    start, end = min(start, end), max(start, end)
    places = [{"line": line, "character": character} for line, character in (start, end)]
    data = javascript.units(text)
    first, last = (javascript.offset(data, each) for each in places)
    expected = data[: 2 * first] + javascript.units(new) + data[2 * max(first, last) :]
    assert javascript.units(Lines(text).replaced(start, end, new, "utf-16")) == expected
