"""What several options take."""

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
