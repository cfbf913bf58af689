"""add-to-copy: what it leaves alone first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level
from dfix.context import evidence_for
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "add-to-copy"
F = "FROM debian:12\n"

NOOP = {"copy": F + "COPY a b\n", "onbuild": F + "ONBUILD ADD a.txt b\n", "none": F}


@pytest.mark.parametrize("name", NOOP)
def test_noop(name: str) -> None:
    check_noop(NAME, NOOP[name])


REFUSED = {
    "tar": "ADD x.tar /",
    "tar.gz": "ADD x.tar.gz /",
    "tgz": "ADD x.tgz /",
    "tar.bz2": "ADD x.tar.bz2 /",
    "tar.xz": "ADD x.tar.xz /",
    "gz": "ADD x.gz /",
    "zip": "ADD x.zip /",
    "archive with a slash": "ADD x.tar.gz/ /",
    "text with a slash": "ADD x.txt/ /",
    "no ending": "ADD app /",
    "hidden": "ADD .bashrc /",
    "glob": "ADD *.txt /",
    "glob in a folder": "ADD d/* /",
    "one of several": "ADD a.txt b.tar.gz /",
    "url": "ADD https://example.com/a.txt /",
    "url in capitals": "ADD HTTPS://example.com/a.txt /",
    "ftp": "ADD ftp://example.com/a.txt /",
    "url among files": "ADD a.txt https://example.com/a.txt /x/",
    "git over ssh": "ADD git@github.com:a/b.git /",
    "git": "ADD https://github.com/a/b.git /",
    "git with a branch": "ADD https://github.com/a/b.git#main /",
    "variable": "ADD $A /",
    "variable in a name": "ADD a-$V.txt /",
    "variable in braces": "ADD ${A:-a.txt} /",
    "json with an archive": 'ADD ["x.tar.gz", "/"]',
    "checksum": "ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000"
    " https://example.com/a.txt /",
    "keep-git-dir": "ADD --keep-git-dir=true https://github.com/a/b.git /",
    "unpack": "ADD --unpack=true a.txt /",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    check_refused(NAME, f"{F}ARG A=b.txt\nARG V=1\n{REFUSED[name]}\n", "")


FIXED_WITHOUT_CONTEXT = {
    "the whole context": ("ADD . /app", "COPY . /app", Level.SAFE),
    "the whole context again": ("ADD ./ /app/", "COPY ./ /app/", Level.SAFE),
    "the root": ("ADD / /app/", "COPY / /app/", Level.SAFE),
    "the whole context in another way": ("ADD ./. /app/", "COPY ./. /app/", Level.SAFE),
    "heredoc": ("ADD <<EOF /x\nbody\nEOF", "COPY <<EOF /x\nbody\nEOF", Level.SAFE),
    "source code": ("ADD app.go /src/", "COPY app.go /src/", Level.STANDARD),
    "script": ("ADD  ./run.sh   /", "COPY  ./run.sh   /", Level.STANDARD),
    "several": ("ADD a.json b.yml /x/", "COPY a.json b.yml /x/", Level.STANDARD),
    "lower case": ("add a.txt /x", "copy a.txt /x", Level.STANDARD),
    "title case": ("Add a.txt /x", "Copy a.txt /x", Level.STANDARD),
    "json": ('ADD ["a b.txt", "/x"]', 'COPY ["a b.txt", "/x"]', Level.STANDARD),
    "flags": (
        "ADD --chown=1:1 --chmod=644 a.txt /x",
        "COPY --chown=1:1 --chmod=644 a.txt /x",
        Level.STANDARD,
    ),
    "continuation": ("ADD a.txt \\\n # c\n  /x", "COPY a.txt \\\n # c\n  /x", Level.STANDARD),
    "relative": ("ADD a.txt x", "COPY a.txt x", Level.STANDARD),
}


@pytest.mark.parametrize("name", FIXED_WITHOUT_CONTEXT)
def test_fixed_without_context(name: str) -> None:
    before, after, level = FIXED_WITHOUT_CONTEXT[name]
    check_fixed(NAME, f"{F}{before}\n", f"{F}{after}\n", level=level)


@pytest.mark.parametrize("name", FIXED_WITHOUT_CONTEXT)
def test_a_name_is_no_proof_at_safe(name: str) -> None:
    before, _, level = FIXED_WITHOUT_CONTEXT[name]
    assert run(NAME, f"{F}{before}\n", level=Level.SAFE).changed == (level is Level.SAFE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A context with an archive under a name that does not tell."""
    import io
    import tarfile

    (tmp_path / "app").write_bytes(b"\x7fELF")
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "in.tar.gz").write_bytes(b"no archive")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("x")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    (tmp_path / "notes.txt").write_bytes(buffer.getvalue())
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "a.txt").write_text("a")
    (tmp_path / "many" / "b.txt").write_bytes(buffer.getvalue())
    (tmp_path / "link").symlink_to("notes.txt")
    return tmp_path


WITH_CONTEXT = {
    "program": ("app", True),
    "folder": ("dir", True),
    "folder with a slash": ("dir/", True),
    "text that is named like an archive": ("dir/in.tar.gz", True),
    "archive that is named like text": ("notes.txt", False),
    "link to an archive": ("link", False),
    "glob over plain files": ("dir/*", True),
    "glob that meets an archive": ("many/*", False),
    "folder with an archive": ("many", True),
    "absent": ("absent", False),
    "outside": ("../x", False),
}


@pytest.mark.parametrize("level", [Level.SAFE, Level.STANDARD])
@pytest.mark.parametrize("name", WITH_CONTEXT)
def test_the_context_decides(name: str, level: Level, folder: Path) -> None:
    source, changed = WITH_CONTEXT[name]
    evidence = evidence_for(folder / "Dockerfile", context=folder, root=None)
    result = run(NAME, f"{F}ADD {source} /x/\n", level=level, evidence=evidence)
    assert result.changed == changed, result.findings


def test_a_guessed_context_counts_from_standard_on(folder: Path) -> None:
    (folder / "Dockerfile").write_text(F)
    evidence = evidence_for(folder / "Dockerfile", context=None, root=folder)
    text = f"{F}ADD app /x/\n"
    assert not run(NAME, text, level=Level.SAFE, evidence=evidence).changed
    assert run(NAME, text, level=Level.STANDARD, evidence=evidence).changed
