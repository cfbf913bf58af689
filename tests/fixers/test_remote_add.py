"""remote-add: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "remote-add"

NOOP = {
    "file": "FROM debian:12\nADD a.tar.gz /\n",
    "copy": "FROM debian:12\nCOPY a b\n",
    "checksum": "FROM debian:12\nADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://example.com/a /a\n",
    "git": "FROM debian:12\nADD https://github.com/a/b.git /b\n",
    "git-branch": "FROM debian:12\nADD https://github.com/a/b.git#main /b\n",
    "ssh": "FROM debian:12\nADD git@github.com:a/b.git /b\n",
    "variable": "FROM debian:12\nARG URL\nADD $URL /a\n",
    "onbuild": "FROM debian:12\nONBUILD ADD https://example.com/a /a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "file": ("FROM debian:12\nADD https://example.com/a /a\n", 2, "--checksum=sha256:"),
    "plain-http": ("FROM debian:12\nADD http://example.com/a /a\n", 2, "fetch and check"),
    "archive": (
        "FROM debian:12\nADD https://example.com/a.tar.xz /a/\n",
        2,
        "ADD leaves it packed",
    ),
    "variable-in-it": (
        "FROM debian:12\nARG V=1\nADD https://example.com/$V/a.sh /a\n",
        3,
        "https://example.com/$V/a.sh",
    ),
    "one of two": (
        "FROM debian:12\nADD https://example.com/a b /d/\n",
        2,
        "give https://example.com/a an ADD of its own with --checksum=sha256:",
    ),
    "array": ('FROM debian:12\nADD ["https://example.com/a", "/a"]\n', 2, "--checksum"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
