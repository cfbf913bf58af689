"""The benchmark that counts what tools leave of files sees each kind of damage."""

import sys
from pathlib import Path

import pytest

from tests.test_scripts import load

DAMAGE = load(Path(__file__).parents[1] / "benchmarks" / "damage.py")
FILES = [b"FROM a\n# why\nRUN b\n", b"FROM a\nRUN c\n", b"FROM d\n"]
#: What each tool does to a text, as Python.
HARMLESS = "text"
FORGETFUL = "text.replace('# why\\n', '')"
BREAKING = "text.replace('RUN c', 'WALK c')"
RESTLESS = "text + '\\n'"


def tool(change: str, stops_at: str = "") -> list[str]:
    """A tool that changes the files of its call, and stops before any where it sees one text."""
    program = f"""
import sys, pathlib
files = [pathlib.Path(name) for name in sys.argv[1:]]
for file in files:
    if {stops_at!r} and {stops_at!r} in file.read_text():
        print(f"Error: failed to lint {{file}}: no", file=sys.stderr)
        sys.exit(2)
for file in files:
    text = file.read_text()
    file.write_text({change})
"""
    return [sys.executable, "-c", program]


@pytest.mark.parametrize(
    "change, expected",
    [
        (HARMLESS, (0, 0, 0, 0, 0)),
        (FORGETFUL, (1, 0, 1, 1, 0)),
        (BREAKING, (1, 1, 0, 0, 0)),
        (RESTLESS, (3, 0, 0, 0, 3)),
    ],
)
def test_each_damage_is_seen(change: str, expected: tuple[int, ...]) -> None:
    it = DAMAGE.left(tool(change), FILES)
    assert (it.changed, it.refused, it.without_comments, it.comments, it.changed_again) == expected


def test_a_file_at_which_a_tool_stops_is_left_out() -> None:
    assert DAMAGE.fixed(tool(RESTLESS, "RUN c"), FILES) == [
        FILES[0] + b"\n",
        FILES[1],
        FILES[2] + b"\n",
    ]


@pytest.mark.parametrize("data", [b"WALK c\n", b"FROM a\nRUN <<E\n", b"FROM \xff\n"])
def test_what_is_no_dockerfile_is_refused(data: bytes) -> None:
    assert not DAMAGE.accepted(data)
