"""What can be asked about texts, and which process is asked.

One process is there for what somebody waits for, the other for what is looked at by itself: so a file that
takes long holds up nothing but its own findings.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from dfix.lsp.edits import Edit
from dfix.lsp.lane import Lane
from dfix.lsp.subject import Mention, Report, Rule, Subject, Wishes


class Worker:
    """The questions. All raise as `Lane.ask` does; `limit` is in seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._at_once, self._by_and_by = self._lanes = Lane(limit), Lane(limit)

    async def report(self, subject: Subject, wanted: Callable[[], bool], *, urgent: bool) -> Report:
        """What there is to say about a text."""
        lane = self._at_once if urgent else self._by_and_by
        return cast("Report", await lane.ask("report", subject, wanted=wanted))

    async def fixed_alone(
        self, subject: Subject, marks: Sequence[tuple[str, int, str]]
    ) -> tuple[str | None, ...]:
        """The text with each of some findings alone fixed; None for one that cannot be."""
        return cast(
            "tuple[str | None, ...]", await self._at_once.ask("fixed_alone", subject, tuple(marks))
        )

    async def formatted(self, subject: Subject) -> str | None:
        """The text with what is safe fixed; None where nothing is."""
        return cast("str | None", await self._at_once.ask("formatted", subject))

    async def suppressed(self, subject: Subject, fixer: str, line: int) -> Edit:
        """What switches a fixer off for the instruction of a line (1-based)."""
        return cast("Edit", await self._at_once.ask("suppressed", subject, fixer, line))

    async def mention(self, subject: Subject, offset: int) -> Mention:
        """The name of a stage at an offset."""
        return cast("Mention", await self._at_once.ask("mention", subject, offset))

    async def rename(self, subject: Subject, offset: int, name: str) -> list[Edit]:
        """What gives the stage that is named at an offset another name."""
        return cast("list[Edit]", await self._at_once.ask("rename", subject, offset, name))

    async def rule(self, name: str) -> Rule:
        """A fixer, for people."""
        return cast("Rule", await self._at_once.ask("rule", name))

    async def check(self, wishes: Wishes) -> tuple[str, ...]:
        """What of other packages' fixers was left out; declines wishes that nothing answers to."""
        return cast("tuple[str, ...]", await self._at_once.ask("check", wishes))

    async def forget(self) -> None:
        """Reads everything beside files anew from now on."""
        begun = (lane for lane in self._lanes if lane.has_begun)
        await asyncio.gather(*(lane.ask("forget") for lane in begun))

    async def close(self) -> None:
        """Ends the processes."""
        await asyncio.gather(*(lane.close() for lane in self._lanes))
