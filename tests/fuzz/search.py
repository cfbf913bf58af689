"""One process of a search, under atheris: `run.py` starts it, and starts it again where it dies.

usage: python -m tests.fuzz.search TARGET FOUND LIBFUZZER-ARGUMENT...

What is found is written to the folder FOUND and the search goes on; the same fault is written once.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path


def keeping(
    target: Callable[[bytes], None], signature: Callable[[BaseException], str], folder: Path
) -> Callable[[bytes], None]:
    """`target`, but with what it raises written to `folder`: the input, and the traceback beside it."""
    seen = {path.stem for path in folder.glob("*.txt")}

    def kept(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            name = signature(error)
            if name in seen:
                return
            seen.add(name)
            (folder / f"{name}.Dockerfile").write_bytes(data)
            (folder / f"{name}.txt").write_text(
                "".join(traceback.format_exception(error)), "utf-8", "backslashreplace"
            )

    return kept


def main(arguments: list[str]) -> None:
    """Searches until libFuzzer's own limits end it; does not return."""
    import atheris

    with atheris.instrument_imports(include=["dfix"]):
        from tests.fuzz.mutation import mutated
        from tests.fuzz.targets import TARGETS, signature

        for target in TARGETS.values():  # what is loaded late is to be followed as well
            target(b"FROM debian:12\nRUN a\n")

    name, found, *rest = arguments

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        if seed % 3:
            return mutated(data, longest, seed)
        return bytes(atheris.Mutate(data, longest))

    atheris.Setup(
        ["search", *rest],
        keeping(TARGETS[name], signature, Path(found)),
        custom_mutator=mutate,
        internal_libfuzzer=True,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
