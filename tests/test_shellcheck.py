"""Asking ShellCheck: what it is given, what its answers become, and all that may go wrong."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from dfix.facts.shell_advice import Replacement, Suggestion
from dfix.shellcheck import HINT, ShellCheck, installed

needs_shellcheck = pytest.mark.skipif(
    installed() is None, reason="ShellCheck is not installed: pip install -e '.[test]'"
)


def stand_in(folder: Path, body: str) -> str:
    """A program in the place of ShellCheck; `body` is what it does, in Python."""
    path = folder / "stand-in"
    path.write_text(
        f"#!{sys.executable}\nimport json, os, sys, time\nfrom pathlib import Path\n"
        f"calls = Path({str(folder / 'calls')!r})\n"
        "with calls.open('a') as file: file.write(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]) + '\\n')\n"
        f"{body}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def calls(folder: Path) -> list[list[str]]:
    file = folder / "calls"
    return [json.loads(line)[0] for line in file.read_text().splitlines()] if file.exists() else []


NOTHING = "print(json.dumps({'comments': []}))"


def comment(file: str = "0", **changes: int) -> dict[str, object]:
    edit = {
        "line": 1,
        "endLine": 1,
        "column": 3,
        "endColumn": 4,
        **changes,
        "insertionPoint": "afterEnd",
        "replacement": "$(",
        "precedence": 1,
    }
    return {
        "file": file,
        "line": 1,
        "endLine": 1,
        "column": 1,
        "endColumn": 2,
        "level": "style",
        "code": 2006,
        "message": "Use it.",
        "fix": {"replacements": [edit]},
    }


def answering(folder: Path, *comments: dict[str, object]) -> ShellCheck:
    text = json.dumps({"comments": comments})
    return ShellCheck(stand_in(folder, f"print({text!r}); sys.exit(1)"))


def test_nothing_is_asked_about_nothing(tmp_path: Path) -> None:
    assert ShellCheck(stand_in(tmp_path, NOTHING)).suggestions([]) == ()
    assert calls(tmp_path) == []


def test_all_texts_of_a_dialect_go_in_one_call_and_once(tmp_path: Path) -> None:
    tool = ShellCheck(stand_in(tmp_path, NOTHING))
    texts = [("sh", "a"), ("bash", "a"), ("sh", "b"), ("sh", "a")]
    assert tool.suggestions(texts) == ((), (), (), ())
    assert tool.suggestions(texts[:2]) == ((), ())
    asked = calls(tmp_path)
    assert [call[1] for call in asked] == ["--shell=bash", "--shell=sh"]
    assert asked[1][-3:] == ["--", "0", "1"]
    assert all("--norc" in call for call in asked)


def test_it_sees_a_folder_of_its_own_and_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--external-sources")
    ShellCheck(stand_in(tmp_path, NOTHING)).suggestions([("sh", "a")])
    _, folder, environment = json.loads((tmp_path / "calls").read_text())
    assert Path(folder) != Path.cwd()
    assert not Path(folder).exists()
    assert "SHELLCHECK_OPTS" not in environment
    assert environment["HOME"] == folder


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("sys.exit(2)", "failed with the code 2"),
        ("print('no', file=sys.stderr); sys.exit(4)", "failed with the code 4: no"),
        ("print('no')", "answer cannot be read"),
        ("print('[]')", "answer cannot be read"),
        ("print('{}')", "answer cannot be read"),
        ("print(json.dumps({'comments': [{'file': 0}]}))", "answer cannot be read"),
        ("sys.stdout.buffer.write(b'\\xff')", "answer cannot be read"),
        ("time.sleep(30)", "has not answered within 1 seconds"),
    ],
)
def test_what_goes_wrong_is_one_line(body: str, told: str, tmp_path: Path) -> None:
    answer = ShellCheck(stand_in(tmp_path, body), seconds=1).suggestions([("sh", "a")])
    assert isinstance(answer, str)
    assert told in answer
    assert "\n" not in answer


def test_a_program_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    for path in ("none", "missing"):
        answer = ShellCheck(str(tmp_path / path)).suggestions([("sh", "a")])
        assert isinstance(answer, str)
        assert answer.startswith("ShellCheck cannot be run: ")


def test_without_shellcheck_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfix.shellcheck.installed", lambda: None)
    assert ShellCheck().suggestions([("sh", "a")]) == HINT


def test_it_is_never_looked_for_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "shellcheck"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", "bin"]))
    assert installed() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed() == str(program)


@pytest.mark.parametrize("text", ["a\0b", "a\rb", "a\udcffb", "a" * 100_000])
def test_texts_that_it_cannot_read_are_not_asked_about(text: str, tmp_path: Path) -> None:
    tool = answering(tmp_path, comment())
    assert tool.suggestions([("sh", text)]) == ((),)
    assert calls(tmp_path) == []


def test_an_edit_by_offsets(tmp_path: Path) -> None:
    tool = answering(tmp_path, comment(line=2, endLine=2))
    assert tool.suggestions([("sh", "é\nx=`a`")]) == (
        (Suggestion("SC2006", "Use it.", (Replacement(4, 5, "$("),)),),
    )


@pytest.mark.parametrize(
    "changes",
    [{"line": 0}, {"line": 9}, {"endLine": 9}, {"column": 99}, {"endColumn": 1}, {"column": -5}],
)
def test_an_edit_that_is_not_within_the_text(changes: dict[str, int], tmp_path: Path) -> None:
    assert answering(tmp_path, comment("0", **changes)).suggestions([("sh", "x=`a`")]) == ((),)


def test_comments_without_a_change_or_about_other_files(tmp_path: Path) -> None:
    tool = answering(tmp_path, comment() | {"fix": None}, comment("7"), comment("../0"))
    assert tool.suggestions([("sh", "x=`a`")]) == ((),)


@needs_shellcheck
def test_the_real_one() -> None:
    answer = ShellCheck().suggestions([("sh", "x=`date`\n"), ("sh", "true")])
    assert not isinstance(answer, str), answer
    (found,), none = answer
    assert found.code == "SC2006"
    assert found.replacements == (Replacement(2, 3, "$("), Replacement(7, 8, ")"))
    assert none == ()


@needs_shellcheck
def test_the_real_one_follows_no_file(tmp_path: Path) -> None:
    other = tmp_path / "other.sh"
    other.write_text("x=`date`\n")
    text = f"# shellcheck source={other}\n. {other}\ntrue"
    assert ShellCheck().suggestions([("sh", text)]) == ((),)
