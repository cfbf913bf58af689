"""Texts beside a Dockerfile that are made to take long, or to be no such thing as they should be."""

import time
from pathlib import Path

import pytest
from fixers._handed_over import HandedOver
from fixers._written_places import named_by

from dfix import Level, Request, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from fixers import _source_signs

NODE = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD %s\n"
PACKAGES = {
    "deep": "[" * 100_000,
    "a-list": "[]",
    "numbers": '{"scripts": {"start": "node a.js"}, "dependencies": 5}',
    "empty": '{"scripts": {"start": ""}}',
    "of-blanks": '{"scripts": {"start": "  "}}',
    "main": '{"main": 5, "scripts": {"start": "node ."}}',
}


def seconds_for(folder: Path, text: str, **files: str) -> float:
    for name, content in {"Dockerfile": text, **files}.items():
        (folder / name).write_text(content)
    begin = time.perf_counter()
    around = surroundings_of(folder / "Dockerfile", options={}, context=folder)
    request = Request(tuple(all_fixers().values()), Level.AGGRESSIVE, around)
    assert fix_bytes(text.encode(), request).error is None
    return time.perf_counter() - begin


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
@pytest.mark.parametrize("command", ["npm start", '["npm", "start"]', "node .", '["node", "."]'])
def test_package_json(package: str, command: str, tmp_path: Path) -> None:
    seconds_for(tmp_path, NODE % command, **{"package.json": package})


def test_a_program_that_names_thousands_of_files(tmp_path: Path) -> None:
    text = "".join(f"require('./a{at}')\n" for at in range(20_000))
    package = '{"scripts": {"start": "node a.js"}}'
    files = {"package.json": package, "a.js": text + "require('./b')\n" * 20_000}
    assert seconds_for(tmp_path, NODE % '["npm", "start"]', **files) < 10


@pytest.mark.parametrize("word", ["x=", "=data/", "_home", "a.log", "-dir", "./"])
def test_long_words(word: str) -> None:
    begin = time.perf_counter()
    named_by([f"-{word * (200_000 // len(word))}!"], HandedOver())
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize(
    "text", ["os.mkdir('/tmp/a');", "open('/tmp/a', 'w');", " ", "open(", "(", "'", '"'], ids=repr
)
def test_long_lines_of_sources(text: str) -> None:
    begin = time.perf_counter()
    list(_source_signs.signs(_source_signs.PYTHON, " " * 100_000 + text * (150_000 // len(text))))
    assert time.perf_counter() - begin < 5


def test_comments_and_ends_of_lines() -> None:
    lines = [
        "# os.mkdir('a')",
        "os.mkdir('b'); os.mkdir('c')  # '/tmp/x'",
        " # os.remove(d)",
        "os.mkdir('e')",
    ]
    found = _source_signs.signs(_source_signs.PYTHON, "\n".join(lines) + "\n'/tmp/f'")
    assert [each.paths for each in found] == [("e",)]


def test_a_source_is_looked_at_once_where_it_shows_nothing() -> None:
    text = "a = 1\n" * 3
    for _ in range(2):
        assert not list(_source_signs.signs(_source_signs.PYTHON, text))
    assert list(_source_signs.signs(_source_signs.PYTHON, text + "os.mkdir(a)\n"))
    text = "os.mkdir(b)\n"
    assert len(list(_source_signs.signs(_source_signs.PYTHON, text))) == 1
    assert not list(_source_signs.signs(_source_signs.RUBY, text))
    assert len(list(_source_signs.signs(_source_signs.PYTHON, text))) == 1


def test_many_runs_that_could_have_mounts() -> None:
    line = "RUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\n"
    request = Request((all_fixers()["cache-mounts"],), Level.AGGRESSIVE)
    begin = time.perf_counter()
    result = fix_bytes(b"FROM debian:12\n" + line.encode() * 25, request)
    assert time.perf_counter() - begin < 20
    assert result.error is None
    assert result.after.count(b"--mount=") == 50
