"""Writing a page so that its name never stands for half of it."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from dfix.wholefile import whole_file as whole_bytes


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Text to write, as UTF-8, that becomes `path` when all of it is written; see `dfix.wholefile`.

    Raises OSError.
    """
    with whole_bytes(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=True)
        yield text
        text.flush()
        text.detach()
