"""emptied-cache-mount: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "emptied-cache-mount"
F = "FROM debian:12\n"
C = "RUN --mount=type=cache,target="

NOOP = {
    "no mount": F + "RUN apt-get update && rm -rf /var/lib/apt/lists/*\n",
    "another mount": F + "RUN --mount=type=tmpfs,target=/var/lib/apt rm -rf /var/lib/apt/lists/*\n",
    "secret": F + "RUN --mount=type=secret,id=x apt-get update && apt-get clean\n",
    "another folder": F + C + "/var/lib/apt/lists apt-get update && apt-get clean\n",
    "variable": F + "ARG T\n" + C + "$T rm -rf /var/cache/apt\n",
    "removed variable": F + C + "/c rm -rf $X\n",
    "file in it": F + C + "/c rm -f /c/lock\n",
    "pip": F + C + "/root/.cache/pip pip install x\n",
    "npm": F + C + "/root/.npm npm ci && yarn cache clean\n",
    "docker-clean gone": F + C + "/var/cache/apt rm -f /etc/apt/apt.conf.d/docker-clean && "
    "apt-get install x\n",
    "unknown base": "FROM me/base:1\n" + C + "/var/cache/apt apt-get install x\n",
    "update alone": F + C + "/var/cache/apt apt-get update\n",
    "exec form": F + C + '/c ["rm", "-rf", "/c"]\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "lists": (
        F + C + "/var/lib/apt/lists apt-get update && rm -rf /var/lib/apt/lists/*\n",
        2,
        "`rm",
    ),
    "lists within": (F + C + "/var/lib/apt apt-get update; rm -r /var/lib/apt/lists\n", 2, "`rm"),
    "all of the cache": (F + C + "/var/cache/apt true && rm -Rf /var/cache/*\n", 2, "`rm -Rf"),
    "clean": (F + C + "/var/cache/apt apt-get clean\n", 2, "`apt-get clean`"),
    "find": (F + C + "/c find /c -type f -delete\n", 2, "`find /c"),
    "pip": (F + C + "/root/.cache/pip pip install --no-cache-dir x\n", 2, "`pip install"),
    "apk": (F + C + "/var/cache/apk apk add --no-cache x\n", 2, "`apk add"),
    "npm": (F + C + "/root/.npm npm ci && npm cache clean --force\n", 2, "`npm cache"),
    "yarn": (F + C + "/usr/local/share/.cache/yarn yarn && yarn cache clean\n", 2, "`yarn cache"),
    "dnf": (F + C + "/var/cache/dnf dnf install x && dnf clean all\n", 2, "`dnf clean all`"),
    "docker-clean": (
        F + C + "/var/cache/apt,sharing=locked apt-get install x\n",
        2,
        "docker-clean",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
