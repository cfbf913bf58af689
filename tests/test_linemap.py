"""Places of an edited text, in the text before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfix
from dfix.linemap import Origins, Place

TEXTS = st.text("ab \n\r", max_size=40)


@pytest.mark.parametrize(
    ("before", "after", "place", "then"),
    [
        pytest.param("a b", "a b", (1, 3, 1, 4), (1, 3, 1, 4), id="nothing-changed"),
        pytest.param("x\na b", "a b", (1, 3, 1, 4), (2, 3, 2, 4), id="line-gone-above"),
        pytest.param("a b", "x\na b", (2, 3, 2, 4), (1, 3, 1, 4), id="line-come-above"),
        pytest.param("a b c", "a b d", (1, 3, 1, 4), (1, 3, 1, 4), id="changed-behind"),
        pytest.param("  a b", "  x b", (1, 5, 1, 6), (1, 3, 1, 6), id="changed-in-front"),
        pytest.param("a", "a && b", (1, 1, 1, 7), (1, 1, 1, 2), id="grown"),
        pytest.param("a && b", "a", (1, 1, 1, 2), (1, 1, 1, 2), id="shrunk"),
        pytest.param("a\r\nb\r\n", "a\r\nx y\r\n", (2, 1, 2, 4), (2, 1, 2, 2), id="crlf"),
        pytest.param("a\nb", "a b", (1, 1, 1, 4), (1, 1, 1, 2), id="joined"),
    ],
)
def test_place(before: str, after: str, place: Place, then: Place) -> None:
    assert Origins(before, after).place(place) == then


@given(TEXTS, TEXTS, st.data())
def test_every_place_is_one_of_the_text_before(
    before: str, after: str, data: st.DataObject
) -> None:
    lines, old = after.split("\n"), before.split("\n")
    at = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(at, len(lines)))
    column = data.draw(st.integers(1, len(lines[at - 1]) + 1))
    low = column if end == at else 1
    end_column = data.draw(st.integers(low, len(lines[end - 1]) + 1))
    found = Origins(before, after).place((at, column, end, end_column))
    for line, place in (found[:2], found[2:]):
        assert 1 <= line <= len(old)
        assert 1 <= place <= len(old[line - 1]) + 1
    assert found[:2] <= found[2:]
    if before == after and "\r" not in before:
        assert found == (at, column, end, end_column)


def test_findings_of_a_later_round_stand_in_the_file() -> None:
    text = "FROM debian:12\nADD a.py /a\nRUN apt-get update\nRUN apt-get install curl\n"
    lines = text.split("\n")
    findings = dfix.fix(text, level=dfix.Level.AGGRESSIVE).findings
    assert {each.fixer for each in findings} > {"merge-runs", "assume-yes"}
    for each in findings:
        assert 1 <= each.column <= len(lines[each.line - 1]) + 1
        assert 1 <= each.end_column <= len(lines[each.end_line - 1]) + 1
        assert (each.line, each.column) <= (each.end_line, each.end_column)
