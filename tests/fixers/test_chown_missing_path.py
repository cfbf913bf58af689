"""chown-missing-path: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "chown-missing-path"

NOOP = {
    "made": "FROM debian:12\nRUN mkdir /data && chown 1:1 /data\n",
    "made-above": "FROM debian:12\nRUN mkdir -p /data/a\nRUN chown -R 1:1 /data\n",
    "workdir": "FROM debian:12\nWORKDIR /data\nRUN chown 1:1 /data\n",
    "copied": "FROM debian:12\nCOPY a /data/\nRUN chown -R 1:1 /data\n",
    "copied-to-the-root": "FROM debian:12\nCOPY . /\nRUN chown 1:1 /data\n",
    "copied-somewhere": "FROM debian:12\nCOPY a b\nRUN chown 1:1 /data\n",
    "volume": "FROM debian:12\nVOLUME /data\nRUN chown 1:1 /data\n",
    "home": "FROM debian:12\nRUN useradd -d /data a\nRUN chown a /data\n",
    "system": "FROM debian:12\nRUN chown 1:1 /var/www /opt/a /etc/b\n",
    "unpacked": "FROM debian:12\nRUN curl https://example.com | tar -x -C /\nRUN chown 1:1 /data\n",
    "script": "FROM debian:12\nRUN ./install.sh\nRUN chown 1:1 /data\n",
    "heredoc": "FROM debian:12\nRUN <<EOF\nmkdir /data\nchown 1:1 /data\nEOF\n",
    "other-base": "FROM me/base:1\nRUN chown 1:1 /data\n",
    "variable": "FROM debian:12\nRUN chown 1:1 $DATA\n",
    "relative": "FROM debian:12\nRUN chown 1:1 data\n",
    "parent-stage": "FROM debian:12 AS a\nRUN mkdir /data\nFROM a\nRUN chown 1:1 /data\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed": (
        "FROM alpine:3.12\nRUN addgroup foo && adduser -D -G foo foo\nRUN chown -R foo:foo /app-data/\n",
        3,
        "make /app-data/ first",
    ),
    "chmod": ("FROM debian:12\nRUN chmod 777 /data\n", 2, "make /data first"),
    "further-down": (
        "FROM debian:12\nRUN apt-get update \\\n  && chown 1:1 /data\n",
        3,
        "make /data first",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
