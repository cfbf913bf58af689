"""`--write-neighbours`: what is beside a Dockerfile is shown, written and put back."""

import shutil
import subprocess

import pytest

from tests.cli.conftest import COPY, Caller

APPLIED = {
    "git": ("git", "apply"),
    "patch": ("patch", "-p1", "--no-backup-if-mismatch", "--silent"),
}
WHOLE = "FROM debian:12\nCOPY . /app\n"
FILES = {"Dockerfile": WHOLE, "README.md": "x\n", "app.py": "x\n"}
NEW = ".env.example\n.gitignore\nREADME.md\n"
ONLY = ("--select", "dockerignore")


def test_without_the_option_nothing_is_proposed(call: Caller) -> None:
    call.write(FILES)
    assert call("--diff").out == ""
    assert call("--check", *ONLY).code == 0
    assert call().code == 0
    assert not (call.folder / ".dockerignore").exists()


def test_a_diff(call: Caller) -> None:
    call.write(FILES)
    done = call("--diff", "--write-neighbours", *ONLY)
    assert done.code == 1
    assert done.out == (
        "--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1,3 @@\n"
        "+.env.example\n+.gitignore\n+README.md\n"
    )
    assert not (call.folder / ".dockerignore").exists()


@pytest.mark.parametrize("tool", APPLIED)
@pytest.mark.parametrize("before", [None, "dist", "dist\n", "dist\r\n"])
def test_a_diff_is_what_is_written(call: Caller, tool: str, before: str | None) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    call.write(FILES if before is None else {**FILES, ".dockerignore": before})
    diff = call("--diff", "--write-neighbours", *ONLY).raw
    assert call("--write-neighbours", *ONLY).code == 0
    written = call.text(".dockerignore")
    assert call("undo").code == 0
    assert (call.folder / ".dockerignore").exists() is (before is not None)
    done = subprocess.run(APPLIED[tool], cwd=call.folder, input=diff, check=False)
    assert done.returncode == 0
    assert call.text(".dockerignore") == written
    assert call("--diff", "--write-neighbours", *ONLY).out == ""


def test_written_and_put_back(call: Caller) -> None:
    call.write(FILES)
    done = call("--write-neighbours", *ONLY)
    assert done.code == 0
    assert ".dockerignore:1:1: dockerignore: README.md is not ignored [fixed: " in done.out
    assert call.text(".dockerignore") == NEW
    assert (call.folder / ".dockerignore").stat().st_mode & 0o111 == 0
    done = call("undo")
    assert done.out.endswith(".dockerignore: removed\n")
    assert not (call.folder / ".dockerignore").exists()


def test_a_new_file_that_was_changed_since_stays(call: Caller) -> None:
    call.write(FILES)
    call("--write-neighbours", *ONLY)
    call.write({".dockerignore": "mine\n"})
    assert call("undo").code == 2
    assert call.text(".dockerignore") == "mine\n"


def test_fixers_and_neighbours(call: Caller) -> None:
    call.write({**FILES, "Dockerfile": WHOLE.replace("COPY", "ADD")})
    done = call("--write-neighbours", "--select", "add-to-copy,dockerignore")
    assert done.code == 0
    assert (call.text(), call.text(".dockerignore")) == (COPY, NEW)
    assert call("undo").code == 0
    assert call.text() == WHOLE.replace("COPY", "ADD")


def test_fixers_that_are_selected_leave_all_neighbours_in(call: Caller) -> None:
    call.write(FILES)
    done = call("--diff", "--write-neighbours", "--select", "add-to-copy")
    assert "+++ b/.dockerignore" in done.out


def test_a_neighbour_is_ignored(call: Caller) -> None:
    call.write(FILES)
    done = call("--diff", "--write-neighbours", "--ignore", "dockerignore,lint-workflow")
    assert done.out == ""


def test_an_option(call: Caller) -> None:
    call.write(FILES)
    done = call("--diff", "--write-neighbours", *ONLY, "--set", "dockerignore.add=.git,Dockerfile*")
    assert done.out.endswith("+README.md\n+.git\n+Dockerfile*\n")
    assert call("--diff", "--set", "dockerignore.more=1").code == 2


def test_an_option_of_the_configuration(call: Caller) -> None:
    call.write({**FILES, "dfix.toml": '[dockerignore]\nadd = [".git"]\n'})
    assert "+.git\n" in call("--diff", "--write-neighbours", *ONLY).out


def test_json(call: Caller) -> None:
    import json

    call.write(FILES)
    data = json.loads(call("--diff", "--write-neighbours", *ONLY, "--format", "json").out)
    assert [(each["path"], each["changed"]) for each in data["files"]] == [
        ("Dockerfile", False),
        (".dockerignore", True),
    ]
    assert data["files"][1]["diff"].startswith("--- /dev/null\n+++ b/.dockerignore\n")


def test_quiet(call: Caller) -> None:
    call.write(FILES)
    done = call("--write-neighbours", *ONLY, "--quiet")
    assert (done.code, done.out, done.errors) == (0, "", "")
    assert call.text(".dockerignore") == NEW


def test_standard_input_has_no_neighbours(call: Caller) -> None:
    assert call("--write-neighbours", "-", stdin=COPY).code == 2


def test_a_dockerfile_that_is_switched_off_asks_for_nothing(call: Caller) -> None:
    call.write({**FILES, "Dockerfile": "# dfix: ignore-file\n" + WHOLE})
    assert call("--diff", "--write-neighbours", *ONLY).out == ""


def test_an_excluded_file_is_passed_over(call: Caller) -> None:
    call.write(FILES)
    assert call("--diff", "--write-neighbours", *ONLY, "--exclude", ".dockerignore").out == ""


def test_the_configuration_excludes_a_file(call: Caller) -> None:
    call.write({**FILES, "dfix.toml": 'exclude = [".dockerignore"]\n'})
    assert call("--diff", "--write-neighbours", *ONLY).out == ""


def test_a_file_that_is_named_itself(call: Caller) -> None:
    call.write({**FILES, "below/compose.yaml": "services: [\n"})
    done = call("--diff", "--write-neighbours", "--select", "dockerignore,compose-health,lint-workflow", "Dockerfile")  # fmt: skip
    assert "+++ b/.dockerignore" in done.out
    assert "workflows" not in done.out + done.errors
    call.write({"Dockerfile.j2": "FROM a\nCOPY {{ x }} /\n"})
    assert call("--diff", "--write-neighbours", *ONLY, "Dockerfile").out == ""
