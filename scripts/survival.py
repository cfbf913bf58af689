"""Builds real Dockerfiles before and after dfix, and counts those that survive.

    python scripts/survival.py FOLDER... --results FILE [--want N] [--minutes N] ...

Of the files below the folders, the smallest ones are taken whose bases are all of Debian's kind
and which need no file of a build context and, as far as the text tells, no network but that of
package registries. A base that nothing is known about is of Debian's kind where the file calls
apt-get. With `--stand-ins`, those are taken that do need files, and get small ones of the kind that
each name promises. All bases are replaced by one image (`--base`), which the builder must have.

Each is built as it is; of those that build, the text that dfix writes at `safe` must give the same
image, and the one of `standard` must build and differ as it announces. What became of each file is
a line of JSON in FILE; a later call goes on behind it. Exit code: 1 where one did not survive.
"""

import argparse
import hashlib
import io
import json
import posixpath
import re
import signal
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dfix import Level, fix
from dfix.check import problems
from dfix.edit import apply
from dfix.fixer import Replacement
from dfix.image import ImageReference
from dfix.nodes import Add, Copy, Dockerfile, Node, Onbuild, Run
from dfix.parser import parse
from dfix.plan import Transfer, plan
from dfix.resolve.bases import base_facts
from dfix.text import encode
from dfix.verify import (
    NAMES,
    Bench,
    Builder,
    Comparison,
    NoBuilder,
    Original,
    Terms,
    find_builder,
    promise_of,
)
from dfix.verify.tree import Layer

FAMILIES = frozenset({"debian", "ubuntu"})
#: Words that mean a network beside those of Debian, PyPI and npm.
_NETWORK = re.compile(
    r"(?:https?|ftp|git|ssh)://(?!(?:deb|security|snapshot)\.debian\.org|pypi\.org|registry\.npmjs)"
    r"|git@|\bppa:|keyserver|apt-key|add-apt-repository|\bgem\s+install|\bcpanm?\b|\bcargo\s"
    r"|\bgo\s+(?:get|install)\b|\bconda\b|\bcomposer\s|\bbundle\s+install|\bluarocks\b|\bR\s+-e\b",
    re.IGNORECASE,
)
#: A source that is no pattern and no variable.
_PLAIN = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*")
_MOUNTS = re.compile(r"type=(?:bind|secret|ssh)")
#: Programs that a bare Debian lacks, and the packages of it that bring them.
_PROGRAMS = {
    "npm": "npm", "npx": "npm", "yarn": "yarn", "gem": "ruby", "bundle": "bundler|ruby",
    "rake": "rake|ruby", "pip": "pip", "pip3": "pip", "mvn": "maven", "gradle": "gradle",
    "rustup": "rustup", "php": "php", "pecl": "php|pear", "pear": "pear", "virtualenv": "virtualenv",
    "docker-php-ext-install": "-", "a2enmod": "apache2", "go": "golang", "gradlew": "-",
}  # fmt: skip
_LARGEST = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file whose bases are replaced, under a name that tells where it was found."""

    name: str
    text: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What its build context holds."""

    @property
    def mark(self) -> str:
        """What makes it the same text in another folder."""
        return hashlib.sha256(self.text).hexdigest()[:16]


def candidate_of(name: str, data: bytes, base: str, *, stand_ins: bool) -> Candidate | None:
    """The file with `base` in place of all its bases; None for one that is not to be tried."""
    tree = parse(data)
    if problems(tree) or not tree.stages or not _is_at_home(tree):
        return None
    sources = _sources(tree)
    if sources is None or bool(sources) is not stand_ins:
        return None
    stages = {stage.name for stage in tree.stages} - {None}
    changes: dict[Node, Replacement] = {}
    for stage in tree.stages:
        start = stage.start
        if start.image in stages or start.image == "scratch":
            continue
        if not _is_debian(start.image, tree):
            return None
        first, *rest = start.words
        changes[start] = start.with_changes(flags=(), words=(first.with_changes(text=base), *rest))
    changed = parse(encode(apply(tree, changes).text))
    known = {base, "scratch", *(f"stage {each.index}" for each in changed.stages)}
    if {each.base for each in plan(changed).stages} - known:
        return None
    files = {each: _stand_in(each) for source in sources for each in _files_of(source)}
    files = {
        name: content
        for name, content in sorted(files.items())
        if not any(other.startswith(f"{name}/") for other in files)
    }
    return Candidate(name, encode(changed.text), files)


def missing_program(text: bytes) -> str | None:
    """A program that a RUN calls first, which the base lacks and no package brings: it must fail."""
    tree = parse(text)
    installed = " ".join(each.code for each in tree.instructions if " install " in each.code)
    for instruction in tree.instructions:
        if isinstance(instruction, Run):
            called = re.search(r"(?im)^\s*RUN\s+([\w-]+)\s", instruction.code)
            package = _PROGRAMS.get(called[1]) if called else None
            if package and not re.search(rf"apt(?:-get)?\b.*(?:{package})", installed, re.DOTALL):
                return called[1] if called else None
    return None


