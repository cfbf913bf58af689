"""Work on many items in several processes, answered in the items' order or as it comes.

A process that dies, whatever it died of, costs the one item that killed it.
"""

import itertools
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_PATIENCE = 5.0  # seconds in which a process clears away what it began
_HELD = 2  # items per process that are under way
_AHEAD = 8  # items per process that are worked on before their turn comes


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
    ahead = deque(items)
    while ahead:
        pending: deque[tuple[Item, Future[Answer]]] = deque()
        others = set(multiprocessing.active_children())
        executor = _executor(min(jobs, len(ahead)))
        try:
            while ahead or pending:
                while ahead and len(pending) < jobs * _AHEAD:
                    pending.append((ahead[0], executor.submit(_do, task, ahead[0])))
                    ahead.popleft()
                answer = pending[0][1].result()
                pending.popleft()
                yield answer
        except BrokenProcessPool:
            executor.shutdown(cancel_futures=True)
            # Which item it was is not told, so each of those under way is tried by itself.
            for item, _ in pending:
                yield _alone(task, item, died)
        except BaseException:
            # Nobody wants what is under way any more: an interrupt, or no room for the answers.
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            executor.shutdown(cancel_futures=True)


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
    ahead = iter(items)
    if jobs == 1:
        for item in ahead:
            yield item, task(item)
        return
    taken: deque[Item] = deque()
    while True:
        pending: dict[Future[Answer], Item] = {}
        others = set(multiprocessing.active_children())
        executor = _executor(jobs)
        try:
            while True:
                taken.extend(itertools.islice(ahead, jobs * _HELD - len(pending) - len(taken)))
                while taken and len(pending) < jobs * _HELD:
                    pending[executor.submit(_do, task, taken[0])] = taken[0]
                    taken.popleft()
                if not pending:
                    return
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    answer = future.result()
                    yield pending.pop(future), answer
        except BrokenProcessPool:
            executor.shutdown(cancel_futures=True)
            # Which item it was is not told, so each of those under way is tried by itself.
            for item in pending.values():
                yield item, _alone(task, item, died)
        except BaseException:
            # Nobody wants what is under way any more: an interrupt, or no room for the answers.
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            executor.shutdown(cancel_futures=True)


def _alone(task: Callable[[Item], Answer], item: Item, died: Callable[[Item], Answer]) -> Answer:
    with _executor(1) as executor:
        try:
            return executor.submit(_do, task, item).result()
        except BrokenProcessPool:
            return died(item)


def _executor(jobs: int) -> ProcessPoolExecutor:
    # A fork has all modules loaded already, but copies no threads: with some it may never wake up.
    fork = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if fork else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


class _Stopped(SystemExit):
    """The process is to end; what its work has begun is ended and cleared away on the way out."""


def _do(task: Callable[[Item], Answer], item: Item) -> Answer:
    try:
        return task(item)
    except _Stopped:
        os._exit(1)  # The pool would hand this process the next item.


def _begin() -> None:
    """Readies a process for its part."""
    # An interrupt from the terminal reaches every process, and only the first one has to answer it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    threading.Thread(target=_follow, daemon=True).start()


def _stop(_number: int, _frame: object) -> None:
    # An interrupt reaches this process twice, from the terminal and from the first one: what clears
    # away after the first must not be stopped by the second.
    for number in (signal.SIGINT, signal.SIGTERM):
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
