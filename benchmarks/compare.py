"""Times dfix against other tools on a folder of Dockerfiles, in turn, and prints ratios.

usage: compare.py FOLDER [--files N] [--rounds N] [--level LEVEL]

Needs dfix on the PATH; hadolint and tally are measured where they are there. Each tool gets the same
scratch copy, made anew for each round; the tools take turns, so that a slow spell hits them all. The
figures are of whole processes; quote the ratios rather than the seconds.
"""

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def commands(level: str) -> dict[str, list[str]]:
    """The tools' command lines, run in the scratch folder; `FILES` stands for all files."""
    found = {"dfix": ["dfix", "--quiet", "--no-gitignore", "--jobs", "1", "--level", level, "."]}
    if shutil.which("hadolint"):
        found["hadolint"] = ["hadolint", "--no-fail", "FILES"]
    if shutil.which("tally"):
        found["tally"] = ["tally", "lint", "--no-config", "--fix", "--slow-checks=off", "FILES"]
    return found


def scratch(files: list[Path], folder: Path) -> list[str]:
    """Copies the files to numbered folders; their new names."""
    names = []
    for number, file in enumerate(files):
        target = folder / f"{number:05d}" / "Dockerfile"
        target.parent.mkdir(parents=True)
        shutil.copyfile(file, target)
        names.append(str(target.relative_to(folder)))
    return names


def seconds(command: list[str], files: list[Path]) -> float:
    """One run over a fresh copy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = scratch(files, folder)
        line = [part for each in command for part in (names if each == "FILES" else [each])]
        start = time.perf_counter()
        subprocess.run(line, cwd=folder, capture_output=True, check=False)
        return time.perf_counter() - start


def main() -> int:
    """Prints a line for each tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--level", default="standard")
    options = parser.parse_args()
    every = sorted(p for p in options.folder.rglob("*") if p.is_file() and p.suffix != ".tsv")
    files = random.Random(1).sample(every, min(options.files, len(every)))
    if not files:
        print("no files", file=sys.stderr)
        return 2
    tools = commands(options.level)
    times: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(options.rounds):
        for name, command in tools.items():
            times[name].append(seconds(command, files))
    base = statistics.median(times["dfix"])
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(
            f"{name:10} {middle:8.2f} s  {len(files) / middle:8.0f} files/s  "
            f"{middle / base:6.2f} x dfix  (min {min(measured):.2f}, max {max(measured):.2f})"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
