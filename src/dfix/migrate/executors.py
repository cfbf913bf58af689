"""Where the work of a campaign is done."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from dfix.parser import parse
from dfix.pool import as_done, processors
from dfix.registry import all_fixers

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Executor(Protocol):
    """Does a task on many items, and answers as it comes."""

    @property
    def is_local(self) -> bool:
        """Whether the work is done on this machine, with its files."""
        ...

    def run(
        self,
        task: Callable[[Item], Answer],
        items: Iterable[Item],
        *,
        died: Callable[[Item], Answer],
    ) -> Iterator[tuple[Item, Answer]]:
        """Each item with its answer, in no order; `died` answers for one that killed its process.

        Items are taken as there is room for them. What `task` raises is raised.
        """
        ...


class LocalExecutor:
    """Processes of this machine."""

    is_local = True

    def __init__(self, jobs: int | None = None) -> None:
        """`jobs` is the number of processes; None for as many as there are processors."""
        self._jobs = processors() if jobs is None else jobs

    def run(
        self,
        task: Callable[[Item], Answer],
        items: Iterable[Item],
        *,
        died: Callable[[Item], Answer],
    ) -> Iterator[tuple[Item, Answer]]:
        """As the protocol has it."""
        if self._jobs > 1:  # what each process needs is loaded before they part
            all_fixers()
            parse(b"FROM scratch\n")
        return as_done(task, items, jobs=self._jobs, died=died)


def executor_named(name: str, *, jobs: int | None = None) -> Executor:
    """The executor that a call names: `local`, or `dask://HOST:PORT`. Raises ValueError for what is none."""
    if name == "local":
        return LocalExecutor(jobs)
    scheme, _, place = name.partition("://")
    host, _, port = place.rpartition(":")
    if scheme != "dask" or not host or not port.isdigit():
        raise ValueError(f"{name!r} is neither local nor dask://HOST:PORT")
    from dfix.migrate.cluster import DaskExecutor

    return DaskExecutor(f"tcp://{place}")