def candidates(folders: Sequence[Path], base: str, *, stand_ins: bool) -> Iterator[Candidate]:
    """The files to try, the smallest first, each text once."""
    found = [
        (path.stat().st_size, str(path), path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    ]
    seen: set[bytes] = set()
    for size, name, path in sorted(found):
        if size > _LARGEST:
            continue
        candidate = candidate_of(name, path.read_bytes(), base, stand_ins=stand_ins)
        if candidate is not None and candidate.text not in seen:
            seen.add(candidate.text)
            yield candidate


def tried(
    candidate: Candidate, builder: Builder, terms: Terms, base_layers: dict[str, Layer]
) -> dict[str, object]:
    """What became of one file."""
    with tempfile.TemporaryDirectory(prefix="survival-") as made:
        folder = Path(made)
        context = folder / "context"
        context.mkdir()
        for name, content in candidate.files.items():
            path = context / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if content.startswith(b"#!") else 0o644)
        bench = Bench(builder, context, folder, terms, known=dict(base_layers))
        return _tried(candidate, bench)


def _tried(candidate: Candidate, bench: Bench) -> dict[str, object]:
    safe = fix(candidate.text, level=Level.SAFE, context=bench.context)
    standard = fix(candidate.text, level=Level.STANDARD, context=bench.context)
    record: dict[str, object] = {
        "file": candidate.name,
        "mark": candidate.mark,
        "size": len(candidate.text),
        "safe_changed": safe.changed,
        "standard_changed": standard.after != safe.after,
    }
    for result in (safe, standard):
        if result.error is not None:
            return {**record, "error": str(result.error)}
    if not safe.changed and not standard.changed:
        return {**record, "built": None}
    missing = missing_program(candidate.text)
    if missing is not None:
        return {
            **record,
            "built": False,
            "why": f"the base has no {missing}, and nothing brings it",
        }
    original = Original(candidate.text, bench)
    if not isinstance(original.built, tuple):
        why = _last(original.built.log) or str(original.built)
        return {**record, "built": False, "why": why}
    record["built"] = True
    # A machine may have less time for the others; how long they take is not the question.
    if bench.terms.timeout is not None:
        bench.terms = replace(bench.terms, timeout=3 * bench.terms.timeout)
    record["fixers"] = sorted({each.fixer for each in standard.findings if each.status == "fixed"})
    if safe.changed:
        record["safe"] = _told(original.compared_with(safe.after, promise_of(safe, Level.SAFE)))
    if standard.after != safe.after:
        promise = promise_of(standard, Level.STANDARD)
        record["standard"] = _told(original.compared_with(standard.after, promise))
    return record


