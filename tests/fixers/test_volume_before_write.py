"""volume-before-write: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "volume-before-write"

NOOP = {
    "below": "FROM debian:12\nRUN mkdir /data && chown 1:1 /data\nVOLUME /data\n",
    "elsewhere": "FROM debian:12\nVOLUME /data\nCOPY a /srv/\n",
    "similar": "FROM debian:12\nVOLUME /data\nRUN mkdir /database\n",
    "read": "FROM debian:12\nVOLUME /data\nRUN cp /data/a /srv/a\n",
    "link-to-it": "FROM debian:12\nVOLUME /data\nRUN ln -s /data /srv/data\n",
    "link-of-one-word": "FROM debian:12\nVOLUME /data\nRUN ln -s /data/a\n",
    "variable": "FROM debian:12\nVOLUME $DATA\nRUN touch /data/a\n",
    "other-stage": "FROM debian:12\nVOLUME /data\nFROM debian:12\nRUN mkdir /data\n",
    "relative": "FROM me/base:1\nVOLUME /data\nCOPY a b\n",
    "text": "FROM debian:12\nVOLUME /data\nRUN echo mkdir /data/a\n",
    "option": "FROM debian:12\nVOLUME /data\nRUN install --mode=1 a /srv\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "mkdir": ("FROM debian:12\nVOLUME /data\nRUN mkdir /data/a\n", 3, "`VOLUME /data`"),
    "chown": ("FROM debian:12\nVOLUME /data\nRUN chown -R 1:1 /data\n", 3, "below this step"),
    "copy": ("FROM debian:12\nVOLUME /data\nCOPY a /data/\n", 3, "`VOLUME /data`"),
    "array": ('FROM debian:12\nVOLUME ["/a", "/data/"]\nADD a /data/b\n', 3, "`VOLUME /data`"),
    "working-directory": (
        "FROM debian:12\nVOLUME /data\nWORKDIR /data\nCOPY a b\n",
        4,
        "`VOLUME /data`",
    ),
    "cp": ("FROM debian:12\nVOLUME /data\nRUN cp a /data/b\n", 3, "`VOLUME /data`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
