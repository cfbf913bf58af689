"""docs/neighbours.md shows what dfix does, and names all there is.

`python -m tests.neighbours.test_page` writes the examples anew.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from dfix.neighbours import NEIGHBOURS

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "neighbours.md"
_EXAMPLE = re.compile(r"(<!-- run: dfix ([^>]+?) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)


def printed(arguments: str, folder: Path) -> str:
    """What a call prints in a copy of the example."""
    project = folder / "neighbours"
    shutil.copytree(ROOT / "examples" / "neighbours", project)
    environment = {**os.environ, "NO_COLOR": "1", "DFIX_STATE_DIR": str(folder / "state")}
    return subprocess.run(
        [sys.executable, "-m", "dfix", *arguments.split()],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def fresh(text: str) -> str:
    """The page with its examples as they come out now."""

    def shown(found: re.Match[str]) -> str:
        with TemporaryDirectory() as folder:
            return f"{found[1]}{printed(found[2], Path(folder))}{found[4]}"

    return _EXAMPLE.sub(shown, text)


def test_the_examples() -> None:
    text = PAGE.read_text()
    assert len(_EXAMPLE.findall(text)) == 4
    assert all(found[3] for found in _EXAMPLE.finditer(text))
    assert fresh(text) == text


def test_all_names_and_options() -> None:
    text = PAGE.read_text()
    for name, options in NEIGHBOURS.items():
        assert f"| `{name}` |" in text
        for option in options:
            assert f"{name}.{option}=" in text


if __name__ == "__main__":
    PAGE.write_text(fresh(PAGE.read_text()))
