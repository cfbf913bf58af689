"""docker-in-docker: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "docker-in-docker"
F = "FROM debian:12\n"

NOOP = {
    "nothing of it": F + "RUN apt-get install -y curl\n",
    "client image": "FROM docker:27\n",
    "another image with the name in it": "FROM me/docker:dind\n",
    "stage of that name": f"FROM alpine:3.20 AS docker\n{F}COPY --from=docker /a /a\n",
    "library": F + "RUN pip install docker\n",
    "removed": F + "RUN apt-get remove docker docker-engine docker.io\n",
    "builder": f"FROM docker:dind AS b\n{F}COPY --from=b /a /a\n",
    "engine not known": "ARG V\nFROM docker:$V\n",
    "heredoc": F + "RUN <<E\napt-get install docker.io\nE\n",
}

REPORTED = {
    "dind": ("FROM docker:dind\n", 1, "--privileged"),
    "dind of a version": ("FROM docker:27.1-dind-rootless\n", 1, "--privileged"),
    "package of Debian": (F + "RUN apt-get update && apt-get install -y docker.io\n", 2, "Kaniko"),
    "package of Docker": (
        "FROM centos:7\nRUN yum install -y docker-ce docker-ce-cli\n",
        2,
        "--privileged",
    ),
    "client": (F + "RUN apt-get install -y docker-ce-cli\n", 2, "socket"),
    "script": (F + "RUN curl -fsSL https://get.docker.com | sh\n", 2, "--privileged"),
    "script in a pipe": (F + "RUN wget -qO- https://get.docker.com/ | sh\n", 2, "--privileged"),
    "copied client": (
        F + "COPY --from=docker:27-cli /usr/local/bin/docker /usr/bin/\n",
        2,
        "socket",
    ),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
