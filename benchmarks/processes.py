"""Whole processes, watched: seconds by the clock, seconds of all processors, and the most memory held."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Took:
    """What one process took."""

    seconds: float
    """By the clock."""
    cpu: float
    """Seconds of all processors, those of processes that it started and waited for included."""
    memory: float
    """MiB that the process held at most."""


def run(command: Sequence[str], folder: Path) -> Took:
    """Runs a command in a folder, whatever it ends with. Raises OSError where it cannot be run."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    seconds = time.perf_counter() - start
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """How far measurements lie apart: the smallest and the largest."""
    return f"{min(values):.3g}-{max(values):.3g}"
