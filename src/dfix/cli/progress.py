"""A bar for runs that take their time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dfix.cli.terminal import takes_codes

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_PATIENCE = 2.0  # seconds before the bar is shown
_PACE = 0.1  # seconds between two drawings


class Progress:
    """Counts what is done, on standard error; drawn by the run itself: there is no other thread."""

    def __init__(self, total: int | None, *, shown: bool, colour: bool = True) -> None:
        self._total = total
        self._shown = shown and takes_codes()
        self._colour = colour
        self._done = 0
        self._begun = time.monotonic()
        self._due = self._begun + _PATIENCE
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self) -> None:
        """One more file is done."""
        self._done += 1
        if not self._shown or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _PACE
        if self._bar is None:
            self._bar = self._start()
        rate = f"{self._done / (time.monotonic() - self._begun):.1f}/s"
        self._bar.update(self._bar.task_ids[0], completed=self._done, rate=rate)
        self._bar.refresh()

    @contextmanager
    def paused(self, *, needed: bool) -> Iterator[None]:
        """Takes the bar away where something is `needed` to be printed, and puts it back after."""
        bar = self._bar if needed else None
        if bar is not None:
            bar.stop()
        yield
        if bar is not None:
            bar.start()

    def _start(self) -> "Bar":
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True, no_color=not self._colour)
        rate = TextColumn("{task.fields[rate]}")
        columns = (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
        bar = Bar(*columns, console=console, transient=True, auto_refresh=False)
        bar.add_task("", total=self._total, rate="")
        bar.start()
        return bar
