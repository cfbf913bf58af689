"""copy-ignored-file: what it leaves alone first, then what it reports."""

from pathlib import Path

import pytest

from dfix.context import evidence_for
from tests.fixers.checks import check_noop, check_reported

NAME = "copy-ignored-file"
F = "FROM debian:12\n"

NOOP = {
    "seen": F + "COPY seen.txt /\n",
    "not there": F + "COPY none.txt /\n",
    "everything": F + "COPY . /\n",
    "a pattern": F + "COPY *.log /\n",
    "a variable": F + "ARG A\nCOPY $A /\n",
    "an image": F + "COPY --from=busybox a.log /\n",
    "a URL": F + "ADD https://example.com/a.log /\n",
    "a heredoc": F + "COPY <<a.log /x\nb\na.log\n",
    "brought back": F + "COPY kept.log /\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("seen.txt", "a.log", "kept.log", "sub/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / ".dockerignore").write_text("*.log\n!kept.log\nsub\n")
    return tmp_path


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str, folder: Path) -> None:
    evidence = evidence_for(folder / "Dockerfile", context=folder, root=None)
    check_noop(NAME, NOOP[case], evidence=evidence)


@pytest.mark.parametrize("source", ["a.log", "./a.log", "/a.log", "sub", "sub/b.txt"])
@pytest.mark.parametrize("word", ["COPY", "ADD"])
def test_reported(word: str, source: str, folder: Path) -> None:
    evidence = evidence_for(folder / "Dockerfile", context=folder, root=None)
    text = F + f"{word} seen.txt {source} /x/\n"
    check_reported(NAME, text, 2, f".dockerignore names {source}", evidence=evidence)


def test_the_line_that_brings_it_back_is_within_the_context(folder: Path) -> None:
    evidence = evidence_for(folder / "Dockerfile", context=folder, root=None)
    check_reported(NAME, F + "COPY ../a.log /\n", 2, "with `!a.log`", evidence=evidence)
