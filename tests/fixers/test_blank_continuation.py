"""blank-continuation: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "blank-continuation"
F = "FROM debian:12\n"

NOOP = {
    "none": F + "RUN true \\\n  && true\n",
    "comment": F + "RUN true \\\n# why\n  && true\n",
    "between": F + "\n\nRUN true\n\n",
    "heredoc": F + "RUN <<EOF\ntrue \\\n\ntrue\nEOF\n",
    "heredoc-of-copy": F + "COPY <<EOF /a\na\n\nb\nEOF\n",
    "two-signs": F + "RUN echo a \\\\\n\nCMD b\n",
    "comment-above": F + "# a \\\n\nRUN true\n",
    "escape-of-another": "# escape=`\n" + F + "RUN echo \\\n\nCMD b\n",
    "no-instruction-behind": F + "RUN true \\\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "env": F + "RUN a && \\\n\nENV X=1\n",
    "copy": F + "RUN a \\\n\n  \nCOPY b c\n",
    "indented": F + "RUN a \\\n\n  RUN b\n",
    "behind-a-comment": F + "RUN a \\\n\n# the port\nEXPOSE 80\n",
    "further-down": F + "RUN a \\\n\n  b \\\n\nCMD c\n",
    "of-copy": F + "COPY a b \\\n\nRUN c\n",
    "small": "from debian:12\nrun a \\\n\ncmd b\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, REFUSED[case], "swallowed behind an empty line")


FIXED = {
    "run": ("RUN a \\\n\n  && b\n", "RUN a \\\n  && b\n"),
    "many": ("RUN a \\\n\n \n\t\n  && b\n", "RUN a \\\n  && b\n"),
    "comments-stay": (
        "RUN a \\\n\n# one\n\n  # two\n\n  && b\n",
        "RUN a \\\n# one\n  # two\n  && b\n",
    ),
    "first": ("RUN \\\n\n  a\n", "RUN \\\n  a\n"),
    "in-quotes": ('RUN echo "a \\\n\n  b"\n', 'RUN echo "a \\\n  b"\n'),
    "keyword-in-quotes": ('RUN echo "a \\\n\nRUN b"\n', 'RUN echo "a \\\nRUN b"\n'),
    "small-word-is-no-keyword": (
        "RUN a && \\\n\n  env B=1 c && \\\n\n  run d\n",
        "RUN a && \\\n  env B=1 c && \\\n  run d\n",
    ),
    "env": ("ENV A=1 \\\n\n  B=2\n", "ENV A=1 \\\n  B=2\n"),
    "env-of-one": ("ENV A 1 \\\n\n  2\n", "ENV A 1 \\\n  2\n"),
    "label": ('LABEL a="1" \\\n\n  b="2"\n', 'LABEL a="1" \\\n  b="2"\n'),
    "copy": ("COPY a \\\n\n  b/\n", "COPY a \\\n  b/\n"),
    "array": ('CMD ["a", \\\n\n  "b"]\n', 'CMD ["a", \\\n  "b"]\n'),
    "flag": ("RUN --network=none \\\n\n  a\n", "RUN --network=none \\\n  a\n"),
    "before-a-heredoc": (
        "RUN cat <<EOF >a \\\n\n  && b\n\nx\n\nEOF\n",
        "RUN cat <<EOF >a \\\n  && b\n\nx\n\nEOF\n",
    ),
    "onbuild": ("ONBUILD RUN a \\\n\n  && b\n", "ONBUILD RUN a \\\n  && b\n"),
    "at-the-end-of-the-file": ("RUN a \\\n\n\n", "RUN a \\\n"),
    "comments-between": (
        "RUN a \\\n\n  && b\n\n# c\n\nRUN d\n",
        "RUN a \\\n  && b\n\n# c\n\nRUN d\n",
    ),
    "empty-lines-all-around": (
        "\n \t\nRUN a\n\n\v\nRUN b \\\n\n  && c\n\n\n",
        "\n \t\nRUN a\n\n\v\nRUN b \\\n  && c\n\n\n",
    ),
    "blanks-at-the-end-of-the-file": ("RUN a \\\n\n  && b\n  ", "RUN a \\\n  && b\n  "),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    check_fixed(NAME, F + before, F + after, level=Level.SAFE)


def test_carriage_returns() -> None:
    before = "FROM debian:12\r\nRUN a \\\r\n\r\n  && b\r\n"
    check_fixed(NAME, before, "FROM debian:12\r\nRUN a \\\r\n  && b\r\n")


def test_backtick() -> None:
    before = "# escape=`\nFROM debian:12\nRUN a `\n\n  b\n"
    check_fixed(NAME, before, "# escape=`\nFROM debian:12\nRUN a `\n  b\n")


def test_a_mark_and_directives() -> None:
    before = "\ufeff# syntax=docker/dockerfile:1\n\nFROM debian:12\n\nRUN a \\\n\n  b\n"
    check_fixed(NAME, before, before.replace("\\\n\n", "\\\n"))
