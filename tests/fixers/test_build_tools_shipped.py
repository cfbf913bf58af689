"""build-tools-shipped: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "build-tools-shipped"

NOOP = {
    "stages": 'FROM golang:1.25 AS a\nRUN go build -o /a\nFROM scratch\nCOPY --from=a /a /a\nCMD ["/a"]\n',
    "removed": "FROM alpine:3.22\nRUN apk add gcc && make && apk del gcc\nCMD a\n",
    "removed-later": "FROM debian:12\nRUN apt-get install -y gcc\nRUN make\nRUN apt-get purge -y gcc\nCMD a\n",
    "toolbox": "FROM debian:12\nRUN apt-get install -y gcc\n",
    "tests": "FROM golang:1.25\nRUN go test ./...\nCMD a\n",
    "run": "FROM golang:1.25\nCMD go run .\n",
    "tools": "FROM debian:12\nRUN apt-get install -y curl\nCMD a\n",
    "headers": "FROM debian:12\nRUN apt-get install -y libssl-dev\nCMD a\n",
    "npm": "FROM node:22\nRUN npm run build\nCMD a\n",
    "text": "FROM debian:12\nRUN echo gcc\nCMD a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "go": ("FROM golang:1.25\nCOPY . .\nRUN go build -o /a\nCMD /a\n", 3, "`go build` builds here"),
    "maven": ("FROM maven:3\nRUN mvn -q package\nCMD a\n", 2, "`mvn package`"),
    "wrapper": ("FROM debian:12\nRUN ./gradlew bootJar\nENTRYPOINT a\n", 2, "`gradlew bootJar`"),
    "cargo": ("FROM rust:1\nRUN cargo build --release\nCMD a\n", 2, "`cargo build`"),
    "gcc": (
        "FROM debian:12\nRUN apt-get update \\\n  && apt-get install -y gcc\nCMD a\n",
        3,
        "`gcc` stays",
    ),
    "apk": ("FROM alpine:3.22\nRUN apk add build-base\nCMD a\n", 2, "`build-base` stays"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ('["cargo", "watch", "-x", "run"]', False),
        ("/usr/local/go/bin/go run .", False),
        ('["dotnet", "watch"]', False),
        ('["dotnet", "/o/a.dll"]', True),
        ('["/srv/go"]', False),
        ('["./server"]', True),
    ],
)
def test_tools_that_are_started(start: str, told: bool) -> None:
    text = f"FROM golang:1.25\nRUN go build -o /srv/server\nCMD {start}\n"
    if told:
        check_reported(NAME, text, 2, "`go build` builds here")
    else:
        check_noop(NAME, text)
