"""JUnit's XML: well-formed whatever a file holds, with numbers that are right."""

import re
import xml.etree.ElementTree as ET

import pytest

from dfix.report.junit import Form
from dfix.report.summary import Summary
from dfix.runner import FileReport
from tests.report.reports import failed, finding, report, skipped

_OUTCOME: tuple[set[str], set[str], set[str]] = ({"type", "message"}, set(), set())
#: What the schema named in `dfix.report.junit` allows, as far as it is used here: attributes, those of them
#: that must be there, and children.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"name", "tests", "failures", "errors"},
        {"testcase"},
    ),
    "testcase": ({"name", "classname", "time"}, {"name"}, {"failure", "error", "skipped"}),
    "failure": _OUTCOME,
    "error": _OUTCOME,
    "skipped": _OUTCOME,
}
TIME = re.compile(r"[0-9]{1,3}(\.[0-9]*)?")


def check_schema(root: ET.Element) -> None:
    """Holds a whole document to `SCHEMA`."""
    for element in root.iter():
        allowed, required, children = SCHEMA[element.tag]
        assert required <= element.attrib.keys() <= allowed
        assert {child.tag for child in element} <= children
        assert TIME.fullmatch(element.attrib.get("time", "0"))
        if children:
            assert not (element.text or "").strip(), "only outcomes hold text"
            assert not any((child.tail or "").strip() for child in element)


def suites(*reports: FileReport, written: bool = False) -> list[ET.Element]:
    """The suites of a report, whose form is checked."""
    form = Form(written=written)
    text = form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    root = ET.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    check_schema(root)
    for key in ("tests", "failures", "errors"):
        assert int(root.attrib[key]) == sum(int(suite.attrib[key]) for suite in root)
    for suite in root:
        assert suite.tag == "testsuite"
        cases = list(suite)
        assert cases, "readers take a suite without cases for a mistake"
        assert int(suite.attrib["tests"]) == len(cases)
        for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[key]) == sum(case.find(tag) is not None for case in cases)
        for case in cases:
            assert case.tag == "testcase"
            assert {"name", "classname", "time"} == case.attrib.keys()
            assert len(case) <= 1
    return list(root)


def test_no_files() -> None:
    assert suites() == []


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (report(b"A\n"), None),
        (skipped("template"), "skipped"),
        (report(b"A\n", None, finding("suppressed", "off")), "skipped"),
        (report(b"A\n", None, finding("refused", "why")), "failure"),
        (report(b"A\n", None, finding("fixable", "why")), "failure"),
        (report(b"A\n", b"B\n", finding()), "failure"),
        (failed("gone"), "error"),
    ],
)
def test_what_a_case_is(told: FileReport, kind: str | None) -> None:
    ((case,),) = suites(told)
    assert [each.tag for each in case] == ([] if kind is None else [kind])


def test_what_was_written_has_passed() -> None:
    ((case,),) = suites(report(b"A\n", b"B\n", finding()), written=True)
    assert list(case) == []


def test_a_failure_names_its_place() -> None:
    ((case,),) = suites(report(b"FROM a\nADD . /app\n", None, finding("refused", "why"), name="a"))
    assert case.attrib["name"] == "add-to-copy (2:1)"
    (failure,) = case
    assert failure.attrib == {"type": "note", "message": "a message [refused: why]"}
    assert failure.text == "a:2:1: a message [refused: why]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<b>&\"c'", "a<b>&\"c'"),
        ("]]><!--", "]]><!--"),
        ("\x00\x08\x1b", "\\x00\\x08\\x1b"),
        ("\udcff", "\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("日本😀", "日本😀"),
        ("a\tb", "a\tb"),
    ],
)
def test_any_text(text: str, shown: str) -> None:
    ((case,),) = suites(report(b"A\n", None, finding("refused", text)))
    (failure,) = case
    assert failure.attrib["message"] == f"a message [refused: {shown}]"


@pytest.mark.parametrize("name", ["a&b", "a<\n>", "\udcff", "a\x01"])
def test_any_name(name: str) -> None:
    (suite,) = suites(report(b"A\n", name=name))
    assert suite.attrib["name"] == name.replace("\udcff", "\ufffd").replace("\x01", "\ufffd")


@pytest.mark.parametrize("name", ["\x9b31m", "\x7f", "\u202eb", "\u2028"])
def test_a_name_does_not_steer_a_terminal(name: str) -> None:
    form = Form(written=False)
    form.file(report(b"A\n", name=name))
    assert name[0] not in "".join(form.tail(Summary()))
    assert suites(report(b"A\n", name=name))[0].attrib["name"] == name


def test_totals_stand_at_the_root() -> None:
    form = Form(written=False)
    reports = [
        report(b"A\n"),
        report(b"A\n", None, finding("refused", "a"), finding("suppressed", "b")),
        failed("gone"),
        skipped("template"),
    ]
    out = form.head() + "".join(map(form.file, reports)) + "".join(form.tail(Summary.of(reports)))
    assert ET.fromstring(out).attrib == {
        "name": "dfix",
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "time": "0",
    }
