"""Every fixer's own examples are run, and what it says about itself is checked."""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dfix import Invalid, Level, Reported, Request, Result, Valid, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from dfix.text import encode

FOLDER = Path(__file__).parent.parent / "fixers"
SECTIONS = ("**Why**", "**When it is applied**", "**When it is refused**")
REPORT_SECTIONS = ("**Why**", "**When it is reported**", "**What to do**")
NAMES = list(all_fixers())
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


def run(
    name: str,
    text: str,
    example: Valid | Invalid | Reported,
    folder: Path,
    level: Level | None = None,
) -> Result:
    """What the fixer `name` alone makes of `text`, with the level, options and context of `example`."""
    context = None if example.context is None else written(folder, example.context)
    surroundings = surroundings_of(
        folder / "Dockerfile",
        options={name: dict(example.options)},
        context=context,
        has_context=False,
    )
    asked = example.level if level is None else level
    return fix_bytes(encode(text), Request((all_fixers()[name],), asked, surroundings))


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    root = folder / "context"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.mark.parametrize(("name", "example"), VALID, ids=identifiers(VALID))
def test_a_valid_example_is_left_alone(name: str, example: Valid, tmp_path: Path) -> None:
    result = run(name, example.code, example, tmp_path)
    assert result.error is None, result.error
    assert result.after == encode(example.code)
    refused = [each for each in result.findings if each.status == "refused"]
    assert bool(refused) is example.refused, result.findings
    assert all(each.reason for each in refused)


@pytest.mark.parametrize(("name", "example"), INVALID, ids=identifiers(INVALID))
def test_an_invalid_example_is_changed_once(name: str, example: Invalid, tmp_path: Path) -> None:
    assert example.before != example.after
    result = run(name, example.before, example, tmp_path)
    assert result.error is None, result.error
    assert result.after == encode(example.after), result.findings
    assert "fixed" in {each.status for each in result.findings}
    items = {re.sub(r"^[^.]*\.(?:effects\[\d+\])?", "", each) for each in result.plan_changes}
    allowed = all_fixers()[name].plan_paths
    assert not items or allowed, "it changes the plan and does not say what"
    again = run(name, example.after, example, tmp_path)
    assert again.after == result.after, again.findings


@pytest.mark.parametrize(("name", "example"), INVALID, ids=identifiers(INVALID))
def test_nothing_is_changed_below_a_fixer_s_level(
    name: str, example: Invalid, tmp_path: Path
) -> None:
    for level in Level:
        if level < all_fixers()[name].level:
            result = run(name, example.before, example, tmp_path, level)
            assert not result.changed, str(level)
            assert "fixed" not in {each.status for each in result.findings}


@pytest.mark.parametrize(("name", "example"), REPORTED, ids=identifiers(REPORTED))
def test_a_reported_example_is_reported_and_left_alone(
    name: str, example: Reported, tmp_path: Path
) -> None:
    result = run(name, example.code, example, tmp_path)
    assert result.error is None, result.error
    assert result.after == encode(example.code)
    told = [each for each in result.findings if each.status == "refused"]
    assert example.line in {each.line for each in told}, result.findings
    assert all(each.reason and each.message for each in told)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_alone_comes_first_and_is_more(name: str) -> None:
    fixer = all_fixers()[name]
    examples = fixer.INVALID or fixer.REPORTED
    assert examples
    assert len(fixer.VALID) >= len(examples)
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
def test_the_docstring_has_its_sections_in_order(name: str) -> None:
    doc = inspect.getdoc(all_fixers()[name]) or ""
    lines = doc.split("\n")
    assert _is_sentence(lines[0])
    assert lines[1] == ""
    headings = [line for line in lines if re.fullmatch(r"\*\*[^*]+\*\*", line)]
    sections = REPORT_SECTIONS if name in RULES else SECTIONS
    assert tuple(headings) == sections
    texts = re.split("|".join(map(re.escape, sections)), doc)[1:]
    assert all(len(text.split()) > 5 for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_module_says_in_one_line_what_it_does(name: str) -> None:
    fixer = all_fixers()[name]
    path = FOLDER / f"{name.replace('-', '_')}.py"
    assert Path(inspect.getfile(fixer)).resolve() == path.resolve()
    doc = inspect.getmodule(fixer).__doc__ or ""
    assert _is_sentence(doc.strip())
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


@pytest.mark.parametrize("name", NAMES)
def test_an_option_has_a_meaning_and_one_of_its_choices(name: str) -> None:
    for option in all_fixers()[name].options.values():
        assert option.meaning
        assert not option.choices or option.default in option.choices


def _is_sentence(line: str) -> bool:
    return "\n" not in line and line.endswith(".") and line[:1].isupper() and len(line) <= 100
