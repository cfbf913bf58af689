"""The component for GitLab: how it is made, and what its script does with the variables that it sets."""

import json
import re
import shutil
from typing import Any

import pytest
from ruamel.yaml import YAML

from dfix.version import __version__
from tests.ci.checkout import ROOT
from tests.ci.conftest import Machine

SPEC, JOBS = YAML(typ="safe").load_all((ROOT / "templates" / "dfix.yml").read_text())
INPUTS: dict[str, dict[str, Any]] = SPEC["spec"]["inputs"]
JOB: dict[str, Any] = JOBS["dfix"]
INPUT = re.compile(r"\$\[\[\s*inputs\.(\w+)\s*\]\]")


def test_inputs_get_into_the_script_as_variables_alone() -> None:
    for line in JOB["script"]:
        assert "$[[" not in line
        assert "eval" not in line
    used = {
        name
        for value in (JOB["stage"], JOB["image"], *JOB["variables"].values())
        for name in INPUT.findall(value)
    }
    assert used == set(INPUTS)
    assert all(each["description"] and "default" in each for each in INPUTS.values())


def test_the_report_is_the_one_that_is_handed_over() -> None:
    assert JOB["artifacts"]["reports"]["codequality"] == JOB["variables"]["DFIX_REPORT"]
    assert JOB["artifacts"]["when"] == "always"


def job(machine: Machine, shell: str = "bash", **inputs: str) -> tuple[int, str]:
    """Runs the script as a runner does: all lines in one shell, which ends with the first failure."""
    values = {name: str(each["default"]) for name, each in INPUTS.items()} | inputs
    variables = {
        name: INPUT.sub(lambda found: values[found[1]], text)
        for name, text in JOB["variables"].items()
    }
    script = "\n".join(["set -eo pipefail" if shell == "bash" else "set -e", *JOB["script"]])
    if shell != "bash":
        variables["SCRIPT"] = script
        script = f'exec {shell} -c "$SCRIPT"'
    return machine.bash(script, variables)


BAD = "FROM debian:12\nENV a b\n"
GOOD = "FROM debian:12\nENV a=b\n"


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_findings_are_reported_and_fail_the_job(shell: str, machine: Machine) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    machine.write("one two/Dockerfile", BAD)
    machine.write("b/Dockerfile", BAD)
    machine.write("c/Dockerfile", BAD)
    given = {"paths": "one two\nb", "args": "--select=key-value-form", "version": __version__}
    code, out = job(machine, shell, **given)
    assert code == 1, out
    report = json.loads((machine.work / "gl-code-quality-report.json").read_text())
    assert sorted(each["location"]["path"] for each in report) == [
        "b/Dockerfile",
        "one two/Dockerfile",
    ]
    machine.write("one two/Dockerfile", GOOD)
    machine.write("b/Dockerfile", GOOD)
    shutil.rmtree(machine.work / ".dfix")
    code, out = job(machine, shell, **given)
    assert code == 0, out
    assert json.loads((machine.work / "gl-code-quality-report.json").read_text()) == []


@pytest.mark.parametrize("text", ["$(touch owned)", "`touch owned`", '"; touch owned; "', "*"])
def test_inputs_are_never_read_as_shell(text: str, machine: Machine) -> None:
    for name in ("pip", "dfix"):
        program = machine.work / ".dfix" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
        program.chmod(0o755)
    python = machine.temporary / "python3"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    variables = {"PATH": f"{machine.temporary}:/usr/bin:/bin", "DFIX_REPORT": "r.json"}
    for name in ("DFIX_VERSION", "DFIX_PATHS", "DFIX_LEVEL", "DFIX_ARGS"):
        code, out = machine.bash(
            "\n".join(["set -e", *JOB["script"]]),
            {
                **variables,
                "DFIX_VERSION": "",
                "DFIX_PATHS": ".",
                "DFIX_LEVEL": "",
                "DFIX_ARGS": "",
                name: text,
            },
        )
        assert code == 0, out
        assert text in out
        assert not (machine.work / "owned").exists(), name
