"""`dfix plan`: what a build would do."""

import json

import pytest

from tests.cli.conftest import ADD, BROKEN, COPY, Caller


def test_a_plan(call: Caller) -> None:
    call.write({"Dockerfile": COPY + "USER app\n"})
    done = call("plan", "Dockerfile")
    assert done.code == 0
    assert "from debian:12" in done.out
    assert "user = app" in done.out


def test_a_plan_as_json(call: Caller) -> None:
    data = json.loads(call("plan", "-", "--format", "json", stdin=COPY).out)
    assert data["stages"][0]["base"] == "debian:12"


def test_files_of_the_same_meaning(call: Caller) -> None:
    call.write({"a": COPY, "b": COPY.replace("COPY .", "# a comment\ncopy   .")})
    done = call("plan", "--diff", "a", "b")
    assert (done.code, done.out) == (0, "")
    assert json.loads(call("plan", "--diff", "a", "b", "--format", "json").out) == {"changes": []}


def test_files_that_differ(call: Caller) -> None:
    call.write({"a": COPY, "b": COPY + "USER app\n"})
    done = call("plan", "--diff", "a", "b")
    assert done.code == 1
    assert "config.user" in done.out
    data = json.loads(call("plan", "--diff", "a", "b", "--format", "json").out)
    (change,) = data["changes"]
    assert (change["old"], change["new"]) == (None, "app")


@pytest.mark.parametrize("arguments", [("plan", "b"), ("plan", "--diff", "a", "b")])
def test_a_file_that_is_rejected(call: Caller, arguments: tuple[str, ...]) -> None:
    call.write({"a": ADD, "b": BROKEN})
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.errors.startswith("b:2: error: ")
    assert done.errors.count("\n") == 1
