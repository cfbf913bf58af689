"""Runs campaigns as the command line does, and reads what they leave."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dfix.cli.group import main


@dataclass(frozen=True, slots=True)
class Done:
    """A call of `dfix migrate` that has ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the report."""
        report = json.loads((self.folder / "report.json").read_text("utf-8"))
        records: list[dict[str, Any]] = report["repositories"]
        return records

    @property
    def record(self) -> dict[str, Any]:
        """The only record."""
        (record,) = self.records
        return record

    @property
    def statuses(self) -> dict[str, str]:
        """What became of each file of the only repository."""
        return {each["path"]: each["status"] for each in self.record["files"]}

    @property
    def reasons(self) -> dict[str, str]:
        """The reason that goes with each file of the only repository."""
        return {each["path"]: each["reason"] for each in self.record["files"]}


@dataclass(frozen=True, slots=True)
class Command:
    """The command, with a folder for campaigns."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(
        self, *arguments: str | Path, out: str | None = "out", jobs: str | None = "1"
    ) -> Done:
        """Runs a campaign."""
        where = self.folder / (out or "out")
        options = [] if out is None else ["--out", str(where)]
        options += [] if jobs is None else ["--jobs", jobs]
        code = main(["migrate", *map(str, arguments), *options])
        told = self.capture.readouterr()
        return Done(code, told.out, told.err, where)
