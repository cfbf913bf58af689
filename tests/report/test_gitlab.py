"""GitLab's code quality report."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from dfix.report.gitlab import Form
from dfix.report.summary import Summary
from dfix.runner import FileReport
from tests.report.reports import failed, finding, report, skipped

#: By https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
_SHAPE = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "not": {"pattern": "^\\./"}},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)


def entries(*reports: FileReport, written: bool = False) -> list[dict[str, Any]]:
    form = Form(written=written)
    text = form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    data = json.loads(text)
    _SHAPE.validate(data)
    assert isinstance(data, list)
    marks = [each["fingerprint"] for each in data]
    assert len(marks) == len(set(marks)), "GitLab drops all but one of equal fingerprints"
    return data


@pytest.mark.parametrize(
    "silent",
    [report(b"A\n"), report(b"A\n", None, finding("suppressed", "off")), skipped("template")],
)
def test_nothing_to_tell(silent: FileReport) -> None:
    assert entries(silent) == []


def test_what_was_written_is_no_more() -> None:
    assert entries(report(b"A\n", b"B\n", finding()), written=True) == []


def test_a_finding() -> None:
    (entry,) = entries(report(b"FROM a\nADD . /app\n", None, finding(), name="a/Dockerfile"))
    assert entry["description"] == "add-to-copy: a message [would be fixed]"
    assert entry["check_name"] == "add-to-copy"
    assert entry["severity"] == "minor"
    assert entry["location"] == {"path": "a/Dockerfile", "lines": {"begin": 2, "end": 2}}


def test_equal_findings_and_equal_files_are_told_apart() -> None:
    one = finding("refused", "why")
    files = [report(b"FROM a\nADD . /app\n", None, one, one, name=name) for name in ("a", "b")]
    assert len(entries(*files)) == 4


def test_an_error_is_critical() -> None:
    first, second = entries(failed("rejected", 3), failed("gone"))
    assert (first["severity"], first["location"]["lines"]["begin"]) == ("critical", 3)
    assert second["location"]["lines"]["begin"] == 1


@pytest.mark.parametrize(
    ("override", "severity"),
    [("error", "major"), ("warning", "minor"), ("info", "info"), ("style", "info")],
)
def test_hadolint_says_how_grave(override: str, severity: str) -> None:
    found = replace(report(b"A\n", None, finding()), severities={"dl3020": override})
    assert entries(found)[0]["severity"] == severity
