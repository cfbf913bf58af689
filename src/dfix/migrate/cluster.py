"""The work of a campaign on an existing cluster of dask.distributed: https://distributed.dask.org.

Tasks and items travel as pickles and answers come back the same way: nothing is asked of the workers'
file systems. The cluster runs a task again whose worker went away.
"""

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from dfix.registry import makers
from dfix.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_DISTRIBUTION = "dfix"
_HELD = 2  # items per thread of the cluster that are under way
_CONNECT = 10.0  # seconds to wait for the scheduler
_WORKERS = 60.0  # seconds to wait for a worker, where there is none
_TICK = 2.0  # seconds between two looks at the workers
_PACE = 0.2  # seconds between two looks where there is none

#: A worker may have several threads, and parsers are not shared by threads.
_ONE_AT_A_TIME = threading.Lock()


class ClusterError(Exception):
    """The cluster cannot do the work, or no longer; says why, and the way out."""


class DaskExecutor:
    """The workers of a cluster."""

    is_local = False

    def __init__(self, address: str, *, patience: float = _WORKERS) -> None:
        """`address` is the scheduler's `HOST:PORT`; `patience` seconds may pass without any worker."""
        self._address = address
        self._patience = patience

    def run(
        self,
        task: Callable[[Item], Answer],
        items: Iterable[Item],
        *,
        died: Callable[[Item], Answer],
    ) -> Iterator[tuple[Item, Answer]]:
        """As the protocol has it. Raises `ClusterError`."""
        with _silence(), self._connected() as client:
            yield from _Run(client, self._address, self._patience, task, died).answers(items)

    @contextlib.contextmanager
    def _connected(self) -> "Iterator[Client]":
        from distributed import Client

        try:
            client = Client(self._address, timeout=_CONNECT, set_as_default=False, name="dfix")
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"no dask scheduler answers at {self._address}: start one (`dask scheduler`), or name "
                "its address"
            ) from error
        try:
            yield client
        finally:
            client.close()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keeps the client from logging what is answered for here, with tracebacks."""
    import distributed  # noqa: F401  (it sets its loggers' levels when it is imported)

    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


@dataclass(frozen=True, slots=True)
class _Same(Generic[Item, Answer]):
    """A task that is done by the very dfix that asks for it. Can be pickled."""

    task: Callable[[Item], Answer]
    version: str
    makers: str

    def __call__(self, item: Item) -> Answer:
        if self.version != __version__:
            raise ClusterError(_differs("a worker", __version__))
        if self.makers != makers():
            raise ClusterError(
                f"a worker has the fixers of dfix {makers()}, and this is {self.makers}: install the "
                "same on all machines"
            )
        with _ONE_AT_A_TIME:
            return self.task(item)


class _Run(Generic[Item, Answer]):
    """One task and its items on a cluster."""

    def __init__(
        self,
        client: "Client",
        address: str,
        patience: float,
        task: Callable[[Item], Answer],
        died: Callable[[Item], Answer],
    ) -> None:
        self._client = client
        self._address = address
        self._patience = patience
        self._task = _Same(task, __version__, makers())
        self._died = died
        self._done: SimpleQueue[Future[Answer]] = SimpleQueue()
        self._pending: dict[Future[Answer], Item] = {}
        self._manned = time.monotonic()
        """When there was a worker for the last time, as far as is known."""

    def answers(self, items: Iterable[Item]) -> Iterator[tuple[Item, Answer]]:
        """Each item with its answer, as they come. Raises `ClusterError`, and what the task raises."""
        from distributed.scheduler import KilledWorker

        while not self._threads():
            time.sleep(_PACE)
        self._require_same_dfix()
        ahead = iter(items)
        suspects: list[Item] = []
        looked, room = time.monotonic(), self._room()
        try:
            while True:
                if time.monotonic() - looked > _TICK:  # workers come and go
                    looked, room = time.monotonic(), self._room()
                # A worker takes down what else it holds: those are tried again, each by itself.
                if not suspects:
                    for item in islice(ahead, max(0, room - len(self._pending))):
                        self._submit(item)
                if self._pending:
                    future = self._next()
                    item = self._pending.pop(future)
                    try:
                        answer = self._answer(future)
                    except KilledWorker:
                        suspects.append(item)
                        continue
                    yield item, answer
                elif suspects:
                    item = suspects.pop()
                    yield item, self._alone(item)
                else:
                    return
        finally:
            with contextlib.suppress(Exception):  # Of a cluster that is gone nothing is wanted.
                self._client.cancel(list(self._pending), force=True)

    def _submit(self, item: Item) -> None:
        """Gives an item to the cluster."""
        # A key of its own: else an item that is given twice would be answered by what is still there.
        key = f"dfix-{uuid.uuid4().hex}"
        future = self._client.submit(self._task, item, key=key)
        self._pending[future] = item
        future.add_done_callback(self._done.put)

    def _alone(self, item: Item) -> Answer:
        """The answer for an item while nothing else of ours is under way."""
        from distributed.scheduler import KilledWorker

        self._submit(item)
        future = self._next()
        del self._pending[future]
        try:
            return self._answer(future)
        except KilledWorker:
            return self._died(item)

    def _next(self) -> "Future[Answer]":
        """The next future that is done."""
        while True:
            with contextlib.suppress(Empty):
                return self._done.get(timeout=_TICK)
            self._threads()

    def _answer(self, future: "Future[Answer]") -> Answer:
        """What came of a future that was done; its worker may have died since. Raises what it raised."""
        while True:
            try:
                answer = future.result(timeout=_TICK)
            except CancelledError as error:
                raise self._gone() from error
            except OSError as error:
                if future.status == "error":  # the task's own
                    raise
                if not isinstance(error, TimeoutError):
                    raise self._gone() from error
                self._threads()
            else:
                future.release()
                return answer

    def _room(self) -> int:
        """How many items may be under way; also without a worker one, that waits for it."""
        return max(1, _HELD * self._threads())

    def _threads(self) -> int:
        """How many threads work. Raises `ClusterError` where there has been none for long."""
        try:
            threads: int = sum(self._client.nthreads().values())
        except (OSError, CancelledError, TimeoutError, ValueError) as error:
            raise self._gone() from error
        now = time.monotonic()
        if threads:
            self._manned = now
        elif now - self._manned >= self._patience:
            raise ClusterError(
                f"the cluster at {self._address} has no worker: start some "
                f"(`dask worker {self._address}`), then go on with --resume"
            )
        return threads

    def _require_same_dfix(self) -> None:
        """Raises `ClusterError` where the scheduler or a worker has another dfix, or none."""
        found: dict[str, object] = {}
        try:
            version = self._client.run_on_scheduler(metadata.version, _DISTRIBUTION)
            found["the scheduler"] = version
        except metadata.PackageNotFoundError as error:
            found["the scheduler"] = error
        told = self._client.run(metadata.version, _DISTRIBUTION, on_error="return")
        found |= {f"the worker {address}": version for address, version in told.items()}
        for who, version in found.items():
            if isinstance(version, OSError):
                continue  # It went away meanwhile.
            if isinstance(version, BaseException):
                raise ClusterError(_differs(who, None)) from version
            if version != __version__:
                raise ClusterError(_differs(who, str(version)))

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"the connection to the cluster at {self._address} was lost: see that it runs, then go on "
            "with --resume"
        )


def _differs(who: str, version: str | None) -> str:
    has = "no dfix" if version is None else f"dfix {version}"
    return (
        f"{who} has {has}, and this is {__version__}: install the same on all machines "
        f"(`pip install 'dfix[dask]=={__version__}'`)"
    )
