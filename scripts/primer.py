"""Runs all fixers over a folder of Dockerfiles, and reports what changed since the last recorded run.

usage: primer.py CORPUS [--level LEVEL]... [--report FILE] [--record FILE] [--keep] [--jobs N]
                 [--select NAME,...] [--ignore NAME,...]

Each file is looked at alone, without a build context; files ending in .tsv, .md or .json and hidden
ones are no Dockerfiles. All fixers run, also those that are off by default, at each level.

The report (Markdown, by default `primer.md`) tells for each level: findings by fixer and status,
refusals by reason that are new or gone, the files whose output changed with the difference of the
outputs, errors that are new or gone, and the time as a ratio to the recorded one. The record (JSON, by
default beside the report) is written anew unless `--keep` is given; it holds what became of each file,
and so belongs beside the files, not into a repository. Prints one line. Exits with 1 where there are
new errors, and with 2 where the call is wrong.
"""

import argparse
import base64
import difflib
import hashlib
import json
import re
import statistics
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from dfix import Level, Request, Surroundings, fix_bytes
from dfix.pool import in_order, processors
from dfix.registry import UnknownFixer, all_fixers, resolve
from dfix.surroundings import EmbeddedImages
from dfix.text import decode, readable
from dfix.version import __version__

#: Grows when an older record cannot be compared with any more.
VERSION = 1
_LARGEST = 4 * 1024 * 1024  # bytes of a file that are still read
_NO_DOCKERFILES = frozenset({".tsv", ".md", ".json"})
_SHOWN_FILES, _SHOWN_LINES, _NAMED_FILES = 25, 40, 200
_INTERNAL = "internal error"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file at one level."""

    before: str
    """The digest of its text."""
    after: str | None = None
    """The new text, packed; None where it is as it was."""
    error: str | None = None
    findings: dict[str, int] = field(default_factory=dict)
    """How many there are by `fixer status`."""
    refusals: dict[str, int] = field(default_factory=dict)
    """How many there are by `fixer: reason`, the reason without the names in it."""
    seconds: float = 0.0
    """Processor time."""


def told_of(path: Path, level: Level, fixers: Sequence[str]) -> Told:
    """Runs the fixers over one file. Raises OSError."""
    data = path.read_bytes()
    chosen = tuple(fixer for name, fixer in all_fixers().items() if name in fixers)
    request = Request(chosen, level, Surroundings(images=EmbeddedImages()))
    digest = hashlib.sha256(data).hexdigest()[:16]
    start = time.process_time()
    try:
        result = fix_bytes(data, request)
    except Exception as error:  # it is what this looks for
        return Told(digest, error=f"{_INTERNAL}: {type(error).__name__}: {error}")
    seconds = round(time.process_time() - start, 5)
    findings = Counter(f"{each.fixer} {each.status}" for each in result.findings)
    refusals = Counter(
        f"{each.fixer}: {_shortened(each.reason or '')}"
        for each in result.findings
        if each.status == "refused"
    )
    return Told(
        digest,
        _packed(result.after) if result.changed else None,
        None if result.error is None else str(result.error),
        dict(sorted(findings.items())),
        dict(sorted(refusals.items())),
        seconds,
    )


def _died(path: Path) -> Told:
    return Told("", error=f"{_INTERNAL}: the process died over {path.name}")


def _shortened(reason: str) -> str:
    """A reason without the names and numbers in it, so that like ones count together."""
    return re.sub(r"\d+", "0", "`..`".join(reason.split("`")[::2]))[:120]


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def _unpacked(packed: str) -> bytes:
    return zlib.decompress(base64.b64decode(packed))


Run = Mapping[str, Mapping[str, Told]]
"""What became of the files by level and name."""


def run(
    folder: Path, names: Sequence[str], levels: Sequence[Level], fixers: Sequence[str], jobs: int
) -> Run:
    """Runs the fixers over files of a folder."""
    paths = [folder / name for name in names]
    told: dict[str, dict[str, Told]] = {}
    for level in levels:
        task = partial(told_of, level=level, fixers=fixers)
        answers = in_order(task, paths, jobs=jobs, died=_died)
        told[str(level)] = dict(zip(names, answers, strict=True))
    return told


def files_of(folder: Path) -> list[str]:
    """The names of the files that are looked at, sorted, with slashes."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in _NO_DOCKERFILES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.stat().st_size <= _LARGEST
    )


