"""stage-name-casing: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "stage-name-casing"
S = "FROM scratch\n"

NOOP = {
    "small": "FROM debian:12 AS a\nFROM scratch\nCOPY --from=a b c\n",
    "no-name": "FROM debian:12\n",
    "use-alone": "FROM debian:12 AS a\nFROM scratch\nCOPY --from=A b c\n",
    "capital-image-tag": "FROM debian:Bookworm\n",
    "in-a-run": "FROM debian:12 AS a\nRUN echo --from=A\n",
    "refused-by-the-builder": "FROM debian:12 AS A\nFROM A\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "two-stages": ("FROM debian:12 AS A\nFROM debian:12 AS a\n", "another stage"),
    "two-in-capitals": ("FROM debian:12 AS A\nFROM debian:12 AS A\n", "another stage"),
    "its-own-image": ("FROM node AS Node\n", "an image of the file"),
    "an-image-above": ("FROM node:22\nFROM debian:12 AS Node\n", "an image of the file"),
    "an-image-with-a-tag": ("FROM debian:12 AS Node\nFROM node:22\n", "an image of the file"),
    "quotes": ('FROM debian:12 AS A\nFROM scratch\nCOPY --from="A" b c\n', "one piece"),
    "over-two-lines": ("FROM debian:12 AS A\\\nB\n", "one piece"),
    "use-over-two-lines": (
        "FROM debian:12 AS AB\nFROM scratch\nCOPY --from=A\\\nB b c\n",
        "one piece",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "unused": ("FROM debian:12 AS Build\n", "FROM debian:12 AS build\n"),
    "used-by-copy": (
        f"FROM debian:12 AS Build\n{S}COPY --from=Build a b\nCOPY --from=BUILD c d\n",
        f"FROM debian:12 AS build\n{S}COPY --from=build a b\nCOPY --from=build c d\n",
    ),
    "used-in-small-letters": (
        f"FROM debian:12 AS Build\n{S}COPY --from=build a b\n",
        f"FROM debian:12 AS build\n{S}COPY --from=build a b\n",
    ),
    "used-by-from": (
        "FROM debian:12 AS Build\nFROM build\n",
        "FROM debian:12 AS build\nFROM build\n",
    ),
    "two-mounts": (
        "FROM debian:12 AS A\nFROM debian:12\n"
        "RUN --mount=from=A,target=/a --mount=target=/b,type=bind,from=A cp /a/x /x\n",
        "FROM debian:12 AS a\nFROM debian:12\n"
        "RUN --mount=from=a,target=/a --mount=target=/b,type=bind,from=a cp /a/x /x\n",
    ),
    "two-stages": (
        f"FROM debian:12 AS A\nFROM debian:12 AS B\n{S}COPY --from=A a a\nCOPY --from=B b b\n",
        f"FROM debian:12 AS a\nFROM debian:12 AS b\n{S}COPY --from=a a a\nCOPY --from=b b b\n",
    ),
    "a-longer-name": (
        f"FROM debian:12 AS A\nFROM debian:12 AS a-b\n{S}COPY --from=A A /A\nCOPY --from=a-b c d\n",
        f"FROM debian:12 AS a\nFROM debian:12 AS a-b\n{S}COPY --from=a A /A\nCOPY --from=a-b c d\n",
    ),
    "onbuild-stays": (
        "FROM debian:12 AS A\nFROM debian:12\nONBUILD COPY --from=A b c\n",
        "FROM debian:12 AS a\nFROM debian:12\nONBUILD COPY --from=A b c\n",
    ),
    "source-of-the-same-name": (
        f"FROM debian:12 AS App\n{S}COPY --chown=1 --from=App /App App\n",
        f"FROM debian:12 AS app\n{S}COPY --chown=1 --from=app /App App\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.SAFE)
