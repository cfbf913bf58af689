"""Where the work of a campaign is done."""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from dfix.migrate.cluster import DaskExecutor
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
    """The executor that a call names: `local`, or `dask://HOST:PORT`.

    Raises ValueError for what is none, or needs what is not installed, with what to do.
    """
    if name == "local":
        return LocalExecutor(jobs)
    address = _address(name)
    if address is None:
        raise ValueError(f"{name!r} is no executor: use local, or dask://HOST:PORT")
    if jobs is not None:
        raise ValueError("a cluster has its own number of workers: leave --jobs out")
    if find_spec("distributed") is None:
        raise ValueError("a cluster needs dask.distributed: pip install 'dfix[dask]'")
    return DaskExecutor(address)


def _address(name: str) -> str | None:
    """The `HOST:PORT` of `dask://HOST:PORT`."""
    try:
        parts = urlsplit(name)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if (
        not host
        or port is None
        or name not in (f"dask://{parts.netloc}", f"dask://{parts.netloc}/")
    ):
        return None
    if "@" in parts.netloc:
        return None
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
