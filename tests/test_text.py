"""Decoding that loses nothing, spans, line numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix.text import LineIndex, Span, decode, dominant_newline, encode, integer


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_come_back(data: bytes) -> None:
    assert encode(decode(data)) == data


@settings(deadline=None)
@given(st.text())
def test_utf_8_is_read_as_such(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert encode(decode(data)) == data
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"", "", id="empty"),
        pytest.param(b"\r\n\r\0", "\r\n\r\0", id="controls"),
        pytest.param(b"\xef\xbb\xbfa", "\ufeffa", id="mark-is-kept"),
        pytest.param(b"\xe9", "\udce9", id="latin-1"),
        pytest.param(b"\xc3", "\udcc3", id="half-a-character"),
        pytest.param(b"\xed\xb3\xa9", "\udced\udcb3\udca9", id="encoded-surrogate"),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        pytest.param("", "\n", id="empty"),
        pytest.param("a", "\n", id="no-line-end"),
        pytest.param("a\r", "\n", id="lone-return"),
        pytest.param("a\r\nb\n", "\n", id="a-draw"),
        pytest.param("a\nb\n", "\n", id="unix"),
        pytest.param("a\r\n", "\r\n", id="windows"),
        pytest.param("a\r\nb\r\nc\n", "\r\n", id="mostly-windows"),
    ],
)
def test_dominant_newline(text: str, newline: str) -> None:
    assert dominant_newline(text) == newline


def test_span_is_half_open() -> None:
    span = Span(2, 4)
    assert [offset in span for offset in range(6)] == [False, False, True, True, False, False]
    assert len(span) == 2
    assert "2" not in span


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        pytest.param(Span(0, 2), False, id="before"),
        pytest.param(Span(4, 6), False, id="behind"),
        pytest.param(Span(3, 3), True, id="empty-inside"),
        pytest.param(Span(2, 2), False, id="empty-at-start"),
        pytest.param(Span(0, 3), True, id="from-the-left"),
        pytest.param(Span(3, 9), True, id="to-the-right"),
        pytest.param(Span(0, 9), True, id="around"),
    ],
)
def test_span_overlaps(other: Span, overlaps: bool) -> None:
    assert Span(2, 4).overlaps(other) is overlaps
    assert other.overlaps(Span(2, 4)) is overlaps


def test_span_shifted_and_ordered() -> None:
    assert Span(2, 4).shifted(-1) == Span(1, 3)
    assert sorted([Span(2, 3), Span(1, 9), Span(2, 2)]) == [Span(1, 9), Span(2, 2), Span(2, 3)]


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        pytest.param("", 0, (1, 1), id="empty"),
        pytest.param("a\n", 1, (1, 2), id="line-feed-is-in-its-line"),
        pytest.param("a\n", 2, (2, 1), id="behind-the-last-line-feed"),
        pytest.param("a\rb", 2, (1, 3), id="return-ends-no-line"),
        pytest.param("a\u2028b\x0cc", 4, (1, 5), id="other-separators-end-no-line"),
        pytest.param("é\n\udce9b", 3, (2, 2), id="columns-in-code-points"),
        pytest.param("a\r\nb", 3, (2, 1), id="windows"),
    ],
)
def test_position(text: str, offset: int, position: tuple[int, int]) -> None:
    index = LineIndex(text)
    assert index.position(offset) == position
    assert index.line(offset) == position[0]


def test_integers() -> None:
    assert [integer(each) for each in ("0", "007", "-12", "+3", "0" * 5000 + "5")] == [
        0,
        7,
        -12,
        3,
        5,
    ]
    assert integer("9" * 5000) > 1 << 64
    assert integer("-" + "9" * 5000) < -1 << 64


@settings(deadline=None)
@given(st.text(alphabet="a\r\n", max_size=30))
def test_positions_agree_with_counting(text: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        before = text[:offset]
        column = offset - (before.rfind("\n") + 1) + 1
        assert index.position(offset) == (before.count("\n") + 1, column)
