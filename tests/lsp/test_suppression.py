"""Comments that switch a fixer off, put in where they hold."""

import pytest

from dfix.lsp.edits import applied
from dfix.lsp.subject import Declined
from dfix.lsp.suppression import suppressing
from dfix.parser import parse


def suppress(text: str, line: int, fixer: str = "merge-runs") -> str:
    return applied(text, [suppressing(parse(text.encode()), fixer, line)])


@pytest.mark.parametrize("text", ["", "# only\n", "\n\n"])
def test_there_is_no_instruction(text: str) -> None:
    with pytest.raises(Declined):
        suppress(text, 1)


MARK = "# dfix: ignore=merge-runs\n"


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("FROM a\nRUN b\n", 2, f"FROM a\n{MARK}RUN b\n"),
        ("FROM a\nRUN b\n", 1, f"{MARK}FROM a\nRUN b\n"),
        (
            "# syntax=docker/dockerfile:1\nFROM a\n",
            2,
            f"# syntax=docker/dockerfile:1\n{MARK}FROM a\n",
        ),
        ("FROM a\nRUN b \\\n  c \\\n  d\n", 4, f"FROM a\n{MARK}RUN b \\\n  c \\\n  d\n"),
        ("FROM a\nRUN <<E\nb\nc\nE\n", 4, f"FROM a\n{MARK}RUN <<E\nb\nc\nE\n"),
        ("FROM a\n# why\nRUN b\n", 3, f"FROM a\n# why\n{MARK}RUN b\n"),
        ("FROM a\n# why\nRUN b\n", 2, f"FROM a\n# why\n{MARK}RUN b\n"),
        ("FROM a\n  RUN b\n", 2, "FROM a\n  # dfix: ignore=merge-runs\n  RUN b\n"),
        ("FROM a\r\nRUN b\r\n", 2, "FROM a\r\n# dfix: ignore=merge-runs\r\nRUN b\r\n"),
        ("\ufeffFROM a", 1, f"\ufeff{MARK}FROM a"),
        (
            "FROM a\n# hadolint ignore=DL3059\nRUN b\n",
            3,
            f"FROM a\n{MARK}# hadolint ignore=DL3059\nRUN b\n",
        ),
        (
            "FROM a\n# dfix: ignore=pipefail\nRUN b\n",
            3,
            "FROM a\n# dfix: ignore=pipefail,merge-runs\nRUN b\n",
        ),
        (
            "FROM a\n#dfix:IGNORE = pipefail , cd-to-workdir because of 😀\n# b\nRUN b\n",
            4,
            "FROM a\n#dfix:IGNORE = pipefail , cd-to-workdir,merge-runs because of 😀\n# b\nRUN b\n",
        ),
        (
            "FROM a\n# dfix: ignore=DL3059 DL4006 for now\r\nRUN b\r\n",
            3,
            "FROM a\n# dfix: ignore=DL3059 DL4006,merge-runs for now\r\nRUN b\r\n",
        ),
    ],
)
def test_suppressed(before: str, line: int, after: str) -> None:
    assert suppress(before, line) == after


def test_one_after_the_other_makes_a_list() -> None:
    text = suppress(suppress("FROM a\nRUN b\n", 2), 3, "pipefail")
    assert text == "FROM a\n# dfix: ignore=merge-runs,pipefail\nRUN b\n"
