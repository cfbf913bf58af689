"""Work on a dask cluster: the same results as here, also where workers are killed."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dfix.migrate.cluster import ClusterError, DaskExecutor
from dfix.migrate.executors import LocalExecutor, executor_named

from .campaigns import Command
from .repositories import AFTER, BEFORE, repository, show
from .test_files import listing, members, parts

distributed = pytest.importorskip("distributed", reason="clusters need dask.distributed")
pytestmark = pytest.mark.filterwarnings("default")  # dask.distributed warns of what it does itself


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Three workers, each a process of its own with one thread."""
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as running:
        yield running


def place(cluster: Any) -> str:
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def double(item: int) -> int:
    time.sleep(0.02)
    return 2 * item


def pid(_item: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def raises(item: int) -> int:
    raise ValueError(str(item))


def deadly(item: int) -> int:
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * item


def negative(item: int) -> int:
    return -item


def test_each_item_is_done_once(cluster: Any) -> None:
    executor = DaskExecutor(cluster.scheduler_address)
    answers = list(executor.run(double, iter(range(60)), died=negative))
    assert sorted(answers) == [(item, 2 * item) for item in range(60)]
    assert list(executor.run(double, iter(()), died=negative)) == []


def test_it_is_done_by_processes_of_the_cluster(cluster: Any) -> None:
    executor = DaskExecutor(cluster.scheduler_address)
    processes = {answer for _, answer in executor.run(pid, range(12), died=negative)}
    assert len(processes) > 1
    assert os.getpid() not in processes


def test_what_is_raised_is_raised(cluster: Any) -> None:
    executor = DaskExecutor(cluster.scheduler_address)
    with pytest.raises(ValueError, match="3"):
        list(executor.run(raises, [3], died=negative))


def test_items_are_taken_as_there_is_room(cluster: Any) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    answers = DaskExecutor(cluster.scheduler_address).run(double, items(), died=negative)
    for _ in range(10):
        next(answers)
    assert len(taken) < 40
    answers.close()  # type: ignore[attr-defined]


def test_a_worker_killed_in_the_middle_costs_nothing(cluster: Any) -> None:
    executor = DaskExecutor(cluster.scheduler_address)
    answers: list[tuple[int, int]] = []
    killed = 0
    for answer in executor.run(double, range(150), died=negative):
        answers.append(answer)
        if len(answers) in (20, 60):
            worker = next(iter(cluster.workers.values()))
            os.kill(worker.pid, signal.SIGKILL)
            killed += 1
    assert killed == 2
    assert sorted(answers) == [(item, 2 * item) for item in range(150)]


def test_what_kills_every_worker_costs_itself_alone() -> None:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as running:
        executor = DaskExecutor(running.scheduler_address)
        answers = sorted(executor.run(deadly, range(20), died=negative))
    assert answers == [(item, -item if item == 7 else 2 * item) for item in range(20)]


def test_files_come_out_as_they_do_here(cluster: Any, migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 350)
    here = migrate("--files", set_of_files, out="here")
    there = migrate("--files", set_of_files, "--executor", place(cluster), out="there")
    assert there.code == 0, there.err
    assert parts(there.folder) == parts(here.folder)
    assert members(there)["0001.Dockerfile"] == AFTER + b"# 1\n"


def test_files_survive_a_killed_worker(cluster: Any, migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 1500)
    here = migrate("--files", set_of_files, out="here")
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.7):
            worker = next(iter(cluster.workers.values()), None)
            if worker is not None and worker.pid is not None:
                os.kill(worker.pid, signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    there = migrate("--files", set_of_files, "--executor", place(cluster), out="there")
    stop.set()
    killer.join()
    assert there.code == 0, there.err
    assert parts(there.folder) == parts(here.folder)


def test_repositories_are_done_on_a_cluster(cluster: Any, migrate: Command, tmp_path: Path) -> None:
    for name in "abcd":
        repository(tmp_path / "all" / name, {"Dockerfile": BEFORE})
    done = migrate(tmp_path / "all", "--commit", "--executor", place(cluster))
    assert done.code == 0, done.err
    assert sorted(each["name"] for each in done.records) == list("abcd")
    assert (done.folder / "patches" / "a.patch").exists()
    assert show(tmp_path / "all" / "d", "dfix/migrate:Dockerfile") == AFTER


def test_a_cluster_that_does_not_answer_is_told(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.migrate.cluster._PATIENCE", 1)
    done = migrate("--files", listing(tmp_path / "set", 1), "--executor", "dask://127.0.0.1:9")
    assert done.code == 2
    assert "does not answer" in done.err
    assert "Traceback" not in done.err


def test_a_cluster_without_workers_is_told() -> None:
    with (
        distributed.LocalCluster(
            n_workers=0, processes=True, dashboard_address=None, silence_logs=50
        ) as running,
        pytest.raises(ClusterError, match="no workers"),
    ):
        list(DaskExecutor(running.scheduler_address).run(double, [1], died=negative))


def test_workers_of_another_version_are_told(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfix.migrate.cluster.__version__", "9.9")
    with pytest.raises(ClusterError, match=r"and this is 9\.9"):
        list(DaskExecutor(cluster.scheduler_address).run(double, [1], died=negative))


@pytest.mark.parametrize(
    "name", ["dask", "dask://", "dask://host", "tcp://host:1", "dask://host:x", ""]
)
def test_what_is_no_executor_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="neither local nor dask://HOST:PORT"):
        executor_named(name)


def test_executors_are_named() -> None:
    assert isinstance(executor_named("local"), LocalExecutor)
    assert isinstance(executor_named("dask://[::1]:8786"), DaskExecutor)


def test_without_dask_a_hint_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pip install 'dfix\[dask\]'"):
        executor_named("dask://host:1")
