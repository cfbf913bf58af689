"""Unified diffs, to the byte."""

import pytest

from dfix.report.diff import diff_lines, unified
from dfix.report.styled import plain
from dfix.runner import FileReport
from tests.report.reports import failed, report, skipped


@pytest.mark.parametrize("unchanged", [report(), report(b"A\n"), failed("no"), skipped("template")])
def test_nothing_changed(unchanged: FileReport) -> None:
    assert unified(unchanged) == b""


HEAD = b"--- a/Dockerfile\n+++ b/Dockerfile\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(b"A\nB\n", b"A\nC\n", b"@@ -1,2 +1,2 @@\n A\n-B\n+C\n", id="plain"),
        pytest.param(b"A\r\n", b"B\r\n", b"@@ -1 +1 @@\n-A\r\n+B\r\n", id="crlf"),
        pytest.param(b"A\rB\n", b"A\rC\n", b"@@ -1 +1 @@\n-A\rB\n+A\rC\n", id="lone-cr"),
        pytest.param(b"A\x0cB\n", b"A\x0cC\n", b"@@ -1 +1 @@\n-A\x0cB\n+A\x0cC\n", id="form-feed"),
        pytest.param(b"\xe9\n", b"\xe9\xff\n", b"@@ -1 +1 @@\n-\xe9\n+\xe9\xff\n", id="not-utf-8"),
        pytest.param(
            b"A",
            b"B",
            b"@@ -1 +1 @@\n-A\n\\ No newline at end of file\n+B\n\\ No newline at end of file\n",
            id="unended",
        ),
        pytest.param(
            b"A\nB",
            b"C\nB",
            b"@@ -1,2 +1,2 @@\n-A\n+C\n B\n\\ No newline at end of file\n",
            id="unended-context",
        ),
        pytest.param(
            b"A",
            b"A\n",
            b"@@ -1 +1 @@\n-A\n\\ No newline at end of file\n+A\n",
            id="ended-by-the-change",
        ),
        pytest.param(b"A\n", b"A\nB\n", b"@@ -1 +1,2 @@\n A\n+B\n", id="added"),
    ],
)
def test_changes(before: bytes, after: bytes, expected: bytes) -> None:
    assert unified(report(before, after)) == HEAD + expected


def test_distant_changes_are_two_hunks() -> None:
    before = b"".join(b"%d\n" % at for at in range(20))
    diff = unified(report(before, before.replace(b"2\n", b"x\n", 1).replace(b"18\n", b"y\n")))
    assert diff.count(b"\n@@ ") == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/Dockerfile", b"a/a/Dockerfile"),
        ("ünï", "a/ünï".encode()),
        ("a b", b"a/a b\t"),
        ("a ", b'"a/a "'),
        ("a\tb", b'"a/a\\tb"'),
        ("a\nb", b'"a/a\\nb"'),
        ('a"b', b'"a/a\\"b"'),
        ("a\\b", b'"a/a\\\\b"'),
        ("\x01\x7f", b'"a/\\001\\177"'),
        ("é\n", b'"a/\\303\\251\\n"'),
        ("caf\udce9", b"a/caf\xe9"),
    ],
)
def test_names(name: str, expected: bytes) -> None:
    assert unified(report(b"A\n", b"B\n", name=name)).startswith(b"--- " + expected + b"\n+++ ")


def test_lines_for_a_terminal() -> None:
    lines = diff_lines(unified(report(b"-- a\nB\n", b"++ a\nB\n")))
    assert [plain(line) for line in lines][2:] == ["@@ -1,2 +1,2 @@", "--- a", "+++ a", " B"]
    assert [line[0][1] for line in lines] == ["bold", "bold", "cyan", "red", "green", ""]
