"""definition-description: what it leaves alone first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "definition-description"

NOOP = {
    "no comment": "ARG A=x\nFROM $A AS a\nARG B\n",
    "its name": "# A is it\nARG A=x\n# a is it\nFROM $A AS a\n",
    "the name of the second": "FROM x\n# B is it\nARG A B\n",
    "an empty line": "FROM x\n# it is\n\nARG A\n",
    "an empty comment": "FROM x\n# it is\n#\nARG A\n",
    "a stage without a name": "# it is\nFROM x\n",
    "a comment for a tool": "# hadolint ignore=DL3006\nFROM x AS a\n",
    "other instructions": "FROM x\n# it is\nENV A=1\n",
}
REPORTED = {
    "stage": ("# it is\nFROM x AS a\n", 2, "`a`"),
    "argument": ("FROM x\n# the A\nARG A=1\n", 3, "`A`"),
    "above the first FROM": ("# it is\nARG A=x\nFROM $A\n", 2, "`A`"),
    "only the last line counts": ("FROM x\n# A is it\n# of course\nARG A\n", 4, "`A`"),
    "another case": ("FROM x\n# a is it\nARG A\n", 3, "`A`"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
