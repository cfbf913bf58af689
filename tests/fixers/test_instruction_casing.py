"""instruction-casing: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "instruction-casing"

NOOP = {
    "capitals": "ARG V\nFROM debian:12\nRUN true\n",
    "small": "arg V\nfrom debian:12\nrun true\n",
    "onbuild": "FROM debian:12\nONBUILD run true\n",
    "healthcheck": "FROM debian:12\nHEALTHCHECK cmd true\n",
    "in-a-run": "FROM debian:12\nRUN echo run\n",
    "in-a-heredoc": "FROM debian:12\nRUN <<EOF\nrun\nEOF\n",
    "in-a-comment": "# from debian\nFROM debian:12\n",
    "swallowed": "FROM debian:12\nRUN true \\\nrun true\n",
    "as-alone": "FROM debian:12 as a\n",
    "suppressed-file": "# check=skip=ConsistentInstructionCasing\nFROM debian:12\nRUN true\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "over-two-lines": ("FROM debian:12\nru\\\nn true\n", "over two lines"),
    "with-a-comment": ("FROM debian:12\nru\\\n# why\nn true\n", "over two lines"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "one-small": ("FROM debian:12\nrun true\nCMD a\n", "FROM debian:12\nRUN true\nCMD a\n"),
    "one-capital": ("from debian:12\nrun true\nCMD a\n", "from debian:12\nrun true\ncmd a\n"),
    "mixed": ("FROM debian:12\nRun true\n", "FROM debian:12\nRUN true\n"),
    "all-mixed": ("From debian:12\nRun true\n", "FROM debian:12\nRUN true\n"),
    "a-draw": ("from debian:12\nRUN true\n", "FROM debian:12\nRUN true\n"),
    "arg-above-does-not-count": (
        "arg A\narg B\narg C\nFROM debian:12\nRUN true\n",
        "ARG A\nARG B\nARG C\nFROM debian:12\nRUN true\n",
    ),
    "as-goes-along": (
        "from debian:12 as a\nRUN true\nCMD a\n",
        "FROM debian:12 AS a\nRUN true\nCMD a\n",
    ),
    "as-stays": (
        "from debian:12 AS a\nRUN true\nCMD a\n",
        "FROM debian:12 AS a\nRUN true\nCMD a\n",
    ),
    "onbuild-s-own": (
        "FROM debian:12\nRUN true\nonbuild run true\n",
        "FROM debian:12\nRUN true\nONBUILD run true\n",
    ),
    "comments": (
        "FROM debian:12\n# run it\nrun true # run\n",
        "FROM debian:12\n# run it\nRUN true # run\n",
    ),
    "heredoc": (
        "FROM debian:12\nrun <<EOF\nrun\nEOF\nCMD a\n",
        "FROM debian:12\nRUN <<EOF\nrun\nEOF\nCMD a\n",
    ),
    "carriage-returns": ("FROM debian:12\r\nrun true\r\n", "FROM debian:12\r\nRUN true\r\n"),
    "indented": ("FROM debian:12\n  run true\n", "FROM debian:12\n  RUN true\n"),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.SAFE)


def test_upper() -> None:
    before = "from debian:12 as a\nrun true\n"
    check_fixed(NAME, before, "FROM debian:12 AS a\nRUN true\n", options={"case": "upper"})
