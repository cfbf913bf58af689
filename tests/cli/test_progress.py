"""The bar for runs that take their time."""

import sys

import pytest

from dfix.cli import progress
from dfix.cli.progress import Progress


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    monkeypatch.setattr(progress, "_PACE", 0)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the stream for a terminal
    monkeypatch.setenv("TERM", "xterm")


def test_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2, shown=False) as bar:
        bar.step()
        with bar.paused(needed=True):
            pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_not_shown_where_it_could_not_be_taken_away(
    term: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    with Progress(2, shown=True) as bar:
        bar.step()
    assert capsys.readouterr() == ("", "")


def test_not_shown_on_a_short_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 60)
    with Progress(2, shown=True) as bar:
        bar.step()
    assert capsys.readouterr() == ("", "")


def test_counts_and_steps_aside(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3, shown=True) as bar:
        bar.step()
        assert "1/3" in capsys.readouterr().err
        with bar.paused(needed=True):
            assert capsys.readouterr().err.endswith("\x1b[2K")  # the line is empty again
            sys.stderr.write("news\n")
        bar.step()
        assert "2/3" in capsys.readouterr().err
    assert capsys.readouterr().out == ""
