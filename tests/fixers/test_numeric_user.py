"""numeric-user: what it leaves alone and turns down first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level, fix
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "numeric-user"
F = "FROM debian:12\n"
ADD = "RUN useradd -u 1001 app\n"

NOOP = {
    "number": F + "USER 1000\n",
    "number with a group": F + "USER 1000:1000\n",
    "root": F + "USER root\n",
    "root with a group": F + "USER root:root\n",
    "variable": F + "ARG U\nUSER $U\n",
    "variable in it": F + "ARG U\nUSER app$U\n",
    "variable of .NET": "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nUSER $APP_UID\n",
    "none": F + "RUN true\n",
    "onbuild": F + "ONBUILD USER app\n",
}

REFUSED = {
    "base not known": ("FROM me/base\nUSER app\n", "nothing is known about the accounts"),
    "script of an account that may have sudo": (
        "FROM node:22\nRUN apt-get install -y sudo\nUSER 1000\nRUN ./a.sh\nUSER node\n",
        "something above may change the number of an account",
    ),
    "script of root by another number": (
        "FROM node:22\nUSER 00\nRUN ./a.sh\nUSER node\n",
        "something above may change the number of an account",
    ),
    "script of an account of a base that is not known": (
        "FROM me/base\nRUN useradd -u 1001 app\nUSER 1002\nRUN ./a.sh\nUSER app\n",
        "something above may change the number of an account",
    ),
    "script of an account from an argument": (
        "FROM node:22\nARG U=node\nUSER $U\nRUN ./a.sh\nUSER node\n",
        "something above may change the number of an account",
    ),
    "base from an argument": ("ARG B=node:22\nFROM $B\nUSER node\n", "nothing is known"),
    "account not known": (F + "USER app\n", "the number of `app` is not known"),
    "no number": (F + "RUN useradd app\nUSER app\n", "not written where it is made"),
    "system account": (F + "RUN useradd -r app\nUSER app\n", "not written"),
    "number from a variable": (
        F + "ARG UID=1001\nRUN useradd -u $UID app\nUSER app\n",
        "may not fix its number",
    ),
    "name from a variable": (
        F + "ARG U=app\nRUN useradd -u 1001 $U\nUSER app\n",
        "`app` is not known",
    ),
    "number not unique": (F + "RUN useradd -o -u 0 app\nUSER app\n", "may not fix"),
    "number not unique, in full": (
        F + "RUN useradd --non-unique --uid 0 app\nUSER app\n",
        "may not fix",
    ),
    "made below another root": (
        F + "RUN useradd --root /mnt -u 1001 app\nUSER app\n",
        "may not fix",
    ),
    "made below another root, in short": (
        F + "RUN useradd -R /mnt -u 1001 app\nUSER app\n",
        "may not fix",
    ),
    "failure ignored": (F + "RUN useradd -u 1001 app || true\nUSER app\n", "may not fix"),
    "failure ignored by the list": (F + "RUN useradd -u 1001 app; true\nUSER app\n", "may not fix"),
    "only if it is not there": (
        F + "RUN id app || useradd -u 1001 app\nUSER app\n",
        "may not fix",
    ),
    "only if": (F + "RUN if x; then useradd -u 1001 app; fi\nUSER app\n", "may not fix"),
    "heredoc": (F + "RUN <<EOF\nuseradd -u 1001 app\nEOF\nUSER app\n", "may not fix"),
    "made twice": (F + ADD + "RUN useradd -u 1002 app\nUSER app\n", "not written"),
    "changed later": (F + ADD + "RUN usermod -u 1002 app\nUSER app\n", "may change the number"),
    "removed later": (F + ADD + "RUN userdel app\nUSER app\n", "may change the number"),
    "passwd edited": (F + ADD + "RUN sed -i s/1/2/ /etc/passwd\nUSER app\n", "may change"),
    "passwd copied": (F + ADD + "COPY passwd /etc/passwd\nUSER app\n", "may change the number"),
    "passwd copied among others": (
        F + ADD + "COPY etc/hosts etc/passwd /etc/\nUSER app\n",
        "may change the number",
    ),
    "root of another image": (
        F + ADD + "COPY --from=me/base / /\nUSER app\n",
        "may change the number",
    ),
    "files for the root": (F + ADD + "COPY rootfs/ /\nUSER app\n", "may change the number"),
    "archive for the root": (F + ADD + "ADD a.tar.gz /\nUSER app\n", "may change the number"),
    "passwd copied further down": (
        F + ADD + "USER app\nCOPY passwd /etc/passwd\n",
        "may change the number",
    ),
    "passwd copied in a stage that is FROM it": (
        F.strip() + " AS a\n" + ADD + "USER app\nFROM a\nCOPY passwd /etc/passwd\n",
        "may change the number",
    ),
    "account of the image changed": (
        "FROM node:22\nRUN usermod -u 500 node\nUSER node\n",
        "may change the number",
    ),
    "account of the image made anew": (
        "FROM node:22\nRUN adduser $X node\nUSER node\n",
        "may not fix its number",
    ),
    "made in another stage": (
        F.strip() + " AS a\n" + ADD + F + "USER app\n",
        "the number of `app` is not known",
    ),
    "made later": (F + "USER app\n" + ADD, "the number of `app` is not known"),
    "group not known": (F + ADD + "USER app:web\n", "the group `web` is not known"),
    "group of the account only by default": (F + ADD + "USER app:app\n", "the group `app`"),
    "group put into, not made": (
        F + "RUN adduser --uid 1001 app && adduser app web\nUSER app:web\n",
        "the group `web`",
    ),
    "onbuild above": (F + "ONBUILD RUN true\n" + ADD + "USER app\n", "ONBUILD"),
    "windows": (
        "FROM mcr.microsoft.com/windows/nanoserver:1809\nUSER ContainerUser\n",
        "Windows",
    ),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "script without root's rights": (
        "FROM node:22\nUSER 1000\nRUN ./a.sh\n",
        "USER node\n",
        "USER 1000\n",
    ),
    "script of an account that is made": (
        "FROM me/base\nRUN useradd -u 1001 app\nUSER 1001\nRUN cd a && ./a.sh\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "program copied to the root": (
        F + ADD + "COPY app /\nCOPY conf.d /etc/\nCOPY passwd /srv/etc/passwd\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "of the image": ("FROM node:22\n", "USER node\n", "USER 1000\n"),
    "of the image with its group": ("FROM node:22\n", "USER node:node\n", "USER 1000:1000\n"),
    "with the group of root": ("FROM node:22\n", "USER node:root\n", "USER 1000:0\n"),
    "made": (F + ADD, "USER app\n", "USER 1001\n"),
    "made with a long option": (F + "RUN useradd --uid=1001 app\n", "USER app\n", "USER 1001\n"),
    "made with clustered options": (
        F + "RUN useradd -rmu 1001 -s /bin/sh -c 'a b' app\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "made by busybox": (
        "FROM alpine:3.20\nRUN adduser -D -h /app -g 'an app' -u 1001 app\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "made by the adduser of Debian": (
        F + "RUN adduser --disabled-password --gecos '' --uid 1001 app\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "in further groups": (
        F + "RUN useradd -u 1001 -G sudo app && adduser app audio\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "with a group": (
        F + "RUN groupadd --gid 2000 web \\\n && useradd -u 1001 -g web app\n",
        "USER app:web\n",
        "USER 1001:2000\n",
    ),
    "with errexit": (F + "RUN set -ex; useradd -u 1001 app; id\n", "USER app\n", "USER 1001\n"),
    "base not known": ("FROM me/base\n" + ADD, "USER app\n", "USER 1001\n"),
    "what follows": (
        F + ADD,
        "USER app\nWORKDIR /home/app\nRUN id && pwd\nUSER root\nRUN id\n",
        "USER 1001\nWORKDIR /home/app\nRUN id && pwd\nUSER root\nRUN id\n",
    ),
    "stages from it": (
        "FROM debian:12 AS a\n" + ADD,
        "USER app\nFROM a AS b\nRUN id\nFROM b\nWORKDIR /x\n",
        "USER 1001\nFROM a AS b\nRUN id\nFROM b\nWORKDIR /x\n",
    ),
    "made in the parent": (
        "FROM debian:12 AS a\n" + ADD + "FROM a\n",
        "USER app\n",
        "USER 1001\n",
    ),
    "twice": (F + ADD, "USER app\nUSER root\nUSER app\n", "USER 1001\nUSER root\nUSER 1001\n"),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    head, before, after = FIXED[case]
    check_fixed(NAME, head + before, head + after, level=Level.STANDARD)


def test_names_are_kept_at_safe() -> None:
    text = "FROM node:22\nUSER node\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()


def test_a_script_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM node:22\nCOPY setup.sh /\nRUN /setup.sh\nUSER node\n")
    script = tmp_path / "setup.sh"
    script.write_text("#!/bin/sh\nnpm install -g x\n")
    assert fix(dockerfile, select=[NAME]).changed
    script.write_text("#!/bin/sh\nusermod -u 2000 node\n")
    assert "may change the number" in (fix(dockerfile, select=[NAME]).findings[0].reason or "")
