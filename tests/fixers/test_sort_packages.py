"""sort-packages: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from dfix.registry import all_fixers
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "sort-packages"
F = "FROM debian:12\n"

NOOP = (
    "apt-get install -y a b c",
    "apt-get install -y a",
    "apt-get install -y a B c",
    "apt-get install -y a=2 b=1",
    "apt-get remove -y b a",
    "apt-get -s install b a",
    "apk add --virtual TMP autoconf curl",
    "apk add -t z a b && apk del z",
    "apk del b a",
    "zypper in -t pattern b",
    "yum isntall b a",
    "pip install b a",
    "npm install b a",
    "echo apt-get install b a",
)


@pytest.mark.parametrize("text", NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, f"{F}RUN {text}\n")


REFUSED = {
    "apt-get install -y \\\n    b \\\n# why\n    a": "a comment among the packages",
    "apt-get install -y \\\n# why\n    b \\\n    a": "a comment among the packages",
    "apt-get install -y b `# why` a": "a comment among the packages",
    "apt-get install -y b \\\n    a # why": "a comment behind the last package",
    "apt-get install -y b \\\n    a `# why` && c": "a comment behind the last package",
    "apt-get install -y b $A": "$A is a variable",
    "apt-get install -y b a=$V": "a=$V is a variable",
    "apt-get install -y $(cat list) b a": "is a variable",
    "apt-get install -y b a*": "a* is a variable or a pattern",
    "apt-get install -y b '^a'": "is no plain package",
    "apt-get install -y b ./a.deb": "is no plain package",
    "apt-get install -y b a-": "is no plain package",
    "apt-get install -y b a+": "is no plain package",
    "dnf install -y b @a": "is no plain package",
    "yum install -y z https://example.com/a.rpm": "is no plain package",
    "apt-get install -y --brand-new b a": "--brand-new is not known",
    "apt-get install -y -- b a": "-- ends the options",
    "apk add b !a": "is no plain package",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    check_refused(NAME, f"{F}RUN {text}\n", REFUSED[text])


FIXED = {
    "a clean-up behind": (
        "apt-get install -y \\\n    zsh \\\n    curl \\\n && rm -rf /var/lib/apt/lists/*",
        "apt-get install -y \\\n    curl \\\n    zsh \\\n && rm -rf /var/lib/apt/lists/*",
    ),
    "an option behind": (
        "apt-get install -y \\\n    zsh \\\n    curl \\\n    --no-install-recommends",
        "apt-get install -y \\\n    curl \\\n    zsh \\\n    --no-install-recommends",
    ),
    "a lone semicolon": (
        "apt-get install -y \\\n    zsh \\\n    curl \\\n    ; \\\n    true",
        "apt-get install -y \\\n    curl \\\n    zsh \\\n    ; \\\n    true",
    ),
    "many blanks": ("apk add  curl   bash", "apk add  bash   curl"),
    "values of options": (
        "apk add b -t X --repository https://z a",
        "apk add a -t X --repository https://z b",
    ),
    "a release": ("apt-get install b -t sid a", "apt-get install a -t sid b"),
    "versions": (
        "apt-get install -y b=2:1.0+x~1 'a=1' a-b=3.*",
        "apt-get install -y 'a=1' a-b=3.* b=2:1.0+x~1",
    ),
    "architectures": ("apt-get install b:i386 a:amd64", "apt-get install a:amd64 b:i386"),
    "apk versions": ("apk add 'b>1' a~=2 ab@edge", "apk add a~=2 ab@edge 'b>1'"),
    "capitals": ("yum install -y R ImageMagick gcc", "yum install -y gcc ImageMagick R"),
    "c++": ("apt-get install make g++", "apt-get install g++ make"),
    "two lists": (
        "apt-get install b a && apt-get install d c",
        "apt-get install a b && apt-get install c d",
    ),
    "one list of two": (
        "apt-get install b $A && apt-get install d c",
        "apt-get install b $A && apt-get install c d",
    ),
    "a comment further down": (
        "apk add b a \\\n  # why\n  && true",
        "apk add a b \\\n  # why\n  && true",
    ),
    "empty lines": ("apk add \\\n  b \\\n\n  a", "apk add \\\n  a \\\n\n  b"),
    "within if": ("if true; then apk add b a; fi", "if true; then apk add a b; fi"),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    before, after = FIXED[name]
    check_fixed(NAME, f"{F}RUN {before}\n", f"{F}RUN {after}\n")


def test_only_if_selected_and_never_safe() -> None:
    assert not all_fixers()[NAME].default
    text = f"{F}RUN apk add b a\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()
