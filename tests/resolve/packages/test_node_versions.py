"""Ranges of Node.js versions, as npm reads them."""

import pytest

from dfix.resolve.nodeversions import Version, allows, newest_of_line

CASES = [
    (">=18", (18, 0, 0), True),
    (">=18", (17, 9, 9), False),
    (">= 18.12.0", (18, 12, 0), True),
    (">=18.12", (18, 11, 9), False),
    (">18", (18, 9, 9), False),
    (">18", (19, 0, 0), True),
    (">18.1", (18, 1, 9), False),
    ("<=18", (18, 9, 9), True),
    ("<=18", (19, 0, 0), False),
    ("<18", (17, 9, 9), True),
    ("<18", (18, 0, 0), False),
    ("18", (18, 5, 0), True),
    ("18.x", (19, 0, 0), False),
    ("=18.2.1", (18, 2, 1), True),
    ("v18.2.1", (18, 2, 2), False),
    ("^18.12.0", (18, 99, 0), True),
    ("^18.12.0", (18, 11, 0), False),
    ("^18.12.0", (19, 0, 0), False),
    ("^0.10.3", (0, 10, 9), True),
    ("^0.10.3", (0, 11, 0), False),
    ("^0.0.3", (0, 0, 4), False),
    ("~18.2", (18, 2, 9), True),
    ("~18.2.3", (18, 3, 0), False),
    ("~18", (18, 9, 0), True),
    ("~>18.2", (18, 3, 0), False),
    ("14 || 16 || >=18", (16, 1, 0), True),
    ("14 || 16 || >=18", (17, 1, 0), False),
    ("^14.17.0 || ^16.13.0 || >=18.0.0", (24, 0, 0), True),
    (">=12.22 <17", (16, 9, 9), True),
    (">=12.22 <17", (18, 0, 0), False),
    ("16 - 18", (18, 9, 0), True),
    ("16 - 18", (19, 0, 0), False),
    ("16.2.0 - 18.1.0", (18, 1, 1), False),
    ("*", (1, 0, 0), True),
    ("x", (1, 0, 0), True),
    ("", (1, 0, 0), True),
    (">=6 || garbage", (18, 0, 0), True),
    ("garbage", (18, 0, 0), None),
    (">=18-beta", (18, 0, 0), None),
    ("<18 || garbage", (18, 0, 0), None),
    (">=", (18, 0, 0), None),
    ("1.2.3.4", (1, 2, 3), None),
    (">=18;", (18, 0, 0), None),
    ("node", (18, 0, 0), None),
]


@pytest.mark.parametrize(("wanted", "version", "allowed"), CASES)
def test_ranges(wanted: str, version: Version, allowed: bool | None) -> None:
    assert allows(wanted, version) is allowed


def test_a_line_stands_for_its_newest_version() -> None:
    assert allows("^20.19.0 || ^22.12.0 || >=23", newest_of_line(20))
    assert allows(">=20.9", newest_of_line(20))
    assert allows(">=22", newest_of_line(20)) is False
