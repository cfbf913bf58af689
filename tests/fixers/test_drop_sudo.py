"""drop-sudo: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "drop-sudo"
F = "FROM debian:12\n"

NOOP = {
    "package": F + "RUN apt-get install -y sudo\n",
    "in a text": F + "RUN echo 'sudo mkdir a' > b\n",
    "of another shell": F + "RUN bash -c 'sudo mkdir a'\n",
    "onbuild": F + "ONBUILD RUN sudo mkdir a\n",
    "exec form": F + 'RUN ["sudo", "mkdir", "a"]\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "other user": (F + "USER app\nRUN sudo mkdir a\n", "the user is `app`"),
    "variable user": (F + "ARG U\nUSER $U\nRUN sudo mkdir a\n", "not known to be root"),
    "root by an argument alone": (
        F + "ARG U=root\nUSER $U\nRUN apt-get install -y sudo\nRUN sudo mkdir a\n",
        "not known to be root",
    ),
    "base by an argument alone": (
        "ARG B=debian:12\nFROM $B\nRUN apt-get install -y sudo\nRUN sudo mkdir a\n",
        "not known to be root",
    ),
    "unknown base": ("FROM me/base:1\nRUN sudo mkdir a\n", "not known to be root"),
    "base of another user": ("FROM jenkins/jenkins:lts\nRUN sudo mkdir a\n", "the user is"),
    "as another": (F + "RUN sudo -u app mkdir a\n", "sudo has options"),
    "environment": (F + "RUN sudo -E mkdir a\n", "sudo has options"),
    "home": (F + "RUN sudo -H mkdir a\n", "sudo has options"),
    "shell": (F + "RUN sudo -s\n", "sudo has options"),
    "alone": (F + "RUN sudo\n", "something else"),
    "variable for it": (F + "RUN A=1 sudo mkdir a\n", "variables"),
    "variable by it": (F + "RUN sudo A=1 mkdir a\n", "variables"),
    "variable command": (F + "RUN sudo $C a\n", "only known"),
    "cd": (F + "RUN sudo cd a\n", "`cd` is another thing"),
    "echo": (F + "RUN sudo echo -e a\n", "`echo` is another thing"),
    "env": (F + "RUN sudo env\n", "`env` is another thing"),
    "export": (F + "RUN export A=1 && sudo mkdir a\n", "sets up"),
    "umask": (F + "RUN umask 077 && sudo mkdir a\n", "sets up"),
    "path": (F + "ENV PATH=/opt/c/bin:$PATH\nRUN sudo tool a\n", "another program"),
    "library path": (F + "ENV LD_LIBRARY_PATH=/a\nRUN sudo mkdir a\n", "LD_LIBRARY_PATH"),
    "installation": (F + "RUN sudo apt-get install -y curl\n", "that comes first"),
    "set -a": (F + "RUN set -ea; A=1; sudo tool a\n", "sets up"),
    "who called": (F + "RUN sudo sh -c 'echo $SUDO_USER'\n", "who called sudo"),
    "redirection in front": (F + "RUN sudo < a tee b\n", "a redirection stands in the way"),
    "redirection over lines": (F + "RUN sudo >a \\\n  ls\n", "a redirection stands in the way"),
    "looks at its name": (F + "RUN sudo sh -c 'chown $USER a'\n", "a variable that sudo sets"),
    "short path": (F + "ENV PATH=/usr/bin:/bin\nRUN sudo ldconfig\n", "does not lead to /usr/sbin"),
    "path of the RUN": (F + "RUN PATH=/usr/bin; sudo ldconfig\n", "sets up"),
    "variable of the file": (F + "ENV A=1\nRUN A=2; sudo make a\n", "sets up"),
    "function": (F + "RUN mkdir() { make; }; sudo mkdir a\n", "sets up"),
    "missing, caught": (F + "RUN sudo rm a || true\n", "sudo may be missing"),
    "missing, asked": (F + "RUN if sudo mkdir a; then make; fi\n", "sudo may be missing"),
    "missing, negated": (F + "RUN ! sudo rm a\n", "sudo may be missing"),
    "missing, passed over": (F + "RUN sudo rm a; make\n", "sudo may be missing"),
    "one of several": (F + "RUN sudo mkdir a && sudo -u app mkdir b\n", "sudo has options"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "version of a base by an argument": (
        "ARG V=12\nFROM debian:$V\nRUN apt-get install -y sudo\nRUN sudo mkdir a\n",
        "ARG V=12\nFROM debian:$V\nRUN apt-get install -y sudo\nRUN mkdir a\n",
    ),
    "root behind an argument": (
        "ARG B=debian:12\nFROM $B\nUSER $U\nUSER root\nRUN apt-get install -y sudo\nRUN sudo mkdir a\n",
        "ARG B=debian:12\nFROM $B\nUSER $U\nUSER root\nRUN apt-get install -y sudo\nRUN mkdir a\n",
    ),
    "caught": (
        F + "RUN apt-get install -y sudo\nRUN sudo rm a || true\n",
        F + "RUN apt-get install -y sudo\nRUN rm a || true\n",
    ),
    "passed over": (F + "RUN sudo rm a; sudo mkdir a\n", F + "RUN rm a; mkdir a\n"),
    "passed over under set -e": (
        F + "RUN set -e; sudo rm a; make\n",
        F + "RUN set -e; rm a; make\n",
    ),
    "own variable": (F + "RUN A=b && sudo mkdir $A\n", F + "RUN A=b && mkdir $A\n"),
    "one": (F + "RUN sudo mkdir a\n", F + "RUN mkdir a\n"),
    "user set to root": (
        "FROM me/base:1\nUSER root\nRUN sudo mkdir a\n",
        "FROM me/base:1\nUSER root\nRUN mkdir a\n",
    ),
    "by path": (F + "RUN /usr/bin/sudo  mkdir a\n", F + "RUN mkdir a\n"),
    "over lines": (
        F + "RUN sudo \\\n    mkdir a && \\\n    # why\n    sudo rm b; sudo chmod 1 c\n",
        F + "RUN mkdir a && \\\n    # why\n    rm b; chmod 1 c\n",
    ),
    "redirection behind it": (F + "RUN sudo ls >a <b c\n", F + "RUN ls >a <b c\n"),
    "variables that matter to no one": (
        F + "ENV LANG=C DEBIAN_FRONTEND=noninteractive\nRUN sudo make\n",
        F + "ENV LANG=C DEBIAN_FRONTEND=noninteractive\nRUN make\n",
    ),
    "in a condition": (
        F + "RUN if true; then sudo mkdir a; fi\n",
        F + "RUN if true; then mkdir a; fi\n",
    ),
    "system program with a path": (
        F + "ENV PATH=/opt/c/bin:$PATH\nRUN sudo mkdir a\n",
        F + "ENV PATH=/opt/c/bin:$PATH\nRUN mkdir a\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.STANDARD)


def test_pipes_are_for_aggressive() -> None:
    text = F + "RUN curl a | sudo tee b\n"
    assert not run(NAME, text, level=Level.STANDARD).changed
    check_fixed(NAME, text, F + "RUN curl a | tee b\n")


def test_what_may_look_at_variables_is_for_aggressive() -> None:
    text = F + "ENV DESTDIR=/a\nRUN sudo make install\n"
    assert not run(NAME, text, level=Level.STANDARD).changed
    check_fixed(NAME, text, F + "ENV DESTDIR=/a\nRUN make install\n")


def test_scripts_may_look_at_what_sudo_sets() -> None:
    for text in ("RUN sudo ./a.sh\n", "RUN sudo bash a.sh\n"):
        assert not run(NAME, F + text, level=Level.STANDARD).changed
        assert run(NAME, F + text, level=Level.AGGRESSIVE).changed
