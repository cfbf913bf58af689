"""Several processes, one order."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix.pool import as_done, in_order, processors
from tests.processes import is_there

pytestmark = pytest.mark.usefixtures("no_stray_threads")


def _double(item: int) -> int:
    time.sleep(0.01 * (item % 3))
    return 2 * item


def _deadly(item: int) -> int:
    if item in (3, 11):
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * item


def _process(_item: int) -> int:
    return os.getpid()


def _raises(item: int) -> int:
    raise ValueError(str(item))


def _died(item: int) -> int:
    return -item


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_in_order(jobs: int) -> None:
    assert list(in_order(_double, range(0), jobs=jobs, died=_died)) == []
    answers = list(in_order(_double, range(40), jobs=jobs, died=_died))
    assert answers == list(range(0, 80, 2))


def test_one_job_stays_here() -> None:
    assert set(in_order(_process, range(3), jobs=1, died=_died)) == {os.getpid()}
    assert os.getpid() not in set(in_order(_process, range(3), jobs=2, died=_died))


def test_a_death_costs_one_item() -> None:
    answers = list(in_order(_deadly, range(40), jobs=2, died=_died))
    assert answers == [-item if item in (3, 11) else 2 * item for item in range(40)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_raised_is_raised(jobs: int) -> None:
    # Of those under way, whichever is raised first.
    with pytest.raises(ValueError, match=r"\A[01]\Z"):
        list(in_order(_raises, range(3), jobs=jobs, died=_died))


def test_it_may_be_left_early() -> None:
    answers = in_order(_double, range(1000), jobs=2, died=_died)
    assert next(answers) == 0
    answers.close()


def test_with_other_threads_nothing_is_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert list(in_order(_double, range(4), jobs=2, died=_died)) == [0, 2, 4, 6]
    finally:
        stop.set()
        thread.join()


def test_processors() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_as_done(jobs: int) -> None:
    assert list(as_done(_double, iter(()), jobs=jobs, died=_died)) == []
    answers = list(as_done(_double, iter(range(40)), jobs=jobs, died=_died))
    assert sorted(answers) == [(item, 2 * item) for item in range(40)]


def test_a_death_costs_one_item_in_any_order() -> None:
    answers = list(as_done(_deadly, iter(range(40)), jobs=2, died=_died))
    expected = [(item, -item if item in (3, 11) else 2 * item) for item in range(40)]
    assert sorted(answers) == expected


def test_items_are_taken_as_there_is_room() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    answers = as_done(_double, items(), jobs=2, died=_died)
    for _ in range(10):
        next(answers)
    answers.close()
    assert len(taken) < 20


_FOREVER = """
import itertools, os, sys
from dfix.pool import as_done

def told(item):
    return os.getpid()

if __name__ == "__main__":
    for _, process in as_done(told, itertools.count(), jobs=2, died=int):
        print(process, flush=True)
"""


def test_the_processes_end_with_the_one_that_was_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_FOREVER)
    first = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    others: set[int] = set()
    while len(others) < 2:
        others.add(int(first.stdout.readline()))
    first.kill()
    first.stdout.close()
    first.wait()
    deadline = time.monotonic() + 30
    while any(map(is_there, others)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_there, others))


def _no_process() -> int:
    raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize("given", [0, 1])
def test_where_no_further_process_is_to_be_had(monkeypatch: pytest.MonkeyPatch, given: int) -> None:
    fork = os.fork
    forks = iter([fork] * given)
    monkeypatch.setattr(os, "fork", lambda: next(forks, _no_process)())
    assert list(in_order(_double, range(40), jobs=3, died=_died)) == list(range(0, 80, 2))
    forks = iter([fork] * given)
    assert len(set(in_order(_process, range(9), jobs=3, died=_died))) == 1
    forks = iter([fork] * given)
    answers = list(as_done(_double, iter(range(9)), jobs=3, died=_died))
    assert sorted(answers) == [(item, 2 * item) for item in range(9)]


def test_what_kills_the_only_process_is_not_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    forks = iter([os.fork])
    monkeypatch.setattr(os, "fork", lambda: next(forks, _no_process)())
    assert list(in_order(_deadly, [1, 3, 4], jobs=2, died=_died)) == [2, -3, 8]


def _once_deadly(name: str) -> str:
    """Dies where it is asked for the first time, as something that took too much memory may."""
    path = Path(name)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def test_a_process_may_die_of_something_else(tmp_path: Path) -> None:
    names = [str(tmp_path / each) for each in "abc"]
    died = "died over {}".format
    assert list(in_order(_once_deadly, names, jobs=2, died=died)) == ["a", "b", "c"]


def test_large_items_and_answers() -> None:
    items = [bytes([at]) * 3_000_000 for at in range(6)]
    assert list(in_order(bytes, items, jobs=2, died=bytes)) == items


def _cannot_be_sent(_item: int) -> object:
    return lambda: None


def test_an_answer_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(pickle.PicklingError):
        list(in_order(_cannot_be_sent, range(3), jobs=2, died=_died))
