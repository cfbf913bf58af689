"""How old the facts about images are is told, and warned of where that is long ago."""

from datetime import date, timedelta

import pytest

from dfix.cli.tables import OLD, tell_date
from dfix.cli.terminal import standard_error
from dfix.resolve.tags import table_date
from tests.cli.conftest import Caller

DAY = date.fromisoformat(table_date())


@pytest.mark.parametrize("words", [["rules"], ["explain", "pin-base-image"]])
def test_the_day_of_the_table(call: Caller, words: list[str]) -> None:
    assert f"images are known as of {table_date()}\n" in call(*words).errors


@pytest.mark.parametrize(("days", "warned"), [(0, False), (OLD, False), (OLD + 1, True)])
def test_an_old_table(days: int, warned: bool, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    tell_date(standard_error(no_color=True), DAY + timedelta(days))
    told = capsysbinary.readouterr().err.decode()
    assert ("warning: what is known about images is 181 days old" in told) == warned
