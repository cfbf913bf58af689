"""Measures what it takes to rewrite a set of files: time, processor time, memory, and bytes that move.

usage: scale.py FOLDER... [--level LEVEL] [--count N]... [--distinct N] [--part-files N] [--way WAY]...

A FOLDER holds Dockerfiles, at any depth; `index.tsv` is none. Of these, N are taken by chance, always the
same, and again from the beginning where there are fewer (by default 1,000 and 9,000). `--distinct` says
how many different ones there are at most: with 1,000 of them, 9,000 are the same files nine times, so
that the two differ in nothing but how many they are. Each set is rewritten in one process, in two, and,
where dask.distributed is installed, by a cluster with two workers; or in those ways that are asked for:
`1-job`, `2-jobs`, `2-workers`.
The first set is always a single file: what that takes is the start-up.
`seconds` and `files/s` are by the clock; `cpu ms/file` is the time of all processors, and hardly suffers
from what else the machine does. Memory is the most that a process ever held: the one that was called, and
the largest of those that do the work. Needs Linux: processes are looked up in /proc.
"""

import argparse
import contextlib
import os
import pickle
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from dfix.config import Settings
from dfix.fixer import Level
from dfix.migrate.filesets import FileSet, chunks
from dfix.migrate.filework import Recipe
from dfix.migrate.parts import PartTask, make_part
from dfix.selection import Selection

_WAYS: dict[str, tuple[list[str], int]] = {
    "1-job": (["--jobs", "1"], 0),
    "2-jobs": (["--jobs", "2"], 0),
    "2-workers": (["--executor"], 2),
}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Watch:
    """What processes take, looked at while they run: by their number, as long as they are there."""

    roots: list[int]
    cpu: dict[int, float] = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Notes the processor time (seconds) and the most memory (bytes) of each process so far."""
        children: dict[int, list[int]] = {}
        stats: dict[int, tuple[float, int]] = {}
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError, StopIteration):
                values = (path / "stat").read_text().rpartition(")")[2].split()
                lines = (path / "status").read_text().splitlines()
                peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
                seconds = (int(values[11]) + int(values[12])) / _TICKS
                stats[int(path.name)] = (seconds, peak * 1024)
                children.setdefault(int(values[1]), []).append(int(path.name))
        pending = list(self.roots)
        while pending:
            process = pending.pop()
            if process in stats:
                self.cpu[process], self.memory[process] = stats[process]
            pending += children.get(process, [])

    def run(self) -> None:
        """Looks until it is over."""
        while not self._over.wait(0.2):
            self.look()

    def end(self) -> None:
        """Ends it."""
        self._over.set()


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[int]]]:
    """A cluster on this machine: its address, and its processes."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        known = Path(folder) / "scheduler.json"

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        place = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(known))
        processes = [start("scheduler", *place)]
        while not known.exists() or "tcp://" not in known.read_text():
            time.sleep(0.1)
        address = known.read_text().partition("tcp://")[2].partition('"')[0]
        call = ("worker", address, "--nthreads", "1", "--no-nanny")
        processes += [start(*call) for _ in range(workers)]
        time.sleep(5)
        yield address, [process.pid for process in processes]


