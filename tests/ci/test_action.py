"""The composite action: how it is made, and what its steps do with the variables that a runner sets."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dfix.version import __version__
from tests.ci.checkout import ROOT
from tests.ci.conftest import Machine

ACTION: dict[str, Any] = YAML(typ="safe").load((ROOT / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
#: What bash is called with for `shell: bash`.
OPTIONS = ("-e", "-o", "pipefail")


def test_nothing_from_outside_is_in_a_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"])
        assert "eval" not in step["run"]


def test_every_input_is_used_and_none_is_missing() -> None:
    used = {
        name.removeprefix("inputs.")
        for step in STEPS
        for value in step["env"].values()
        for name in EXPRESSION.findall(value)
        if name.startswith("inputs.")
    }
    assert used == set(ACTION["inputs"])
    assert all(each["description"] and "default" in each for each in ACTION["inputs"].values())


def test_nothing_of_others_is_used() -> None:
    """An action of somebody else would have to be pinned to a commit."""
    assert not [step for step in STEPS if "uses" in step]


def test_each_variable_of_a_script_is_set() -> None:
    for step in STEPS:
        named = set(re.findall(r"\bDFIX_[A-Z]+", step["run"]))
        assert named == set(step["env"])


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which("shellcheck", path=places)
    if program is None:
        pytest.skip("there is no shellcheck on this machine")
    for number, step in enumerate(STEPS):
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{step['run']}")
        done = subprocess.run(
            [program, "-o", "all", "-e", "SC2250,SC2292,SC2312,SC2154", str(script)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == ""


def act(machine: Machine, **inputs: str) -> tuple[int, str]:
    """Runs the steps as a runner would; the code and the output of the last one that ran.

    What is installed by an earlier call with the same version stays: that takes most of the time.
    """
    known = {name: str(each["default"]) for name, each in ACTION["inputs"].items()}
    assert inputs.keys() <= known.keys()
    values = {f"inputs.{name}": value for name, value in (known | inputs).items()}
    values["github.action_path"] = str(machine.source)
    code, out = 0, ""
    installed = machine.temporary / f"installed{values['inputs.version']}"
    for step in STEPS[installed.exists() :]:
        variables = {
            name: EXPRESSION.sub(lambda found: values[found[1]], text)
            for name, text in step["env"].items()
        }
        variables["RUNNER_TEMP"] = str(machine.temporary)
        code, out = machine.bash(step["run"], variables, *OPTIONS)
        if code:
            break
        installed.touch()
    return code, out


BAD = "FROM debian:12\nENV a b\n"
GOOD = "FROM debian:12\nENV a=b\n"


def test_a_check_annotates_and_fails(machine: Machine) -> None:
    machine.write("api/Dockerfile", BAD)
    code, out = act(machine, args="--select=key-value-form", sarif="out file.sarif")
    assert code == 1, out
    assert "::" in out
    assert "file=api/Dockerfile,line=2" in out
    sarif = json.loads((machine.work / "out file.sarif").read_text())
    assert sarif["runs"][0]["results"][0]["ruleId"] == "key-value-form"
    machine.write("api/Dockerfile", GOOD)
    code, out = act(machine, args="--select=key-value-form")
    assert code == 0, out


def test_paths_levels_and_modes(machine: Machine) -> None:
    machine.write("one two/Dockerfile", BAD)
    machine.write("b/Dockerfile", BAD)
    machine.write("c/Dockerfile", BAD)
    paths = "one two\r\n\nb/Dockerfile"
    code, out = act(machine, mode="diff", paths=paths, level="safe", args="--select\nDL3059")
    assert code == 0, out
    code, out = act(machine, mode="diff", paths=paths, args="--select=key-value-form")
    assert code == 1, out
    assert out.count("+ENV a=b") == 2
    code, out = act(machine, mode="fix", paths=paths, args="--select=key-value-form")
    assert code == 0, out
    assert (machine.work / "one two/Dockerfile").read_text() == GOOD
    assert (machine.work / "c/Dockerfile").read_text() == BAD


def test_lines_of_a_diff_command_no_runner(machine: Machine) -> None:
    machine.write("Dockerfile", BAD + "RUN echo \\\n  ::set-output name=a::b\n")
    code, out = act(machine, mode="diff", args="--select=key-value-form")
    assert code == 1, out
    (token,) = re.findall(r"^::stop-commands::([0-9a-f]{32})$", out, re.MULTILINE)
    start, end = f"::stop-commands::{token}\n", f"::{token}::\n"
    assert out.index(start) < out.index("::set-output") < out.index(end)
    again = act(machine, mode="diff", args="--select=key-value-form")[1]
    assert token not in again, "whoever knows it can end what it began"


def test_a_published_version(machine: Machine) -> None:
    code, out = act(machine, version=__version__, paths=".")
    assert code == 0, out
    code, out = act(machine, version="99.0")
    assert code != 0
    assert "99.0" in out


HOSTILE = [
    "$(touch owned)",
    "`touch owned`",
    '"; touch owned; "',
    "'; touch owned; '",
    "-- $(touch owned)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_inputs_are_never_read_as_shell(text: str, machine: Machine) -> None:
    for name in ("paths", "level", "args", "mode", "version"):
        act_quickly(machine, **{name: text})
        assert not (machine.work / "owned").exists(), name


def act_quickly(machine: Machine, **inputs: str) -> None:
    """The steps with nothing installed: a stand-in for dfix prints what it is called with."""
    program = machine.temporary / "dfix" / "bin" / "dfix"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    program.chmod(0o755)
    known = {name: str(each["default"]) for name, each in ACTION["inputs"].items()}
    values = {f"inputs.{name}": value for name, value in (known | inputs).items()}
    values["github.action_path"] = "/nowhere"
    for step in STEPS[1:] if "version" not in inputs else STEPS[:1]:
        variables = {
            name: EXPRESSION.sub(lambda found: values[found[1]], text)
            for name, text in step["env"].items()
        }
        variables["RUNNER_TEMP"] = str(machine.temporary)
        code, out = machine.bash(step["run"], variables, *OPTIONS)
        name, text = next(iter(inputs.items()))
        if name == "paths":
            assert f"<--><{text}>" in out
        elif name == "level":
            assert f"<--level={text}>" in out
        elif name == "args":
            assert f"<{text}><-->" in out
        else:
            assert code == 2
            assert out.startswith("::error::")


def test_a_python_that_is_too_old_is_told(machine: Machine) -> None:
    old = machine.temporary / "old"
    old.mkdir()
    (old / "python3").write_text("#!/bin/sh\nexit 1\n")
    (old / "python3").chmod(0o755)
    step = STEPS[0]
    code, out = machine.bash(
        step["run"],
        {"DFIX_VERSION": "", "DFIX_SOURCE": "", "RUNNER_TEMP": str(machine.temporary),
         "PATH": f"{old}:/usr/bin:/bin"},
        *OPTIONS,
    )  # fmt: skip
    assert code == 2
    assert out == "::error::dfix needs Python 3.11 or newer: put actions/setup-python in front\n"
