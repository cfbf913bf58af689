"""What is searched: functions that take any bytes and raise where a promise does not hold."""

import hashlib
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from dfix import Level
from tests.properties import (
    BrokenPromise,
    hold_of_language,
    hold_of_level,
    hold_of_text_fixers,
)

_LEVELS = tuple(Level)


def parser(data: bytes) -> None:
    """The parser, the checks of the builder and the plan."""
    hold_of_language(data)


def engine(data: bytes) -> None:
    """All fixers, at a level that the bytes themselves choose, so that a file is one input."""
    hold_of_language(data)
    level = _LEVELS[hashlib.blake2b(data, digest_size=1).digest()[0] % len(_LEVELS)]
    hold_of_level(data, level)
    hold_of_text_fixers(data)


TARGETS: Mapping[str, Callable[[bytes], None]] = {"parser": parser, "engine": engine}


def signature(error: BaseException) -> str:
    """What makes two faults one: the promise and its words, or the kind of error and its place."""
    if isinstance(error, BrokenPromise):
        return error.promise
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "dfix" in Path(frame.filename).parts or "fixers" in Path(frame.filename).parts
    ]
    place = f"{Path(frames[-1].filename).name}-{frames[-1].name}" if frames else "elsewhere"
    return f"{type(error).__name__}-{place}"
