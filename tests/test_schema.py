"""The schema of the configuration takes what dfix takes, and turns down what dfix turns down."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from dfix.config import SETTINGS, ConfigError, Settings, forget_settings, settings_for
from dfix.registry import UnknownFixer, all_fixers
from dfix.schema import settings_schema
from dfix.selection import OptionError, Selection

SCHEMA = json.loads((files("dfix") / "dfix.schema.json").read_text("utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)

VALID = (
    "",
    "level = 'safe'\n",
    "select = []\nextend-select = ['merge-runs', 'DL3020', 'dockerignore']\n",
    "ignore = ['StageNameCasing']\nexclude = ['gen/', '!gen/keep']\n",
    "trusted-registries = ['ghcr.io', '*.example.com']\ncontext = '.'\n",
    "[per-file-ignores]\n'tests/**' = ['merge-runs']\n'*.dev' = []\n",
    "[pin-base-image]\npolicy = 'minor'\ndigest = 'yes'\n",
    "[run-as-user]\nuid = 1000\nuser = 'app'\n",
    "[unofficial-base]\nallow = ['me/*', 'gcr.io/*']\n",
    "[DL3007]\npolicy = 'major'\n",
    "[dockerignore]\nadd = ['.git', 'node_modules']\n",
    "[structure-test]\nwrite = 'yes'\n",
)
INVALID = (
    "levl = 'safe'\n",
    "level = 'bold'\n",
    "level = 1\n",
    "level = ['safe']\n",
    "select = 'merge-runs'\n",
    "select = ['nobody']\n",
    "extend-select = [1]\n",
    "ignore = ['DL9999']\n",
    "ignore = [['merge-runs']]\n",
    "exclude = true\n",
    "exclude = [2]\n",
    "context = ['a']\n",
    "trusted-registries = 'ghcr.io'\n",
    "per-file-ignores = ['a']\n",
    "[per-file-ignores]\n'a/*' = 'merge-runs'\n",
    "nobody = { x = 1 }\n",
    "[merge-runs]\nnone = 1\n",
    "[pin-base-image]\npolicy = 'latest'\n",
    "[pin-base-image]\ndigest = true\n",
    "[run-as-user]\nuid = { a = 1 }\n",
    "[unofficial-base]\nallow = [1]\n",
    "select = { x = 1 }\n",
    "[level]\n",
    "[structure-test]\nwrite = 'maybe'\n",
)


def _load(folder: Path, text: str, name: str = "dfix.toml") -> Settings:
    (folder / name).write_text(text)
    forget_settings()
    settings = settings_for(folder / "Dockerfile")
    for file in ("Dockerfile", "a/b", "tests/x"):  # names for single files are looked at there
        Selection().choose(settings, folder / file)
    return settings


@pytest.mark.parametrize("text", VALID)
def test_both_take_it(tmp_path: Path, text: str) -> None:
    _load(tmp_path, text)
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize("text", INVALID)
def test_both_turn_it_down(tmp_path: Path, text: str) -> None:
    with pytest.raises((ConfigError, UnknownFixer, OptionError)) as caught:
        _load(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'dfix.toml'}:")
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) != []


@pytest.mark.parametrize("text", INVALID)
def test_the_line_is_that_of_the_mistake(tmp_path: Path, text: str) -> None:
    # A comment and a good key above must not lead astray.
    before = "# level select ignore exclude context nobody uid\n\n"
    with pytest.raises((ConfigError, UnknownFixer, OptionError)) as caught:
        _load(tmp_path, before + text)
    line = int(str(caught.value).removeprefix(f"{tmp_path / 'dfix.toml'}:").partition(":")[0])
    assert line == len((before + text).splitlines())


def test_the_schema_is_one_and_the_one_that_is_shipped() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert settings_schema() == SCHEMA


def test_everything_that_can_be_set_is_in_it() -> None:
    properties = SCHEMA["properties"]
    assert properties.keys() >= SETTINGS.keys()
    fixers = {name: each for name, each in all_fixers().items() if each.options}
    assert fixers
    for name, fixer in fixers.items():
        assert properties[name]["properties"].keys() == fixer.options.keys()
        for option, declared in fixer.options.items():
            assert VALIDATOR.is_valid({name: {option: declared.default}})
            for choice in declared.choices:
                assert VALIDATOR.is_valid({name: {option: choice}})
            if declared.choices:
                assert not VALIDATOR.is_valid({name: {option: "something else"}})
    assert all(each["description"].strip(".") for each in map(properties.get, SETTINGS))
