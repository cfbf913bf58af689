"""Work on many items in several processes, answered in the items' order or as it comes.

A process that dies, whatever it died of, costs the one item that killed it. Where the system gives no
further process, the work is done by those that there are, and by this one where there is none.

The pools of the standard library begin with threads, locks and named semaphores, each of which some
machine lacks, and wait for ever where one of their threads was not to be had. Here each process has a
pipe and nothing else that anybody could wait for: it gives an answer, or it ends with its process.
"""

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_PATIENCE = 5.0  # seconds in which a process clears away what it began
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_HELD = 2  # items per process that are under way
_AHEAD = 8  # items per process that are worked on before their turn comes
_SMALL = 4096  # bytes that a pipe takes although nobody reads yet, on every system


def processors() -> int:
    """How many processors this process may use, as far as the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    task: Callable[[Item], Answer],
    items: Sequence[Item],
    *,
    jobs: int,
    died: Callable[[Item], Answer],
) -> Generator[Answer, None, None]:
    """What `task` makes of each item, or `died` where the process died over it.

    `task`, the items and the answers are pickled, unless `jobs` is 1: then all happens right here.
    What `task` raises is raised.
    """
    if jobs == 1:
        yield from map(task, items)
        return
    turn = 0
    early: dict[int, Answer] = {}
    with contextlib.closing(_answers(task, items, jobs, died, jobs * _AHEAD)) as answers:
        for number, _, answer in answers:
            early[number] = answer
            while turn in early:
                yield early.pop(turn)
                turn += 1


def as_done(
    task: Callable[[Item], Answer],
    items: Iterable[Item],
    *,
    jobs: int,
    died: Callable[[Item], Answer],
) -> Generator[tuple[Item, Answer], None, None]:
    """Each item with what `task` makes of it, or `died` where the process died over it, as they come.

    Items are taken from `items` as there is room for them: no more than a few for each process are held.
    Otherwise as `in_order`.
    """
    if jobs == 1:
        for item in items:
            yield item, task(item)
        return
    with contextlib.closing(_answers(task, items, jobs, died, sys.maxsize)) as answers:
        for _, item, answer in answers:
            yield item, answer


def _answers(
    task: Callable[[Item], Answer],
    items: Iterable[Item],
    jobs: int,
    died: Callable[[Item], Answer],
    ahead: int,
) -> Generator[tuple[int, Item, Answer], None, None]:
    """Each item with its number and its answer, none `ahead` or more of the first unanswered one."""
    source = enumerate(items)
    crew = _Crew(task, jobs, died)
    unanswered: dict[int, None] = {}  # in the order of the items
    try:
        while True:
            while crew.has_room:
                if unanswered and max(unanswered) - next(iter(unanswered)) + 1 >= ahead:
                    break
                if (taken := next(source, None)) is None:
                    break
                unanswered[taken[0]] = None
                crew.give(_Job(*taken))
            if not unanswered:
                return
            for job, answer in crew.answers():
                del unanswered[job.number]
                yield job.number, job.item, answer
    finally:
        crew.dismiss()


class _Job(Struct, Generic[Item]):
    """An item that is under way."""

    number: int
    item: Item
    deadly: bool = False
    """Whether a process died over it. It may have died of something else: it is tried once more."""


class _Crew(Generic[Item, Answer]):
    """Some processes that work on items, each started when there is something for it to do."""

    def __init__(
        self, task: Callable[[Item], Answer], jobs: int, died: Callable[[Item], Answer]
    ) -> None:
        self._task = task
        self._died = died
        self._most = jobs
        self._workers: list[_Worker[Item]] = []
        self._done: deque[tuple[_Job[Item], Answer]] = deque()

    @property
    def has_room(self) -> bool:
        """Whether another item can be given."""
        if not self._most:
            return not self._done
        return sum(len(worker.jobs) for worker in self._workers) < self._most * _HELD

    def give(self, job: _Job[Item]) -> None:
        """Have an item worked on. Raises what `task` raises, where no process is to be had."""
        worker = self._free_worker()
        if worker is not None:
            worker.give(job)
        elif job.deadly:
            self._done.append((job, self._died(job.item)))
        else:
            self._done.append((job, self._task(job.item)))

    def answers(self) -> Iterator[tuple[_Job[Item], Answer]]:
        """Wait for at least one answer and give those that there are. Raises what `task` raises."""
        while not self._done:
            busy = {worker.connection: worker for worker in self._workers if worker.jobs}
            assert busy, "there is nothing to wait for"
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)
                self._hear(busy[connection])
        while self._done:
            yield self._done.popleft()

    def dismiss(self) -> None:
        """End all processes, whatever they are at."""
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.end()
        self._workers = []

    def _hear(self, worker: "_Worker[Item]") -> None:
        try:
            data = worker.connection.recv_bytes()
        except (EOFError, OSError):  # It has ended, perhaps in the middle of its answer.
            self._replace(worker)
            return
        job = worker.next()
        answered, answer = pickle.loads(data)
        if not answered:
            raise answer
        self._done.append((job, answer))

    def _replace(self, worker: "_Worker[Item]") -> None:
        """Give to others what a process leaves that died over its first item."""
        self._workers.remove(worker)
        worker.end()
        first, *others = worker.jobs
        if first.deadly:
            self._done.append((first, self._died(first.item)))
        else:
            first.deadly = True
            others.append(first)
        for job in others:
            self.give(job)

    def _free_worker(self) -> "_Worker[Item] | None":
        """The process that has least to do, a new one if need be; None if there is none to be had."""
        if not all(worker.jobs for worker in self._workers) or len(self._workers) >= self._most:
            return min(self._workers, key=lambda worker: len(worker.jobs), default=None)
        try:
            self._workers.append(_Worker(self._task, self._workers))
        except (OSError, RuntimeError, MemoryError):  # no file numbers, no process, no memory more
            self._most = len(self._workers)
            return self._free_worker()
        return self._workers[-1]


class _Worker(Generic[Item]):
    """One process, with the items that it was given and has not answered."""

    def __init__(self, task: Callable[[Item], object], others: "Sequence[_Worker[Item]]") -> None:
        """Raises OSError, RuntimeError and MemoryError where the system gives no further process."""
        # A fork has all modules loaded already, but copies no threads: with some it may never wake up.
        fork = sys.platform == "linux" and threading.active_count() == 1
        context = multiprocessing.get_context("fork" if fork else "spawn")
        self.jobs: deque[_Job[Item]] = deque()
        self._sent = 0
        self.connection, theirs = context.Pipe()
        try:
            # Only a fork has the others' pipes, which would not end before it has closed them.
            inherited = [self.connection, *(each.connection for each in others)] if fork else []
            self._process: Any = context.Process(  # type: ignore[attr-defined]  # of every real context
                target=_serve, args=(task, theirs, inherited), daemon=True
            )
            with _undisturbed():
                self._process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()

    def give(self, job: _Job[Item]) -> None:
        """Send an item, or keep it until the one before it is answered."""
        self.jobs.append(job)
        self._send()

    def next(self) -> _Job[Item]:
        """The item that was answered; the one after it is sent."""
        job = self.jobs.popleft()
        self._sent -= 1
        self._send()
        return job

    def stop(self) -> None:
        """Have the process end: at once where nobody wants any more what it is at."""
        self.connection.close()
        if self.jobs:
            self._process.terminate()

    def end(self) -> None:
        """End the process, and wait for it."""
        self.stop()
        self._process.join(_PATIENCE)
        self._process.kill()
        self._process.join()
        self._process.close()

    def _send(self) -> None:
        for job in itertools.islice(self.jobs, self._sent, None):
            data = ForkingPickler.dumps(job.item)
            if self._sent and len(data) > _SMALL:
                return  # It may be writing its answer, and read nothing before that is taken.
            self._sent += 1
            with contextlib.suppress(OSError):  # It died, as its end of the pipe will tell.
                self.connection.send_bytes(data)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keeps signals back, also from a process that begins meanwhile until it is ready for them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ------------------------------------------------------------------------- in the other process


class _Stopped(SystemExit):
    """The process is to end; what its work has begun is ended and cleared away on the way out."""


def _serve(
    task: Callable[[Item], Answer], connection: Connection, inherited: Sequence[Connection]
) -> None:
    """Answer items until there are no more."""
    # There is no more to do, or nobody wants the answer, where the pipe has ended; who gave the item
    # tells what became of it where there is not even the memory to take it or to answer.
    with contextlib.suppress(EOFError, OSError, MemoryError, _Stopped):
        # An interrupt from the terminal reaches every process, and only the first has to answer it.
        for number in _SIGNALS:
            signal.signal(number, _stop)
        for other in inherited:
            other.close()
        with contextlib.suppress(RuntimeError):  # No thread is to be had: it ends after the item.
            threading.Thread(target=_follow, daemon=True).start()
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        while True:
            item = connection.recv()
            connection.send_bytes(_answer(task, item))
    os._exit(1)


def _answer(task: Callable[[Item], Answer], item: Item) -> Any:
    """What is made of an item, or what it raised, pickled. Raises MemoryError and `_Stopped`."""
    answer: tuple[bool, object]
    try:
        answer = True, task(item)
    except Exception as error:
        answer = False, error
    try:
        return ForkingPickler.dumps(answer)
    except MemoryError:
        raise
    except Exception as error:  # whatever an object does that cannot be pickled
        return ForkingPickler.dumps((False, pickle.PicklingError(str(error))))


def _stop(_number: int, _frame: object) -> None:
    # An interrupt reaches this process twice, from the terminal and from the first one: what clears
    # away after the first must not be stopped by the second.
    for number in _SIGNALS:
        signal.signal(number, _carry_on)
    raise _Stopped(1)


def _carry_on(_number: int, _frame: object) -> None:
    """Does nothing; not `SIG_IGN`, of which Python complains where the signal has come already."""


def _follow() -> None:
    """Ends the process when the first one has ended: where that was killed, nobody else does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE)
        os._exit(1)