# ---------------------------------------------------------------------------------- the record


def read_record(path: Path) -> Run:
    """The last recorded run; empty where there is none. Raises ValueError for what is no record."""
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{path}: no record: {error}") from error
    try:
        if data["version"] != VERSION:
            raise ValueError(f"{path}: a record of version {data['version']}, not {VERSION}")
        return {
            level: {name: Told(**told) for name, told in files.items()}
            for level, files in data["levels"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: no record: {error!r}") from error


def write_record(path: Path, levels: Run) -> None:
    """Writes a run down, one line for each file."""
    lines = []
    for level, files in levels.items():
        rows = [f"{json.dumps(name)}: {json.dumps(asdict(told))}" for name, told in files.items()]
        lines.append(f"{json.dumps(level)}: {{\n" + ",\n".join(rows) + "\n}")
    head = f'{{"version": {VERSION}, "dfix": {json.dumps(__version__)}, "levels": {{\n'
    path.write_text(head + ",\n".join(lines) + "\n}}\n", "ascii")


# ---------------------------------------------------------------------------------- the report


def report(folder: Path, old: Run, new: Run) -> str:
    """What changed, as Markdown."""
    count = len(next(iter(new.values()), {}))
    lines = [f"# {count:,} files of {folder.name}, dfix {__version__}", ""]
    if not old:
        lines += ["There was no record to compare with: all that there is counts as new.", ""]
    for level, files in new.items():
        lines += [f"## {level}", ""]
        if old and level not in old:
            lines += ["This level was not recorded before.", ""]
        lines += _level(folder, old.get(level, {}), files)
    return "\n".join(lines).rstrip("\n") + "\n"


def _level(folder: Path, old: Mapping[str, Told], new: Mapping[str, Told]) -> Iterator[str]:
    moved = [name for name in new if name in old and old[name].before != new[name].before]
    come, gone = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    if old and (come or gone or moved):
        yield f"{len(come)} files came, {len(gone)} went, {len(moved)} hold another text: not compared below."
        yield ""
    same = [name for name in new if name in old and name not in moved]
    # Without a record all is new; else only what both runs looked at is compared.
    before = {name: old[name] for name in same}
    after = {name: new[name] for name in (same if old else new)}
    changed = [sum(each.after is not None for each in side.values()) for side in (before, after)]
    yield f"Rewritten: {_step(changed[0], changed[1], bool(old))} of {len(after):,} files."
    yield ""
    yield from _counts(
        "Findings", "fixer and status", *(_sum(side, "findings") for side in (before, after))
    )
    yield from _counts(
        "Refusals by reason", "fixer: reason", *(_sum(side, "refusals") for side in (before, after))
    )
    yield from _errors(before, after)
    if old:
        yield from _outputs(folder, before, after)
        yield from _times(before, after)


def _step(old: int, new: int, compared: bool) -> str:
    return f"{old:,} -> {new:,} ({new - old:+,})" if compared else f"{new:,}"


def _sum(files: Mapping[str, Told], what: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for told in files.values():
        total.update(getattr(told, what))
    return total


def _counts(title: str, what: str, old: Counter[str], new: Counter[str]) -> Iterator[str]:
    """Two columns of counts, where they differ."""
    yield f"### {title}"
    yield ""
    rows = sorted(
        (name for name in {*old, *new} if old[name] != new[name]),
        key=lambda name: (-abs(new[name] - old[name]), name),
    )
    if not rows:
        yield f"No change: {new.total():,}."
    else:
        yield f"{old.total():,} -> {new.total():,}."
        yield ""
        yield f"| {what} | before | now | change |"
        yield "| --- | ---: | ---: | ---: |"
        for name in rows:
            told = (
                "new"
                if not old[name]
                else "gone"
                if not new[name]
                else f"{new[name] - old[name]:+,}"
            )
            yield f"| {_cell(name)} | {old[name]:,} | {new[name]:,} | {told} |"
    yield ""


def _cell(text: str) -> str:
    return readable(" ".join(text.split())).replace("|", "\\|")


def new_errors(old: Mapping[str, Told], new: Mapping[str, Told]) -> list[str]:
    """The files that failed and had not failed so before, internal errors first."""
    names = [
        name for name in new if new[name].error not in (None, getattr(old.get(name), "error", None))
    ]
    return sorted(names, key=lambda name: (_INTERNAL not in (new[name].error or ""), name))


def _errors(old: Mapping[str, Told], new: Mapping[str, Told]) -> Iterator[str]:
    yield "### Errors"
    yield ""
    failed = [sum(each.error is not None for each in side.values()) for side in (old, new)]
    internal = sum(_INTERNAL in (each.error or "") for each in new.values())
    yield f"{_step(failed[0], failed[1], bool(old))}, of which {internal} internal."
    yield ""
    names = new_errors(old, new)
    for name in names[:_NAMED_FILES]:
        yield f"- new: `{name}`: {_cell(new[name].error or '')}"
    for name in [name for name in old if old[name].error and not new[name].error][:_NAMED_FILES]:
        yield f"- gone: `{name}`: {_cell(old[name].error or '')}"
    yield ""


def _outputs(folder: Path, old: Mapping[str, Told], new: Mapping[str, Told]) -> Iterator[str]:
    """The files of which something else is made, the first ones with the difference."""
    names = [name for name in new if old[name].after != new[name].after]
    yield "### Outputs that changed"
    yield ""
    yield f"{len(names):,} of {len(new):,} files."
    yield ""
    for name in names[:_SHOWN_FILES]:
        before, after = (_output(folder / name, told) for told in (old[name], new[name]))
        diff = list(difflib.unified_diff(before, after, "recorded", "now", lineterm="", n=2))
        yield f"#### {name}"
        yield ""
        yield "````diff"
        yield from diff[:_SHOWN_LINES]
        yield "````"
        if len(diff) > _SHOWN_LINES:
            yield ""
            yield f"and {len(diff) - _SHOWN_LINES} more lines."
        yield ""
    for name in names[_SHOWN_FILES:_NAMED_FILES]:
        yield f"- `{name}`"
    if len(names) > _NAMED_FILES:
        yield f"- and {len(names) - _NAMED_FILES:,} more"
    yield ""


def _output(path: Path, told: Told) -> list[str]:
    """The lines that became of a file."""
    data = path.read_bytes() if told.after is None else _unpacked(told.after)
    return readable(decode(data)).split("\n")


def _times(old: Mapping[str, Told], new: Mapping[str, Told]) -> Iterator[str]:
    """How much longer it took: the ratio for each file, since machines differ and are never still."""
    yield "### Time"
    yield ""
    ratios = [
        new[name].seconds / old[name].seconds
        for name in new
        if old[name].seconds > 0.001 and new[name].seconds > 0
    ]
    if len(ratios) < 2:
        yield "Too few files to compare."
    else:
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        total = sum(each.seconds for each in new.values()) / sum(
            each.seconds for each in old.values()
        )
        yield (
            f"{middle:.2f} times the recorded time for a file in the middle "
            f"(a quarter below {low:.2f}, a quarter above {high:.2f}); {total:.2f} times in all."
        )
    yield ""


def main(arguments: Sequence[str]) -> int:
    """Runs, compares, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--level", action="append", choices=[str(level) for level in Level])
    parser.add_argument("--report", type=Path, default=Path("primer.md"))
    parser.add_argument("--record", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the record as it is")
    parser.add_argument("--jobs", type=int, default=processors())
    parser.add_argument("--select", default="")
    parser.add_argument("--ignore", default="")
    given = parser.parse_args(arguments)
    record = given.record or given.report.with_suffix(".json")
    try:
        names = files_of(given.corpus)
        if not names:
            raise ValueError(f"{given.corpus}: no files")
        if given.jobs < 1:
            raise ValueError("--jobs: at least one")
        selected = resolve(filter(None, given.select.split(","))) or frozenset(all_fixers())
        fixers = sorted(selected - resolve(filter(None, given.ignore.split(","))))
        old = read_record(record)
    except (OSError, ValueError, UnknownFixer) as error:
        print(f"primer: error: {error}", file=sys.stderr)
        return 2
    levels = [level for level in Level if given.level is None or str(level) in given.level]
    new = run(given.corpus, names, levels, fixers, given.jobs)
    given.report.write_text(report(given.corpus, old, new), "utf-8")
    if not given.keep:
        write_record(record, {**old, **new})
    failed = sum(len(new_errors(old.get(level, {}), files)) for level, files in new.items() if old)
    print(f"{len(names):,} files, {len(levels)} levels, {failed} new errors: {given.report}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
