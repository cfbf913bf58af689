"""Finding fixers: what is no fixer, who is found, and which name means whom."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dfix import Fixer, Option, Phase
from dfix.registry import (
    Origin,
    UnknownFixer,
    all_fixers,
    faults,
    fixer_of,
    forget_fixers,
    makers,
    origin_of,
    own_names,
    resolve,
)
from dfix.version import __version__

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
    return type("Made", (Fixer,), {"message": "something is wrong", **attributes})


class Entry:
    """An installed package's entry point for a fixer."""

    dist = None
    name = "any"

    def __init__(self, module: ModuleType) -> None:
        self.value = module.__name__
        self.module = module

    def load(self) -> ModuleType:
        return self.module


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Entry]]:
    """The entry points of other packages; the fixers are looked for anew."""
    entries: list[Entry] = []
    monkeypatch.setattr("dfix.plugins.are_named", lambda group: True)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: entries)
    forget_fixers()
    yield entries
    forget_fixers()


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
    assert {name.replace("-", "_") for name in own_names()} == stems


def test_fixers_come_in_the_order_of_phases_then_names() -> None:
    keys = [(each.phase, name) for name, each in all_fixers().items()]
    assert keys == sorted(keys)


OWN = set(own_names())


class Raising:
    """An attribute that cannot be looked at."""

    def __get__(self, _instance: object, _owner: type) -> object:
        raise ValueError("no")


def test_nothing_is_told_before_fixers_were_looked_for(installed: list[Entry]) -> None:
    installed.append(Entry(module("elsewhere.nothing")))
    assert faults() == ()
    all_fixers()
    assert len(faults()) == 1


def test_names_of_dfix_s_own_need_no_fixer_to_be_loaded() -> None:
    code = (
        "import sys; from dfix.registry import own_names; assert 'merge-runs' in own_names()\n"
        "sys.exit('dfix.fixers.merge_runs' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("made", "told"),
    [
        pytest.param(module("elsewhere.nothing"), "defines 0 fixers", id="none"),
        pytest.param(module("elsewhere.two", fixer(), fixer()), "defines 2 fixers", id="two"),
        pytest.param(
            module("elsewhere.merge_runs", fixer()), "dfix has a fixer called merge-runs", id="ours"
        ),
        pytest.param(
            module("elsewhere.dockerignore", fixer()), "the name of something else", id="neighbour"
        ),
        pytest.param(
            module("elsewhere.level", fixer()), "the name of something else", id="setting"
        ),
        pytest.param(module("elsewhere.Some", fixer()), "'Some' is no name", id="capital"),
        pytest.param(module("elsewhere.a_", fixer()), "'a-' is no name", id="underscore"),
        pytest.param(
            module("elsewhere.a", fixer(aliases=("Pipefail",))), "the alias Pipefail", id="alias"
        ),
        pytest.param(
            module("elsewhere.a", fixer(aliases=("a b",))), "the alias 'a b'", id="no-alias"
        ),
        pytest.param(
            module("elsewhere.a", fixer(aliases="XX1")), "aliases is a str", id="aliases-text"
        ),
        pytest.param(
            module("elsewhere.a", fixer(aliases=(1,))), "aliases holds a int", id="aliases-number"
        ),
        pytest.param(module("elsewhere.a", fixer(level="safe")), "level is a str", id="level"),
        pytest.param(module("elsewhere.a", fixer(phase=None)), "phase is a NoneType", id="phase"),
        pytest.param(module("elsewhere.a", fixer(message="")), "message is not", id="no-message"),
        pytest.param(module("elsewhere.a", fixer(message="a\nb")), "message is not", id="lines"),
        pytest.param(module("elsewhere.a", fixer(default=1)), "default is a int", id="default"),
        pytest.param(
            module("elsewhere.a", fixer(plan_paths="effect")), "plan_paths is a str", id="paths"
        ),
        pytest.param(
            module("elsewhere.a", fixer(VALID=("FROM a",))), "VALID holds a str", id="examples"
        ),
        pytest.param(
            module("elsewhere.a", fixer(options=("a",))), "options is a tuple", id="options"
        ),
        pytest.param(module("elsewhere.a", fixer(level=Raising())), "ValueError: no", id="raises"),
        pytest.param(
            module("elsewhere.a", fixer(options={"a": "x"})), "option a is a str", id="option"
        ),
        pytest.param(
            module("elsewhere.a", fixer(options={"a b": Option("", "m")})),
            "'a b' is no name of an option",
            id="option-name",
        ),
        pytest.param(
            module("elsewhere.a", fixer(options={"a": Option(1, "m")})),  # type: ignore[arg-type]
            "default of the option a is a int",
            id="option-default",
        ),
        pytest.param(
            module("elsewhere.a", fixer(options={"a": Option("x", "m", ("y", "z"))})),
            "none of its choices",
            id="option-choice",
        ),
    ],
)
def test_what_is_broken_is_told_and_stops_no_other(
    made: ModuleType, told: str, installed: list[Entry]
) -> None:
    installed += [Entry(made), Entry(module("elsewhere.a_taste", fixer()))]
    assert set(all_fixers()) == {*OWN, "a-taste"}
    assert all_fixers()["merge-runs"].__module__ == "dfix.fixers.merge_runs"
    (fault,) = faults()
    assert told in str(fault)
    assert "\n" not in str(fault)


def test_of_two_with_one_name_none_is_taken(installed: list[Entry]) -> None:
    installed += [Entry(module("one.taste", fixer())), Entry(module("two.taste", fixer()))]
    assert set(all_fixers()) == OWN
    assert [str(each).count("several fixers are called taste") for each in faults()] == [1, 1]


def test_an_alias_that_is_the_name_of_another_package_s_fixer(installed: list[Entry]) -> None:
    installed += [
        Entry(module("one.taste", fixer())),
        Entry(module("two.smell", fixer(aliases=("Taste",)))),
    ]
    assert set(all_fixers()) == {*OWN, "taste"}
    assert "the alias Taste" in str(faults()[0])


def test_one_fixer_that_two_entries_name_is_one(installed: list[Entry]) -> None:
    made = module("one.taste", fixer())
    installed += [Entry(made), Entry(made)]
    assert set(all_fixers()) == {*OWN, "taste"}
    assert faults() == ()


def test_makers_are_dfix_and_those_that_bring_fixers(installed: list[Entry]) -> None:
    assert makers() == __version__
    installed.append(Entry(module("elsewhere.a_taste", fixer())))
    forget_fixers()
    assert makers() == f"{__version__} with {origin_of('a-taste')}"
    assert origin_of("merge-runs") == Origin("dfix", __version__)


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


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("add-to-cpy", ": is add-to-copy meant?"),
        (" Merge_Runs ", ": is merge-runs meant?"),
        ("DL9999", "; `dfix rules` lists them"),
        ("DL3021", "; `dfix rules` lists them"),
        ("", "; `dfix rules` lists them"),
        ("x" * 1000, "; `dfix rules` lists them"),
    ],
)
def test_a_name_that_is_close_is_told(name: str, told: str) -> None:
    with pytest.raises(UnknownFixer) as caught:
        resolve([name])
    assert str(caught.value) == f"no fixer is called {name.strip()!r}{told}"
