"""What the page on editors shows can be read, and says what the server takes."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dfix.cli.group import COMMANDS
from dfix.lsp.settings import wishes_of
from dfix.lsp.workshop import check

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```\n", PAGE, re.DOTALL)


def settings_in(data: Any) -> list[Any]:
    """What stands where an editor has the settings of a server."""
    if not isinstance(data, dict):
        return []
    own = [
        value for key, value in data.items() if key.endswith(("initializationOptions", "config"))
    ]
    return own + [found for value in data.values() for found in settings_in(value)]


def test_the_settings_are_all_there_are() -> None:
    found = re.search(r"<!-- settings -->\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    wishes = wishes_of(json.loads(found[1]))
    check(wishes)
    unset = {name for name in wishes.__slots__ if not getattr(wishes, name)}
    assert unset == set()


def test_editors_are_told_what_the_server_takes() -> None:
    data = [*map(json.loads, blocks("json")), *map(tomllib.loads, blocks("toml"))]
    settings = [each for some in data for each in settings_in(some)]
    assert len(settings) >= 3
    for each in settings:
        check(wishes_of(each))


def test_the_call_is_the_one_that_there_is() -> None:
    assert "lsp" in COMMANDS
    calls = re.findall(r"""["']dfix["']\W+(?:\S+\W+)??["'](\w+)["']""", PAGE)
    assert calls.count("lsp") >= 4


@pytest.mark.skipif(shutil.which("nvim") is None, reason="there is no nvim on the PATH")
@pytest.mark.parametrize("block", blocks("lua"))
def test_lua_is_lua(block: str, tmp_path: Path) -> None:
    (tmp_path / "block.lua").write_text(block)
    check_it = "if not loadfile('block.lua') then vim.cmd('cquit 3') end"
    done = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-c", f"lua {check_it}", "-c", "quit"],
        cwd=tmp_path,
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
