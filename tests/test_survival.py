"""Which files the survival script takes, and what it tells of them."""

import json
from pathlib import Path

import pytest

from tests.test_scripts import ROOT, load
from tests.verify.conftest import Fakes, fakes

__all__ = ["fakes"]

SURVIVAL = load(ROOT / "scripts" / "survival.py")


def _candidate(text: str, *, stand_ins: bool = False) -> str | None:
    found = SURVIVAL.candidate_of("x", text.encode(), "debian:bookworm", stand_ins=stand_ins)
    return None if found is None else found.text.decode()


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        ("FROM ubuntu:14.04\nRUN a\n", "FROM debian:bookworm\nRUN a\n"),
        (
            "# a\nfrom --platform=linux/amd64  python:3  as x\nFROM x\nFROM scratch\nCOPY --from=x /a /\n",
            "# a\nfrom  debian:bookworm  as x\nFROM x\nFROM scratch\nCOPY --from=x /a /\n",
        ),
        (
            "FROM me/own:1\nRUN apt-get install -y x\n",
            "FROM debian:bookworm\nRUN apt-get install -y x\n",
        ),
        ("FROM debian\nCOPY <<E /a\nx\nE\n", "FROM debian:bookworm\nCOPY <<E /a\nx\nE\n"),
        ("FROM debian\nRUN pip install -i https://pypi.org/simple a\n",) * 2,
    ],
)
def test_what_is_taken(text: str, mapped: str) -> None:
    assert _candidate(text) == mapped.replace("FROM debian\n", "FROM debian:bookworm\n")


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine:3\nRUN a\n",
        "FROM me/own:1\nRUN yum install -y x\n",
        "FROM $BASE\nRUN apt-get install -y x\n",
        "FROM debian\nRUN wget https://example.com/x\n",
        "FROM debian\nRUN git clone git@example.com:x\n",
        "FROM debian\nRUN --mount=type=bind,target=/x ls\n",
        "FROM debian\nADD https://example.com/x /\n",
        "FROM debian\nONBUILD RUN ls\n",
        "FROM debian\nCOPY --from=nginx:1 /a /\n",
        "FROM debian\nCOPY a.txt /\n",
        "FROM debian\nFRON x\n",
        "no Dockerfile",
        "",
    ],
)
def test_what_is_not_taken(text: str) -> None:
    assert _candidate(text) is None


def test_files_that_stand_in() -> None:
    text = b"FROM debian\nCOPY a.tar.gz src run.sh sub/x.json /\nADD . /app\n"
    found = SURVIVAL.candidate_of("x", text, "debian:bookworm", stand_ins=True)
    assert sorted(found.files) == [
        "README.md", "a.tar.gz", "run.sh", "src/a.txt", "src/b.sh", "sub/x.json",
    ]  # fmt: skip
    assert found.files["a.tar.gz"].startswith(b"\x1f\x8b")
    assert json.loads(found.files["sub/x.json"]) == {}
    assert _candidate(text.decode()) is None
    for more in ("COPY *.txt /", "COPY $A /", "COPY ../x /", "COPY --from=y a /"):
        assert _candidate(f"FROM debian\n{more}\n", stand_ins=True) is None
    assert _candidate("FROM debian\nRUN a\n", stand_ins=True) is None


def test_a_run_that_goes_on(
    fakes: Fakes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.install("docker")
    files = tmp_path / "files"
    files.mkdir()
    texts = {
        "a": "FROM debian\nRUN touch /b\n",
        "same": "FROM debian:9\nRUN touch /b\n",
        "kept": "from debian\nRUN touch /b\nRUN touch /longer\n",
        "fails": "from debian\nRUN touch /c\nRUN fail\nRUN touch /longer/still\n",
        "other": "FROM alpine\n",
    }
    for name, text in texts.items():
        (files / name).write_text(text)
    results = tmp_path / "results"
    call = [str(files), "--results", str(results), "--builder", "docker"]
    assert SURVIVAL.main([*call, "--want", "1"]) == 0
    assert SURVIVAL.main(call) == 0
    records = [json.loads(line) for line in results.read_text().splitlines()]
    assert [(Path(each["file"]).name, each["built"]) for each in records] == [
        ("a", None),
        ("kept", True),
        ("fails", False),
    ]
    assert records[1]["safe"]["verdict"] == "kept"
    assert records[2]["why"] == "process did not complete: exit code 7"
    capsys.readouterr()
    builds = len(fakes.calls)
    assert SURVIVAL.main([*call, "--count"]) == 0
    assert len(fakes.calls) == builds
    told = capsys.readouterr().out
    assert "2 tried" in told
    assert "1 built before" in told
    assert "1 safe: kept" in told
    assert fakes.images == []


def test_one_that_does_not_survive_is_the_exit_code(tmp_path: Path) -> None:
    broken = {"verdict": "broken", "built": True}
    record = {"mark": "m", "file": "f", "built": True, "safe": broken}
    (tmp_path / "results").write_text(json.dumps(record) + "\n")
    call = [str(tmp_path), "--results", str(tmp_path / "results"), "--count"]
    assert SURVIVAL.main(call) == 1


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("FROM x\nRUN npm install\n", "npm"),
        ("FROM x\nRUN apt-get install -y npm\nRUN npm install\n", None),
        ("FROM x\n# a\nrun pip install a\n", "pip"),
        ("FROM x\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install a\n", None),
        ("FROM x\nRUN ls && npm install\n", None),
        ("FROM x\nRUN npm\n", "npm"),
    ],
)
def test_programs_that_are_missing(text: str, missing: str | None) -> None:
    assert SURVIVAL.missing_program(text.encode()) == missing