def measure(name: str, count: int, arguments: list[str], others: list[int]) -> tuple[float, float]:
    """Runs a campaign and prints a line about it; the time by the clock and of processors, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dfix", "migrate", *arguments, "--quiet"]
        before = Watch(others)
        before.look()
        begun = time.monotonic()
        process = subprocess.Popen([*command, "--out", f"{folder}/out"])
        watch = Watch([process.pid, *others])
        thread = threading.Thread(target=watch.run)
        thread.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        watch.look()
        watch.end()
        thread.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")
        # What was waited for is in the call's own time; the cluster is not.
        cpu = usage.ru_utime + usage.ru_stime
        cpu += sum(watch.cpu.get(each, 0) - before.cpu.get(each, 0) for each in others)
        written = sum(path.stat().st_size for path in Path(folder, "out/results").iterdir())
    called = watch.memory.pop(process.pid)
    most = max(watch.memory.values(), default=called)
    print(
        f"{name:>12} {count:>8,} {seconds:>9.1f} {count / seconds:>9.1f} {1000 * cpu / count:>12.2f} "
        f"{called / 2**20:>12.0f} {most / 2**20:>12.0f} {written / count:>14,.0f}",
        flush=True,
    )
    return seconds, cpu


def moved(path: Path, level: str, part_files: int) -> None:
    """Prints how many bytes go to a worker and come back for each file."""
    recipe = Recipe.of(Selection(Level.named(level)), Settings())
    there = back = count = size = 0
    for chunk in chunks(FileSet.of(path).files(), count=part_files, size=4 * 2**20):
        task = PartTask(recipe, chunk, "list", str(path), listed=False)
        there += len(pickle.dumps(task))
        back += len(pickle.dumps(make_part(task)))
        count += len(chunk.files)
        size += sum(len(file.data) for file in chunk.files)
    print(
        f"a file has {size / count:,.0f} bytes, {there / count:,.0f} go to a worker for it, and "
        f"{back / count:,.0f} come back"
    )


def grown(costs: list[tuple[float, float]], counts: list[int]) -> None:
    """Prints what a file of each set takes more than one of the set before; the first is the start-up."""
    (seconds, cpu), *costs = costs
    each = [
        ((clock - seconds) / count, (processors - cpu) / count)
        for (clock, processors), count in zip(costs, counts[1:], strict=True)
    ]
    for (clock, processors), (clock_before, processors_before) in zip(each[1:], each, strict=False):
        print(
            f"{'':>12} without start-up, a file takes {clock / clock_before:.2f} times the seconds and "
            f"{processors / processors_before:.2f} times the processor time of one in the set before"
        )


def main() -> None:
    """Measures all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--level", default="standard")
    parser.add_argument("--count", type=int, action="append")
    parser.add_argument("--distinct", type=int, metavar="N")
    parser.add_argument("--part-files", type=int, default=100)
    parser.add_argument("--way", choices=_WAYS, action="append")
    call = parser.parse_args()
    paths = (path for folder in call.folders for path in folder.absolute().rglob("*"))
    found = sorted(path for path in paths if path.name != "index.tsv" and path.is_file())
    random.Random(1).shuffle(found)
    found = found[: call.distinct]
    print(f"{len(found):,} files, {sum(path.stat().st_size for path in found):,} bytes")
    head = (
        "",
        "files",
        "seconds",
        "files/s",
        "cpu ms/file",
        "MiB called",
        "MiB largest",
        "bytes out/file",
    )
    print("{:>12} {:>8} {:>9} {:>9} {:>12} {:>12} {:>12} {:>14}".format(*head), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        lists = []
        for count in [1, *(call.count or [1000, 9000])]:
            lists.append((count, Path(folder) / f"{count}.txt"))
            taken = islice(cycle(found), count)
            lists[-1][1].write_bytes(b"".join(os.fsencode(path) + b"\0" for path in taken))
        for name in call.way or _WAYS:
            executor, workers = _WAYS[name]
            if workers and find_spec("distributed") is None:
                print("dask.distributed is missing: pip install 'dfix[dask]'")
                continue
            with (
                cluster(workers) if workers else contextlib.nullcontext(("", [])) as (where, others)
            ):
                place = [f"dask://{where}"] if workers else []
                options = ["--level", call.level, "--part-files", str(call.part_files)]
                costs = [
                    measure(
                        name, count, ["--files", str(path), *options, *executor, *place], others
                    )
                    for count, path in lists
                ]
            grown(costs, [count for count, _ in lists])
        moved(lists[-1][1], call.level, call.part_files)


if __name__ == "__main__":
    main()
