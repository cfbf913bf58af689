"""Annotations of GitHub Actions: a line each, whatever the names and texts."""

import re

import pytest
from msgspec.structs import replace

from dfix.report.github import Form
from dfix.report.styled import visible
from dfix.report.summary import Summary
from dfix.runner import FileReport
from tests.report.reports import failed, finding, report, skipped

_COMMAND = re.compile(r"::(\w+) ([^:\r\n]*)::([^\r\n]*)")
_ESCAPES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner reads of an output."""
    found = []
    for line in text.removesuffix("\n").split("\n") if text else []:
        match = _COMMAND.fullmatch(line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        found.append(
            (match[1], {key: _plain(value) for key, value in properties.items()}, _plain(match[3]))
        )
    return found


def _plain(text: str) -> str:
    assert not re.search("%(?!0D|0A|3A|2C|25)", text)
    return re.sub("%(?:0D|0A|3A|2C|25)", lambda found: _ESCAPES[found[0]], text)


def told(*reports: FileReport, written: bool = False) -> list[tuple[str, dict[str, str], str]]:
    form = Form(written=written)
    return annotations(
        form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    )


@pytest.mark.parametrize(
    "silent",
    [report(b"A\n"), report(b"A\n", None, finding("suppressed", "off")), skipped("template")],
)
def test_nothing_to_tell(silent: FileReport) -> None:
    assert told(silent) == []


def test_what_was_written_is_no_more() -> None:
    changed = report(b"A\n", b"B\n", finding())
    assert told(changed, written=True) == []
    assert told(changed)[0][0] == "warning"


@pytest.mark.parametrize("name", ["a,b=c:d%2C", "a\nb\r", "::error::x", "日本", "a;b"])
def test_any_name_comes_through(name: str) -> None:
    ((_, properties, _),) = told(report(b"FROM a\nADD . /app\n", None, finding(), name=name))
    assert properties == {
        "file": name,
        "line": "2",
        "col": "1",
        "endColumn": "11",
        "title": "dfix (add-to-copy)",
    }


@pytest.mark.parametrize(
    ("reason", "shown"),
    [("100%", "100%"), ("%0A", "%0A"), ("a\n::error::b", "a\\n::error::b"), ("\x1b", "\\x1b")],
)
def test_any_reason_stays_on_its_line(reason: str, shown: str) -> None:
    ((command, _, message),) = told(report(b"A\n", None, finding("refused", reason)))
    assert (command, message) == ("notice", f"a message [refused: {shown}]")


def test_several_lines_have_no_columns() -> None:
    long = replace(finding("refused", "why"), end_line=3)
    ((_, properties, _),) = told(report(b"FROM a\nRUN a \\\n b\n", None, long))
    assert (properties["line"], properties["endLine"]) == ("2", "3")
    assert not {"col", "endColumn"} & properties.keys()


def test_errors() -> None:
    assert told(failed("rejected", 3), failed("gone")) == [
        ("error", {"file": "Dockerfile", "line": "3", "title": "dfix"}, "rejected"),
        ("error", {"file": "Dockerfile", "title": "dfix"}, "gone"),
    ]


def test_hadolint_says_how_grave() -> None:
    found = replace(report(b"A\n", None, finding("refused", "x")), severities={"dl3020": "error"})
    assert told(found)[0][0] == "error"


@pytest.mark.parametrize("name", ["\x1b[31m", "\x07", "\x9b1m", "\u202e", "\u2028"])
def test_a_name_does_not_steer_a_terminal(name: str) -> None:
    form = Form(written=False)
    text = form.file(report(b"FROM a\nADD . /app\n", None, finding(), name=f"a{name}"))
    assert name not in text
    assert annotations(text)[0][1]["file"] == f"a{visible(name)}"
