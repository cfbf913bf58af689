"""Executors do the same, wherever they do it, and lose nothing when something dies."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dfix.migrate import cluster as module
from dfix.migrate.cluster import ClusterError, DaskExecutor
from dfix.migrate.executors import Executor, LocalExecutor, executor_named

from .campaigns import Command
from .repositories import repository

if TYPE_CHECKING:
    from distributed import LocalCluster

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is missing: pip install 'dfix[dask]'",
)
POISON = 7
#: `LocalCluster` drops a worker for good that is not back in the first of these times.
PATIENT = {
    "distributed.deploy.lost-worker-timeout": "300s",
    "distributed.comm.timeouts.connect": "300s",
}


@pytest.fixture(scope="module")
def cluster() -> "Iterator[LocalCluster]":
    """Two workers, each a process that its nanny starts again."""
    import dask
    from distributed import LocalCluster

    # What kills two workers is not tried a third time.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1, **PATIENT}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster


# For the module, so that all is done here before there is a cluster: its threads forbid forks.
@pytest.fixture(scope="module", params=["local", pytest.param("dask", marks=needs_dask)])
def executor(request: pytest.FixtureRequest) -> Executor:
    if request.param == "local":
        return LocalExecutor(2)
    return named(request.getfixturevalue("cluster"))


def named(cluster: "LocalCluster") -> Executor:
    # A busy machine may take minutes to start a worker again.
    return DaskExecutor(cluster.scheduler_address.removeprefix("tcp://"), patience=300)


def double(item: int) -> int:
    time.sleep(0.02)
    return 2 * item


def deadly(item: int) -> int:
    if item == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * item


def refuse(item: int) -> int:
    raise ValueError(f"item {item}")


def late(item: int) -> int:
    raise TimeoutError(f"item {item}")


def died(item: int) -> int:
    return -item


def test_each_item_is_answered_once(executor: Executor) -> None:
    assert list(executor.run(double, iter(()), died=died)) == []
    answers = list(executor.run(double, iter(range(40)), died=died))
    assert sorted(answers) == [(item, 2 * item) for item in range(40)]


def test_items_are_taken_as_there_is_room(executor: Executor) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    answers = executor.run(double, items(), died=died)
    for _ in range(10):
        next(answers)
    assert len(taken) < 20
    answers.close()  # type: ignore[attr-defined]  # both are generators


@pytest.mark.parametrize(("task", "kind"), [(refuse, ValueError), (late, TimeoutError)])
def test_what_is_raised_is_raised(
    executor: Executor, task: Callable[[int], int], kind: type[Exception]
) -> None:
    with pytest.raises(kind, match="item 0"):
        list(executor.run(task, iter([0]), died=died))


def test_an_item_that_kills_its_process_costs_itself(executor: Executor) -> None:
    answers = list(executor.run(deadly, iter(range(30)), died=died))
    assert sorted(answers) == [(item, -item if item == POISON else 2 * item) for item in range(30)]


@needs_dask
def test_a_worker_that_is_killed_costs_nothing(cluster: "LocalCluster") -> None:
    answers = []
    for answer in named(cluster).run(double, iter(range(100)), died=died):
        answers.append(answer)
        if len(answers) in (10, 40):
            os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
    assert sorted(answers) == [(item, 2 * item) for item in range(100)]


@needs_dask
def test_the_cluster_holds_nothing_afterwards(cluster: "LocalCluster") -> None:
    answers = named(cluster).run(double, iter(range(1000)), died=died)
    next(answers)
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    scheduler = cluster.scheduler
    assert scheduler is not None
    deadline = time.monotonic() + 20
    while scheduler.tasks and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not scheduler.tasks


@needs_dask
def test_another_version_is_refused(
    cluster: "LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "__version__", "99.0")
    told = r"the scheduler has dfix [\d.]+, and this is 99\.0: install the same on all machines"
    with pytest.raises(ClusterError, match=told):
        list(named(cluster).run(double, iter([1]), died=died))


@needs_dask
def test_a_worker_of_another_version_that_comes_later_is_refused(
    cluster: "LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module._Run, "_require_same_dfix", lambda run: None)
    monkeypatch.setattr(module, "__version__", "99.0")
    with pytest.raises(ClusterError, match=r"a worker has dfix [\d.]+, and"):
        list(named(cluster).run(double, iter([1]), died=died))


@needs_dask
def test_a_worker_without_dfix_is_refused(
    cluster: "LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DISTRIBUTION", "dfix-that-is-nowhere")
    with pytest.raises(ClusterError, match="the scheduler has no dfix, and this is"):
        list(named(cluster).run(double, iter([1]), died=died))


@needs_dask
def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONNECT", 0.3)
    with pytest.raises(ClusterError, match=r"no dask scheduler answers at 127\.0\.0\.1:9: start"):
        list(executor_named("dask://127.0.0.1:9").run(double, iter([1]), died=died))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A scheduler without workers, and its address."""
    file = tmp_path / "scheduler.json"
    call = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = dask_process(*call, "--scheduler-file", str(file))
    while not file.exists() or not file.read_text().strip():
        assert process.poll() is None, "the scheduler did not start"
        time.sleep(0.05)
    address = file.read_text().partition("tcp://")[2].partition('"')[0]
    yield process, address
    process.kill()
    process.wait()


