"""pipe-to-shell: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "pipe-to-shell"

NOOP = {
    "file": "FROM debian:12\nRUN curl -o a https://example.com && sh a\n",
    "tar": "FROM debian:12\nRUN curl https://example.com/a | tar -xz\n",
    "gpg": "FROM debian:12\nRUN wget -O- https://example.com/a | gpg --import\n",
    "tool": "FROM debian:12\nRUN curl https://example.com | python3 -m json.tool\n",
    "code": "FROM debian:12\nRUN curl https://example.com | python3 -c 'import sys'\n",
    "script-with-input": "FROM debian:12\nRUN curl https://example.com | bash a.sh\n",
    "echo": "FROM debian:12\nRUN echo true | sh\n",
    "shell-first": "FROM debian:12\nRUN sh a | curl -T- https://example.com\n",
    "version": "FROM debian:12\nRUN V=$(curl https://example.com) && echo $V\n",
    "argument": "FROM debian:12\nRUN apt-get install $(curl https://example.com)\n",
    "text": "FROM debian:12\nRUN echo 'curl a | sh'\n",
    "perl": "FROM debian:12\nRUN curl https://example.com | perl -ne print\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "bash": ("FROM debian:12\nRUN curl -sL https://example.com | bash -\n", 2, "sha256sum -c"),
    "sudo": ("FROM debian:12\nRUN curl https://example.com | sudo -E bash -\n", 2, "fixed version"),
    "options": ("FROM debian:12\nRUN curl https://example.com | sh -s -- -y\n", 2, "fixed"),
    "php": ("FROM debian:12\nRUN curl https://example.com | php -- --install-dir=/a\n", 2, "fixed"),
    "through-another": (
        "FROM debian:12\nRUN wget -O- https://example.com/a.gz | gunzip | sh\n",
        2,
        "fixed",
    ),
    "in-place": ('FROM debian:12\nRUN sh -c "$(curl https://example.com)"\n', 2, "fixed"),
    "process": (
        'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN bash <(curl https://example.com)\n',
        3,
        "fixed",
    ),
    "further-down": (
        "FROM debian:12\nRUN true \\\n  && curl https://example.com | sh \\\n  && true\n",
        3,
        "fixed",
    ),
    "environment": ("FROM debian:12\nRUN curl https://example.com | env A=1 sh\n", 2, "fixed"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
