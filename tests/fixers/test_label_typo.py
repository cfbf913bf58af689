"""label-typo: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "label-typo"

NOOP = {
    "right": 'FROM debian:12\nLABEL maintainer="a" description="b"\n',
    "capitals": "FROM debian:12\nLABEL MAINTAINER=a\n",
    "plural": "FROM debian:12\nLABEL maintainers=a\n",
    "oci": "FROM debian:12\nLABEL org.opencontainers.image.source=a org.opencontainers.image.ref.name=b\n",
    "oci-below": "FROM debian:12\nLABEL org.opencontainers.image.version.r=1\n",
    "schema": "FROM debian:12\nLABEL org.label-schema.build-date=1\n",
    "own": "FROM debian:12\nLABEL com.example.maintaner=a\n",
    "short": "FROM debian:12\nLABEL name=a version=1 vendor=b\n",
    "value": "FROM debian:12\nLABEL a=mantainer\n",
    "variable": "FROM debian:12\nARG A\nLABEL $A=1\n",
    "maintained-by": "FROM debian:12\nLABEL maintained_by=a\n",
    "env": "FROM debian:12\nENV mantainer=a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed": ("FROM debian:12\nARG LABEL\nLABEL mantainer=${LABEL}\n", 3, "is `maintainer` meant?"),
    "capitals": ("FROM debian:12\nLABEL MANTAINER=a\n", 2, "`maintainer`"),
    "legacy": ("FROM debian:12\nLABEL mainteiner a\n", 2, "`maintainer`"),
    "second": ('FROM debian:12\nLABEL a=1 \\\n  "descripton"=b\n', 3, "`description`"),
    "oci": (
        "FROM debian:12\nLABEL org.opencontainers.image.sorce=a\n",
        2,
        "org.opencontainers.image.source",
    ),
    "schema": (
        "FROM debian:12\nLABEL org.label-schema.build-data=a\n",
        2,
        "org.label-schema.build-date",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
