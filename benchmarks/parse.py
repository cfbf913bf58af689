"""Times parsers alone, in one process: dfix's tree, and BuildKit's own parser by its Python binding.

usage: parse.py dfix|buildkit ROUNDS FILE...      prints the milliseconds of processor time of a file

The binding (PyPI `dockerfile`) hands a file's text to BuildKit's parser in Go and gets its list of
commands back: reading JSON or copying trees, as dfix's nodes would need them, is not in it.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path


def parser(name: str) -> Callable[[str], object]:
    """The parser of that name; a file that it refuses counts as parsed."""
    if name == "dfix":
        import dfix

        return dfix.parse
    import dockerfile

    def parse(text: str) -> object:
        try:
            return dockerfile.parse_string(text)
        except (dockerfile.GoParseError, ValueError):
            return None

    return parse


def main(name: str, rounds: int, files: list[str]) -> int:
    """Prints the best round's time of a file."""
    texts = [Path(file).read_text("utf-8", "replace") for file in files]
    parse = parser(name)
    times = []
    for _ in range(rounds + 1):  # the first one warms up
        start = time.process_time()
        for text in texts:
            parse(text)
        times.append((time.process_time() - start) / len(texts))
    print(f"{min(times[1:]) * 1000:.4f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
