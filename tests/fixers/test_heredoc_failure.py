"""heredoc-failure: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers import seed
from tests.fixers.checks import check_noop, check_reported

NAME = "heredoc-failure"
F = "FROM debian:12\n"

NOOP = {
    "one command": F + "RUN <<EOF\nmake\nEOF\n",
    "one chain": F + "RUN <<EOF\nmake &&\n  make install\nEOF\n",
    "set -e": F + "RUN <<EOF\nset -e\nmake\nmake install\nEOF\n",
    "set -eux": F + "RUN <<-EOF\n\tset -eux\n\tmake\n\tmake install\nEOF\n",
    "set -o errexit": F + "RUN <<EOF\nset -o errexit\nmake\nmake install\nEOF\n",
    "set behind words": F + "RUN <<EOF\necho a\nexport B=1\nset -e\nmake\nmake install\nEOF\n",
    "shell with the option": F + "RUN <<EOF bash -e\nmake\nmake install\nEOF\n",
    "shell with options": F + "RUN <<EOF /bin/sh -eux\nmake\nmake install\nEOF\n",
    "first line": F + "RUN <<EOF\n#!/bin/bash -e\nmake\nmake install\nEOF\n",
    "SHELL": F + 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN <<EOF\na\nb\nEOF\n',
    "another program": F + "RUN <<EOF python3\na = 1\nb = 2\nEOF\n",
    "another first line": F + "RUN <<EOF\n#!/usr/bin/env python3\na = 1\nb = 2\nEOF\n",
    "file": F + "COPY <<EOF /x\nmake\nmake install\nEOF\n",
    "input": F + "RUN cat <<EOF > /x\nmake\nmake install\nEOF\n",
    "meant to go on": F + "RUN <<EOF\nrm a || true\ntest -d b && cd b || :\nmake\nEOF\n",
    "meant to stop": F + "RUN <<EOF\nmake || exit 1\nmake install\nEOF\n",
    "function": F + "RUN <<EOF\nf() { make; }\nf\nEOF\n",
    "powershell": F + 'SHELL ["pwsh", "-Command"]\nRUN <<EOF\na\nb\nEOF\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "S10": (seed.S10, 2, "when `yum -y install httpd"),
    "variables first": (F + "RUN <<EOF\nA=1\nmake $A\nmake install\nEOF\n", 2, "`make $A`"),
    "behind one that is meant to go on": (F + "RUN <<EOF\na || true\nb\nc\nEOF\n", 2, "`b`"),
    "another that may fail": (F + "RUN <<EOF\na || b\nc\nEOF\n", 2, "`a`"),
    "below the first line": (
        F + "RUN <<EOF\n#!/bin/bash\na\nb\nEOF\n",
        2,
        "right below its first line",
    ),
    "set too late": (F + "RUN <<EOF\nmake\nset -e\nmake install\nEOF\n", 2, "when `make`"),
    "if": (F + "RUN <<EOF\nif a; then b; fi\nc\nEOF\n", 2, "when `if a; then b; fi`"),
    "shell without the option": (F + "RUN <<EOF bash -u\na\nb\nEOF\n", 2, "when `a`"),
    "first line names it": (
        F + 'SHELL ["/bin/sh", "-ec"]\nRUN <<EOF\n#!/bin/sh\na\nb\nEOF\n',
        3,
        "when `a`",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
