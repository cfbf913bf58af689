"""entrypoint-drops-cmd: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers import seed
from tests.fixers.checks import check_noop, check_reported

NAME = "entrypoint-drops-cmd"
N = "FROM node:22\n"

NOOP = {
    "seed-S01": seed.S01,
    "seed-S13": seed.S13,
    "exec-form": N + 'ENTRYPOINT ["node"]\nCMD a.js\n',
    "alone": N + "ENTRYPOINT node\n",
    "cleared": N + "ENTRYPOINT node\nCMD []\n",
    "cmd-of-the-base": "FROM postgres:17\nENTRYPOINT postgres\n",
    "cmd-of-the-parent-is-cleared": N.replace("\n", " AS a\n") + "CMD x\nFROM a\nENTRYPOINT y\n",
    "empty": "",
}

REPORTED = {
    "below": (N + "ENTRYPOINT node\nCMD a.js\n", 3),
    "above": (N + 'CMD ["a.js"]\nENTRYPOINT node\n', 2),
    "of-a-child": (N.replace("\n", " AS a\n") + "ENTRYPOINT node\nFROM a\nCMD x\n", 4),
    "of-a-stage-that-is-not-last": (
        N.replace("\n", " AS a\n") + "ENTRYPOINT node\nCMD x\nFROM scratch\n",
        3,
    ),
}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "line"), REPORTED.values(), ids=REPORTED)
def test_reported(text: str, line: int) -> None:
    check_reported(NAME, text, line, "write the ENTRYPOINT in exec form")
