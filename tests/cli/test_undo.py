"""`dfix undo` puts back what a run changed."""

from pathlib import Path

import pytest

from tests.cli.conftest import ADD, COPY, Caller


def test_nothing_to_undo(call: Caller) -> None:
    done = call("undo")
    assert (done.code, done.out, done.errors) == (0, "", "there is no run to undo\n")


def test_there_and_back(call: Caller) -> None:
    raw = b"FROM debian:12\r\n# \xe9\r\nADD . /app"
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": raw, "c/Dockerfile": COPY})
    (call.folder / "a" / "Dockerfile").chmod(0o640)
    assert call("--jobs", "2").code == 0
    assert call.text("a/Dockerfile") == COPY
    done = call("undo")
    assert done.code == 0
    assert sorted(line.rpartition("/project/")[2] for line in done.out.splitlines()) == [
        "a/Dockerfile: restored",
        "b/Dockerfile: restored",
    ]
    assert call.text("a/Dockerfile") == ADD
    assert (call.folder / "a" / "Dockerfile").stat().st_mode & 0o777 == 0o640
    assert (call.folder / "b" / "Dockerfile").read_bytes() == raw
    assert call("undo").errors == "there is no run to undo\n"


def test_a_file_that_was_changed_since_is_left_alone(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    call()
    call.write({"a/Dockerfile": COPY + "USER app\n"})
    done = call("undo")
    assert done.code == 2
    assert "a/Dockerfile: left alone: changed since the run" in done.errors
    assert call.text("a/Dockerfile") == COPY + "USER app\n"
    assert call.text("b/Dockerfile") == ADD


def test_a_run_by_its_name(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    first = call("a").errors.splitlines()[-1]
    call("b")
    run = first.split()[2].rstrip("`")
    assert call("undo", run).code == 0
    assert (call.text("a/Dockerfile"), call.text("b/Dockerfile")) == (ADD, COPY)


def test_a_preview_cannot_be_undone(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    call("--diff")
    assert call("undo").errors == "there is no run to undo\n"


def test_paths_are_told_as_from_here(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    call.write({"web/Dockerfile": ADD, "api/x": ""})
    call()
    assert call("undo").out == f"{Path('web', 'Dockerfile')}: restored\n"
    call()
    monkeypatch.chdir(call.folder / "api")
    assert call("undo").out == f"{call.folder / 'web' / 'Dockerfile'}: restored\n"


def test_a_run_that_wrote_nothing_is_not_offered_and_not_undone(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    call("a")
    (call.folder / "b" / "Dockerfile").chmod(0o444)
    done = call("b")
    assert done.code == 2
    assert done.errors.splitlines() == [
        "b/Dockerfile: error: cannot be written: the file is read-only",
        "1 file: 0 fixed, 0 skipped, 1 failed; findings: 0 fixed, 0 refused",
    ]
    assert call("undo").out == f"{Path('a', 'Dockerfile')}: restored\n"
    assert call("undo").errors == "there is no run to undo\n"
