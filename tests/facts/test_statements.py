"""Which statements of the plan a RUN contributes, and what another image to mount from changes."""

from collections.abc import Callable, Iterable
from itertools import groupby

import pytest

from dfix import Change, Facts, Run, parse
from dfix.facts.statements import mounting_from, statements_of
from dfix.plan import Effect


def last_run(text: str) -> tuple[Facts, Run]:
    tree = parse(text)
    return Facts(tree), [each for each in tree.instructions if isinstance(each, Run)][-1]


def texts(text: str, number: int) -> list[str]:
    """The statements of RUN number `number` of a file."""
    tree = parse(text)
    runs = [each for each in tree.instructions if isinstance(each, Run)]
    return [each.text for each in statements_of(Facts(tree), runs[number])]


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        pytest.param("RUN a\nFROM x\n", 0, [], id="above-from"),
        pytest.param("FROM x\nRUN a\n", 0, ["a"], id="one"),
        pytest.param("FROM x\nRUN a && b; c\nRUN d\n", 0, ["a", "b", "c"], id="first"),
        pytest.param("FROM x\nRUN a && b\nRUN d\n", 1, ["d"], id="second"),
        pytest.param("FROM x\nRUN a\nCOPY p q\nRUN b\nWORKDIR /\nRUN c\n", 1, ["b"], id="between"),
        pytest.param("FROM x AS y\nRUN a\nFROM x\nRUN b\n", 0, ["a"], id="stage"),
        pytest.param("FROM x AS y\nRUN a\nFROM x\nRUN b\n", 1, ["b"], id="next-stage"),
        pytest.param("FROM x AS y\nRUN a\nFROM y\nRUN b\n", 1, ["b"], id="stage-of-a-stage"),
        pytest.param("FROM x AS y\nONBUILD RUN a\nFROM y\nRUN b\n", 0, ["b"], id="onbuild-parent"),
        pytest.param("FROM x AS y\nONBUILD RUN a\nRUN b\nFROM x\n", 0, ["b"], id="onbuild-own"),
        pytest.param('FROM x\nRUN ["a"]\nRUN b\n', 1, ["b"], id="exec-form"),
    ],
)
def test_statements_of(text: str, number: int, expected: list[str]) -> None:
    assert texts(text, number) == expected


@pytest.mark.parametrize(
    ("flags", "at", "expected"),
    [
        pytest.param("--mount=from=a,target=/m", 0, "--mount=from=b,target=/m", id="first"),
        pytest.param("--mount=target=/m,from=a", 0, "--mount=target=/m,from=b", id="last"),
        pytest.param("--mount=FROM=a,target=/m", 0, "--mount=FROM=b,target=/m", id="capitals"),
        pytest.param("--mount=from=a,source=a", 0, "--mount=from=b,source=a", id="other-option"),
        pytest.param("--mount=from=a/a,target=/m", 0, "--mount=from=a/a,target=/m", id="longer"),
        pytest.param("--mount=from=a:1,target=/m", 0, "--mount=from=a:1,target=/m", id="tagged"),
    ],
)
def test_another_image_shows_in_every_statement(flags: str, at: int, expected: str) -> None:
    facts, run = last_run(f"FROM x\nRUN z\nRUN {flags} p && q\n")
    changes = mounting_from(facts, run, at, "a", "b")
    assert changes == (Change(0, "effect.flags", f'["{flags}"]', f'["{expected}"]'),) * 2


def test_only_the_flag_that_is_meant_changes() -> None:
    facts, run = last_run("FROM x\nRUN --mount=from=a,target=/m --mount=from=a,target=/n p\n")
    (change,) = mounting_from(facts, run, 1, "a", "b")
    assert change.new == '["--mount=from=a,target=/m", "--mount=from=b,target=/n"]'


def test_the_plan_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many commands there are: looking for each took minutes in a file of thousands."""
    looked: list[object] = []

    def counted(effects: Iterable[Effect], key: Callable[[Effect], bool]) -> object:
        looked.append(effects)
        return groupby(effects, key)

    monkeypatch.setattr("dfix.facts.statements.groupby", counted)
    tree = parse("FROM x\n" + "RUN a\n" * 50 + "FROM x\n" + "RUN b\n" * 50)
    facts = Facts(tree)
    runs = [each for each in tree.instructions if isinstance(each, Run)]
    found = [statements_of(facts, run)[0].text for run in runs]
    assert found == ["a"] * 50 + ["b"] * 50
    assert len(looked) == 2
