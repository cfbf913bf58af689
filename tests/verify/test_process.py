"""Running clients: lines, limits, ends."""

import os
import time
from pathlib import Path

import pytest

from dfix.verify import process
from dfix.verify.process import ClientFailed, TimedOut, output_of, run
from tests.verify.conftest import have_ended


def _sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def _environment() -> dict[str, str]:
    return dict(os.environ)


def test_lines_of_both_streams_as_they_come() -> None:
    said: list[str] = []
    tail = run(
        _sh("echo a; echo b >&2; printf 'c\\377'"), environment=_environment(), say=said.append
    )
    assert said == ["a", "b", "c\ufffd"]
    assert tail == ("a", "b", "c\ufffd")


def test_a_failure_keeps_the_end() -> None:
    with pytest.raises(ClientFailed, match="exit code 5") as caught:
        run(_sh("seq 100; exit 5"), environment=_environment())
    assert (caught.value.code, caught.value.tail[-1]) == (5, "100")
    assert len(caught.value.tail) < 50


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_limit_of_time_ends_all_of_it(
    stubborn: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.3)
    monkeypatch.setattr(process, "_CHILDREN", 0.3)
    trap = "trap '' TERM;" if stubborn else ""
    script = f"{trap} sleep 60 & echo $$ $! > {tmp_path}/pids; echo up; wait; wait"
    started = time.monotonic()
    with pytest.raises(TimedOut, match=r"more than 0\.5 seconds"):
        run(_sh(script), environment=_environment(), timeout=0.5)
    assert time.monotonic() - started < 10
    assert have_ended(*map(int, (tmp_path / "pids").read_text().split()))


def test_a_client_that_closes_its_output_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.3)
    monkeypatch.setattr(process, "_CHILDREN", 0.3)
    with pytest.raises(TimedOut):
        run(_sh("exec >&- 2>&-; sleep 60"), environment=_environment(), timeout=0.5)


def test_an_interrupt_ends_it_as_well(tmp_path: Path) -> None:
    def interrupted(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(
            _sh(f"echo $$ > {tmp_path}/pid; echo up; sleep 60"),
            environment=_environment(),
            say=interrupted,
        )
    assert have_ended(int((tmp_path / "pid").read_text()))


def test_what_is_left_running_behind_a_client_is_ended(tmp_path: Path) -> None:
    run(_sh(f"sleep 60 >/dev/null 2>&1 & echo $! > {tmp_path}/pid"), environment=_environment())
    assert have_ended(int((tmp_path / "pid").read_text()))


def test_a_stream() -> None:
    with output_of(_sh("printf abc"), environment=_environment()) as stream:
        assert stream.read(2) == b"ab"


def test_a_stream_of_a_client_that_fails() -> None:
    with (
        pytest.raises(ClientFailed) as caught,
        output_of(_sh("printf abc; echo why >&2; exit 3"), environment=_environment()) as stream,
    ):
        stream.read()
        raise ValueError("half an image")
    assert (caught.value.code, caught.value.tail) == (3, ("why",))


def test_a_reader_that_fails_by_itself() -> None:
    with (
        pytest.raises(ValueError, match="its own"),
        output_of(_sh("yes"), environment=_environment()) as stream,
    ):
        stream.read(1)
        raise ValueError("its own")


def test_a_stream_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.3)
    monkeypatch.setattr(process, "_CHILDREN", 0.3)
    with (
        pytest.raises(TimedOut),
        output_of(_sh("printf a; sleep 60"), environment=_environment(), timeout=0.5) as stream,
    ):
        stream.read()


def test_what_a_client_started_goes_first(tmp_path: Path) -> None:
    # It cleans up after a step that failed, and would not have where it is ended itself.
    script = f"trap 'exit 9' TERM; sleep 60 & echo up; wait $!; echo cleaned > {tmp_path}/done"
    with pytest.raises(TimedOut):
        run(_sh(script), environment=_environment(), timeout=1)
    assert (tmp_path / "done").exists()
