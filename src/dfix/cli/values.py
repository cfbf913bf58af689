"""What several options take."""

import math
from typing import Any

import click
from click.types import StringParamType


class _Filled(StringParamType):
    """A text that is not empty: a variable that a shell does not know must not stand for anything."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text: str = super().convert(value, param, ctx)
        if not text:
            self.fail("it is empty", param, ctx)
        return text


FILLED = _Filled()


class _Seconds(click.FloatRange):
    """A length of time, up to a day: the system counts in numbers that have an end."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=86400)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):  # which no comparison holds out of a range
            self.fail(f"{value!r} is no number", param, ctx)
        return seconds


SECONDS = _Seconds()
