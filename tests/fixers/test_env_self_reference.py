"""env-self-reference: what it leaves alone first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "env-self-reference"
F = "FROM debian:12\n"

NOOP = {
    "two instructions": "ENV A=1\nENV B=$A\n",
    "its own old value": "ENV PATH=/opt/bin:$PATH\n",
    "legacy": "ENV A $A\n",
    "used before it is set": "ENV B=$A A=1\n",
    "set to the same": "ENV A=1\nENV A=1 B=$A\n",
    "set to the same with quotes": "ENV A=1\nENV A='1' B=${A}\n",
    "kept": "ARG A\nENV A=$A B=$A\n",
    "kept with braces and quotes": 'ARG A=1\nENV A="${A}" B=$A-x\n',
    "quoted sign": "ENV A=1 B='$A'\n",
    "escaped sign": "ENV A=1 B=\\$A\n",
    "longer name": "ENV A=1 B=$AB\n",
    "labels": "LABEL A=1 B=$A\n",
}

REPORTED = {
    "name": ("ENV A=1 B=$A\n", 2, "put `A=1` into an ENV"),
    "braces": ("ENV A=1 B=x${A}y\n", 2, "`$A`"),
    "default": ("ENV A=1 B=${A:-2}\n", 2, "`$A`"),
    "within a default": ("ENV A=1 B=${C:-$A}\n", 2, "`$A`"),
    "another value above": ("ENV A=1\nENV A=2 B=$A\n", 3, "put `A=2`"),
    "over lines": ("ENV A=1 \\\n  # why\n  B=$A\n", 4, "put `A=1`"),
    "path": ("ENV PATH=/a:$PATH B=$PATH/x\n", 2, "`$PATH`"),
    "argument above": ("ARG A=1\nENV A=2 B=$A\n", 3, "put `A=2`"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, line, advice = REPORTED[case]
    check_reported(NAME, F + text, line, advice)
