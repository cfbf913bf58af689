"""The loops that a text of a shell holds."""

import time

import pytest

from dfix.plan.memory import _loops


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("echo a select b", []),
        ("echo forward for x", []),
        ("for a in b; do :; done", ["a"]),
        ("x && \\\n for a in b", ["a"]),
        ("if select a in b", ["a"]),
        ("{ for a in b; do for c in d", ["a", "c"]),
        ("notdo for a", []),
    ],
)
def test_loops(text: str, names: list[str]) -> None:
    assert list(_loops(text)) == names


def test_loops_are_found_in_due_time() -> None:
    begun = time.monotonic()
    assert list(_loops(1_000_000 * "\n")) == []
    assert time.monotonic() - begun < 30
