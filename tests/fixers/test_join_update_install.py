"""join-update-install: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "join-update-install"
F = "FROM debian:12\n"
U = F + "RUN apt-get update\nENV A=1\n"

NOOP = {
    "adjacent": F + "RUN apt-get update\nRUN apt-get install -y a\n",
    "no update": F + "RUN apt-get install -y a\n",
    "its own update": U + "RUN apt-get update && apt-get install -y a\n",
    "no install": U + "RUN apt-get remove -y a && apt-get clean\n",
    "only a try": U + "RUN apt-get -s install a\n",
    "lists removed": F + "RUN apt-get update && apt-get install -y a \\\n"
    " && rm -rf /var/lib/apt/lists/*\nENV A=1\nRUN apt-get install -y b\n",
    "lists removed later": U + "RUN rm -rf /var/lib/apt/lists\nENV B=1\nRUN apt-get install -y b\n",
    "another stage": U + "FROM debian:12\nRUN apt-get install -y a\n",
    "another manager": F + "RUN apk update\nENV A=1\nRUN apk add a\n",
    "onbuild": U + "ONBUILD RUN apt-get install -y a\n",
    "exec form": U + 'RUN ["apt-get", "install", "-y", "a"]\n',
}


@pytest.mark.parametrize("name", NOOP)
def test_noop(name: str) -> None:
    check_noop(NAME, NOOP[name])


REFUSED = {
    "if": (U + "RUN if true; then apt-get install -y a; fi\n", "no plain link"),
    "caught": (U + "RUN apt-get install -y a || true\n", "no plain link"),
    "semicolon": (U + "RUN cd /; apt-get install -y a\n", "no plain link"),
    "piped": (U + "RUN yes | apt-get install a\n", "no plain link"),
    "sudo": (U + "RUN sudo apt-get install -y a\n", "something stands in front"),
    "assignment": (U + "RUN A=b apt-get install -y a\n", "something stands in front"),
    "unknown option": (U + "RUN apt-get --brand-new install -y a\n", "--brand-new"),
    "unknown verb": (U + "RUN apt-get $VERB a\n", "not fixed by the text"),
    "new source": (
        U + "COPY a.list /etc/apt/sources.list.d/\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "new source in the same RUN": (
        U + "RUN add-apt-repository ppa:a/b && apt-get install -y a\n",
        "where packages come from",
    ),
    "new source behind the update": (
        F + "RUN apt-get update && echo deb a >/etc/apt/sources.list.d/a.list\nENV A=1\n"
        "RUN apt-get install -y a\n",
        "where packages come from",
    ),
    "update with a mount": (
        F + "RUN --mount=type=secret,id=a,target=/etc/apt/auth.conf apt-get update\nENV A=1\n"
        "RUN apt-get install -y a\n",
        "had flags",
    ),
    "update that may fail": (
        F + "RUN apt-get update || true\nENV A=1\nRUN apt-get install -y a\n",
        "passed over there",
    ),
    "update that may fail in a list": (
        F + "RUN apt-get update; apt-get install -y b\nENV A=1\nRUN apt-get install -y a\n",
        "passed over there",
    ),
    "update of one source": (
        F + "RUN apt-get update -o Dir::Etc::sourcelist=/a\nENV A=1\nRUN apt-get install -y a\n",
        "told where to look",
    ),
    "new source by a folder": (
        U + "COPY etc /etc\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "new source of another stage": (
        "FROM debian:12 AS x\n" + U + "COPY --from=x /etc/ /etc/\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "new source by an archive": (
        U + "ADD root.tar.gz /\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "new source by a script": (
        U + "RUN ./setup.sh\nENV B=1\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "new source by a script in exec form": (
        U + 'RUN ["./setup.sh"]\nENV B=1\nRUN apt-get install -y a\n',
        "where packages come from",
    ),
    "new source by a script in the same RUN": (
        U + "RUN ./setup.sh && apt-get install -y a\n",
        "where packages come from",
    ),
    "new source by a script behind an install above": (
        F + "RUN apt-get update\nRUN apt-get install -y b && ./x.sh\nENV B=1\n"
        "RUN apt-get install -y a\n",
        "may have changed since the last update",
    ),
    "new source by a script behind the update": (
        F + "RUN apt-get update && ./setup.sh\nENV A=1\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "another configuration": (
        U + "ENV APT_CONFIG=/a\nRUN apt-get install -y a\n",
        "where packages come from",
    ),
    "script": (U + "RUN curl x | bash - && apt-get install -y a\n", "where packages come from"),
    "set -e from outside": (
        F
        + 'SHELL ["/bin/sh", "-ec"]\nRUN apt-get update\nENV A=1\nRUN apt-get install -y a; rm b\n',
        "under `set -e`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, reason = REFUSED[name]
    check_refused(NAME, text, reason)


FIXED = {
    "one line": ("RUN apt-get install -y a\n", "RUN apt-get update && apt-get install -y a\n"),
    "a list": (
        "RUN apt-get install -y \\\n    a\n",
        "RUN apt-get update && apt-get install -y \\\n    a\n",
    ),
    "a chain": (
        "RUN apt-get install -y a \\\n && rm b\n",
        "RUN apt-get update \\\n && apt-get install -y a \\\n && rm b\n",
    ),
    "further back": (
        "RUN set -x && \\\n    apt-get install -y a && \\\n    rm b\n",
        "RUN set -x && \\\n    apt-get update && \\\n    apt-get install -y a && \\\n    rm b\n",
    ),
    "upgrade": ("RUN apt-get upgrade -y\n", "RUN apt-get update && apt-get upgrade -y\n"),
    "the first of two": (
        "RUN apt-get install -y a\nRUN apt-get install -y b\n",
        "RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    before, after = FIXED[name]
    check_fixed(NAME, U + before, U + after)


def test_lists_of_a_parent_stage() -> None:
    base = "FROM debian:12 AS base\nRUN apt-get update\nFROM base\n"
    after = base + "RUN apt-get update && apt-get install -y a\n"
    check_fixed(NAME, base + "RUN apt-get install -y a\n", after)


COPIED = {
    "a file": "COPY run.sh /\n",
    "the context": "WORKDIR /app\nCOPY . .\n",
    "a file, added": "ADD run.sh /\n",
    "a page": "ADD https://example.org/x /\n",
    "a known program": "RUN npm ci && make\n",
}


@pytest.mark.parametrize("name", COPIED)
def test_what_brings_no_source(name: str) -> None:
    base = U + COPIED[name] + "ENV B=1\n"
    after = base + "RUN apt-get update && apt-get install -y a\n"
    check_fixed(NAME, base + "RUN apt-get install -y a\n", after)


def test_a_script_in_front_of_the_update() -> None:
    base = F + "RUN ./setup.sh && apt-get update\nENV A=1\n"
    after = base + "RUN apt-get update && apt-get install -y a\n"
    check_fixed(NAME, base + "RUN apt-get install -y a\n", after)


def test_a_script_behind_the_install() -> None:
    base = U + "ENV B=1\n"
    after = base + "RUN apt-get update && apt-get install -y a && bash ~/b.sh\n"
    check_fixed(NAME, base + "RUN apt-get install -y a && bash ~/b.sh\n", after)


def test_never_safe() -> None:
    text = U + "RUN apt-get install -y a\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()


def test_a_list_that_ends_with_the_first_failure() -> None:
    base = F + "RUN set -e; apt-get update; apt-get install -y b\nENV A=1\n"
    after = base + "RUN apt-get update && apt-get install -y a\n"
    check_fixed(NAME, base + "RUN apt-get install -y a\n", after)


def test_mounts_that_both_have() -> None:
    mount = "RUN --mount=type=secret,id=a "
    base = F + mount + "apt-get update\nENV A=1\n" + mount
    check_fixed(
        NAME, base + "apt-get install -y a\n", base + "apt-get update && apt-get install -y a\n"
    )
