"""Distributions as pip installs them, in a folder of their own, and calls of dfix that see them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FIXER = '''"""Says it in lower case."""

from dfix import Copy, Fixer, Invalid, Level, Phase, Valid


class {klass}(Fixer):
    """Takes the group out of an owner.

    **Why**

    The group of the owner is of no use to anybody here.

    **When it is applied**

    To a COPY whose owner has a group called `staff`.

    **When it is refused**

    Never, there is no case of that kind at all.
    """

    message = "a group is of no use"
    level = Level.STANDARD
    phase = Phase.COPYING
    aliases = ("ZZ01",)
    plan_paths = ({paths})
    reference = "https://example.com/"
    VALID = (Valid("FROM debian:12\\nCOPY a /a\\n"),)
    INVALID = (
        Invalid(
            "FROM debian:12\\nCOPY --chown=me:staff a /a\\n", "FROM debian:12\\nCOPY --chown=me a /a\\n"
        ),
    )

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the owner."""
{body}
'''
BODY = """\
        from dfix import Change

        flag = node.flag("chown")
        stage = self.facts.stages.holding(node)
        if flag is not None and stage is not None and flag.text.endswith("me:staff"):
            self.fix(
                flag,
                {flag: flag.with_changes(text="--chown=me")},
                expects=(Change(stage.index, "effect.owner", "me:staff", "me"),),
                reason="the group has one member",
            )
"""


def fixer(klass: str, body: str = BODY, paths: str = '"effect.owner",') -> str:
    """The source of a module that defines a fixer."""
    return FIXER.format(klass=klass, body=body, paths=paths)


@dataclass(frozen=True, slots=True)
class Done:
    """What a call gave back."""

    code: int
    out: str
    errors: str

    def told(self) -> list[str]:
        """The lines that tell what was left out."""
        return [line for line in self.errors.splitlines() if "left out" in line]


@dataclass(frozen=True, slots=True)
class Site:
    """A folder on Python's path, and one to work in."""

    folder: Path
    project: Path

    def install(
        self,
        distribution: str,
        entries: Mapping[str, str] | str,
        files: Mapping[str, str],
        version: str = "1.0",
    ) -> None:
        """Puts a distribution there; `entries` are those of the group, or the text of all."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        if not isinstance(entries, str):
            lines = [f"{name} = {value}\n" for name, value in entries.items()]
            entries = "".join(["[dfix.fixers]\n", *lines])
        (info / "entry_points.txt").write_text(entries)

    def write(self, name: str, text: str) -> None:
        """Puts a file into the folder to work in."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *command: str) -> Done:
        """A call of Python in a process of its own, with the distributions on its path."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.project,
            env={
                **os.environ,
                "PYTHONPATH": str(self.folder),
                "DFIX_STATE_DIR": str(self.folder.parent / "state"),
                "NO_COLOR": "1",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def dfix(self, *arguments: str) -> Done:
        """A call of dfix."""
        return self.run("-m", "dfix", *arguments)
