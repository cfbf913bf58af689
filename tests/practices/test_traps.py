"""Traps in the page's own examples: each is reported or left as it is, and never corrected."""

import pytest

from dfix import Level
from dfix.api import fix
from tests.fixers.seed import S05, page


def told(name: str) -> list[tuple[str, str]]:
    """What is reported about an example: fixer, then message and reason."""
    result = fix(page(name), level=Level.AGGRESSIVE)
    return [(each.fixer, f"{each.message}: {each.reason}") for each in result.findings]


def test_t1_a_typing_error_is_reported() -> None:
    assert any(fixer == "unknown-subcommand" and "isntall" in text for fixer, text in told("S07"))
    assert "yum -y isntall httpd" in fix(page("S07"), level=Level.AGGRESSIVE).after.decode()


def test_t4_what_the_builder_does_not_know_is_an_error() -> None:
    result = fix(page("S02"), level=Level.AGGRESSIVE)
    assert result.error is not None
    assert result.error.line == 3
    assert not result.changed


def test_t5_an_invalid_reference_keeps_the_file_as_it_is() -> None:
    result = fix(S05, level=Level.AGGRESSIVE)
    assert not result.changed


TOLD = {
    "T6 label": ("S13", "label-typo", "mantainer"),
    "T6 variable": ("S13", "undefined-variable", "LABEL"),
    "T7": ("S03", "chown-missing-path", "/app-data"),
    "T14 S01": ("S01", "eol-base", "16"),
    "T14 S04": ("S04", "eol-base", "centos"),
    "T14 S11": ("S11", "eol-base", "golang"),
    "T14 S12": ("S12", "eol-base", "openjdk"),
}


@pytest.mark.parametrize("name", TOLD)
def test_it_is_reported(name: str) -> None:
    example, fixer, part = TOLD[name]
    assert any(found == fixer and part in text for found, text in told(example)), told(example)


def test_t8_a_question_that_nobody_answers_is_reported() -> None:
    text = "FROM centos:8\nRUN dnf module enable php:remi-7.4\n"
    result = fix(text, level=Level.AGGRESSIVE)
    assert any("-y" in f"{each.message} {each.reason}" for each in result.findings)
