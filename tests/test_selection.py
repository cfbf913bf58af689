"""Which fixers run: the call before the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from dfix.config import Settings
from dfix.fixer import Fixer, Level, Option, Phase
from dfix.registry import UnknownFixer
from dfix.selection import OptionError, Selection

FILE = Path("/project/api/Dockerfile")


class _First(Fixer):
    name = "first"
    aliases = ("DL1", "Shared")
    options: ClassVar[Mapping[str, Option]] = {
        "speed": Option("1", "how fast", ("1", "2")),
        "words": Option("", "free"),
    }


class _Second(Fixer):
    name = "second"
    aliases = ("DL2", "Shared")
    phase = Phase.MERGING
    options: ClassVar[Mapping[str, Option]] = {"words": Option("", "free")}


class _Taste(Fixer):
    name = "taste"
    default = False


ALL = {fixer.name: fixer for fixer in (_First, _Second, _Taste)}


@pytest.fixture(autouse=True)
def _fixers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("dfix.registry", "dfix.selection"):
        monkeypatch.setattr(f"{module}.all_fixers", lambda: ALL)


def _names(selection: Selection, settings: Settings) -> list[str]:
    return [fixer.name for fixer in selection.choose(settings, FILE).fixers]


@pytest.mark.parametrize(
    ("selection", "settings", "expected"),
    [
        pytest.param(Selection(), Settings(), "first second", id="default"),
        pytest.param(Selection(select=()), Settings(), "", id="none"),
        pytest.param(Selection(select=("DL2",)), Settings(), "second", id="code"),
        pytest.param(Selection(select=("SHARED",)), Settings(), "first second", id="shared-code"),
        pytest.param(Selection(select=("taste",)), Settings(), "taste", id="off-by-default"),
        pytest.param(
            Selection(extend_select=("taste",)), Settings(), "first second taste", id="extend"
        ),
        pytest.param(Selection(ignore=("dl1",)), Settings(), "second", id="ignore"),
        pytest.param(
            Selection(select=("first",), ignore=("first",)), Settings(), "", id="ignore-wins"
        ),
        pytest.param(Selection(), Settings(select=("taste",)), "taste", id="configured"),
        pytest.param(Selection(), Settings(select=()), "", id="configured-none"),
        pytest.param(
            Selection(select=("first",)), Settings(select=("taste",)), "first", id="call-wins"
        ),
        pytest.param(
            Selection(),
            Settings(extend_select=("taste",)),
            "first second taste",
            id="configured-extend",
        ),
        pytest.param(Selection(), Settings(ignore=("first",)), "second", id="configured-ignore"),
        pytest.param(
            Selection(select=("first",)), Settings(ignore=("first",)), "first", id="asked-for"
        ),
        pytest.param(
            Selection(extend_select=("first",)),
            Settings(ignore=("first",)),
            "first second",
            id="asked-for-too",
        ),
        pytest.param(
            Selection(select=("first",)),
            Settings(base=Path("/project"), per_file_ignores={"api/*": ("first",)}),
            "",
            id="ignored-for-this-file",
        ),
        pytest.param(
            Selection(),
            Settings(base=Path("/project"), per_file_ignores={"web/*": ("first",)}),
            "first second",
            id="ignored-for-another-file",
        ),
    ],
)
def test_fixers(selection: Selection, settings: Settings, expected: str) -> None:
    assert " ".join(_names(selection, settings)) == expected


def test_codes_that_are_nobodys() -> None:
    choice = Selection().choose(Settings(hadolint_ignored=("DL3059", "SC2086")), FILE)
    assert choice.ignored == {"dl3059", "sc2086"}


def test_level() -> None:
    assert Selection().choose(Settings(), FILE).level == Level.STANDARD
    assert Selection().choose(Settings(level="safe"), FILE).level == Level.SAFE
    bold = Selection(level=Level.AGGRESSIVE)
    assert bold.choose(Settings(level="safe"), FILE).level == Level.AGGRESSIVE


def test_options() -> None:
    settings = Settings(options={"DL1": {"speed": 2, "words": ("a", "b")}})
    given = Selection(options={"first": {"words": "c"}})
    assert Selection().choose(settings, FILE).options == {"first": {"speed": "2", "words": "a,b"}}
    assert given.choose(settings, FILE).options == {"first": {"speed": "2", "words": "c"}}
    shared = Selection(options={"Shared": {"words": True}})
    assert shared.choose(Settings(), FILE).options == {
        "first": {"words": "true"},
        "second": {"words": "true"},
    }


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(select=("nobody",)), UnknownFixer),
        (Selection(extend_select=("nobody",)), UnknownFixer),
        (Selection(ignore=("nobody",)), UnknownFixer),
        (Selection(options={"nobody": {"x": 1}}), UnknownFixer),
        (Selection(options={"first": {"colour": 1}}), OptionError),
        (Selection(options={"first": {"speed": "3"}}), OptionError),
        (Selection(options={"first": {"words": {"a": 1}}}), OptionError),
        (Selection(options={"first": {"words": (1, 2)}}), OptionError),
    ],
)
def test_wrong_calls(selection: Selection, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        selection.check()


@pytest.mark.parametrize(
    ("settings", "place", "expected"),
    [
        (Settings(select=("nobody",), origins={"select": "dfix.toml:3"}), "3", UnknownFixer),
        (Settings(ignore=("nobody",), origins={"ignore": "dfix.toml:4"}), "4", UnknownFixer),
        (
            Settings(options={"first": {"x": 1}}, origins={"first": "dfix.toml:7"}),
            "7",
            OptionError,
        ),
        (
            Settings(options={"nobody": {"x": 1}}, origins={"nobody": "dfix.toml:8"}),
            "8",
            UnknownFixer,
        ),
    ],
)
def test_wrong_configurations(settings: Settings, place: str, expected: type[Exception]) -> None:
    Selection().check()
    with pytest.raises(expected, match=rf"^dfix\.toml:{place}: "):
        Selection().choose(settings, FILE)
