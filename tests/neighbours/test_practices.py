"""The practices about neighbours, each a folder with a tree before and after.

E6 is the ignore file, E14 the workflow, E15 the health check. `E15-S14` is the page's own example.
"""

from pathlib import Path

import pytest

from dfix.cli.group import main

FOLDER = Path(__file__).parent / "practices"
CASES = sorted(path.name for path in FOLDER.iterdir())
SELECTED = {"E6": "dockerignore", "E14": "lint-workflow", "E15": "compose-health"}


def held(folder: Path) -> dict[str, str]:
    """The files of a tree by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("case", CASES)
def test_practice(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = held(FOLDER / case / "before"), held(FOLDER / case / "after")
    project = tmp_path / "project"
    for name, text in before.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    monkeypatch.setenv("DFIX_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(project)
    only = ("--select", SELECTED[case.partition("-")[0]])
    assert main([*only]) == 0
    assert held(project) == before, "nothing is written unasked"
    assert main([*only, "--diff", "--write-neighbours"]) == (0 if before == after else 1)
    assert held(project) == before
    assert main([*only, "--write-neighbours"]) == 0
    assert held(project) == after
    assert main([*only, "--write-neighbours", "--diff"]) == 0
    assert main(["undo"]) == 0
    assert held(project) == before
