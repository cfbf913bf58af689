"""apt-get: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "apt-get"
F = "FROM debian:12\n"

NOOP = {
    "apt-get": "RUN apt-get update\n",
    "another program": "RUN apt-key add x && apt-cache policy && apt-mark hold y\n",
    "a word": "RUN echo apt install && rm -rf /etc/apt /var/lib/apt\n",
    "in quotes": "RUN sh -c 'apt install -y curl'\n",
    "exec form": 'RUN ["apt", "install", "-y", "curl"]\n',
    "windows": 'SHELL ["powershell", "-Command"]\nRUN apt install x\n',
    "onbuild": "ONBUILD RUN apt update\n",
}


@pytest.mark.parametrize("name", NOOP)
def test_noop(name: str) -> None:
    check_noop(NAME, F + NOOP[name])


REFUSED = {
    "list": ("RUN apt list --installed\n", "apt-get has no `list`"),
    "show": ("RUN apt show curl\n", "apt-get has no `show`"),
    "full-upgrade": ("RUN apt full-upgrade -y\n", "apt-get has no `full-upgrade`"),
    "satisfy": ("RUN apt satisfy -y 'curl (>= 7)'\n", "apt-get has no `satisfy`"),
    "no verb": ("RUN apt --version\n", "apt-get has no"),
    "file here": ("RUN apt install -y ./a.deb\n", "a package file"),
    "file elsewhere": ("RUN apt install -y /tmp/a_1.deb\n", "a package file"),
    "file by variable": ("RUN apt install -y /tmp/${NAME}.deb\n", "a package file"),
    "files by glob": ("RUN apt install -y ./*.deb\n", "a package file"),
    "pattern": ("RUN apt install -y 'php7*'\n", "patterns"),
    "pattern without quotes": ("RUN apt purge -y linux-*\n", "patterns"),
    "pattern beside a variable": ("RUN apt install -y php$V-?\n", "patterns"),
    "anchored": ("RUN apt remove -y '^php'\n", "patterns"),
    "variable": ("RUN apt install -y $X\n", "a variable may hold"),
    "variable verb": ("RUN apt $X curl\n", "not fixed by the text"),
    "unknown option": ("RUN apt install --brand-new curl\n", "--brand-new is not known"),
    "uncommon option": ("RUN apt install --print-uris curl\n", "--print-uris alike"),
    "output read": ("RUN apt install -y curl | tee log\n", "its output is read"),
    "output kept": ("RUN apt update > /log 2>&1\n", "its output is read"),
    "option of apt's own": ("RUN apt -o Binary::apt::X=1 update\n", "means something else"),
    "option of upgrade": (
        "RUN apt upgrade -y -o APT::Get::Upgrade-Allow-New=false\n",
        "means something else",
    ),
    "another apt-get is copied": ("COPY apt-get /usr/local/bin/\nRUN apt update\n", "its own"),
    "another apt-get is written": (
        "RUN mv a /usr/local/bin/apt-get && apt update\n",
        "in the place of apt-get",
    ),
    "a function": ("RUN apt() { a apt update; } && apt update\n", "a function or an alias"),
    "one of several": ("RUN apt update && apt list\n", "apt-get has no `list`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, reason = REFUSED[name]
    check_refused(NAME, F + text, reason)


FIXED = {
    "all verbs": (
        "RUN apt update && apt -y install a && apt remove -y b && apt purge -y c && apt clean\n",
        "RUN apt-get update && apt-get -y install a && apt-get remove -y b && apt-get purge -y c"
        " && apt-get clean\n",
    ),
    "list": (
        "RUN apt install -y \\\n  a \\\n# why\n  b=1.2 \\\n  # and\n && true\n",
        "RUN apt-get install -y \\\n  a \\\n# why\n  b=1.2 \\\n  # and\n && true\n",
    ),
    "sudo and assignments": (
        "RUN A=b sudo -E apt install -yq a\n",
        "RUN A=b sudo -E apt-get install -yq a\n",
    ),
    "path": ("RUN /usr/bin/apt update\n", "RUN /usr/bin/apt-get update\n"),
    "version from a variable": ("RUN apt install a=$V\n", "RUN apt-get install a=$V\n"),
    "version by pattern": (
        "RUN apt install -y a=1.* b='2.*' c-$V\n",
        "RUN apt-get install -y a=1.* b='2.*' c-$V\n",
    ),
    "silent": ("RUN apt update > /dev/null\n", "RUN apt-get update > /dev/null\n"),
    "within if": (
        "RUN if [ -f /x ]; then apt update; fi\n",
        "RUN if [ -f /x ]; then apt-get update; fi\n",
    ),
    "new packages of an upgrade": (
        "RUN apt -y upgrade && apt upgrade --with-new-pkgs\n",
        "RUN apt-get -y upgrade --with-new-pkgs && apt-get upgrade --with-new-pkgs\n",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    before, after = FIXED[name]
    check_fixed(NAME, F + before, F + after)


ALIKE = ("debian:12", "debian:bookworm-slim", "ubuntu:22.04", "ubuntu:noble-20240904")
NOT_ALIKE = ("debian:13", "debian", "debian:latest", "ubuntu:25.10", "me/base:1", "node:22")


@pytest.mark.parametrize("base", [*ALIKE, *NOT_ALIKE])
def test_level(base: str) -> None:
    text = f"FROM {base}\nRUN apt update\n"
    assert (run(NAME, text, level=Level.SAFE).after != text.encode()) is (base in ALIKE)
    assert run(NAME, text, level=Level.STANDARD).after != text.encode()


def test_kept_downloads_are_no_longer_dropped() -> None:
    text = F + "RUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN apt install -y a\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()


def test_a_base_that_an_argument_may_replace() -> None:
    text = "ARG BASE=debian:12\nFROM $BASE\nRUN apt update\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()
