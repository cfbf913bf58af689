"""`dfix verify`, with builders that need no engine."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dfix.cli import verify
from dfix.verify import NAMES
from tests.cli.conftest import BROKEN, Caller
from tests.verify.conftest import Fakes, fakes, have_ended

__all__ = ["fakes"]

LEGACY = "FROM debian:12\nLABEL a b\nRUN touch /a\n"
"""The fake builder makes nothing of the old form of LABEL."""
PLAIN = "FROM debian:12\nadd a /a\nRUN touch /b\n"


@pytest.fixture
def builder(fakes: Fakes) -> Fakes:
    fakes.install("docker")
    return fakes


def test_what_is_as_promised(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": PLAIN, "a": "a"})
    done = call("verify", "--level", "safe", "--select", "instruction-casing,add-to-copy")
    assert done.code == 0, done.errors
    assert "Dockerfile: as promised (level safe)" in done.out
    assert "size" in done.out
    assert "STEP of Dockerfile" in done.errors
    assert builder.images == []
    assert call.text() == PLAIN, "nothing is written"


def test_a_promise_that_is_broken(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": PLAIN, "a": "a", "other": PLAIN + "RUN touch /opt-extra\n"})
    done = call("verify", "Dockerfile", "--against", "other")
    assert done.code == 1
    assert "NOT as promised" in done.out
    [line] = [line for line in done.out.splitlines() if "/opt-extra" in line]
    assert "nothing allows this" in line
    assert call("verify", "Dockerfile", "--against", "other", "--ignore-path", "opt-*").code == 0


def test_a_setting_that_nobody_announced(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": LEGACY})
    done = call("verify", "--select", "key-value-form", "--level", "safe")
    # The stand-in for a builder knows the new form alone: to it, the fix makes a label.
    assert done.code == 1
    assert "Labels.a" in done.out


def test_as_json(call: Caller, builder: Fakes) -> None:
    call.write(
        {"a/Dockerfile": PLAIN, "a/a": "a", "b/Dockerfile": "from debian:12\nCOPY gone /x\n"}
    )
    done = call("verify", "--select", "instruction-casing,add-to-copy", "--format", "json", "-q")
    assert (done.code, done.errors) == (2, "")
    data = json.loads(done.out)
    assert data["builder"] == "docker"
    assert data["summary"] == {
        "files": 2, "kept": 1, "broken": 0, "unbuilt": 1, "unchanged": 0, "failed": 0,
    }  # fmt: skip
    first, second = data["files"]
    assert (first["path"], first["verdict"], first["level"]) == (
        str(Path("a", "Dockerfile")), "kept", "standard",
    )  # fmt: skip
    assert first["before"] == first["after"] | {"seconds": first["before"]["seconds"]}
    assert second["verdict"] == "unbuilt"
    assert second["log"][-1] == "gone not found"
    call.write({"other": PLAIN + "RUN touch /extra\n"})
    broken = call("verify", "a/Dockerfile", "--against", "other", "--format", "json", "-q")
    [path] = json.loads(broken.out)["files"][0]["tree"]
    assert (path["path"], path["differs"], path["allowed"]) == ("extra", ["added"], False)
    assert path["after"]["mode"] == "0644"


def test_a_file_that_needs_no_fix_is_not_built(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": 'FROM debian:12\nCMD ["ls"]\n'})
    done = call("verify")
    assert (done.code, "nothing to change" in done.out) == (0, True)
    assert not [each for each in builder.calls if "--file" in each]


def test_one_bad_file_does_not_stop_the_others(call: Caller, builder: Fakes) -> None:
    call.write({"a/Dockerfile": BROKEN, "b/Dockerfile": PLAIN, "b/a": "a"})
    done = call("verify", "--select", "instruction-casing,add-to-copy", "-q")
    assert done.code == 2
    assert "a/Dockerfile:2: error:" in done.errors
    assert "as promised" in done.out


def test_what_cannot_be_built_before_claims_nothing(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": "FROM debian:12\nadd a /a\nRUN fail\n", "a": "a"})
    done = call("verify", "-q")
    assert done.code == 2
    assert "nothing is claimed" in done.out
    assert "process did not complete: exit code 7" in done.out


def test_a_compose_file_says_how_it_is_built(call: Caller, builder: Fakes) -> None:
    compose = (
        "services:\n  app:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"
        "      target: app\n      args: {A: '1', B: '2'}\n"
    )
    text = "FROM debian:12 AS app\nadd a /a\nFROM debian:12\n"
    call.write({"compose.yaml": compose, "docker/Dockerfile": text, "a": "a"})
    (call.folder / ".git").mkdir()
    done = call("verify", "docker", "--build-arg", "B=3", "-q")
    assert done.code == 0, done.out
    build = next(each for each in builder.calls if "--file" in each)
    assert build[build.index("--target") :][:2] == ["--target", "app"]
    assert build.count("--build-arg") == 2
    assert {"A=1", "B=3"} <= set(build)


def test_a_pinned_base_that_has_moved_on(call: Caller, builder: Fakes) -> None:
    call.write({"Dockerfile": "FROM debian\nRUN touch /a\n"})
    words = ("verify", "--select", "pin-base-image", "-q", "--format", "json")
    done = call(*words)
    assert (done.code, json.loads(done.out)["files"][0]["moved_bases"]) == (0, [])
    builder.say("moving")
    done = call(*words)
    assert done.code == 0
    [file] = json.loads(done.out)["files"]
    [moved] = file["moved_bases"]
    assert moved["before"] == "debian"
    assert moved["after"].startswith("debian:")
    assert file["tree"] == []
    assert "is another image than" in call("verify", "--select", "pin-base-image", "-q").out
    assert builder.images == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gone",), "gone: error: No such file or directory"),
        (("--timeout", "0"), "0"),
        (("--builder", "kaniko"), "kaniko"),
        (("--select", "none-such"), "none-such"),
        (("--ignore-path", "a[b"), "--ignore-path"),
        (("--context", "gone"), "the build context is not a folder"),
        (("--against", "gone"), "gone: error: No such file"),
        (("a", "b", "--against", "a/Dockerfile"), "--against is for one Dockerfile"),
        (("--target", "gone"), "there is no stage 'gone'"),
        (("-",), "no build context"),
        (("",), "it is empty"),
        (("--timeout", "nan"), "is no number"),
        (("--timeout", "inf"), "is not in the range"),
        (("empty",), "there is no Dockerfile"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], told: str, call: Caller, builder: Fakes) -> None:
    call.write({"a/Dockerfile": PLAIN, "b/Dockerfile": PLAIN, "empty/x": ""})
    if "--against" in arguments and "a" not in arguments:
        arguments = ("a", *arguments)
    done = call("verify", *arguments)
    assert done.code == 2
    assert told in done.errors + done.out
    assert "Traceback" not in done.errors
    assert builder.images == []


def test_no_builder_is_a_line_with_a_hint(call: Caller, fakes: Fakes) -> None:
    call.write({"Dockerfile": PLAIN})
    done = call("verify")
    assert (done.code, done.out) == (2, "")
    assert done.errors.count("\n") == 1
    assert "install docker, buildah or podman" in done.errors


def test_the_builders_of_the_option_are_those_that_there_are() -> None:
    assert verify._BUILDERS == NAMES


@pytest.mark.parametrize(
    ("number", "step"),
    [
        (signal.SIGINT, "sleep"),
        (signal.SIGINT, "stay"),
        (signal.SIGTERM, "sleep"),
        (signal.SIGHUP, "sleep"),
    ],
)
def test_an_end_from_outside_leaves_nothing(
    number: signal.Signals, step: str, builder: Fakes, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(f"from debian:12\nADD a /a\nRUN {step}\n")
    code = (
        "import dfix.verify.process as process; process._GRACE = process._CHILDREN = 0.5\n"
        "from dfix.cli import run; run()"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    started = subprocess.Popen(
        [sys.executable, "-c", code, "verify", "Dockerfile"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
    )
    mark = builder.state / "sleeping"
    for _ in range(1200):
        if mark.exists() and mark.read_text():
            break
        time.sleep(0.05)
    assert len(builder.images) == 1
    started.send_signal(number)
    assert started.wait(60) == 130
    assert builder.images == []
    assert list(temporary.iterdir()) == []
    assert have_ended(*map(int, mark.read_text().split()))
