"""All fixers over real Dockerfiles: what must hold of every file, seen or unseen."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from dfix import Level, Request, Surroundings, fix_bytes, parse
from dfix.check import problems
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from tests.packages import EveryPackage
from tests.properties import guarded

FOLDER = os.environ.get("DFIX_CORPUS")
#: As many files as are looked at by default; DFIX_CORPUS_FILES says another number.
FILES = int(os.environ.get("DFIX_CORPUS_FILES", "600"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        FOLDER is None,
        reason="REAL FILES ARE NOT TESTED: DFIX_CORPUS names no folder of Dockerfiles",
    ),
]


def sample() -> list[Path]:
    """Some files of the folder, the same ones at each run."""
    every = sorted(
        path
        for path in Path(FOLDER or os.devnull).rglob("*")
        if path.is_file() and path.suffix not in {".tsv", ".md"} and path.name[:1] != "."
    )
    return random.Random(20).sample(every, min(FILES, len(every)))


def comments(text: str) -> Counter[str]:
    """The comment lines, each with how often it stands there."""
    return Counter(line.strip() for line in text.split("\n") if line.strip().startswith("#"))


@pytest.mark.parametrize("level", [Level.SAFE, Level.AGGRESSIVE], ids=str)
def test_no_file_is_damaged(level: Level) -> None:
    request = Request(tuple(all_fixers().values()), level, Surroundings(images=EmbeddedImages()))
    changed = 0
    for path in sample():
        data = path.read_bytes()
        before = parse(data)
        assert before.code == data, path
        result = fix_bytes(data, request)
        if problems(before):
            assert not result.changed, path
            continue
        assert result.error is None, (path, result.error)
        if not result.changed:
            continue
        changed += 1
        after = parse(result.after)
        assert not problems(after), path
        assert not comments(before.text) - comments(after.text), path
        assert before.text.endswith("\n") == after.text.endswith("\n"), path
        assert not fix_bytes(result.after, request).changed, path
        guarded = [each for each in result.findings if "otherwise than" in (each.reason or "")]
        assert not guarded, (path, guarded)
    assert changed


def test_versions_of_packages_do_no_harm() -> None:
    """With a lock of everything, each RUN reads as announced, and a second run changes nothing."""
    surroundings = Surroundings(images=EmbeddedImages(), packages=EveryPackage())
    request = Request((all_fixers()["pin-packages"],), Level.AGGRESSIVE, surroundings)
    changed = 0
    for path in sample():
        data = path.read_bytes()
        result = fix_bytes(data, request)
        if problems(parse(data)):
            assert not result.changed, path
            continue
        assert result.error is None, (path, result.error)
        assert guarded(result) == [], path
        if result.changed:
            changed += 1
            assert not problems(parse(result.after)), path
            assert fix_bytes(result.after, request).after == result.after, path
    assert changed
