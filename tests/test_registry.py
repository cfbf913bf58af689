"""Finding fixers: what is no fixer, who is found, and which name means whom."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dfix import Fixer, Phase
from dfix.registry import UnknownFixer, all_fixers, fixer_of, resolve

FIXERS = Path(__file__).parent.parent / "fixers"


def module(name: str, *classes: type) -> ModuleType:
    """A module that defines `classes`."""
    made = ModuleType(name)
    for at, each in enumerate(classes):
        each.__module__ = name
        setattr(made, f"Class{at}", each)
    return made


def fixer(**attributes: Any) -> type[Fixer]:
    """A new class of fixer."""
    return type("Made", (Fixer,), attributes)


class Entry:
    """An installed package's entry point for a fixer."""

    def __init__(self, module: ModuleType) -> None:
        self.value = module.__name__
        self.module = module

    def load(self) -> ModuleType:
        return self.module


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Entry]]:
    """The entry points of other packages; the fixers are looked for anew."""
    entries: list[Entry] = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: entries)
    all_fixers.cache_clear()
    yield entries
    all_fixers.cache_clear()


@pytest.mark.parametrize(
    "classes",
    [
        pytest.param((), id="none"),
        pytest.param((fixer(), fixer()), id="two"),
        pytest.param((int,), id="another-class"),
    ],
)
def test_a_module_without_exactly_one_fixer_is_broken(classes: tuple[type, ...]) -> None:
    made = ModuleType("package.some_fixer")
    for at, each in enumerate(classes):
        if issubclass(each, Fixer):
            each.__module__ = made.__name__
        setattr(made, f"Class{at}", each)
    with pytest.raises(TypeError, match=r"package\.some_fixer defines [02] fixers"):
        fixer_of(made)


def test_a_fixer_that_a_module_only_imports_is_not_its_own() -> None:
    own = fixer()
    made = module("package.some_fixer", own)
    made.Other = fixer()  # type: ignore[attr-defined]
    made.Fixer = Fixer  # type: ignore[attr-defined]
    assert fixer_of(made) is own


def test_a_fixer_is_called_like_its_module() -> None:
    assert fixer_of(module("package.some_new_fixer", fixer())).name == "some-new-fixer"
    assert fixer_of(module("some", fixer())).name == "some"


def test_every_module_without_an_underscore_is_a_fixer() -> None:
    stems = {path.stem for path in FIXERS.glob("*.py") if not path.stem.startswith("_")}
    assert {name.replace("-", "_") for name in all_fixers()} == stems


def test_fixers_come_in_the_order_of_phases_then_names() -> None:
    keys = [(each.phase, name) for name, each in all_fixers().items()]
    assert keys == sorted(keys)


def test_a_name_that_is_taken_is_refused(installed: list[Entry]) -> None:
    installed.append(Entry(module("elsewhere.merge_runs", fixer())))
    with pytest.raises(TypeError, match=r"two fixers are called merge-runs.*elsewhere\.merge_runs"):
        all_fixers()


def test_a_broken_package_is_told(installed: list[Entry]) -> None:
    installed.append(Entry(module("elsewhere.nothing")))
    with pytest.raises(TypeError, match=r"elsewhere\.nothing defines 0 fixers"):
        all_fixers()


def test_other_packages_bring_fixers_of_their_own(installed: list[Entry]) -> None:
    made = fixer(phase=Phase.LANGUAGE, aliases=("XX1000",))
    installed.append(Entry(module("elsewhere.a_taste", made)))
    assert all_fixers()["a-taste"] is made
    assert resolve(["xx1000"]) == {"a-taste"}
    assert "merge-runs" in all_fixers()


@pytest.mark.parametrize(
    "name",
    ["", " ", "merge", "merge_runs", "mergeruns", "MergeRuns", "DL", "DL302", "DL30200", "*"],
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownFixer, match="no fixer is called"):
        resolve(["merge-runs", name])


def test_no_names_mean_no_fixers() -> None:
    assert resolve([]) == frozenset()


@pytest.mark.parametrize("name", ["merge-runs", "Merge-Runs", " merge-runs ", "MERGE-RUNS"])
def test_a_name_means_its_fixer(name: str) -> None:
    assert resolve([name]) == {"merge-runs"}


@pytest.mark.parametrize("code", ["DL3006", "dl3007", " DL3007 "])
def test_a_code_means_the_fixer_that_has_it(code: str) -> None:
    assert resolve([code]) == {"pin-base-image"}


def test_names_and_codes_add_up() -> None:
    assert resolve(["dl3006", "merge-runs", "DL3007"]) == {"merge-runs", "pin-base-image"}


@pytest.mark.parametrize("name", all_fixers())
def test_each_alias_of_a_fixer_means_it(name: str) -> None:
    for alias in all_fixers()[name].aliases:
        assert name in resolve([alias])


def test_a_code_may_mean_several_fixers(installed: list[Entry]) -> None:
    installed.append(Entry(module("elsewhere.a_taste", fixer(aliases=("DL3006",)))))
    assert resolve(["dl3006"]) == {"a-taste", "pin-base-image"}
