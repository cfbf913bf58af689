"""The worker process as the server sees it: one task at a time, each with a limit, the urgent ones first."""

import asyncio
import contextlib
import heapq
import itertools
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dfix.lsp.edits import Edit
from dfix.lsp.subject import Declined, Mention, Report, Rule, Subject, Wishes
from dfix.lsp.worker import LENGTH

_GRACE = 2.0  # seconds in which a worker ends that is told to


class WorkFailed(Exception):
    """A task that could not be done, for a reason that is nobody's wish."""


class TooLong(WorkFailed):
    """A task took longer than any may."""


@dataclass(order=True)
class _Task:
    patience: int
    number: int
    name: str = field(compare=False)
    arguments: tuple[object, ...] = field(compare=False)
    wanted: Callable[[], bool] = field(compare=False)
    answer: "asyncio.Future[Any]" = field(compare=False)


class Worker:
    """What can be asked of the worker process, which is started with the first question.

    Each question raises Declined for what is not done, TooLong after `limit` seconds, WorkFailed where
    the process failed, and asyncio.CancelledError once it is no longer wanted.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._tasks: list[_Task] = []
        self._numbers = itertools.count()
        self._news = asyncio.Event()
        self._process: Process | None = None
        self._running: asyncio.Task[None] | None = None

    async def report(self, subject: Subject, wanted: Callable[[], bool], *, urgent: bool) -> Report:
        """What there is to say about a text."""
        asked = self._ask("report", subject, wanted=wanted, urgent=urgent)
        return cast("Report", await asked)

    async def fixed_alone(
        self, subject: Subject, marks: Sequence[tuple[str, int, str]]
    ) -> tuple[str | None, ...]:
        """The text with each of some findings alone fixed; None for one that cannot be."""
        return cast("tuple[str | None, ...]", await self._ask("fixed_alone", subject, tuple(marks)))

    async def formatted(self, subject: Subject) -> str | None:
        """The text with what is safe fixed; None where nothing is."""
        return cast("str | None", await self._ask("formatted", subject))

    async def suppressed(self, subject: Subject, fixer: str, line: int) -> Edit:
        """What switches a fixer off for the instruction of a line (1-based)."""
        return cast("Edit", await self._ask("suppressed", subject, fixer, line))

    async def mention(self, subject: Subject, offset: int) -> Mention:
        """The name of a stage at an offset."""
        return cast("Mention", await self._ask("mention", subject, offset))

    async def rename(self, subject: Subject, offset: int, name: str) -> list[Edit]:
        """What gives the stage that is named at an offset another name."""
        return cast("list[Edit]", await self._ask("rename", subject, offset, name))

    async def rule(self, name: str) -> Rule:
        """A fixer, for people."""
        return cast("Rule", await self._ask("rule", name))

    async def check(self, wishes: Wishes) -> tuple[str, ...]:
        """What of other packages' fixers was left out; declines wishes that nothing answers to."""
        return cast("tuple[str, ...]", await self._ask("check", wishes))

    async def forget(self) -> None:
        """Reads everything beside files anew from now on."""
        if self._process is not None:
            await self._ask("forget")

    async def close(self) -> None:
        """Ends the process."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        for task in self._tasks:
            task.answer.cancel()
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            await _ended(process)

    async def _ask(
        self,
        name: str,
        *arguments: object,
        wanted: Callable[[], bool] = lambda: True,
        urgent: bool = True,
    ) -> object:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        patience = 0 if urgent else 1
        task = _Task(patience, next(self._numbers), name, arguments, wanted, answer)
        heapq.heappush(self._tasks, task)
        self._news.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while True:
            while not self._tasks:
                self._news.clear()
                await self._news.wait()
            task = heapq.heappop(self._tasks)
            if task.answer.done():
                continue
            if not task.wanted():
                task.answer.cancel()
                continue
            try:
                done, answer = await self._done(task)
            except WorkFailed as failure:
                _fail(task, failure)
            except (OSError, asyncio.IncompleteReadError):
                process, self._process = self._process, None
                if process is not None:
                    await _ended(process)
                _fail(task, WorkFailed("the process that worked on it died"))
            except asyncio.CancelledError:
                task.answer.cancel()
                raise
            except Exception as error:  # nobody would be answered any more
                _fail(task, _failure(type(error).__name__, " ".join(str(error).split())))
            else:
                if not done:
                    kind, told = answer
                    _fail(task, Declined(told) if kind == "Declined" else _failure(kind, told))
                elif not task.answer.done():
                    task.answer.set_result(answer)

    async def _done(self, task: _Task) -> tuple[bool, Any]:
        """What the worker answers. Raises WorkFailed, OSError and asyncio.IncompleteReadError."""
        process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        data = pickle.dumps((task.name, task.arguments))
        try:
            async with asyncio.timeout(self.limit):
                process.stdin.write(LENGTH.pack(len(data)) + data)
                await process.stdin.drain()
                head = await process.stdout.readexactly(LENGTH.size)
                body = await process.stdout.readexactly(LENGTH.unpack(head)[0])
        except TimeoutError:
            self._process = None
            await _killed(process)
            raise TooLong(f"it takes longer than {self.limit:g} seconds") from None
        answered: tuple[bool, Any] = pickle.loads(body)
        return answered

    async def _started(self) -> Process:
        if self._process is None:
            # Nothing of the folder that the editor is in may be imported.
            isolated = ("-I",) if sys.flags.isolated else ("-P",)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *isolated, "-m", "dfix.lsp.worker", stdin=PIPE, stdout=PIPE
            )
        return self._process


def _fail(task: _Task, error: Exception) -> None:
    if not task.answer.done():
        task.answer.set_exception(error)


def _failure(kind: str, told: str) -> WorkFailed:
    return WorkFailed(told if kind == "InternalError" else f"internal error: {kind}: {told}")


async def _killed(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _ended(process: Process) -> None:
    """Waits for a process that has reason to end."""
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        await _killed(process)
