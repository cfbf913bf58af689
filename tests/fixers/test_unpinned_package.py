"""unpinned-package: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "unpinned-package"

NOOP = {
    "apt": "FROM debian:12\nRUN apt-get install -y curl=7.88.1-10\n",
    "apt-file": "FROM debian:12\nRUN apt-get install -y ./a.deb\n",
    "apt-release": "FROM debian:12\nRUN apt-get install -y -t bookworm-backports curl=1\n",
    "apt-variable": "FROM debian:12\nRUN apt-get install -y $PACKAGES\n",
    "apk": "FROM alpine:3.22\nRUN apk add --virtual .deps curl~=8 'gcc>14'\n",
    "yum": "FROM rockylinux:8\nRUN yum -y install httpd-2.4.37\n",
    "yum-url": "FROM rockylinux:8\nRUN yum -y install https://example.com/a.rpm\n",
    "pip": "FROM python:3.13\nRUN pip install -r a.txt b==1 'c>=2' ./d git+https://example.com/e\n",
    "npm": "FROM node:22\nRUN npm install && npm install -g a@1 @b/c@2\n",
    "gem": "FROM debian:12\nRUN gem install a:1.0\n",
    "gem-option": "FROM debian:12\nRUN gem install a -v 1.0\n",
    "go": "FROM golang:1.25\nRUN go install example.com/a@v1.0.0 && go install ./...\n",
    "other": "FROM debian:12\nRUN apt-get update && apt-get remove a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "apt": ("FROM debian:12\nRUN apt-get install -y curl git=1\n", 2, "versions of `curl`"),
    "apk": ("FROM alpine:3.22\nRUN apk add --no-cache curl git\n", 2, "`curl`, `git`"),
    "yum": ("FROM rockylinux:8\nRUN yum -y install httpd\n", 2, "`httpd`"),
    "pip": ("FROM python:3.13\nRUN pip3 install --no-cache-dir requests\n", 2, "`requests`"),
    "python-m-pip": ("FROM python:3.13\nRUN python3 -m pip install requests\n", 2, "`requests`"),
    "npm": ("FROM node:22\nRUN npm i -g pm2 @a/b\n", 2, "`pm2`, `@a/b`"),
    "gem": ("FROM debian:12\nRUN gem install rails\n", 2, "`rails`"),
    "go": ("FROM golang:1.25\nRUN go install example.com/a\n", 2, "`example.com/a`"),
    "further-down": ("FROM debian:12\nRUN true && \\\n  apt-get install curl\n", 3, "`curl`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
