"""cd-to-workdir: what it says nothing of first, then what it reports. U2 to U5: known traps."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "cd-to-workdir"
F = "FROM debian:12\n"

NOOP = {
    "U2 onbuild": F + "ONBUILD RUN cd /app && make\n",
    "U3 semicolon": F + "RUN cd /opt; make\n",
    "U4 mount": F + "RUN --mount=type=cache,target=/c cd /src && make\n",
    "U5 alone": F + "RUN cd /opt\n",
    "later": F + "RUN make && cd /opt && make\n",
    "two": F + "RUN cd /a && make && cd /b && make\n",
    "another in a subshell": F + "RUN cd /a && (cd /b && make)\n",
    "subshell": F + "RUN (cd /a && make)\n",
    "or": F + "RUN cd /a && make || true\n",
    "or exit": F + "RUN cd /a || exit 1\n",
    "variable": F + "RUN cd $A && make\n",
    "home": F + "RUN cd && make\n",
    "back": F + "RUN cd - && make\n",
    "tilde": F + "RUN cd ~/a && make\n",
    "background": F + "RUN cd /a && make &\n",
    "exec form": F + 'RUN ["sh", "-c", "cd /a && make"]\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "absolute": (F + "RUN cd /opt && make\n", 2, "`WORKDIR /opt` above them and `WORKDIR /`"),
    "relative": (
        F + "WORKDIR /a\nRUN cd b/ && make\n",
        3,
        "`WORKDIR /a/b` above them and `WORKDIR /a`",
    ),
    "where it is": (F + "WORKDIR /a\nRUN cd /a/ && make\n", 3, "in /a already: leave the `cd` out"),
    "unknown base": (
        "FROM me/base:1\nRUN cd b && make\n",
        2,
        "`WORKDIR b` above them and the former",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, line, advice = REPORTED[case]
    check_reported(NAME, text, line, advice)
