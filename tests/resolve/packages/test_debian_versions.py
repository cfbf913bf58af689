"""Versions of Debian are ordered as dpkg orders them."""

import random
import shutil
import subprocess

import pytest

from dfix.resolve.debianversion import by_age, compare

#: From the oldest to the newest.
ORDERED = [
    "0", "0.1~~", "0.1~~a", "0.1~", "0.1~rc1", "0.1", "0.1-1~deb12u1", "0.1-1", "0.1-1ubuntu1",
    "0.1-1+b1", "0.1-1+deb12u1", "0.1-1+deb12u2", "0.1-1+deb12u10", "0.1-2", "0.1-10", "0.1a",
    "0.1+", "0.1.0-1", "0.2", "0.10", "1", "1.0.5+dfsg-1", "7.88.1-10", "7.88.1-10+deb12u14",
    "1:0", "1:2.39.5-0+deb12u2", "2:0~", "2:0",
]  # fmt: skip
SAME = [("1", "0:1"), ("1.0", "1.0-0"), ("1.01", "1.1"), ("0", "0:0-0"), ("1-", "1")]


def test_order() -> None:
    shuffled = ORDERED.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=by_age) == ORDERED
    for at, one in enumerate(ORDERED):
        for other in ORDERED[at + 1 :]:
            assert compare(one, other) < 0 < compare(other, one), (one, other)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: str, other: str) -> None:
    assert compare(one, other) == compare(other, one) == 0


def test_as_dpkg_has_it() -> None:
    dpkg = shutil.which("dpkg")
    if dpkg is None:
        pytest.skip("VERSIONS ARE NOT HELD AGAINST DPKG: there is none")
    drawn = random.Random(2)
    pieces = ["0", "1", "01", "10", "~", "+", ".", "a", "rc", "b", "deb12u", "-", "Z"]
    versions = ORDERED + [
        f"{drawn.choice(['', '1:', '0:'])}{drawn.choice('0123')}"
        + "".join(drawn.choices(pieces, k=drawn.randrange(1, 6)))
        for _ in range(60)
    ]
    versions = [each for each in versions if not each.endswith("-")]
    for _ in range(150):
        one, other = drawn.choice(versions), drawn.choice(versions)
        order = compare(one, other)
        operator = "lt" if order < 0 else "gt" if order else "eq"
        done = subprocess.run(
            [dpkg, "--compare-versions", one, operator, other],
            check=False,
            capture_output=True,
            timeout=20,
        )
        assert done.returncode == 0, (one, operator, other, done.stderr)
