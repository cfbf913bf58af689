"""The report as SARIF: valid by the standard's schema, and its fixes give what dfix gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError
from msgspec.structs import replace

import dfix
from dfix.report.sarif import Form
from dfix.report.summary import Summary
from dfix.runner import FileReport
from tests.report.reports import failed, finding, report, skipped
from tests.report.sarif import applied, check_sarif

CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.Dockerfile"))


def log(*reports: FileReport, written: bool = False) -> dict[str, Any]:
    """The one run of a log, which is checked."""
    form = Form(written=written)
    text = form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    data = json.loads(text)
    check_sarif(data)
    (run,) = data["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize(
    "broken",
    [
        {"version": "2.0.0", "runs": []},
        {"version": "2.1.0", "runs": [{}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}]}]},
    ],
)
def test_the_check_can_fail(broken: object) -> None:
    with pytest.raises(ValidationError):
        check_sarif(broken)


def test_nothing_found() -> None:
    run = log(report(b"A\n"))
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_finding() -> None:
    run = log(report(b"FROM a\nADD . /app\n", None, finding("refused", "why"), name="a b/ü#?%"))
    (result,) = run["results"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["ruleId"] == "add-to-copy"
    assert (result["kind"], result["level"]) == ("fail", "note")
    assert result["message"]["text"] == "a message [refused: why]"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%BC%23%3F%25", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 11},
    }
    assert "fixes" not in result
    assert "suppressions" not in result


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("/tmp/a b", "file:///tmp/a%20b"),
        ("a:b/Dockerfile", "a%3Ab/Dockerfile"),
        ("\udcff", "%FF"),
        ("-", "-"),
    ],
)
def test_names_as_uris(name: str, uri: str) -> None:
    (result,) = log(report(b"A\n", None, finding("refused", "why"), name=name))["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == uri
    assert ("uriBaseId" in place) is not uri.startswith("file:")


@pytest.mark.parametrize(
    ("status", "override", "written", "level", "kind"),
    [
        ("fixed", "", False, "warning", "fail"),
        ("fixable", "", False, "warning", "fail"),
        ("refused", "", False, "note", "fail"),
        ("fixed", "", True, "none", "informational"),
        ("refused", "error", False, "error", "fail"),
        ("fixed", "style", False, "note", "fail"),
        ("fixed", "info", True, "none", "informational"),
        ("fixed", "warning", False, "warning", "fail"),
    ],
)
def test_levels(status: str, override: str, written: bool, level: str, kind: str) -> None:
    found = report(b"FROM a\nADD . /app\n", None, finding(status, "why"))
    found = replace(found, severities={"dl3020": override} if override else {})
    (result,) = log(found, written=written)["results"]
    assert (result["level"], result["kind"]) == (level, kind)


def test_what_is_switched_off_is_told_as_such() -> None:
    (result,) = log(report(b"A\n", None, finding("suppressed", "switched off")))["results"]
    assert result["suppressions"] == [
        {"kind": "inSource", "justification": "suppressed: switched off"}
    ]


def test_errors_and_notes_are_notifications() -> None:
    run = log(
        failed("rejected \x1b[31m", 3, name="b c"),
        skipped("template", name="t"),
        report(b"", note="no instruction", name="n"),
    )
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [
        (
            each["level"],
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            each["locations"][0]["physicalLocation"].get("region"),
            each["message"]["text"],
        )
        for each in invocation["toolExecutionNotifications"]
    ]
    assert told == [
        ("error", "b%20c", {"startLine": 3}, "rejected \\x1b[31m"),
        ("note", "t", None, "skipped: template"),
        ("note", "n", None, "no instruction"),
    ]


def test_rules_are_told_once_and_with_help() -> None:
    many = report(b"A\n", None, *[finding("refused", str(at)) for at in range(3)])
    beside = report(b"A\n", None, finding("refused", "why", "dockerignore"))
    rules = log(many, beside)["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["add-to-copy", "dockerignore"]
    rule = rules[0]
    assert rule["helpUri"].startswith("https://")
    assert "**" not in rule["help"]["text"]
    assert "**Why**" in rule["help"]["markdown"]
    assert rule["fullDescription"]["text"]


def test_every_fixer_is_a_valid_rule() -> None:
    from dfix.registry import all_fixers

    found = [finding("refused", "why", name) for name in all_fixers()]
    rules = log(report(b"A\n", None, *found))["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} == set(all_fixers())


def test_fingerprints_outlive_other_lines() -> None:
    one = finding("refused", "why")
    moved = replace(one, line=4, end_line=4)
    before = log(report(b"FROM a\nADD . /app\n", None, one))["results"]
    after = log(report(b"FROM a\n\n\n  ADD  . /app\n", None, moved))["results"]
    other = log(report(b"FROM a\nADD . /x\n", None, one))["results"]
    twice = log(report(b"FROM a\nADD . /app\n", None, one, one))["results"]
    marks = [each["partialFingerprints"]["dfix/v1"] for each in (*before, *after, *other)]
    assert marks[0] == marks[1] != marks[2]
    assert len({each["partialFingerprints"]["dfix/v1"] for each in twice}) == 2


def _fixed(data: bytes, name: str = "Dockerfile") -> FileReport:
    result = dfix.fix(data, level=dfix.Level.AGGRESSIVE)
    return FileReport(Path("/project") / name, name, name, result)


TEXTS = {path.name: path.read_bytes() for path in CORPUS} | {
    "several rounds": b"FROM node\nRUN a\nRUN apt-get update\nRUN apt-get install -y x\nCMD node a\n",
    "returns": b"FROM node\r\nENV a b\r\nCMD node a.js\r\n",
    "no end": b"FROM node\nENV a b\nCMD node a.js",
    "mark": b"\xef\xbb\xbfFROM node\nENV a b\nCMD node a.js\n",
    "bytes": b"FROM node\n# \xff\xfe\nENV a b\nCMD node a.js\n",
    "wide": "FROM node\nENV a 日本\nCMD node a.js\n".encode(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_fix_of_any_finding_gives_what_dfix_gives(name: str) -> None:
    found = _fixed(TEXTS[name])
    assert found.result is not None
    fixed = [each for each in log(found)["results"] if each["properties"]["status"] == "fixed"]
    assert bool(fixed) is found.result.changed
    for each in fixed:
        (fix,) = each["fixes"]
        (change,) = fix["artifactChanges"]
        assert applied(found.result.before, change) == found.result.after


def test_some_of_those_texts_change() -> None:
    # Otherwise the test above would look at nothing.
    changed = [name for name, data in TEXTS.items() if _fixed(data).status == "changed"]
    assert len(changed) > 10
    assert {"several rounds", "returns", "no end", "mark", "bytes", "wide"} <= set(changed)


@pytest.mark.parametrize("name", TEXTS)
def test_regions_lie_in_the_file(name: str) -> None:
    found = _fixed(TEXTS[name])
    text = TEXTS[name].decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lines = text.split("\n")
    for each in log(found)["results"]:
        region = each["locations"][0]["physicalLocation"]["region"]
        start = region["startLine"], region["startColumn"]
        end = region["endLine"], region["endColumn"]
        assert start <= end
        for line, column in (start, end):
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1


def test_no_fix_is_offered_for_what_is_written_or_not_there_yet() -> None:
    changed = report(b"A\n", b"B\n", finding())
    assert "fixes" in log(changed)["results"][0]
    assert "fixes" not in log(changed, written=True)["results"][0]
    assert "fixes" not in log(replace(changed, created=True))["results"][0]