def counted(records: Sequence[dict[str, object]]) -> dict[str, int]:
    """The figures over all records."""
    counts: Counter[str] = Counter()
    for record in records:
        counts["looked at"] += 1
        counts["not changed by dfix, not built"] += record.get("built", 0) is None
        counts["dfix failed"] += "error" in record
        skipped = str(record.get("why", "")).startswith("the base has no ")
        counts["sure to fail, not built"] += skipped
        counts["tried"] += "built" in record and record["built"] is not None and not skipped
        if record.get("built") is not True:
            continue
        counts["built before"] += 1
        for level in ("safe", "standard"):
            told = record.get(level)
            if told is None:
                counts[f"{level}: the same text as before it"] += 1
                continue
            assert isinstance(told, dict)
            counts[f"{level}: changed"] += 1
            counts[f"{level}: built"] += told["built"]
            counts[f"{level}: {told['verdict']}"] += 1
    return dict(counts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs or goes on, and tells the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--base", default="debian:bookworm")
    parser.add_argument("--stand-ins", action="store_true")
    parser.add_argument("--want", type=int, default=300, help="how many that build before")
    parser.add_argument("--minutes", type=float, default=60, help="when to begin no further one")
    parser.add_argument(
        "--timeout",
        type=float,
        default=240,
        help="seconds for the first build; the others may take three times as long",
    )
    parser.add_argument("--builder", choices=NAMES)
    parser.add_argument("--builder-option", action="append", default=[])
    parser.add_argument("--build-option", action="append", default=[])
    parser.add_argument("--count", action="store_true", help="tell the figures alone")
    given = parser.parse_args(arguments)
    records = _records(given.results)
    if not given.count:
        # So that its images go as well, where somebody ends it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            builder = find_builder(given.builder, options=tuple(given.builder_option))
        except NoBuilder as error:
            parser.error(str(error))
        terms = Terms(timeout=given.timeout, options=tuple(given.build_option))
        layers = _layers_of(given.base, builder, terms)
        done = {record["mark"] for record in records}
        end = time.monotonic() + given.minutes * 60
        with given.results.open("a", encoding="utf-8") as results:
            for candidate in candidates(given.folders, given.base, stand_ins=given.stand_ins):
                built = sum(record.get("built") is True for record in records)
                if built >= given.want or time.monotonic() > end:
                    break
                if candidate.mark in done:
                    continue
                record = tried(candidate, builder, terms, layers)
                records.append(record)
                results.write(json.dumps(record) + "\n")
                results.flush()
                if record.get("built"):
                    print(_line(record), flush=True)
    for name, count in counted(records).items():
        print(f"{count:6} {name}")
    return 1 if any(_is_broken(record) for record in records) else 0


def _records(results: Path) -> list[dict[str, object]]:
    if not results.exists():
        return []
    records = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    return list({record["mark"]: record for record in records}.values())


def _is_debian(image: str, tree: Dockerfile) -> bool:
    reference = ImageReference.parse(image)
    if reference is None or "$" in image:
        return False
    facts = base_facts(reference)
    return "apt-get" in tree.text if facts is None else facts.family in FAMILIES


def _is_at_home(tree: Dockerfile) -> bool:
    """Whether a file asks for nothing from elsewhere, as far as its text tells."""
    for instruction in tree.instructions:
        if isinstance(instruction, Onbuild) or _NETWORK.search(instruction.code):
            return False
        if isinstance(instruction, Run) and _MOUNTS.search(instruction.code):
            return False
    return True


def _sources(tree: Dockerfile) -> set[str] | None:
    """The files that are wanted of the context; None where one is no plain file's name."""
    stages = tuple(f"stage {stage.index}" for stage in tree.stages)
    found: set[str] = set()
    transfers = 0
    for stage in plan(tree).stages:
        for effect in stage.effects:
            if not isinstance(effect, Transfer):
                continue
            transfers += 1
            if effect.origin in stages:
                continue
            if effect.origin is not None:
                return None
            found |= {posixpath.normpath(each).lstrip("/") for each in effect.sources}
    if transfers != sum(isinstance(each, Copy | Add) for each in tree.instructions):
        return None
    plain = all(_PLAIN.fullmatch(each) and ".." not in each.split("/") for each in found)
    return found if plain else None


def _files_of(source: str) -> list[str]:
    """The files that stand for a source: a name without an ending is taken for a folder."""
    if source == ".":
        return ["README.md", "run.sh"]
    return [source] if "." in posixpath.basename(source) else [f"{source}/a.txt", f"{source}/b.sh"]


def _stand_in(name: str) -> bytes:
    """A small file of the kind that a name promises."""
    if name.endswith((".tar.gz", ".tgz", ".tar", ".tar.xz", ".tar.bz2")):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz" if name.endswith("gz") else "w") as tar:
            tar.addfile(tarfile.TarInfo("a"))
        return made.getvalue()
    if name.endswith("package.json"):
        return b'{"name": "a", "version": "1.0.0", "license": "MIT"}\n'
    if name.endswith(
        (".txt", ".conf", ".cfg", ".ini", ".list", ".md", ".yml", ".yaml", ".properties")
    ):
        return b"\n"
    if name.endswith(".json"):
        return b"{}\n"
    return b"#!/bin/sh\nexit 0\n"


def _layers_of(base: str, builder: Builder, terms: Terms) -> dict[str, Layer]:
    """The layers of the base, read once for all files. Ends where it cannot be had."""
    with tempfile.TemporaryDirectory(prefix="survival-") as made:
        (Path(made) / "context").mkdir()
        bench = Bench(builder, Path(made) / "context", Path(made), terms)
        original = Original(f"FROM {base}\n".encode(), bench)
        if not isinstance(original.built, tuple):
            raise SystemExit(f"{base} cannot be had: {original.built}")
    return bench.known


def _told(comparison: Comparison) -> dict[str, object]:
    return {
        "verdict": comparison.verdict,
        "built": comparison.after is not None,
        "why": comparison.problem,
        "log": list(comparison.log[-8:]),
        "broken": list(comparison.broken[:50]),
        "unsteady": len(comparison.unsteady),
        "layers": [each.layers for each in (comparison.before, comparison.after) if each],
        "bytes": [each.size for each in (comparison.before, comparison.after) if each],
    }


def _is_broken(record: dict[str, object]) -> bool:
    told = [record.get("safe"), record.get("standard")]
    return any(isinstance(each, dict) and each["verdict"] == "broken" for each in told)


def _line(record: dict[str, object]) -> str:
    def verdict(level: str) -> str:
        told = record.get(level)
        return str(told["verdict"]) if isinstance(told, dict) else "-"

    return f"safe {verdict('safe'):8} standard {verdict('standard'):8} {record['file']}"


def _last(log: Sequence[str]) -> str:
    return next((line for line in reversed(log) if line.strip()), "")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
