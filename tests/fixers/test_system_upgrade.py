"""system-upgrade: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "system-upgrade"

NOOP = {
    "install": "FROM debian:12\nRUN apt-get update && apt-get install -y a\n",
    "named": "FROM rockylinux:8\nRUN dnf -y upgrade openssl\n",
    "security": "FROM rockylinux:8\nRUN dnf -y upgrade --security\n",
    "named-yum": "FROM rockylinux:8\nRUN yum update -y bash\n",
    "unknown": "FROM rockylinux:8\nRUN yum update -y $PACKAGES\n",
    "only-upgrade": "FROM debian:12\nRUN apt-get install --only-upgrade a\n",
    "builder": "FROM debian:12 AS a\nRUN apt-get upgrade -y\nFROM debian:12\nCOPY --from=a /a /a\n",
    "apk-update": "FROM alpine:3.22\nRUN apk update\n",
    "pip": "FROM debian:12\nRUN pip install --upgrade pip\n",
    "text": "FROM debian:12\nRUN echo apt-get upgrade\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "apt-get": (
        "FROM debian:12\nRUN apt-get update && apt-get upgrade -y\n",
        2,
        "newer base image",
    ),
    "dist-upgrade": ("FROM debian:12\nRUN apt-get -y dist-upgrade\n", 2, "--pull"),
    "apk": ("FROM alpine:3.22\nRUN apk upgrade --no-cache\n", 2, "newer"),
    "yum": ("FROM rockylinux:8\nRUN yum -y update\n", 2, "newer"),
    "seed": ("FROM centos:8\nRUN dnf upgrade -y \\\n  && dnf install -y a\n", 2, "newer"),
    "zypper": ("FROM opensuse/leap:15\nRUN zypper -n dup\n", 2, "newer"),
    "second": ("FROM debian:12\nRUN true \\\n && apt-get upgrade\n", 3, "newer"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
