"""Work on a cluster of dask.distributed: https://distributed.dask.org.

The cluster is there already; dfix only sends work to it. Nothing is asked of its machines but that they have
the same dfix: what a task needs travels with it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from dfix.version import __version__

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_HELD = 2  # items for each thread of the cluster that are under way
_PATIENCE = 15  # seconds for the cluster to answer the first time


class ClusterError(Exception):
    """The cluster cannot be used, or went away; says why, and the way out."""


class DaskExecutor:
    """The workers of a running cluster."""

    is_local = False

    def __init__(self, address: str) -> None:
        """`address` is that of the scheduler, as `tcp://HOST:PORT`.

        Raises ValueError where dask.distributed is not installed.
        """
        try:
            import distributed
        except ImportError as error:
            raise ValueError("dask:// needs dask.distributed: pip install 'dfix[dask]'") from error
        self._distributed: Any = distributed
        self._address = address

    def run(
        self,
        task: Callable[[Item], Answer],
        items: Iterable[Item],
        *,
        died: Callable[[Item], Answer],
    ) -> Iterator[tuple[Item, Answer]]:
        """As `dfix.migrate.executors.Executor` has it.

        Work of a worker that goes away is done by another one. What kills worker after worker is answered
        by `died`, here. Raises `ClusterError`.
        """
        with self._client() as client:
            self._require_dfix(client)
            ahead = iter(items)
            pending: dict[Any, Item] = {}
            done = self._distributed.as_completed(loop=client.loop)
            while True:
                for item in islice(ahead, max(0, self._room(client) - len(pending))):
                    future = client.submit(_alone, task, item, pure=False)
                    pending[future] = item
                    done.add(future)
                if not pending:
                    return
                future = self._next(done)
                item = pending.pop(future)
                yield item, self._answer(future, item, died)
                future.release()

    def _room(self, client: Any) -> int:
        """How many items may be under way: workers come and go. Raises `ClusterError`."""
        try:
            threads: dict[str, int] = client.nthreads()
            return _HELD * max(1, sum(threads.values()))
        except (OSError, TimeoutError) as error:
            raise self._gone(error) from error

    def _next(self, done: Any) -> Any:
        """The next future that is done. Raises `ClusterError`."""
        try:
            return next(done)
        except (OSError, TimeoutError, StopIteration) as error:
            raise self._gone(error) from error

    def _answer(self, future: Any, item: Item, died: Callable[[Item], Answer]) -> Answer:
        if future.status == "finished":
            answer: Answer = future.result()
            return answer
        if future.status in ("cancelled", "lost"):
            raise self._gone(None)
        error = future.exception()
        if isinstance(error, self._distributed.KilledWorker):
            return died(item)
        raise error

    def _client(self) -> Any:
        try:
            return self._distributed.Client(self._address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(f"{self._address} does not answer: {error}") from error

    def _require_dfix(self, client: Any) -> None:
        """Raises `ClusterError` unless all workers have this dfix."""
        try:
            versions = set(client.run(version_here).values())
        except Exception as error:  # a worker raises whatever it is that it lacks
            raise ClusterError(
                f"a worker cannot load dfix {__version__}: install it there: {error}"
            ) from error
        if not versions:
            raise ClusterError(f"{self._address} has no workers: start some with `dask worker`")
        if versions != {__version__}:
            raise ClusterError(
                f"the workers have dfix {', '.join(sorted(versions))}, and this is {__version__}"
            )

    def _gone(self, error: BaseException | None) -> ClusterError:
        told = f" ({error})" if error is not None and str(error) else ""
        return ClusterError(
            f"the cluster at {self._address} went away{told}: --resume goes on elsewhere"
        )


_ONE_AT_A_TIME = threading.Lock()


def _alone(task: Callable[[Item], Answer], item: Item) -> Answer:
    """Runs a task with no other one beside it in the same process: parsers are not shared by threads."""
    with _ONE_AT_A_TIME:
        return task(item)


def version_here() -> str:
    """The version of dfix where this is run."""
    return __version__