def dask_process(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@needs_dask
def test_no_worker_is_there(scheduler: tuple[subprocess.Popen[bytes], str]) -> None:
    _, address = scheduler
    with pytest.raises(ClusterError, match=f"the cluster at {address} has no worker: start some"):
        list(DaskExecutor(address, patience=0.5).run(double, iter([1]), died=died))


@needs_dask
def test_a_cluster_that_goes_away_is_told(
    scheduler: tuple[subprocess.Popen[bytes], str], capfd: pytest.CaptureFixture[str]
) -> None:
    process, address = scheduler
    worker = dask_process("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    try:
        answers = DaskExecutor(address).run(time.sleep, iter([0.01] * 1000), died=lambda item: None)
        next(answers)
        process.kill()
        with pytest.raises(ClusterError, match=f"the connection to the cluster at {address} was"):
            list(answers)
    finally:
        worker.kill()
        worker.wait()
    assert "Traceback" not in capfd.readouterr().err


@needs_dask
def test_repositories_are_migrated_as_here(
    cluster: "LocalCluster", migrate: Command, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        repository(tmp_path / "all" / name, {"Dockerfile": b"FROM debian:12\nENV a b\n"})
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    here = migrate(tmp_path / "all", out="here")
    there = migrate(tmp_path / "all", "--executor", address, jobs=None, out="there")
    assert (here.code, there.code) == (0, 0), there.err
    assert [each["status"] for each in here.records] == ["changed"] * 3
    for each in (*here.records, *there.records):
        each.pop("seconds")
    for patch in (here.folder / "patches").iterdir():
        other = there.folder / "patches" / patch.name
        assert without_times(patch) == without_times(other)


def without_times(path: Path) -> list[str]:
    """The lines of a patch or its description without times and the names of commits, which hold them."""
    lines = path.read_text("utf-8").splitlines()
    return [
        re.sub(r"\b[0-9a-f]{7,40}\b", "", line) for line in lines if not line.startswith("Date: ")
    ]


@pytest.mark.parametrize(
    "name", ["", "dask", "dask://", "dask://host", "dask://host:x", "dask://host:1/path", "spark"]
)
def test_what_is_no_executor(name: str) -> None:
    with pytest.raises(ValueError, match=r"is no executor: use local, or dask://HOST:PORT"):
        executor_named(name)


def test_what_a_cluster_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfix.migrate.executors.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'dfix\[dask\]'"):
        executor_named("dask://localhost:8786")


def test_a_cluster_has_its_own_jobs() -> None:
    with pytest.raises(ValueError, match="leave --jobs out"):
        executor_named("dask://localhost:8786", jobs=2)
