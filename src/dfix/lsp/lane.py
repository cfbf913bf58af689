"""One process that looks into texts, as the server sees it: a task at a time, each with a limit."""

import asyncio
import contextlib
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dfix.lsp.subject import Declined
from dfix.lsp.worker import LENGTH

_GRACE = 2.0  # seconds in which a process ends that is told to


class WorkFailed(Exception):
    """A task that could not be done, for a reason that is nobody's wish."""


class TooLong(WorkFailed):
    """A task took longer than any may."""


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    arguments: tuple[object, ...]
    wanted: Callable[[], bool]
    answer: "asyncio.Future[Any]"


class Lane:
    """Tasks in the order in which they come. The process is started with the first one."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._tasks: deque[_Task] = deque()
        self._news = asyncio.Event()
        self._process: Process | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether anything was ever asked."""
        return self._running is not None

    async def ask(
        self, name: str, *arguments: object, wanted: Callable[[], bool] = lambda: True
    ) -> object:
        """The answer of `dfix.lsp.workshop.NAME`.

        Raises Declined for what is not done, TooLong after `limit` seconds, WorkFailed where the process
        failed, and asyncio.CancelledError where it is no longer `wanted` when its turn comes.
        """
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._tasks.append(_Task(name, arguments, wanted, answer))
        self._news.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await answer

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

    async def _run(self) -> None:
        while True:
            while not self._tasks:
                self._news.clear()
                await self._news.wait()
            task = self._tasks.popleft()
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
            async with asyncio.timeout(self._limit):
                process.stdin.write(LENGTH.pack(len(data)) + data)
                await process.stdin.drain()
                head = await process.stdout.readexactly(LENGTH.size)
                body = await process.stdout.readexactly(LENGTH.unpack(head)[0])
        except TimeoutError:
            self._process = None
            await _killed(process)
            raise TooLong(f"it takes longer than {self._limit:g} seconds") from None
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
