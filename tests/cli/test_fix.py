"""`dfix fix`: what is written, and what is printed where."""

import json
import os
from pathlib import Path

import pytest

from dfix.runner import LIMIT
from tests.cli.conftest import ADD, BROKEN, COPY, REFUSED, Caller


@pytest.mark.parametrize("mode", [("--diff",), ("--check",), ("--diff", "--check")])
def test_a_preview_writes_nothing(call: Caller, mode: tuple[str, ...]) -> None:
    call.write({"Dockerfile": ADD})
    before = (call.folder / "Dockerfile").stat()
    call(*mode)
    after = (call.folder / "Dockerfile").stat()
    assert call.text() == ADD
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not (call.folder.parent / "state").exists()


def test_a_file_that_does_not_change_is_not_written(call: Caller) -> None:
    call.write({"Dockerfile": COPY})
    before = (call.folder / "Dockerfile").stat().st_ino
    done = call()
    assert done.out == ""
    assert done.errors.startswith("1 file: 0 fixed")
    assert (call.folder / "Dockerfile").stat().st_ino == before


def test_findings_and_summary(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": REFUSED})
    done = call()
    fixed, refused = done.out.splitlines()
    assert fixed.startswith("a/Dockerfile:2:1: add-to-copy: ")
    assert "[fixed" in fixed
    assert refused.startswith("b/Dockerfile:2:1: add-to-copy: ")
    assert "[refused: a source is fetched" in refused
    assert done.errors.startswith("2 files: 1 fixed, 0 skipped, 0 failed; findings: 1 fixed, 1 ref")
    assert call.text("a/Dockerfile") == COPY


def test_a_preview_does_not_say_that_it_fixed(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    done = call("--check")
    assert "[would be fixed" in done.out
    assert done.errors.startswith("1 file: 1 would change")


def test_a_diff_and_nothing_else(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": REFUSED, "c/Dockerfile": BROKEN})
    done = call("--diff")
    assert done.out == (
        "--- a/a/Dockerfile\n+++ b/a/Dockerfile\n"
        "@@ -1,2 +1,2 @@\n FROM debian:12\n-ADD . /app\n+COPY . /app\n"
    )


def test_no_diff_where_nothing_changes(call: Caller) -> None:
    call.write({"Dockerfile": REFUSED})
    assert call("--diff").out == ""


def test_one_bad_file_stops_nothing(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": BROKEN, "c/Dockerfile": ADD})
    (call.folder / "d").mkdir()
    (call.folder / "d" / "Dockerfile").write_bytes(b"#" * (LIMIT + 1))
    done = call("a", "missing", "b", "c", "d")
    assert done.code == 2
    assert call.text("a/Dockerfile") == call.text("c/Dockerfile") == COPY
    missing, rejected, large, _summary, _undo = done.errors.splitlines()
    assert missing == "missing: error: No such file or directory"
    assert rejected.startswith("b/Dockerfile:2: error: ")
    assert large == "d/Dockerfile: error: larger than 4 MiB: no Dockerfile"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_without_permission(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    (call.folder / "a" / "Dockerfile").chmod(0)
    done = call()
    assert done.code == 2
    assert done.errors.startswith("a/Dockerfile: error: cannot be read: Permission denied\n")
    assert call.text("b/Dockerfile") == COPY


def test_a_file_that_is_read_only(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    (call.folder / "a" / "Dockerfile").chmod(0o444)
    done = call()
    assert done.code == 2
    assert "a/Dockerfile: error: cannot be written: the file is read-only\n" in done.errors
    assert "a/Dockerfile" not in done.out
    assert call.text("a/Dockerfile") == ADD
    assert call.text("b/Dockerfile") == COPY


def test_an_internal_error_is_one_line(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RecursionError("too\ndeep")

    call.write({"Dockerfile": ADD})
    monkeypatch.setattr("dfix.runner.fix_bytes", fails)
    done = call("--check")
    assert done.code == 2
    assert done.errors.startswith(
        "Dockerfile: error: internal error: RecursionError: too deep\n1 file: "
    )


def test_a_template_is_skipped_unless_it_is_named(call: Caller) -> None:
    text = "FROM {{ base }}\nADD . /app\n"
    call.write({"Dockerfile": text})
    done = call()
    assert (done.code, done.out) == (0, "")
    assert done.errors.startswith("Dockerfile: skipped: template\n1 file: 0 fixed, 1 skipped")
    assert "skipped: template" not in call("Dockerfile").errors


def test_an_empty_file_is_a_note(call: Caller) -> None:
    call.write({"Dockerfile": ""})
    done = call()
    assert done.code == 0
    assert done.errors.startswith("Dockerfile: note: ")


def test_no_files_at_all(call: Caller) -> None:
    done = call()
    assert (done.code, done.out, done.errors) == (0, "", "no Dockerfiles found\n")


@pytest.mark.parametrize("text", [ADD, COPY, "", "FROM debian:12\r\nADD . /app"])
def test_standard_input_gives_what_writing_does(call: Caller, text: str) -> None:
    call.write({"Dockerfile": text})
    done = call("-", stdin=text)
    call()
    assert done.code == 0
    assert done.raw == (call.folder / "Dockerfile").read_bytes()


def test_standard_input_keeps_its_report_apart(call: Caller) -> None:
    done = call("-", stdin=ADD)
    assert done.out == COPY
    assert done.errors.startswith("-:2:1: add-to-copy: ")
    named = call("-", "--stdin-filename", "api/Dockerfile", stdin=ADD)
    assert named.errors.startswith("api/Dockerfile:2:1: add-to-copy: ")


def test_standard_input_in_a_preview(call: Caller) -> None:
    assert call("--check", "-", stdin=ADD).code == 1
    done = call("--diff", "-", "--stdin-filename", "api/Dockerfile", stdin=ADD)
    assert done.code == 1
    assert done.out.startswith("--- a/api/Dockerfile\n+++ b/api/Dockerfile\n@@")


def test_standard_input_that_is_rejected_gives_no_result(call: Caller) -> None:
    done = call("-", stdin=BROKEN)
    assert (done.code, done.out) == (2, "")
    assert done.errors.startswith("-:2: error: ")


def test_standard_input_has_no_context(call: Caller) -> None:
    call.write({"app": "#!/bin/sh\n"})
    text = "FROM debian:12\nADD app /app\n"
    assert call("-", stdin=text).out == text
    assert call("-", "--context", ".", stdin=text).out == text.replace("ADD", "COPY")


def test_standard_input_that_is_too_large(call: Caller) -> None:
    done = call("-", stdin=b"#" * (LIMIT + 1))
    assert (done.code, done.out) == (2, "")
    assert done.errors == "dfix: error: standard input is larger than 4 MiB\n"


def test_the_context_is_asked(call: Caller) -> None:
    call.write({"context/app": "#!/bin/sh\n", "Dockerfile": "FROM debian:12\nADD app /app\n"})
    assert call("--diff").code == 0
    assert call("--diff", "--context", "context", "--level", "safe").code == 1


@pytest.mark.parametrize("quiet", [("--quiet",), ("-q",)])
def test_quiet_prints_errors_only(call: Caller, quiet: tuple[str, ...]) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": "", "c/Dockerfile": BROKEN})
    done = call(*quiet)
    assert done.out == ""
    assert done.errors.startswith("c/Dockerfile:2: error: ")
    assert done.errors.count("\n") == 1
    assert call.text("a/Dockerfile") == COPY


def test_quiet_leaves_results(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    assert call("--quiet", "--diff").out.startswith("--- ")
    assert json.loads(call("--quiet", "--check", "--format", "json").out)["files"]
    assert call("--quiet", "-", stdin=ADD).out == COPY


def test_a_report_in_a_file(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    done = call("--diff", "--output", "report.txt")
    assert done.out.startswith("--- ")
    assert call.text("report.txt").startswith("Dockerfile:2:1: add-to-copy: ")
    done = call("--check", "--format", "json", "--output", "report.json")
    assert done.out == ""
    assert json.loads(call.text("report.json"))["summary"]["changed"] == 1


def test_json_in_place_of_the_diff(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    diff = call("--diff").out
    done = call("--diff", "--format", "json")
    assert json.loads(done.out)["files"][0]["diff"] == diff
    assert done.code == 1


def test_json_says_the_same_in_every_mode(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": REFUSED, "c/Dockerfile": BROKEN})
    form = ("--format", "json")
    check, diff, fix = (call(*mode, *form).out for mode in (("--check",), ("--diff",), ()))
    assert json.loads(check) == json.loads(diff) == json.loads(fix)
    assert json.loads(call("--check", *form).out)["summary"]["changed"] == 0


def test_statistics(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD + "ADD . /b\n", "b/Dockerfile": REFUSED})
    errors = call("--check", "--statistics").errors
    assert errors.endswith(
        "findings  fixed  refused  fixer\n       3      2        1  add-to-copy\n"
    )


def test_names_and_codes_select(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    assert call("--check", "--select", "dl3020").code == 1
    assert call("--check", "--select", "merge-runs").code == 0
    assert call("--check", "--select", "merge-runs", "--extend-select", "DL3020").code == 1
    assert call("--check", "--ignore", "merge-runs,add-to-copy").code == 0


def test_excluded_files_are_not_seen(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    done = call("--check", "--exclude", "b/")
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["a/Dockerfile"]
    assert done.errors.startswith("1 file: ")


def test_configuration_excludes(call: Caller) -> None:
    call.write(
        {
            "dfix.toml": 'select = ["add-to-copy"]\nexclude = ["b/"]\n',
            "a/Dockerfile": COPY,
            "b/Dockerfile": ADD,
        }
    )
    assert call("--check").errors.startswith("1 file: ")
    assert call("--check", "b/Dockerfile").errors.startswith("1 file: 1 would change")


def test_a_broken_configuration_fails_its_own_files(call: Caller) -> None:
    call.write(
        {"a/dfix.toml": "level = 3\n", "a/Dockerfile": ADD, "b/Dockerfile": ADD}
        | {"c/dfix.toml": 'select = ["nobody"]\n', "c/Dockerfile": ADD}
        | {"d/dfix.toml": '\ncontext = "gone"\n', "d/Dockerfile": ADD}
    )
    done = call()
    assert done.code == 2
    place = call.folder / "a" / "dfix.toml"
    assert f"a/Dockerfile: error: {place}:1: level must be a text\n" in done.errors
    place = call.folder / "c" / "dfix.toml"
    assert f"c/Dockerfile: error: {place}:1: no fixer is called 'nobody'" in done.errors
    place = call.folder / "d"
    told = f"{place / 'dfix.toml'}:2: the build context is not a folder: {place / 'gone'}"
    assert f"d/Dockerfile: error: {told}\n" in done.errors
    assert call.text("b/Dockerfile") == COPY


def test_a_configuration_that_is_broken_for_many_is_told_once(call: Caller) -> None:
    call.write({f"{at}/Dockerfile": ADD for at in range(5)} | {"dfix.toml": "levl = 'safe'\n"})
    done = call("--jobs", "2")
    message = f"error: {call.folder / 'dfix.toml'}:1: there is no setting levl: is level meant?"
    first, others, summary = done.errors.splitlines()
    assert (done.code, first) == (2, f"0/Dockerfile: {message}")
    assert others == f"4 further files: {message}"
    assert summary.startswith("5 files: 0 fixed, 0 skipped, 5 failed")
    assert call("--quiet", "4").errors == f"4/Dockerfile: {message}\n"
    files = json.loads(call("--check", "--format", "json").out)["files"]
    assert [each["error"] for each in files] == [message.removeprefix("error: ")] * 5


def test_ignored_files_of_git(call: Caller) -> None:
    call.write({".gitignore": "b/\n", "a/Dockerfile": ADD, "b/Dockerfile": ADD})
    assert call("--check").errors.startswith("1 file: ")
    assert call("--check", "--no-gitignore").errors.startswith("2 files: ")


def test_order_does_not_depend_on_jobs(call: Caller) -> None:
    call.write({f"{at:02}/Dockerfile": ADD if at % 3 else BROKEN for at in range(12)})
    one, two = call("--check", "--jobs", "1"), call("--check", "--jobs", "2")
    assert one == two
    assert one.code == 2
    assert call("--jobs", "2").code == 2
    assert call.text("01/Dockerfile") == COPY
    assert call.text("03/Dockerfile") == BROKEN


def test_a_path_outside_of_the_folder(call: Caller) -> None:
    outside = call.folder.parent / "other"
    call.write({"../other/Dockerfile": ADD})
    done = call("--check", "../other")
    assert done.out.startswith(f"{outside / 'Dockerfile'}:2:1: ")
    assert call("--diff", "../other").out.startswith("--- a/../other/Dockerfile\n")


def test_a_diff_names_the_target_of_a_link(call: Caller) -> None:
    call.write({"real/Dockerfile": ADD})
    (call.folder / "link").symlink_to(Path("real") / "Dockerfile")
    assert call("--diff", "link").out.startswith("--- a/real/Dockerfile\n")
    call("link")
    assert (call.folder / "link").is_symlink()
    assert call.text("real/Dockerfile") == COPY


def test_names_that_would_steer_a_terminal(call: Caller) -> None:
    call.write({"\x1b[31m\n/Dockerfile": ADD})
    assert call("--check").out.startswith("\\x1b[31m\\n/Dockerfile:2:1: ")
