"""Cases of the page of practices, read from their files."""

import io
import re
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfix import Level, Result
from dfix.api import fix
from tests.fixers.seed import page

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One rewrite: its input, and what must come out; `refused` is part of a reason."""

    name: str
    before: str
    after: str
    level: Level
    select: tuple[str, ...] | None
    options: Mapping[str, Mapping[str, str]]
    context: Mapping[str, str] | None
    executable: tuple[str, ...]
    refused: str | None

    def run(self, folder: Path) -> Result:
        """What dfix makes of it; the context is written to `folder`."""
        context = None
        if self.context is not None:
            context = folder
            for name, text in self.context.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_archive() if text == "@tar.gz" else text.encode())
                path.chmod(0o755 if name in self.executable else 0o644)
        return fix(
            self.before,
            level=self.level,
            select=self.select,
            options=self.options,
            context=context,
        )

    def is_wanted(self, text: str) -> bool:
        """Whether `text` is what must come out; `§` stands for a number."""
        return re.fullmatch(re.escape(self.after).replace("§", "[0-9]+"), text) is not None


def cases() -> Iterator[tuple[str, Case]]:
    """All cases, each with a name for the test: `E01 S01 has it already`."""
    for path in sorted((FOLDER / "expected").glob("E*.toml")):
        for data in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield f"{path.stem} {data['name']}", _case(data)


def _case(data: dict[str, Any]) -> Case:
    before = page(data["page"]) if "page" in data else data["before"].removeprefix("\n")
    for old, new in data.get("edit", ()):
        assert old in before
        before = before.replace(old, new)
    after = data.get("after", before).removeprefix("\n")
    for old, new in data.get("replace", ()):
        assert old in after
        after = after.replace(old, new)
    return Case(
        data["name"],
        before,
        after,
        Level.named(data.get("level", "standard")),
        tuple(data["select"]) if "select" in data else None,
        data.get("options", {}),
        data.get("context"),
        tuple(data.get("executable", ())),
        data.get("refused"),
    )


def _archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        member = tarfile.TarInfo("a")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"a"))
    return out.getvalue()
