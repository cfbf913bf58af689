"""Excerpts: the right lines, marks under the right columns, nothing that steers a terminal."""

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from dfix.findings import Finding
from dfix.report.excerpt import WIDTH, excerpt
from dfix.report.region import Region, SourceLines
from dfix.report.styled import plain
from dfix.report.text import finding_lines
from tests.report.reports import finding, report


def shown(text: str | bytes, line: int, column: int, end_line: int, end_column: int) -> str:
    data = text.encode() if isinstance(text, str) else text
    lines = excerpt(SourceLines(data), Region(line, column, end_line, end_column))
    return "".join(f"{plain(each).rstrip()}\n" for each in lines)


def test_nothing_of_nothing() -> None:
    assert shown("", 1, 1, 1, 1) == ""
    assert shown("\n\n", 1, 1, 1, 1) == ""


def test_a_line_with_its_neighbours() -> None:
    text = "one\ntwo\nthree\nfour\nfive\nsix\n"
    assert shown(text, 3, 2, 3, 4) == (
        "  |\n1 | one\n2 | two\n3 | three\n  |  ^^\n4 | four\n5 | five\n  |\n"
    )


def test_blank_lines_at_the_rim_are_left_out() -> None:
    assert shown("\n \nb\n\n\nc\n", 3, 1, 3, 2) == "  |\n3 | b\n  | ^\n  |\n"


def test_an_empty_region_has_a_mark() -> None:
    assert shown("ab\n", 1, 3, 1, 3) == "  |\n1 | ab\n  |   ^\n  |\n"


def test_several_lines() -> None:
    text = "FROM a\nRUN a \\\n  b\nCMD c\n"
    expected = "  |\n1 |   FROM a\n2 | / RUN a \\\n3 | |   b\n  | |___^\n4 |   CMD c\n  |\n"
    assert shown(text, 2, 1, 3, 4) == expected
    assert shown(text, 2, 1, 4, 1) == expected


def test_many_lines_are_cut() -> None:
    text = "".join(f"{at}\n" for at in range(1, 31))
    assert shown(text, 3, 1, 28, 3) == (
        "   |\n 1 |   1\n 2 |   2\n 3 | / 3\n 4 | | 4\n 5 | | 5\n 6 | | 6\n 7 | | 7\n...\n"
        "26 | | 26\n27 | | 27\n28 | | 28\n   | |__^\n29 |   29\n30 |   30\n   |\n"
    )


@pytest.mark.parametrize(
    ("text", "column", "end", "below"),
    [
        ("\tab", 2, 3, "    ^"),
        ("a\tb", 3, 4, "    ^"),
        ("日本x", 3, 4, "    ^"),
        ("日本x", 1, 3, "^^^^"),
        ("e\u0301x", 3, 4, " ^"),
        ("\x1bx", 2, 3, "    ^"),
        ("😀x", 2, 3, "  ^"),
        ("\u202ex", 2, 3, "      ^"),
    ],
)
def test_marks_stand_below_what_they_mean(text: str, column: int, end: int, below: str) -> None:
    out = shown(f"{text}\n", 1, column, 1, end)
    assert out.splitlines()[2] == f"  | {below}"


def test_bytes_that_are_no_text() -> None:
    assert shown(b"\xffab\n", 1, 2, 1, 3) == "  |\n1 | \\xffab\n  |     ^\n  |\n"


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "\ufeffa\nb\n"])
def test_ends_and_marks_of_the_file_are_not_shown(text: str) -> None:
    assert shown(text, 1, 1, 1, 2) == "  |\n1 | a\n  | ^\n2 | b\n  |\n"


@pytest.mark.parametrize("character", ["\x1b", "\r", "\x9b", "\x00", "\u2066"])
def test_nothing_steers_the_terminal(character: str) -> None:
    out = shown(f"a{character}b\nc{character}\r\n", 1, 1, 1, 2)
    assert set(out) <= set("|^0123456789 \nabcx\\ru")


@pytest.mark.parametrize("column", [1, 60, 101, 500, 9_990])
def test_long_lines_are_cut_around_the_mark(column: int) -> None:
    line = "".join(str(at % 10) for at in range(1, 10_001))
    out = shown(f"{line}\nshort\n", 1, column, 1, column + 3).splitlines()
    text, marks = out[1], out[2]
    assert max(map(cell_len, out)) <= WIDTH + 10
    assert text.endswith("...") or column > 9_900
    at = marks.index("^")
    assert marks.count("^") == 3
    assert text[at] == str(column % 10)


def test_a_line_as_long_as_a_file_takes_no_time() -> None:
    source = SourceLines(b"x" * 4_000_000)
    for _ in range(200):
        assert len(excerpt(source, Region(1, 3_999_000, 1, 4_000_001))) == 4


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((2, 1, 2, 4), (2, 1, 2, 4)),
        ((9, 9, 9, 12), (2, 4, 2, 4)),
        ((1, 7, 1, 9), (1, 2, 1, 2)),
        ((2, 3, 1, 1), (2, 3, 2, 3)),
        ((0, 0, 0, 0), (1, 1, 1, 1)),
    ],
)
def test_a_region_lies_in_its_file(
    place: tuple[int, int, int, int], expected: tuple[int, int, int, int]
) -> None:
    assert SourceLines(b"a\r\nxyz").region(_at(*place)) == Region(*expected)


def test_a_byte_order_mark_has_no_column() -> None:
    assert SourceLines("\ufeffFROM a\n".encode()).region(_at(1, 2, 1, 8)) == Region(1, 1, 1, 7)


def _at(line: int, column: int, end_line: int, end_column: int) -> Finding:
    return replace(finding(), line=line, column=column, end_line=end_line, end_column=end_column)


def test_full_text() -> None:
    found = report(b"FROM a\nADD . /app\n", None, finding(), finding("suppressed"))
    lines = [plain(each) for each in finding_lines(found, written=False, full=True)]
    assert [line.rstrip() for line in lines] == [
        "Dockerfile:2:1: add-to-copy: a message [would be fixed]",
        "  |",
        "1 | FROM a",
        "2 | ADD . /app",
        "  | ^^^^^^^^^^",
        "  |",
        "",
    ]


def test_a_command_to_a_ci_system_is_none_and_marked_in_its_place() -> None:
    told = shown("RUN ##[add-mask]a b\n", 1, 19, 1, 20)
    assert told == "  |\n1 | RUN #\\x23[add-mask]a b\n  |                      ^\n  |\n"
