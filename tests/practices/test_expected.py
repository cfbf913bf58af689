"""The rewrites that the page of practices asks for come out to the letter, E1 to E13."""

import tomllib
from pathlib import Path

import pytest

from dfix import Level
from dfix.api import fix
from tests.fixers.seed import page
from tests.practices.reading import FOLDER, Case, cases

CASES = dict(cases())
LISTS = tomllib.loads((FOLDER / "untouched.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, tmp_path: Path) -> None:
    case: Case = CASES[name]
    result = case.run(tmp_path)
    after = result.after.decode()
    if case.refused is not None or case.select is not None:
        assert result.error is None, result.error
    assert case.is_wanted(after), after
    if case.refused is not None:
        reasons = [each.reason or "" for each in result.findings if each.status == "refused"]
        assert any(case.refused in reason for reason in reasons), result.findings
    again = fix(
        after,
        level=case.level,
        select=case.select,
        options=case.options,
        context=tmp_path if case.context is not None else None,
    )
    assert not again.changed


@pytest.mark.parametrize("name", LISTS["untouched"])
def test_untouched_at_safe(name: str) -> None:
    result = fix(page(name), level=Level.SAFE)
    assert result.after.decode() == page(name), result.findings


@pytest.mark.parametrize("name", LISTS["only"])
def test_only_these_at_safe(name: str) -> None:
    result = fix(page(name), level=Level.SAFE)
    assert result.changed
    fixed = {each.fixer for each in result.findings if each.status == "fixed"}
    assert fixed == set(LISTS["only"][name])


@pytest.mark.parametrize("level", list(Level), ids=str)
@pytest.mark.parametrize("number", range(1, 14))
def test_a_second_run_changes_nothing(number: int, level: Level) -> None:
    first = fix(page(f"S{number:02}"), level=level)
    assert fix(first.after, level=level).after == first.after
