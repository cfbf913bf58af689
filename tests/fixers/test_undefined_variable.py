"""undefined-variable: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "undefined-variable"

NOOP = {
    "arg": "FROM debian:12\nARG A\nENV B=$A\n",
    "env": "FROM debian:12\nENV A=1\nWORKDIR /$A\n",
    "declared-again": "ARG A=1\nFROM me/base:1\nARG A\nLABEL a=$A\n",
    "base-may-set-it": "FROM me/base:1\nWORKDIR $APP_HOME\n",
    "base-s-own-path": "FROM me/base:1\nENV LD_LIBRARY_PATH=/a:$LD_LIBRARY_PATH\n",
    "path": "FROM debian:12\nENV PATH=/a:$PATH\n",
    "proxy": "FROM debian:12\nENV A=$http_proxy\n",
    "default": "FROM debian:12\nWORKDIR ${A:-/srv}\n",
    "alternative": "FROM debian:12\nENV A=${B:+c}\n",
    "shell": "FROM debian:12\nRUN echo $HOME && cp a $B\n",
    "cmd": "FROM debian:12\nCMD echo $HOME\n",
    "escaped": "FROM debian:12\nENV A=\\$HOME\n",
    "single-quotes": "FROM debian:12\nENV A='$HOME'\n",
    "inherited": "FROM debian:12 AS a\nARG A=1\nENV B=2\nFROM a\nENV C=$A$B\n",
    "platform-of-from": "FROM --platform=$BUILDPLATFORM debian:12\n",
    "declared-platform": "FROM debian:12\nARG TARGETARCH\nCOPY a-$TARGETARCH /a\n",
    "onbuild": "FROM debian:12\nONBUILD COPY $A /a\n",
    "heredoc": "FROM debian:12\nRUN <<EOF\necho $HOME\nEOF\n",
    "windows": "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nWORKDIR $HOME\n",
    "default-image": "ARG B=debian:12\nFROM $B\nENV A=$HOME\n",
    "similar-but-longer": "FROM me/base:1\nENV PYCAFFE_ROOT=/a\nENV PATH=$CAFFE_ROOT:$PATH\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed": (
        "ARG LABEL=me\nFROM me/base:1\nLABEL maintainer=${LABEL}\n",
        3,
        "write `ARG LABEL` in this stage",
    ),
    "home": ("FROM debian:12\nENV A=$HOME/a\n", 2, "nothing takes the place of $HOME"),
    "added": (
        "FROM debian:12\nENV LD_LIBRARY_PATH=/a:$LD_LIBRARY_PATH\n",
        2,
        "write what is added alone",
    ),
    "itself": ("FROM debian:12\nENV A=$A\n", 2, "set it with ARG or ENV"),
    "misspelt": ("FROM me/base:1\nARG VERSION=1\nENV V=$VERSON\n", 3, "is $VERSION meant?"),
    "platform": ("FROM debian:12\nCOPY a-$TARGETARCH /a\n", 2, "write `ARG TARGETARCH`"),
    "copy": ("FROM debian:12\nCOPY $DIR/a /a\n", 2, "$DIR"),
    "array": ('FROM debian:12\nCOPY ["$DIR/a", "/a"]\n', 2, "$DIR"),
    "mount": ("FROM debian:12\nRUN --mount=type=cache,target=$HOME/.cache make\n", 2, "$HOME"),
    "from": ("FROM debian:12\nFROM me/base$SUFFIX\n", 2, "ARG SUFFIX=..."),
    "price": ('FROM debian:12\nLABEL a="only $20"\n', 2, "write \\$20"),
    "price, other escape": ('# escape=`\nFROM debian:12\nLABEL a="$20"\n', 3, "write `$20"),
    "second-line": ("FROM debian:12\nENV A=1 \\\n  B=$C\n", 3, "$C"),
    "before-its-arg": ("FROM debian:12\nENV A=$B\nARG B=1\n", 2, "$B"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
