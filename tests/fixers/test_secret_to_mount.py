"""secret-to-mount: what it says nothing of first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "secret-to-mount"
F = "FROM debian:12\n"

NOOP = {
    "other name": F + "ARG VERSION\nENV A=b\n",
    "part of a word": F + "ENV KEYBOARD=us\nENV AUTHOR=me\nARG TOKENIZER\n",
    "public": F + "ARG SSH_PUBLIC_KEY\n",
    "mounted": F + "RUN --mount=type=secret,id=token,env=TOKEN make\n",
    "onbuild": F + "ONBUILD ARG TOKEN\n",
    "label": F + "LABEL token=a\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "arg": ("ARG TOKEN\nRUN make $TOKEN\n", "--secret id=TOKEN,env=TOKEN"),
    "arg with a default": ("ARG api_key=a\n", "take the ARG out"),
    "arg for an env": ("ARG TOKEN\nENV A=${TOKEN}\n", "written into the image by ENV"),
    "arg for a copy": ("ARG TOKEN\nADD https://a/$TOKEN /b\n", "written into the image by ADD"),
    "env": ("ENV DB_PASSWORD=a\n", "when it is started"),
    "old form": ("ENV DB_PASSWORD a\n", "when it is started"),
    "second pair": ("ENV A=b MY_SECRET=c\n", "when it is started"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, advice = REPORTED[case]
    check_reported(NAME, F + text, 2, advice)
