"""Sets of files on a dask cluster come out as they do here, also where workers are killed."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .campaigns import Command
from .repositories import AFTER
from .test_executors import PATIENT
from .test_files import DEADLY, lines, listing, members, parts, poisoned, run_deadly

distributed = pytest.importorskip("distributed", reason="clusters need dask.distributed")
dask = pytest.importorskip("dask")
pytestmark = pytest.mark.filterwarnings("default")  # dask.distributed warns of what it does itself


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Three workers, each a process of its own with one thread."""
    with (
        dask.config.set(PATIENT),
        distributed.LocalCluster(
            n_workers=3,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as running,
    ):
        yield running


def place(cluster: Any) -> str:
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def test_files_come_out_as_they_do_here(cluster: Any, migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 350)
    here = migrate("--files", set_of_files, out="here")
    there = migrate("--files", set_of_files, "--executor", place(cluster), out="there", jobs=None)
    assert there.code == 0, there.err
    assert parts(there.folder) == parts(here.folder)
    assert members(there)["0001.Dockerfile"] == AFTER + b"# 1\n"


def test_files_survive_a_killed_worker(cluster: Any, migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 700)
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
    there = migrate("--files", set_of_files, "--executor", place(cluster), out="there", jobs=None)
    stop.set()
    killer.join()
    assert there.code == 0, there.err
    assert parts(there.folder) == parts(here.folder)


def test_what_a_worker_died_of_costs_itself_alone(migrate: Command, tmp_path: Path) -> None:
    (tmp_path / "deadly.py").write_text(DEADLY)
    set_of_files = poisoned(tmp_path / "set")
    here = run_deadly(set_of_files, tmp_path / "here")
    # What killed two workers is not tried a third time.
    preload = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.worker.preload": [str(tmp_path / "deadly.py")],
    }
    with (
        dask.config.set(PATIENT | preload),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as running,
    ):
        there = migrate(
            "--files", set_of_files, "--executor", place(running), "--part-files=10", jobs=None
        )
    assert there.code == 0, there.err
    assert parts(there.folder) == parts(here.folder)
    assert sum(each["status"] == "failed" for each in lines(there).values()) == 1
