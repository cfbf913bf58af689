"""Differences as edits."""

from hypothesis import given
from hypothesis import strategies as st

from dfix.lsp.edits import Edit, applied, edits
from tests.lsp.test_positions import HARD, STEADY

LINES = st.lists(st.sampled_from(["RUN a", "RUN b\r\n", "\n", "\r", "ENV a=😀 b=c\n", "  x \\\n"]))


def test_equal_texts_have_none() -> None:
    assert edits("", "") == edits("a\r\nb", "a\r\nb") == []


def test_a_word_is_all_that_changes() -> None:
    assert edits("FROM a\nADD . /app\n", "FROM a\nCOPY . /app\n") == [Edit(7, 10, "COPY")]


def test_places_far_apart_are_edits_of_their_own() -> None:
    before = "ADD a /\nRUN b\nADD c /\n"
    assert edits(before, before.replace("ADD", "COPY")) == [
        Edit(0, 3, "COPY"),
        Edit(14, 17, "COPY"),
    ]


def test_a_line_is_put_in_where_it_goes() -> None:
    assert edits("a\nc\n", "a\nb\nc\n") == [Edit(2, 2, "b\n")]


def test_a_line_end_is_changed_as_one() -> None:
    assert edits("a\r\nb", "a\nb") == [Edit(1, 3, "\n")]
    assert edits("a\rb", "a\r\nb") == [Edit(1, 2, "\r\n")]


def test_a_text_without_end_is_no_matter() -> None:
    before, after = "a\n" * 5000, "b\n" * 5000
    assert applied(before, edits(before, after)) == after


@STEADY
@given(LINES, LINES)
def test_made_of_lines(before: list[str], after: list[str]) -> None:
    _hold("".join(before), "".join(after))


@STEADY
@given(st.text(HARD), st.text(HARD))
def test_made_of_anything(before: str, after: str) -> None:
    _hold(before, after)


def _hold(before: str, after: str) -> None:
    found = edits(before, after)
    assert applied(before, found) == after
    last = -1
    for edit in found:
        assert last < edit.start <= edit.end, "in order and apart"
        assert before[edit.start : edit.end] != edit.new
        for place in (edit.start, edit.end):
            assert before[max(place - 1, 0) : place + 1] != "\r\n" or place == 0
        last = max(edit.start, edit.end)
