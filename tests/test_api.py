"""`dfix.fix`, for other programs."""

import pkgutil
from pathlib import Path

import pytest

import dfix

ADD = "FROM debian:12\nADD . /app\n"
COPY = "FROM debian:12\nCOPY . /app\n"


@pytest.mark.parametrize("source", [COPY, COPY.encode(), "", "# a comment\n"])
def test_nothing_to_do(source: str | bytes) -> None:
    result = dfix.fix(source, select=["add-to-copy"])
    assert not result.changed
    assert result.error is None


def test_text_and_bytes() -> None:
    assert dfix.fix(ADD, select=["add-to-copy"]).after == COPY.encode()
    raw = b"FROM debian:12\r\n# \xe9\r\nADD . /app"
    assert dfix.fix(raw, select=["DL3020"]).after == raw.replace(b"ADD", b"COPY")


def test_a_path_is_read_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(ADD)
    (tmp_path / "dfix.toml").write_text('ignore = ["add-to-copy"]\n')
    assert dfix.fix(file, select=["add-to-copy"]).after == COPY.encode()
    assert file.read_text() == ADD


def test_selection() -> None:
    assert not dfix.fix(ADD, select=["merge-runs"]).changed
    assert not dfix.fix(ADD, select=["add-to-copy"], ignore=["add-to-copy"]).changed
    assert dfix.fix(ADD, select=["add-to-copy"], level="safe").changed


def test_the_context_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(b"#!/bin/sh\n")
    text = "FROM debian:12\nADD app /app\n"
    assert not dfix.fix(text, select=["add-to-copy"]).changed
    for level in dfix.Level:
        assert dfix.fix(text, select=["add-to-copy"], level=level, context=tmp_path).changed


def test_a_text_is_judged_by_nothing_but_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unlike a file of the same text: here a build puts something else in the image's place."""
    text = "FROM alpine\nRUN true\n"
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "Makefile").write_text("all:\n\tdocker build --build-context alpine=./x .\n")
    monkeypatch.chdir(tmp_path)
    assert dfix.fix(text).changed
    assert not dfix.fix(tmp_path / "Dockerfile").changed
    assert not dfix.fix(text, context=tmp_path).changed


def test_what_is_wrong_with_the_file_is_told() -> None:
    result = dfix.fix("FROM debian:12\nFRON debian\n")
    assert result.error is not None
    assert result.error.line == 2
    assert not result.changed


@pytest.mark.parametrize(
    "arguments",
    [
        {"level": "reckless"},
        {"select": ["nobody"]},
        {"ignore": ["nobody"]},
        {"options": {"nobody": {"x": 1}}},
        {"options": {"add-to-copy": {"x": 1}}},
    ],
)
def test_wrong_calls(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"nobody|reckless|'x'"):
        dfix.fix(ADD, **arguments)  # type: ignore[arg-type]


def test_no_name_of_the_door_is_one_of_a_module() -> None:
    """Python sets the modules of a package as its attributes, once something imports them."""
    modules = {each.name for each in pkgutil.iter_modules(dfix.__path__)}
    assert not modules & set(dfix.__all__)


@pytest.mark.parametrize("name", dfix.__all__)
def test_every_name_of_the_door_leads_somewhere(name: str) -> None:
    assert getattr(dfix, name) is not None


def test_paths_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        dfix.fix(ADD, context=tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        dfix.fix(tmp_path / "missing")
