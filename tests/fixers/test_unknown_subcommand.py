"""unknown-subcommand: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "unknown-subcommand"

NOOP = {
    "yum": "FROM rockylinux:8\nRUN yum -y install a\n",
    "apt": "FROM debian:12\nRUN apt-get update && apt-get -y install a && apt-get dist-clean\n",
    "apk": "FROM alpine:3.22\nRUN apk add --no-cache a\n",
    "variable": "FROM debian:12\nRUN apt-get $VERB a\n",
    "plugin": "FROM rockylinux:8\nRUN dnf frobnicate\n",
    "npm-s-own-spelling": "FROM node:22\nRUN npm isntall\n",
    "pip": "FROM python:3.13\nRUN pip install a\n",
    "pip-option-first": "FROM python:3.13\nRUN pip --quiet install a\n",
    "package-of-the-name": "FROM debian:12\nRUN apt-get install -y isntall\n",
    "text": "FROM debian:12\nRUN echo 'yum isntall a'\n",
    "other-tool": "FROM debian:12\nRUN ./yum.sh isntall\n",
    "version": "FROM debian:12\nRUN apt-get --version\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed": ("FROM centos:8\nRUN yum -y isntall httpd\n", 2, "is `yum install` meant?"),
    "apt": ("FROM debian:12\nRUN apt-get udpate\n", 2, "`apt-get update`"),
    "further-down": (
        "FROM debian:12\nRUN apt-get update \\\n  && apt-get intall -y a\n",
        3,
        "`apt-get install`",
    ),
    "apk": ("FROM alpine:3.22\nRUN apk updat\n", 2, "`apk update`"),
    "pip": ("FROM python:3.13\nRUN pip3 isntall a\n", 2, "`pip install`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
