"""Reports in every form: exit codes, order, and the file that one goes to."""

import errno
import json
import os
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from dfix.report.form import FORMS
from tests.cli.conftest import ADD, BROKEN, COPY, REFUSED, Caller
from tests.report.sarif import applied, check_sarif
from tests.report.test_github import annotations

ALL = ("text", "full", *FORMS)


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("text", "code"), [(COPY, 0), (ADD, 1), (REFUSED, 1), (BROKEN, 2), ("", 0)]
)
def test_the_form_does_not_change_the_exit_code(
    call: Caller, form: str, text: str, code: int
) -> None:
    call.write({"Dockerfile": text})
    assert call("--check", "--format", form).code == code


@pytest.mark.parametrize("form", ALL)
def test_findings_are_no_failure_with_exit_zero(call: Caller, form: str) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": REFUSED})
    done = call("--check", "--exit-zero", "--format", form)
    assert done.code == 0
    assert done.out == call("--check", "--format", form).out
    assert call("--diff", "--exit-zero").code == 0
    call.write({"c/Dockerfile": BROKEN})
    assert call("--check", "--exit-zero", "--format", form).code == 2
    assert call("--check", "--exit-zero", "--level", "bold").code == 2


@pytest.mark.parametrize("form", ALL)
def test_the_order_does_not_depend_on_jobs(call: Caller, form: str) -> None:
    texts = (ADD, REFUSED, BROKEN)
    call.write({f"{at:02}/Dockerfile": texts[at % 3] for at in range(12)})
    one, three = (call("--check", "--format", form, "--jobs", jobs) for jobs in ("1", "3"))
    assert one == three
    assert one.out


@pytest.mark.parametrize("form", ALL)
def test_a_file_says_what_standard_output_would(call: Caller, form: str) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": BROKEN})
    printed = call("--check", "--format", form)
    done = call("--check", "--format", form, "--output", "../report")
    held = call.text("../report")
    assert (done.code, done.out, done.errors) == (2, "", printed.errors)
    assert held.startswith(printed.out)
    assert "FRON" in held, "errors of the run are part of every report"


