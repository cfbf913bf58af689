"""How many of hadolint's findings dfix removes from real files, by code and level, and why not more.

usage: reach.py FOLDER [--sample N] [--seed S] [--hadolint BIN]

Each file is looked at alone, without a build context. Prints a Markdown table: per code what hadolint
finds, from which level on a fixer answers to it (`-`: none does, or it only reports), what is gone at
each level, and the most frequent reasons of what was refused; then shares, and what is new.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from dfix import Level, fix
from dfix.registry import all_fixers

#: How many files hadolint is given at once.
_BATCH = 200


def main(arguments: Sequence[str]) -> int:
    """Measures and prints; 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hadolint", default="hadolint")
    given = parser.parse_args(arguments)
    files = sorted(
        path
        for path in given.folder.rglob("*")
        if path.is_file() and path.suffix not in {".tsv", ".md"} and not path.name.startswith(".")
    )
    random.Random(given.seed).shuffle(files)
    files = files[: given.sample]
    if not files:
        print(f"{given.folder}: no files", file=sys.stderr)
        return 2
    program = shutil.which(given.hadolint)
    if program is None:
        print(f"{given.hadolint}: no such program", file=sys.stderr)
        return 2
    program = str(Path(program).absolute())
    texts = {f"{at:05d}": path.read_bytes() for at, path in enumerate(files)}
    before = _hadolint(program, texts)
    removed: dict[Level, Counter[str]] = {}
    new: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for level in Level:
        fixed: dict[str, bytes] = {}
        for name, text in texts.items():
            result = fix(text, level=level)
            fixed[name] = result.after
            if level is Level.AGGRESSIVE:
                for finding in result.findings:
                    if finding.status == "refused":
                        reasons[finding.fixer][_shortened(finding.reason or "")] += 1
        after = _hadolint(program, fixed)
        removed[level] = sum((before[name] - after[name] for name in texts), Counter())
        new += sum((after[name] - before[name] for name in texts), Counter())
    _print(before, removed, new, reasons)
    return 0


def _hadolint(program: str, texts: Mapping[str, bytes]) -> dict[str, Counter[str]]:
    """The codes that hadolint finds in each text."""
    found: dict[str, Counter[str]] = {name: Counter() for name in texts}
    with tempfile.TemporaryDirectory() as folder:
        names = list(texts)
        for name in names:
            (Path(folder) / name).write_bytes(texts[name])
        for at in range(0, len(names), _BATCH):
            run = subprocess.run(
                [program, "--no-fail", "--format", "json", *names[at : at + _BATCH]],
                cwd=folder,
                capture_output=True,
                check=False,
            )
            for row in json.loads(run.stdout or b"[]"):
                found[row["file"]][row["code"]] += 1
    return found


def _shortened(reason: str) -> str:
    """A reason without the names in it, so that like ones count together."""
    parts = reason.split("`")
    return "`..`".join(parts[::2])[:100]


def _print(
    before: Mapping[str, Counter[str]],
    removed: Mapping[Level, Counter[str]],
    new: Counter[str],
    reasons: Mapping[str, Counter[str]],
) -> None:
    total: Counter[str] = sum(before.values(), Counter())
    fixers: dict[str, list[str]] = defaultdict(list)
    for name, each in all_fixers().items():
        for code in each.aliases:
            fixers[code].append(name)
    heads = " | ".join(str(level) for level in Level)
    print(f"| code | found | reachable from | {heads} | refused, most often |\n|{' --- |' * 7}")
    for code, count in total.most_common():
        cells = " | ".join(str(removed[level][code]) for level in Level)
        why: Counter[str] = sum((reasons[name] for name in fixers[code]), Counter())
        told = "; ".join(f"{reason} ({n})" for reason, n in why.most_common(3))
        print(f"| {code} | {count} | {_reachable(fixers[code])} | {cells} | {told} |")
    everything = sum(total.values())
    for level in Level:
        gone = sum(removed[level].values())
        print(f"\n{level}: {gone} of {everything} gone, {100 * gone / everything:.1f} %")
    print(f"\nnew at any level: {dict(new) or 'none'}")


def _reachable(names: Sequence[str]) -> str:
    """The lowest level at which one of the fixers changes anything, with their names."""
    chosen = [each for each in map(all_fixers().__getitem__, names) if each.INVALID]
    if not chosen:
        return "-"
    level = min(each.level for each in chosen)
    return f"{level}: {', '.join(each.name for each in chosen)}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
