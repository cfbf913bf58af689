"""Trees for the neighbours: files by name, and what becomes of what is beside them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dfix.fixer import Level
from dfix.neighbours import NEIGHBOURS, Handled, Outcome, Wish
from dfix.neighbours.survey import survey
from dfix.orchestrators import forget_builds


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with files."""

    root: Path

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files by name."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def outcomes(
        self,
        *names: str,
        level: Level = Level.STANDARD,
        options: Mapping[str, Mapping[str, str]] = {},
        write: bool = True,
        handled: tuple[str, ...] | None = None,
        context: Path | None = None,
    ) -> dict[str, Outcome]:
        """The outcomes of the neighbours `names`, by file; all Dockerfiles of the tree count as handled."""
        forget_builds()
        if handled is None:
            found = sorted(self.root.rglob("*ockerfile*"))
            found = [each for each in found if not each.name.endswith((".dockerignore", ".j2"))]
        else:
            found = [self.root / each for each in handled]
        wish = Wish(frozenset(names or NEIGHBOURS), level, options, write)
        files = [
            Handled(Path(os.path.realpath(each)), each.read_bytes(), context, self.root)
            for each in found
            if each.is_file()
        ]
        result: dict[str, Outcome] = {}
        for outcome in survey(files, [self.root], lambda _tree: wish):
            name = os.path.relpath(outcome.path, self.root)
            assert name not in result, "one outcome for each file"
            result[name] = outcome
        return result


def text_of(outcome: Outcome | None) -> str | None:
    """What a file is to hold; None where nothing is to change."""
    if outcome is None or outcome.after is None or outcome.after == outcome.before:
        return None
    return outcome.after.decode()


def reasons(outcome: Outcome) -> list[str]:
    """Why things are left alone, or what to do."""
    return [note.reason for note in outcome.notes if note.status == "refused"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = Path(os.path.realpath(tmp_path)) / "project"
    root.mkdir()
    return Project(root)
