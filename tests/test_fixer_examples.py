"""Every fixer's own examples are run, and what it says about itself is checked."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix import Invalid, Level, Reported, Valid
from dfix.examples import is_sentence, objections_to_class, objections_to_example, outcome
from dfix.plugins import unusable
from dfix.registry import all_fixers, own_names
from dfix.shellcheck import installed

FOLDER = Path(__file__).parent.parent / "fixers"
NAMES = sorted(own_names())
#: Rules that only report.
RULES = [name for name in NAMES if not all_fixers()[name].INVALID]
FIXERS = [name for name in NAMES if name not in RULES]
VALID = [(name, each) for name in NAMES for each in all_fixers()[name].VALID]
INVALID = [(name, each) for name in NAMES for each in all_fixers()[name].INVALID]
REPORTED = [(name, each) for name in NAMES for each in all_fixers()[name].REPORTED]


def identifiers(
    examples: list[tuple[str, Valid]] | list[tuple[str, Invalid]] | list[tuple[str, Reported]],
) -> Iterator[str]:
    """`add-to-copy-1` and so on."""
    seen: dict[str, int] = {}
    for name, _ in examples:
        seen[name] = seen.get(name, 0) + 1
        yield f"{name}-{seen[name]}"


def require_tool(name: str) -> None:
    """Skips the examples of a fixer that asks a tool which is not there."""
    if name == "shellcheck" and installed() is None:
        pytest.skip("ShellCheck is not installed: pip install -e '.[test]'")


@pytest.mark.parametrize(("name", "example"), VALID, ids=identifiers(VALID))
def test_a_valid_example_is_left_alone(name: str, example: Valid) -> None:
    require_tool(name)
    assert list(objections_to_example(all_fixers()[name], example)) == []


@pytest.mark.parametrize(("name", "example"), INVALID, ids=identifiers(INVALID))
def test_an_invalid_example_is_changed_once(name: str, example: Invalid) -> None:
    require_tool(name)
    assert list(objections_to_example(all_fixers()[name], example)) == []


@pytest.mark.parametrize(("name", "example"), INVALID, ids=identifiers(INVALID))
def test_nothing_is_fixed_below_a_fixer_s_level(name: str, example: Invalid) -> None:
    for level in Level:
        if level < all_fixers()[name].level:
            result = outcome(all_fixers()[name], example.before, example, level)
            assert "fixed" not in {each.status for each in result.findings}


@pytest.mark.parametrize(("name", "example"), REPORTED, ids=identifiers(REPORTED))
def test_a_reported_example_is_reported_and_left_alone(name: str, example: Reported) -> None:
    assert list(objections_to_example(all_fixers()[name], example)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_fixer_is_what_other_packages_are_held_to(name: str) -> None:
    assert unusable(all_fixers()[name]) == ""
    assert list(objections_to_class(all_fixers()[name])) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_alone_comes_first(name: str) -> None:
    fixer = all_fixers()[name]
    source = inspect.getsource(fixer)
    second = "INVALID" if fixer.INVALID else "REPORTED"
    assert source.index("    VALID = (") < source.index(f"    {second} = (")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_only_reports_announces_no_change(name: str) -> None:
    fixer = all_fixers()[name]
    assert fixer.plan_paths == ()
    assert "self.fix(" not in inspect.getsource(fixer)
    assert fixer.level is Level.SAFE


@pytest.mark.parametrize("name", NAMES)
def test_the_module_says_in_one_line_what_it_does(name: str) -> None:
    fixer = all_fixers()[name]
    path = FOLDER / f"{name.replace('-', '_')}.py"
    assert Path(inspect.getfile(fixer)).resolve() == path.resolve()
    doc = inspect.getmodule(fixer).__doc__ or ""
    assert is_sentence(doc.strip())
    assert path.read_text("utf-8").startswith(f'"""{doc.strip()}"""\n')


@pytest.mark.parametrize("name", NAMES)
def test_a_fixer_says_what_it_is(name: str) -> None:
    fixer = all_fixers()[name]
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", fixer.name)
    assert fixer.__name__ == "".join(part.capitalize() for part in name.split("-"))
    assert re.fullmatch(r"https://\S+", fixer.reference)
    assert fixer.message.strip() == fixer.message != ""
    assert not fixer.message.endswith(".")
    assert all(re.fullmatch(r"[A-Z]+[0-9]+|([A-Z][A-Za-z0-9]*)", code) for code in fixer.aliases)
    assert any(each.startswith("visit_") for each in vars(fixer))
    assert all(re.fullmatch(r"0[1-9]", each) for each in fixer.practices)
