"""broken-array: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "broken-array"

NOOP = {
    "array": 'FROM debian:12\nCMD ["a", "b"]\n',
    "array-with-blanks": 'FROM debian:12\nCMD [ "a" , "b" ]\n',
    "empty": "FROM debian:12\nCMD []\n",
    "escapes": 'FROM debian:12\nCMD ["C:\\\\a", "\\u0041"]\n',
    "test": 'FROM debian:12\nRUN [ "$A" = b ] && true\n',
    "test-of-one-word": "FROM debian:12\nRUN [ -e /etc ] && touch /a\n",
    "test-in-cmd": "FROM debian:12\nHEALTHCHECK CMD [ -e /tmp/lock ]\n",
    "double-test": 'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN [[ "$A" == "b" ]]\n',
    "text": "FROM debian:12\nCMD echo ['a']\n",
    "volume": "FROM debian:12\nVOLUME /a\n",
    "pattern": "FROM debian:12\nCOPY [ab].txt /c/\n",
    "copy": 'FROM debian:12\nCOPY ["a b", "/c"]\n',
    "comment": 'FROM debian:12\nCMD ["a"] # b\n',
    "heredoc": "FROM debian:12\nRUN <<EOF\n['a']\nEOF\n",
    "over-lines": 'FROM debian:12\nCMD ["a", \\\n  "b"]\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "single-quotes": ("FROM debian:12\nCMD ['a']\n", 2, "JSON knows no others"),
    "typographic": ("FROM debian:12\nCMD [“a”]\n", 2, "JSON knows no others"),
    "comma": ('FROM debian:12\nENTRYPOINT ["a", "b", ]\n', 2, "comma behind the last"),
    "no-comma": ('FROM debian:12\nCMD ["a" "b"]\n', 2, "a comma between"),
    "behind": ('FROM debian:12\nCMD ["a"] && b\n', 2, "behind the closing bracket"),
    "not-closed": ('FROM debian:12\nCMD ["a"\n', 2, "close the array"),
    "backslash": ('FROM debian:12\nCMD ["C:\\xampp"]\n', 2, "each backslash twice"),
    "healthcheck": ("FROM debian:12\nHEALTHCHECK CMD ['a', 'b']\n", 2, "double quotes"),
    "run": ("FROM debian:12\nRUN ['a', 'b']\n", 2, "double quotes"),
    "volume": ("FROM debian:12\nVOLUME ['/a', '/b']\n", 2, "double quotes"),
    "variable": ('FROM debian:12\nVOLUME [ "/a", $B ]\n', 2, "each string in double quotes"),
    "copy": ("FROM debian:12\nCOPY ['a', 'b']\n", 2, "double quotes"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
