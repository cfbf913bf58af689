"""What is told of a file: what was fixed, and what holds of the text that is left."""

import pytest
from msgspec.structs import replace

from dfix import Level, fix
from dfix.findings import Finding, Findings


def _finding(line: int, end: int, status: str = "refused", reason: str = "why") -> Finding:
    return Finding("a", (), Level.SAFE, "what", line, 1, end, 9, status, reason)


def _lines(findings: Findings) -> list[tuple[int, int, str]]:
    return [(each.line, each.end_line, each.status) for each in findings.all()]


def test_what_is_said_no_more_is_not_told() -> None:
    findings = Findings()
    findings.begin(1)
    findings.left(1, _finding(3, 3))
    findings.begin(1)
    assert findings.all() == ()


def test_what_another_phase_says_stays() -> None:
    findings = Findings()
    findings.begin(1)
    findings.left(1, _finding(3, 3))
    findings.begin(2)
    findings.left(2, _finding(5, 5))
    assert _lines(findings) == [(3, 3, "refused"), (5, 5, "refused")]


def test_what_is_said_of_a_greater_part_is_told_where_it_was_seen_first() -> None:
    findings = Findings()
    for places in ([(2, 2), (4, 4)], [(1, 2), (4, 4)], [(1, 4)]):
        findings.begin(1)
        for place in places:
            findings.left(1, _finding(*place))
    assert _lines(findings) == [(2, 2, "refused"), (4, 4, "refused")]


@pytest.mark.parametrize("other", [_finding(2, 2, reason="other"), _finding(2, 2, "fixable")])
def test_what_was_said_otherwise_is_another_thing(other: Finding) -> None:
    findings = Findings()
    findings.begin(1)
    findings.left(1, other)
    findings.begin(1)
    findings.left(1, _finding(1, 4))
    assert _lines(findings) == [(1, 4, "refused")]


def test_a_part_is_not_told_in_place_of_what_lies_around_it_no_more() -> None:
    findings = Findings()
    findings.begin(1)
    findings.left(1, _finding(1, 4))
    findings.begin(1)
    findings.left(1, _finding(2, 2))
    assert _lines(findings) == [(2, 2, "refused")]


def test_a_place_without_any_width_is_told() -> None:
    """An edited text may have lines that stand for none of the file."""
    findings = Findings()
    findings.begin(1)
    findings.left(1, replace(_finding(2, 2), end_column=1))
    assert _lines(findings) == [(2, 2, "refused")]


def test_what_is_fixed_is_told_once_and_stays() -> None:
    findings = Findings()
    findings.fixed(_finding(2, 2, "fixed"))
    findings.begin(1)
    findings.fixed(_finding(2, 5, "fixed"))
    findings.begin(1)
    assert _lines(findings) == [(2, 2, "fixed")]


def test_many_of_one_kind_take_no_time_squared() -> None:
    findings = Findings()
    findings.begin(1)
    for line in range(20_000):
        findings.left(1, _finding(line, line))
    assert len(findings.all()) == 20_000


def test_advice_on_instructions_that_became_one_is_told_once_at_its_own_line() -> None:
    text = "FROM debian:12\nRUN touch a\nRUN apt-get update\nRUN apt-get -y upgrade\nRUN touch b\n"
    result = fix(text, level=Level.STANDARD)
    assert result.after.count(b"RUN") == 1
    assert [each.line for each in result.findings if each.fixer == "system-upgrade"] == [4]
