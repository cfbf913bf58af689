"""merge-installs: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level, Request, Surroundings, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "merge-installs"
F = "FROM centos:8\n"

NOOP = (
    "yum -y install a b && rm -Rf /var/cache/yum",
    "yum -y isntall a && yum -y install b",
    "yum -y isntall a && yum -y isntall b",
    "yum -y install a && yum -y remove b",
    "yum -y install a && yum clean all && yum -y install b",
    "yum -y install a && dnf -y install b",
    "apt-get install -y a && apt install -y b",
    "apt-get update && apt-get install -y a",
    "apt-get install -y a && apt-get update && apt-get install -y b",
    "apt-get install -y a && (apt-get install -y b)",
    "if true; then apt-get install -y a && apt-get install -y b; fi",
    "yum -y install a && yum -y groupinstall b",
    "yum -y install a && yum --downloadonly install b",
    "apt-get install -f && apt-get install -f",
    "pip install a && pip install b",
    "npm install a && npm install b",
    "echo yum install a && echo yum install b",
)


@pytest.mark.parametrize("text", NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, f"{F}RUN {text}\n")


def test_runs_are_not_joined_here() -> None:
    check_noop(NAME, f"{F}RUN yum -y install a\nRUN yum -y install b\n")
    check_noop(NAME, f"{F}RUN yum -y install a b \\\n  c\nRUN yum -y install d\n")


REFUSED = {
    "test -e /x || yum install -y a && yum install -y b": "the first call is an alternative",
    "apt-get install -y a && apt-get install -y b=1": "b=1 is more than the name",
    "apt-get install -y a && apt-get install -y b/sid": "b/sid is more than the name",
    "apt-get install -y a && apt-get install -y b-": "b- is more than the name",
    "apt-get install -y a && apt-get install -y b+": "b+ is more than the name",
    "apt-get install -y a && apt-get install -y ./b.deb": "./b.deb is more than the name",
    "apt-get install -y a && apt-get install -y 'b*'": "'b*' is more than the name",
    "apt-get install -y a && apt-get install -y $B": "$B is more than the name",
    "apt-get install -y a$B && apt-get install -y b": "a$B is more than the name",
    "dnf -y install a && dnf -y install @b": "@b is more than the name",
    "dnf -y install a && dnf -y install https://example.com/b.rpm": "is more than the name",
    "dnf -y install a.noarch.rpm && dnf -y install b": "a.noarch.rpm is more than the name",
    "apk add --allow-untrusted a.apk && apk add --allow-untrusted b.apk": "is more than the name",
    "apk add a && apk add 'b>1'": "is more than the name",
    "apt-get install -y a && apt-get install -y -- b": "-- ends the options",
    "apt-get install -y a && apt-get install -y --brand-new b": "--brand-new is not known",
    "apt-get install -y a && apt-get install b": "different options",
    "apt-get install -y a && apt-get install -y --no-install-recommends b": "different options",
    "apt-get install -y -t sid a && apt-get install -y -t stable b": "different options",
    "apt-get install -y a && DEBIAN_FRONTEND=x apt-get install -y b": "different options",
    "A=1 apt-get install -y a && A=2 apt-get install -y b": "different options",
    "sudo apt-get install -y a && apt-get install -y b": "different options",
    "apt-get install -y a && apt-get install -y b || true": "a failure is passed over",
    "apt-get install -y a || apt-get install -y b": "a failure is passed over",
    "apt-get install -y a > /log && apt-get install -y b": "the output goes elsewhere",
    "apt-get install -y a; apt-get install -y b": "runs whatever becomes of the first",
    "apk add -t .x a && apk add -t .x b": "virtual package",
    "yum -y install epel-release && yum -y install nginx": "epel-release may be needed",
    "yum -y install centos-release-scl && yum -y install b": "may be needed before",
    "apt-get install -y apt-transport-https && apt-get install -y b": "may be needed before",
    "apt-get install -y debian-keyring && apt-get install -y b": "may be needed before",
    "apt-get install -y apt-utils && apt-get install -y b": "may be needed before",
    "apt-get install -y a && \\\n# why\n  apt-get install -y b": "a comment stands between",
    "apt-get install -y a && apt-get install -y \\\n# why\n  b": "a comment stands between",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    check_refused(NAME, f"{F}RUN {text}\n", REFUSED[text])


FIXED = {
    "one line": (
        "apt-get update && apt-get install -y a && apt-get install -y b c && rm -rf /x",
        "apt-get update && apt-get install -y \\\n     a \\\n     b \\\n     c \\\n  && rm -rf /x",
    ),
    "named twice": (
        "apk add a b \\\n  && apk add b a",
        "apk add a b",
    ),
    "trailing operators": (
        "apk add a && \\\n    apk add b && \\\n    true",
        "apk add \\\n        a \\\n        b && \\\n    true",
    ),
    "a list and its comments": (
        "apt-get install -y \\\n    a \\\n    # why\n    b \\\n && apt-get install -y c d",
        "apt-get install -y \\\n    a \\\n    # why\n    b \\\n    c \\\n    d",
    ),
    "a list with many on a line": (
        "apt-get install -y a \\\n    b c \\\n && apt-get install -y d",
        "apt-get install -y a \\\n    b c \\\n    d",
    ),
    "options behind": (
        "yum install a -y && yum install b -y",
        "yum install a b -y",
    ),
    "options on either side": (
        "yum -y install a && yum install -y b",
        "yum -y install \\\n    a \\\n    b",
    ),
    "c++": (
        "apt-get install -y g++ && apt-get install -y libstdc++6",
        "apt-get install -y \\\n    g++ \\\n    libstdc++6",
    ),
    "the rest of a group": (
        "yum -y install epel-release && yum -y install a && yum -y install b",
        "yum -y install epel-release && yum -y install \\\n    a \\\n    b",
    ),
    "a chain ahead on one line": (
        "yum makecache && yum -y install a && yum -y install b && rm x",
        "yum makecache && yum -y install \\\n     a \\\n     b \\\n  && rm x",
    ),
    "with sudo": (
        "sudo yum -y install a && sudo yum -y install b",
        "sudo yum -y install \\\n    a \\\n    b",
    ),
    "a comment in backquotes": (
        "apk add a `# x` && apk add b",
        "apk add \\\n    a \\\n    b `# x`",
    ),
    "zypper": (
        "zypper -n in a && zypper -n in b",
        "zypper -n in \\\n    a \\\n    b",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    before, after = FIXED[name]
    check_fixed(NAME, f"{F}RUN {before}\n", f"{F}RUN {after}\n")


def test_never_safe() -> None:
    text = f"{F}RUN yum -y install a && yum -y install b\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()


def test_inline_only_where_there_is_room() -> None:
    options = {"list-style": "inline"}
    before = f"{F}RUN yum -y install a && yum -y install b && rm x\n"
    after = f"{F}RUN yum -y install a b && rm x\n"
    check_fixed(NAME, before, after, options=options)
    long = "x" * 40
    before = f"{F}RUN yum -y install {long} && yum -y install {long}y\n"
    after = f"{F}RUN yum -y install \\\n    {long} \\\n    {long}y\n"
    check_fixed(NAME, before, after, options=options)


def test_windows_line_ends() -> None:
    before = f"{F}RUN yum -y install a && yum -y install b\n".replace("\n", "\r\n")
    after = f"{F}RUN yum -y install \\\n    a \\\n    b\n".replace("\n", "\r\n")
    check_fixed(NAME, before, after)


RUNS = F + "".join(
    f"RUN {each}\n"
    for each in (
        "yum -y install httpd", "yum -y install php", "yum -y install php-mbstring",
        "yum -y install php-pear", "rm -Rf /var/cache/yum",
    )
)  # fmt: skip
JOINED = """\
FROM centos:8
RUN yum -y install \\
     httpd \\
     php \\
     php-mbstring \\
     php-pear \\
  && rm -Rf /var/cache/yum
