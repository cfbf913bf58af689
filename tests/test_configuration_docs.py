"""What docs/configuration.md shows is what happens, and it speaks of every setting."""

import re
import tomllib
from pathlib import Path

from jsonschema import Draft7Validator

from dfix.config import SETTINGS
from dfix.schema import settings_schema
from tests.transcripts import lay_files, run, steps

DOCUMENT = Path(__file__).parents[1] / "docs" / "configuration.md"


def test_the_transcript(tmp_path: Path) -> None:
    assert lay_files("configuration.md", tmp_path) == [
        "dfix.toml",
        "typo/dfix.toml",
        ".hadolint.yaml",
    ]
    calls = steps("configuration.md")
    assert len(calls) == 2
    for command, output in calls:
        assert run(command, tmp_path).replace(str(tmp_path), ".") == output, command
    assert "context = " in calls[0][1]


def test_the_example_fits_the_schema(tmp_path: Path) -> None:
    lay_files("configuration.md", tmp_path)
    held = tomllib.loads((tmp_path / "dfix.toml").read_text())
    Draft7Validator(settings_schema()).validate(held)
    assert held.keys() >= SETTINGS.keys() - {"select"}


def test_every_setting_has_its_row() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert set(rows) >= SETTINGS.keys()
