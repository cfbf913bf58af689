"""What editors send as settings."""

import pytest

from dfix.lsp.settings import SettingsError, own_part, wishes_of
from dfix.lsp.subject import Wishes


@pytest.mark.parametrize("settings", [None, {}, {"dfix": None}, {"dfix": {}}, {"level": None}])
def test_nothing_is_asked_for(settings: object) -> None:
    assert wishes_of(settings) == Wishes()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ([], "must be an object"),
        ("safe", "must be an object"),
        ({"dfix": 1}, "must be an object"),
        ({"level": "bold"}, "one of safe, standard, aggressive"),
        ({"level": 1}, "one of safe"),
        ({"level": ["safe"]}, "one of safe"),
        ({"select": "a"}, "list of texts"),
        ({"ignore": [1]}, "list of texts"),
        ({"options": []}, "options must"),
        ({"options": {"a": 1}}, "options must"),
        ({"levle": "safe"}, "no setting levle"),
    ],
)
def test_what_cannot_be_followed(settings: object, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        wishes_of(settings)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"dfix": x}, lambda x: {"settings": x}])
def test_all_of_them(wrap: object) -> None:
    assert callable(wrap)
    given = {
        "level": "safe",
        "select": ["a"],
        "extendSelect": ["b"],
        "ignore": ["c", "DL3020"],
        "options": {"pin-base-image": {"policy": "minor"}},
    }
    expected = Wishes(
        "safe", ("a",), ("b",), ("c", "DL3020"), {"pin-base-image": {"policy": "minor"}}
    )
    assert wishes_of(wrap(given)) == expected


@pytest.mark.parametrize(
    "settings", [None, {}, {"dfix": None}, {"dfix": {}}, {"pylsp": {"level": "x"}}, {"levle": 1}]
)
def test_other_servers_settings_are_none_of_ours(settings: object) -> None:
    assert own_part(settings) is None


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        ({"level": "safe"}, {"level": "safe"}),
        ({"dfix": {"level": "safe"}, "pylsp": {}}, {"level": "safe"}),
        ({"dfix": 7}, 7),
        (7, 7),
    ],
)
def test_our_own_settings(settings: object, own: object) -> None:
    assert own_part(settings) == own
