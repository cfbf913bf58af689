"""The report for programs keeps its shape."""

import json
from collections.abc import Mapping

import pytest

from dfix.report.json import Form, dumps
from dfix.report.summary import Summary
from dfix.runner import FileReport
from dfix.version import __version__
from tests.report.reports import failed, finding, report

_NULL = type(None)
_DOCUMENT: Mapping[str, tuple[type, ...]] = {
    "version": (int,),
    "dfix": (str,),
    "files": (list,),
    "summary": (dict,),
}
_FILE: Mapping[str, tuple[type, ...]] = {
    "path": (str,),
    "changed": (bool,),
    "diff": (str,),
    "error": (_NULL, str),
    "plan_changes": (list,),
    "findings": (list,),
}
_FINDING: Mapping[str, tuple[type, ...]] = {
    "fixer": (str,),
    "aliases": (list,),
    "level": (str,),
    "message": (str,),
    "line": (int,),
    "column": (int,),
    "end_line": (int,),
    "end_column": (int,),
    "status": (str,),
    "reason": (_NULL, str),
}
_SUMMARY: Mapping[str, tuple[type, ...]] = dict.fromkeys(
    ("files", "changed", "fixed", "refused", "errors"), (int,)
)


def check_shape(data: object) -> None:
    """Raises AssertionError for what is not a report."""
    held = _checked(data, _DOCUMENT)
    assert held["version"] == 1
    summary = _checked(held["summary"], _SUMMARY)
    assert isinstance(held["files"], list)
    assert summary["files"] == len(held["files"])
    for each in held["files"]:
        file = _checked(each, _FILE)
        assert bool(file["diff"]) == file["changed"]
        assert isinstance(file["findings"], list)
        for found in file["findings"]:
            values = _checked(found, _FINDING)
            assert values["level"] in ("safe", "standard", "aggressive")
            assert values["status"] in ("fixed", "fixable", "refused", "suppressed")


def _checked(data: object, shape: Mapping[str, tuple[type, ...]]) -> dict[str, object]:
    assert isinstance(data, dict)
    assert data.keys() == shape.keys()
    for key, kinds in shape.items():
        assert type(data[key]) in kinds, key
    return data


def _document(*reports: FileReport) -> object:
    form = Form(written=False)
    text = form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    assert text == dumps(json.loads(text)), "written in parts as if it had been written at once"
    return json.loads(text)


def test_no_files() -> None:
    data = _document()
    check_shape(data)
    assert data == {
        "version": 1,
        "dfix": __version__,
        "files": [],
        "summary": {"files": 0, "changed": 0, "fixed": 0, "refused": 0, "errors": 0},
    }


def test_all_sorts_of_files() -> None:
    data = _document(
        report(b"A\n"),
        report(b"A\n", b"B\n", finding(), finding("refused", "no evidence"), name="a/Dockerfile"),
        failed("rejected", 3, name="b/Dockerfile"),
    )
    check_shape(data)
    assert isinstance(data, dict)
    assert data["summary"] == {"files": 3, "changed": 1, "fixed": 1, "refused": 1, "errors": 1}
    unchanged, changed, broken = data["files"]
    assert (unchanged["changed"], unchanged["diff"], unchanged["error"]) == (False, "", None)
    assert changed["diff"].startswith("--- a/a/Dockerfile\n")
    assert changed["findings"][0] == {
        "fixer": "add-to-copy",
        "aliases": ["DL3020"],
        "level": "safe",
        "message": "a message",
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 11,
        "status": "fixed",
        "reason": None,
    }
    assert broken["error"] == "line 3: rejected"
    assert broken["findings"] == []


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"version": 1, "dfix": "0", "files": [{}], "summary": {}},
        {"version": "1", "dfix": "0", "files": [], "summary": dict.fromkeys(_SUMMARY, 0)},
        {
            "version": 1,
            "dfix": "0",
            "files": [],
            "summary": {**dict.fromkeys(_SUMMARY, 0), "files": 1},
        },
    ],
)
def test_the_check_of_the_shape_can_fail(broken: object) -> None:
    with pytest.raises(AssertionError):
        check_shape(broken)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ü", "ü"),
        ("\x9b\u202e", "\x9b\u202e"),
        ("\udce9", "\ufffd"),
        ("\x1b\n", "\x1b\n"),
        ("😀", "😀"),
        ("\u2028", "\u2028"),
    ],
)
def test_every_reader_takes_it(text: str, expected: str) -> None:
    printed = dumps([text])
    printed.encode("utf-8")
    assert not set(printed) & set("\x1b\x7f\x9b\u202e\u2028")
    assert json.loads(printed) == [expected]
