"""Searches for bytes of which a promise does not hold, for some time, and says what was found.

usage: python -m tests.fuzz.run TARGET SECONDS [--folder FOLDER] [--seed N]

TARGET is `parser` or `engine`. It begins with the seeds beside this file, the fixers' own examples,
tests/corpus, and what FOLDER/corpus holds of earlier searches; what is new goes there. Faults go to
FOLDER/found: the input, and the traceback beside it. Prints one object of JSON: time, executions,
coverage at the beginning and at the end, faults. Exits with 1 if there are any, and with 2 if the
search cannot be made. Needs atheris: `pip install 'dfix[fuzz]'`.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
_STATUS = re.compile(rb"^#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+)(?: corp: (\d+))?", re.MULTILINE)
_LONGEST = 4096  # bytes of an input; no fault is known that takes more
_SLOW = 20  # seconds that one input may take


@dataclass(slots=True)
class Tally:
    """The numbers of a search, over all its processes."""

    executions: int = 0
    first_coverage: int | None = None
    last_coverage: int = 0
    inputs: int = 0
    died: list[str] = field(default_factory=list)

    def add(self, log: bytes) -> None:
        """Count what one process wrote about itself."""
        rows = _STATUS.findall(log)
        if not rows:
            return
        self.executions += max(int(row[0]) for row in rows)
        loaded = [int(row[2]) for row in rows if row[1] == b"INITED"]
        if self.first_coverage is None and loaded:
            self.first_coverage = loaded[0]
        self.last_coverage = max(self.last_coverage, *(int(row[2]) for row in rows))
        self.inputs = int(rows[-1][4] or 0)


def seeds() -> Iterator[bytes]:
    """Small files of our own to begin with."""
    from dfix.registry import all_fixers

    for folder in (HERE / "seeds", ROOT / "tests" / "corpus"):
        for path in sorted(folder.iterdir()):
            yield path.read_bytes()
    for fixer in all_fixers().values():
        for valid in fixer.VALID:
            yield valid.code.encode("utf-8", "surrogateescape")
        for invalid in fixer.INVALID:
            yield invalid.before.encode("utf-8", "surrogateescape")


def main(arguments: Sequence[str]) -> int:
    """Searches and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("target", choices=("parser", "engine"))
    parser.add_argument("seconds", type=int)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="0 takes another one each time")
    given = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install 'dfix[fuzz]'", file=sys.stderr)
        return 2
    folder = (given.folder or Path(tempfile.mkdtemp(prefix="dfix-fuzz-"))).absolute()
    corpus, found = folder / "corpus", folder / "found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        (corpus / f"seed-{number:04}").write_bytes(data)
    tally, began = Tally(), time.monotonic()
    while (left := int(given.seconds - (time.monotonic() - began))) > 0:
        if not _searched(given.target, corpus, found, left, given.seed, tally):
            break
    faults = sorted(path.stem for path in found.glob("*.txt")) + tally.died
    print(
        json.dumps(
            {
                "target": given.target,
                "seconds": round(time.monotonic() - began),
                "executions": tally.executions,
                "coverage": [tally.first_coverage, tally.last_coverage],
                "inputs": tally.inputs,
                "folder": str(folder),
                "faults": faults,
            },
            indent=2,
        )
    )
    return 1 if faults else 0


def _searched(
    target: str, corpus: Path, found: Path, seconds: int, seed: int, tally: Tally
) -> bool:
    """Search in one process; whether it died over an input, so that another has to go on."""
    options = {
        "artifact_prefix": f"{found}/",
        "max_len": _LONGEST,
        "max_total_time": seconds,
        "timeout": _SLOW,
        "rss_limit_mb": 4096,
        "seed": seed,
    }
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.fuzz.search",
                target,
                str(found),
                *(f"-{name}={value}" for name, value in options.items()),
                str(corpus),
            ],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            check=False,
        )
        log.seek(0)
        written = log.read()
    tally.add(written)
    if done.returncode == 0:
        return False
    new = {path.name for path in found.iterdir() if path.suffix not in {".txt", ".Dockerfile"}}
    if not new - set(tally.died):  # it could not even begin, or dies of the same over and over
        sys.stderr.buffer.write(written[-4000:])
        tally.died.append(f"exit {done.returncode}")
        return False
    tally.died += sorted(new - set(tally.died))
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
