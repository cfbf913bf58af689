"""What docs/levels.md and docs/why-refused.md show is what happens, and their ways out lead out."""

from pathlib import Path

import pytest

from dfix import Result, fix
from tests.transcripts import lay_files, run, steps


@pytest.mark.parametrize("document, calls", [("levels.md", 5), ("why-refused.md", 10)])
def test_the_transcript(document: str, calls: int, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    assert lay_files(document, folder)
    found = steps(document)
    assert len(found) >= calls
    for command, output in found:
        assert run(command, folder) == output, command


def status(result: Result, fixer: str) -> list[str]:
    """What became of a fixer's findings."""
    return [str(each.status) for each in result.findings if each.fixer == fixer]


def named(folder: Path) -> Path:
    """The one Dockerfile of an example."""
    return folder / "Dockerfile"


@pytest.mark.parametrize(
    "example, fixer, level, old, new",
    [
        (
            "library",
            "run-as-user",
            "standard",
            "/opt/lib\n",
            '/opt/lib\nCMD ["node", "/opt/lib/a.js"]\n',
        ),
        (
            "cross",
            "merge-runs",
            "standard",
            "cd /tmp && apt-get update",
            "(cd /tmp && apt-get update)",
        ),
        ("number", "numeric-user", "standard", "--system app", "--system --uid 10001 app"),
        ("recommends", "no-install-recommends", "aggressive", "curl", "ca-certificates curl"),
    ],
)
def test_the_way_out(
    example: str, fixer: str, level: str, old: str, new: str, tmp_path: Path
) -> None:
    lay_files("why-refused.md", tmp_path)
    path = named(tmp_path / example)
    assert status(fix(path, level=level, select=[fixer]), fixer) == ["refused"]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert status(fix(path, level=level, select=[fixer]), fixer) == ["fixed"]


def test_the_way_out_of_a_script(tmp_path: Path) -> None:
    lay_files("why-refused.md", tmp_path)
    path = named(tmp_path / "script")
    assert status(fix(path, select=["init-process"]), "init-process") == ["refused"]
    (path.parent / "start.sh").write_text("#!/bin/sh\nset -e\nexec node server.js\n")
    found = fix(path, select=["init-process", "run-as-user"])
    assert status(found, "init-process") == ["fixed"]
    assert status(found, "run-as-user") == ["refused"]