"""
INLINE = """\
FROM centos:8
RUN yum -y install httpd php php-mbstring php-pear \\
  && rm -Rf /var/cache/yum
"""
TYPO = """\
FROM centos:8
RUN yum -y isntall httpd \\
  && yum -y install \\
     php \\
     php-mbstring \\
     php-pear \\
  && rm -Rf /var/cache/yum
"""
ONE_RUN = {
    "joined": (RUNS, JOINED, {}),
    "inline": (RUNS, INLINE, {NAME: {"list-style": "inline"}}),
    "typo": (RUNS.replace("install httpd", "isntall httpd"), TYPO, {}),
}


@pytest.mark.parametrize("name", ONE_RUN)
def test_with_runs_merged(name: str) -> None:
    before, after, options = ONE_RUN[name]
    fixers = (all_fixers()["merge-runs"], all_fixers()[NAME])
    surroundings = Surroundings(images=EmbeddedImages(), options=options)
    request = Request(fixers, Level.STANDARD, surroundings)
    result = fix_bytes(before.encode(), request)
    assert result.after.decode() == after
    assert fix_bytes(result.after, request).after == result.after


@pytest.mark.parametrize(
    "base",
    ["centos:7", "centos:centos7", "amazonlinux:2", "oraclelinux:7-slim", "me/base", "centos"],
)
def test_yum_that_may_pass_over_a_package_it_does_not_find(base: str) -> None:
    check_refused(NAME, f"FROM {base}\nRUN yum -y install a && yum -y install b\n", "passes over")


@pytest.mark.parametrize(
    "base", ["centos:8", "quay.io/centos/centos:stream9", "rockylinux:9", "redhat/ubi8:8.9"]
)
def test_yum_that_is_dnf(base: str) -> None:
    text = f"FROM {base}\nRUN yum -y install a && yum -y install b\n"
    assert run(NAME, text, level=Level.STANDARD).changed


def test_leaves_room_in_front_where_another_run_may_be_joined_to_it() -> None:
    install = "RUN apt-get install -y a b c && apt-get install -y d\n"
    deep = "RUN apt-get install -y \\\n        a \\\n        b \\\n        c \\\n        d\n"
    flat = deep.replace("        ", "    ")
    habit = "FROM debian:12\nRUN a && \\\n    b\nENV A=1\n"
    check_fixed(NAME, f"{habit}{install}RUN make\n", f"{habit}{deep}RUN make\n")
    check_fixed(NAME, f"{habit}RUN make\n{install}", f"{habit}RUN make\n{deep}")
    check_fixed(NAME, f"{habit}{install}ENV B=1\nRUN make\n", f"{habit}{flat}ENV B=1\nRUN make\n")
    leading = habit.replace("a && \\\n    b", "a \\\n  && b")
    check_fixed(NAME, f"{leading}{install}RUN make\n", f"{leading}{flat}RUN make\n")
