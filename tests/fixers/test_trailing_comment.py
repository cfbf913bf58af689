"""trailing-comment: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "trailing-comment"

NOOP = {
    "above": "FROM debian:12\n# a\nARG A=1\n",
    "run": "FROM debian:12\nRUN true # a\n",
    "shell-form-of-cmd": "FROM debian:12\nCMD true # a\n",
    "quoted-env": 'FROM debian:12\nENV A "1 # 2"\n',
    "pair": 'FROM debian:12\nENV A="1 # 2"\n',
    "color": "FROM debian:12\nENV A #fff\n",
    "color-behind-a-word": "FROM debian:12\nENV A red #00ff00\n",
    "within-a-word": "FROM debian:12\nCOPY a#b c\n",
    "first-source": "FROM debian:12\nCOPY #a b\n",
    "workdir": "FROM debian:12\nWORKDIR /a#b\n",
    "array": 'FROM debian:12\nCMD ["a", "# b"]\n',
    "heredoc": "FROM debian:12\nCOPY <<EOF /a\nb # c\nEOF\n",
    "continued-comment": "FROM debian:12\nENV A=1 \\\n  # why\n  B=2\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "arg": ("FROM debian:12\nARG A=1 # note\n", 2, "part of the ARG"),
    "copy": ("FROM debian:12\nCOPY a b # c\n", 2, "part of the COPY"),
    "workdir": ("FROM debian:12\nWORKDIR /a # b\n", 2, "part of the WORKDIR"),
    "user": ("FROM debian:12\nUSER nobody # x\n", 2, "part of the USER"),
    "volume": ("FROM debian:12\nVOLUME /a # b\n", 2, "part of the VOLUME"),
    "cmd": ('FROM debian:12\nCMD ["x"] # c\n', 2, "part of the CMD"),
    "entrypoint": ('FROM debian:12\nENTRYPOINT ["x"]  # c\n', 2, "part of the ENTRYPOINT"),
    "legacy-env": ("FROM debian:12\nENV A 0 # none\n", 2, "part of the ENV"),
    "global": ("ARG A=1 # b\nFROM debian:12\n", 1, "part of the ARG"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