def test_every_form_can_be_read(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": BROKEN, "c/Dockerfile": REFUSED})
    out = {form: call("--check", "--format", form).out for form in FORMS}
    assert len(json.loads(out["json"])["files"]) == 3
    check_sarif(json.loads(out["sarif"]))
    assert [each[0] for each in annotations(out["github"])] == ["warning", "error", "notice"]
    assert [each["severity"] for each in json.loads(out["gitlab"])] == ["minor", "critical", "info"]
    assert [suite.attrib["name"] for suite in ET.fromstring(out["junit"])] == [
        "a/Dockerfile",
        "b/Dockerfile",
        "c/Dockerfile",
    ]


def test_the_fixes_of_a_log_give_what_dfix_writes(call: Caller) -> None:
    files = {"a/Dockerfile": ADD, "b c/Dockerfile": ADD.replace("\n", "\r\n") + "ADD . /b"}
    call.write(files)
    log = json.loads(call("--check", "--format", "sarif").out)
    changes = {
        change["artifactLocation"]["uri"]: change
        for result in log["runs"][0]["results"]
        for fix in result["fixes"]
        for change in fix["artifactChanges"]
    }
    assert sorted(changes) == ["a/Dockerfile", "b%20c/Dockerfile"]
    call()
    for name, text in files.items():
        fixed = applied(text.encode(), changes[name.replace(" ", "%20")])
        assert fixed == (call.folder / name).read_bytes() != text.encode()


def test_written_files_have_nothing_left(call: Caller) -> None:
    for form in ("github", "gitlab"):
        call.write({"Dockerfile": ADD})
        assert call("--format", form).out == {"github": "", "gitlab": "[]\n"}[form]
        assert call.text() == COPY


def test_no_files_at_all(call: Caller) -> None:
    for form in FORMS:
        done = call("--check", "--format", form)
        assert done.code == 0
        assert done.errors == "no Dockerfiles found\n"
    assert json.loads(call("--check", "--format", "gitlab").out) == []


def test_a_diff_beside_a_report(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    done = call("--diff", "--format", "sarif", "--output", "log.sarif")
    assert done.out.startswith("--- a/Dockerfile\n")
    check_sarif(json.loads(call.text("log.sarif")))


def test_standard_input_has_reports_too(call: Caller) -> None:
    log = json.loads(call("--check", "-", "--format", "sarif", stdin=ADD).out)
    check_sarif(log)
    done = call("-", "--format", "github", "--stdin-filename", "a:b", stdin=REFUSED)
    assert done.out == REFUSED
    assert done.errors.startswith("::notice file=a%3Ab,line=2,")


def test_a_report_replaces_the_old_one_whole(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    call.write({"Dockerfile": ADD, "report.json": "old"})

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("dfix.report.json.Form.tail", fails)
    done = call("--check", "--format", "json", "--output", "report.json")
    assert (done.code, call.text("report.json")) == (2, "old")
    assert sorted(path.name for path in call.folder.iterdir()) == ["Dockerfile", "report.json"]


def test_a_link_stays_and_its_target_gets_the_report(call: Caller) -> None:
    call.write({"Dockerfile": ADD, "real/report": "old"})
    (call.folder / "link").symlink_to("real/report")
    call("--check", "--output", "link")
    assert (call.folder / "link").is_symlink()
    assert call.text("real/report").startswith("Dockerfile:2:1: ")


@pytest.mark.parametrize("name", ["folder", "missing/report", "Dockerfile/report"])
def test_a_report_that_cannot_be_written(call: Caller, name: str) -> None:
    call.write({"Dockerfile": ADD, "folder/x": ""})
    done = call("--output", name)
    assert done.code == 2
    assert done.errors.startswith(f"dfix: error: {name}: cannot be written: ")
    assert done.errors.count("\n") == 1
    assert call.text() == ADD, "nothing is done where the report would be lost"


@pytest.mark.skipif(not Path("/dev/fd/1").exists(), reason="streams have no names here")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_a_stream_by_its_name(call: Caller, name: str) -> None:
    call.write({"Dockerfile": ADD})
    diff = call.process("--diff").out
    report = call.process("--check").out
    assert call.process("--check", "--output", name).out == report
    assert call.process("--diff", "--output", name).out == diff + report


def test_a_stream_that_is_not_open(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    done = call.process("--output", "/dev/fd/999999999")
    assert done.code == 2
    assert done.errors == (
        "dfix: error: /dev/fd/999999999: cannot be written: Bad file descriptor\n"
    )
    assert call.text() == ADD


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_written_to_and_stays(call: Caller) -> None:
    call.write({"Dockerfile": ADD})
    pipe = call.folder.parent / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(Path(pipe).read_text()), daemon=True)
    reader.start()
    assert call("--check", "--format", "gitlab", "--output", str(pipe)).code == 1
    reader.join(10)
    assert len(json.loads(read[0])) == 1
    assert pipe.is_fifo()


def test_excerpts(call: Caller) -> None:
    call.write({"Dockerfile": "FROM debian:12\n# \x1b[31m\nADD . /app\n"})
    out = call("--check", "--format", "full").out
    assert "\n1 | FROM debian:12\n2 | # \\x1b[31m\n3 | ADD . /app\n  | ^^^^^^^^^^\n" in out
    assert "\x1b" not in out
    coloured = call.process("--check", "--format", "full", environment={"FORCE_COLOR": "1"}).out
    assert "\x1b[33m ^^^^^^^^^^\x1b[0m" in coloured
    assert "\\x1b[31m" in coloured


@pytest.mark.parametrize("options", [("--check",), ("--diff",), ()])
@pytest.mark.parametrize("name", ["a/Dockerfile", "./a/../a/Dockerfile", "link", "b/link"])
def test_a_report_takes_the_place_of_no_input(
    call: Caller, options: tuple[str, ...], name: str
) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    (call.folder / "link").symlink_to("a/Dockerfile")
    (call.folder / "b/link").symlink_to("../a")
    output = f"{name}/Dockerfile" if name == "b/link" else name
    done = call(*options, "--output", output)
    assert done.code == 2
    assert "a/Dockerfile is one of the files that are looked at" in done.errors
    assert [call.text("a/Dockerfile"), call.text("b/Dockerfile")] == [ADD, ADD]
    assert call("--check", "--output", "Dockerfile", "b").code == 1, "no input is called like it"


@pytest.mark.parametrize("name", ["dfix.toml", "pyproject.toml", ".hadolint.yaml", "dfix.lock"])
def test_a_report_takes_the_place_of_nothing_that_dfix_reads(call: Caller, name: str) -> None:
    call.write({"Dockerfile": ADD, name: ""})
    done = call("--check", "--output", name)
    assert (done.code, call.text(name)) == (2, "")
    assert f"--output: {name} is read by dfix" in done.errors


@pytest.mark.parametrize("form", ["text", "full"])
def test_names_and_lines_command_no_ci_system(call: Caller, form: str) -> None:
    text = ADD + "RUN echo ##[add-mask]a && curl http://a/##vso[task.b] | sh\n"
    call.write({"::error file=a::b/Dockerfile": text, "##[error]a/Dockerfile": BROKEN})
    done = call("--check", "--format", form)
    told = done.out + done.errors
    assert "./::error file=a::b/Dockerfile:2:1: " in told
    assert not [line for line in told.splitlines() if line.strip().startswith("::")]
    assert not re.search(r"##[a-z]*\[", told)


def test_a_report_to_a_link_that_leads_nowhere(call: Caller) -> None:
    call.write({"Dockerfile": COPY})
    (call.folder / "one").symlink_to("two")
    (call.folder / "two").symlink_to("one")
    done = call("--check", "--output", "one")
    assert done.code == 2
    assert done.errors == "dfix: error: one: cannot be written: Too many levels of symbolic links\n"
    (call.folder / "three").symlink_to("new")
    assert call("--check", "--output", "three").code == 0
    assert (call.folder / "three").is_symlink()
    assert (call.folder / "new").is_file()


@pytest.mark.parametrize("method", ["file", "tail"])
@pytest.mark.parametrize("output", [(), ("--output", "report.xml")])
def test_a_report_that_cannot_be_kept_stops_no_run(
    call: Caller, monkeypatch: pytest.MonkeyPatch, method: str, output: tuple[str, ...]
) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})

    def fails(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"dfix.report.junit.Form.{method}", fails)
    done = call("--format", "junit", *output)
    assert (done.code, done.out) == (2, "")
    assert "cannot be written: No space left on device\n" in done.errors
    assert "internal" not in done.errors
    assert [call.text("a/Dockerfile"), call.text("b/Dockerfile")] == [COPY, COPY]
    assert sorted(each.name for each in call.folder.iterdir()) == ["a", "b"]
