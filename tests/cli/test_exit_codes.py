"""0: nothing to do, or all was done. 1: something would change, or is left. 2: it went wrong."""

import pytest

from tests.cli.conftest import ADD, BROKEN, COPY, REFUSED, Caller

SUPPRESSED = "FROM debian:12\n# dfix: ignore=add-to-copy\nADD . /app\n"


@pytest.mark.parametrize(
    ("text", "fix", "diff", "check"),
    [
        pytest.param(COPY, 0, 0, 0, id="nothing-to-do"),
        pytest.param("", 0, 0, 0, id="empty"),
        pytest.param("# a comment\n", 0, 0, 0, id="comment-only"),
        pytest.param(SUPPRESSED, 0, 0, 0, id="suppressed"),
        pytest.param("FROM {{ base }}\nADD . /app\n", 0, 0, 0, id="template"),
        pytest.param("FROM debian:12\nCOPY \udce9 /app\n", 0, 0, 0, id="not-utf-8"),
        pytest.param(REFUSED, 0, 0, 1, id="refused"),
        pytest.param("FROM debian:12\nADD a.go /app\n", 0, 1, 1, id="would-change"),
        pytest.param(ADD + "ADD https://example.com/x /x\n", 0, 1, 1, id="both"),
        pytest.param(BROKEN, 2, 2, 2, id="rejected"),
    ],
)
def test_by_file(call: Caller, text: str, fix: int, diff: int, check: int) -> None:
    call.write({"Dockerfile": text.encode(errors="surrogateescape")})
    assert call("--check").code == check
    assert call("--diff").code == diff
    assert call("--diff", "--check").code == max(diff, check)
    assert call().code == fix


@pytest.mark.parametrize("mode", [(), ("--diff",), ("--check",)])
def test_errors_come_before_changes(call: Caller, mode: tuple[str, ...]) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": BROKEN})
    assert call(*mode).code == 2


def test_what_needs_a_bolder_level_is_left(call: Caller) -> None:
    call.write({"Dockerfile": "FROM debian:12\nADD a.go /app\n"})
    done = call("--check", "--level", "safe")
    assert done.code == 1
    assert call("--diff", "--level", "safe").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--level", "reckless"), id="level"),
        pytest.param(("--select", "no-such-fixer"), id="select"),
        pytest.param(("--ignore", "no-such-fixer"), id="ignore"),
        pytest.param(("--extend-select", "DL0000"), id="extend-select"),
        pytest.param(("--select", ","), id="select-nothing"),
        pytest.param(("--format", "xml"), id="format"),
        pytest.param(("--set", "add-to-copy"), id="set-no-option"),
        pytest.param(("--set", "add-to-copy.speed=3"), id="set-unknown-option"),
        pytest.param(("--set", "nobody.speed=3"), id="set-unknown-fixer"),
        pytest.param(("--jobs", "0"), id="no-jobs"),
        pytest.param(("--jobs", "-1"), id="negative-jobs"),
        pytest.param(("--jobs", "many"), id="jobs"),
        pytest.param(("--config", "missing.toml"), id="config"),
        pytest.param(("--context", "missing"), id="context"),
        pytest.param(("--output", "missing/report.txt"), id="output"),
        pytest.param(("--exclude", "!"), id="exclude"),
        pytest.param(("--no-such-option",), id="option"),
        pytest.param(("",), id="empty-path"),
        pytest.param(("-", "Dockerfile"), id="input-and-path"),
        pytest.param(("explain", "no-such-fixer"), id="explain"),
        pytest.param(("explain",), id="explain-nothing"),
        pytest.param(("undo", "no-such-run"), id="undo"),
        pytest.param(("plan",), id="plan-nothing"),
        pytest.param(("plan", "Dockerfile", "Dockerfile"), id="plan-two"),
        pytest.param(("plan", "--diff", "Dockerfile"), id="plan-diff-one"),
        pytest.param(("plan", "missing"), id="plan-missing"),
        pytest.param(("plan", "--diff", "-", "-"), id="plan-input-twice"),
        pytest.param(("config",), id="config-nothing"),
        pytest.param(("--context", ""), id="empty-context"),
        pytest.param(("--config", ""), id="empty-config"),
        pytest.param(("--output", ""), id="empty-output"),
        pytest.param(("-", "--stdin-filename", ""), id="empty-stdin-filename"),
        pytest.param(("pin", ""), id="empty-path-to-pin"),
        pytest.param(("plan", ""), id="empty-path-to-plan"),
        pytest.param(("config", "--show", ""), id="empty-path-to-show"),
        pytest.param(("rules", "--adopt-hadolint", ".", ""), id="empty-path-to-adopt"),
    ],
)
def test_a_wrong_call_touches_nothing(call: Caller, arguments: tuple[str, ...]) -> None:
    call.write({"Dockerfile": ADD})
    done = call(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "error: " in done.errors
    assert done.errors.count("\n") == 1
    assert call.text() == ADD
