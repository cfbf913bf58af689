"""Replacements bring from one text to the other, byte for byte."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfix.report.replacements import replacements
from tests.report.sarif import applied

_LINE = st.sampled_from([b"a", b"b\r", b"", b"\xe6\x97\xa5", b"c\rd", b"\xff", b"\xef\xbb\xbf"])
_LINES = st.lists(_LINE, max_size=8)


def _apply(before: bytes, found: list[dict[str, object]]) -> bytes:
    change: dict[str, Any] = {"replacements": found}
    return applied(before, change)


@pytest.mark.parametrize("text", [b"", b"a", b"a\n", b"\xff\n", b"\xef\xbb\xbf\n"])
def test_nothing_for_nothing(text: bytes) -> None:
    assert replacements(text, text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"a\n"),
        (b"a\n", b""),
        (b"a", b"a\n"),
        (b"a\n", b"a"),
        (b"a\nb", b"a\nb\nc"),
        (b"a\nb\n", b"a\nb\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"a\nb\nc\n", b"b\n"),
        (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfc\nb\n"),
        (b"\xef\xbb\xbfa\n", b"a\n"),
        (b"a\n", b"\xef\xbb\xbfa\n"),
        (b"a\n# \xff\nb\n", b"c\n# \xff\nd\n"),
        ("日本\nb\n".encode(), "日\nb\n".encode()),
    ],
)
def test_from_one_to_the_other(before: bytes, after: bytes) -> None:
    assert _apply(before, replacements(before, after)) == after


@given(_LINES, _LINES)
def test_whatever_the_texts(before: list[bytes], after: list[bytes]) -> None:
    old, new = b"\n".join(before), b"\n".join(after)
    assert _apply(old, replacements(old, new)) == new


def test_lines_that_stay_are_not_named() -> None:
    lines = [f"{at}\n" for at in range(50)]
    before = "".join(lines)
    after = before.replace("7\n", "x\n", 1)
    assert replacements(before.encode(), after.encode()) == [
        {
            "deletedRegion": {"startLine": 8, "startColumn": 1, "endLine": 9, "endColumn": 1},
            "insertedContent": {"text": "x\n"},
        }
    ]


def test_bytes_that_are_no_text_go_as_bytes() -> None:
    (one,) = replacements(b"\xff\na\n", b"\xff\nb\xfe\n")
    assert one == {
        "deletedRegion": {"byteOffset": 2, "byteLength": 2},
        "insertedContent": {"binary": "Yv4K"},
    }
