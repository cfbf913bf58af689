"""clean-package-cache: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level, Request, Surroundings, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from tests.fixers import seed
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "clean-package-cache"
F = "FROM debian:12\n"
A = "FROM alpine:3.20\n"
P = "FROM python:3.13\n"
N = "FROM node:22\n"
Y = N + "COPY package.json yarn.lock ./\n"
UP = "RUN apt-get update && apt-get install -y curl"
LISTS = " \\\n  && rm -rf /var/lib/apt/lists/*\n"

NOOP = {
    "windows by its tag": "FROM node:10-windowsservercore\nRUN npm ci\n",
    "windows by a variable": "ARG N=node:10-nanoserver\nFROM $N\nRUN npm ci\n",
    "windows of another registry": "FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022\n"
    "RUN npm ci\n",
    "nothing": F + "RUN true\n",
    "apt removed": F + UP + " && rm -rf /var/lib/apt/lists/*\n",
    "apt removed otherwise": F + UP + " && rm -Rf /var/lib/apt/lists\n",
    "apt removed with a slash": F + UP + " && rm -r -f /var/lib/apt/lists/\n",
    "apt removed with others": F + UP + " && rm -rf /tmp/* /var/lib/apt/lists/* /var/tmp/*\n",
    "apt removed in braces": F + UP + " && rm -rf /var/lib/{apt,dpkg,cache}\n",
    "apt removed in part": F + UP + " && rm -rf /var/lib/apt/lists/*_*\n",
    "apt removed by find": F + UP + " && find /var/lib/apt/lists -type f -delete\n",
    "apt removed by sudo": F + "RUN sudo apt-get update; sudo rm -rf /var/lib/apt/lists/*\n",
    "apt distclean": F + UP + " && apt-get distclean\n",
    "apt removed in a list": F + "RUN set -e; apt-get update; apt-get install -y x; "
    "rm -rf /var/lib/apt/lists/*\n",
    "apt without update": F + "RUN apt-get install -y curl\n",
    "apt elsewhere": F + "RUN apt-get -o Dir::State=/x update && apt-get install -y curl\n",
    "apt elsewhere, in one word": F + "RUN apt-get -oDir::State=/x update "
    "&& apt-get install -y curl\n",
    "apt lists mounted": F + "RUN --mount=type=cache,target=/var/lib/apt apt-get update "
    "&& apt-get install -y curl\n",
    "apt lists mounted below": F + "RUN --mount=type=tmpfs,target=/var/lib/apt/lists "
    "apt-get update && apt-get install -y curl\n",
    "apt mount with a variable": F + "ARG T\nRUN --mount=type=cache,target=$T apt-get update "
    "&& apt-get install -y curl\n",
    "apt in a stage that only builds": "FROM debian:12 AS b\n" + UP + "\nFROM debian:12\n"
    "COPY --from=b /a /a\n",
    "apt in onbuild": F + "ONBUILD " + UP + "\n",
    "apt in exec form": F + 'RUN ["apt-get", "update"]\n',
    "apt in a heredoc": F + "RUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
    "apt in quotes": F + "RUN bash -c 'apt-get update && apt-get install -y curl'\n",
    "apt in a text": F + "RUN echo apt-get update and apt-get install x\n",
    "yum cleaned": "FROM centos:7\nRUN yum -y install x && yum clean all\n",
    "yum removed": "FROM centos:7\nRUN yum -y install x && rm -rf /var/cache/yum\n",
    "yum all of the cache": "FROM centos:7\nRUN yum -y install x && rm -rf /var/cache/*\n",
    "yum removes": "FROM centos:7\nRUN yum -y remove x\n",
    "yum into another root": "FROM centos:7\nRUN yum -y --installroot=/r install x\n",
    "yum cache mounted": "FROM centos:7\nRUN --mount=type=cache,target=/var/cache/yum "
    "yum -y install x\n",
    "yum unknown verb": "FROM centos:8\nRUN yum -y isntall httpd\n",
    "dnf cleaned": "FROM fedora:41\nRUN dnf -y install x && dnf clean all\n",
    "yum cleaned of what was there before": "FROM centos:7\nRUN yum clean all && yum -y install x "
    "&& yum clean all\n",
    "dnf cleaned twice, at times": "FROM fedora:41\nRUN dnf -y install x && dnf clean all "
    "&& dnf -y install y && (dnf clean all)\n",
    "dnf cleaned twice, in part": "FROM fedora:41\nRUN dnf -y install x && dnf clean all "
    "&& dnf -y install y && dnf clean packages\n",
    "dnf cleaned in part": "FROM fedora:41\nRUN dnf -y install x && dnf clean packages\n",
    "microdnf cleaned": "FROM almalinux:9-minimal\nRUN microdnf install -y x && microdnf clean all\n",
    "zypper cleaned": "FROM opensuse/leap:15\nRUN zypper -n in x && zypper clean\n",
    "zypper cc": "FROM opensuse/leap:15\nRUN zypper -n in x && zypper cc -a\n",
    "apt, cleaned by itself": F
    + "RUN apt-get update && apt-get install -y x && apt-get dist-clean\n",
    "apk without": A + "RUN apk add --no-cache x\n",
    "apk before the verb": A + "RUN apk --no-cache add x\n",
    "apk both": A + "RUN apk add --no-cache --update x\n",
    "apk cache mounted": A + "RUN --mount=type=cache,target=/var/cache/apk apk add x\n",
    "apk cache link mounted": A + "RUN --mount=type=cache,target=/etc/apk/cache apk add x\n",
    "apk deletes": A + "RUN apk del x\n",
    "apk updates alone": A + "RUN apk update\n",
    "apk offline": A + "RUN apk add --no-network x.apk\n",
    "apk with its own cache": A + "RUN apk add --cache-dir /c x\n",
    "apk in a variable": A + "RUN $APK add x\n",
    "apk verb in a variable": A + "RUN apk $VERB x\n",
    "pip without": P + "RUN pip install --no-cache-dir x\n",
    "pip before the verb": P + "RUN pip --no-cache-dir install x\n",
    "pip abbreviated": P + "RUN pip install --no-cache x\n",
    "pip by env": P + "ENV PIP_NO_CACHE_DIR=1\nRUN pip install x\n",
    "pip by env off": P + "ENV PIP_NO_CACHE_DIR=off\nRUN pip install x\n",
    "pip by arg": P + "ARG PIP_NO_CACHE_DIR=1\nRUN pip install x\n",
    "pip by export": P + "RUN export PIP_NO_CACHE_DIR=1 && pip install x\n",
    "pip by assignment": P + "RUN PIP_NO_CACHE_DIR=1 pip install x\n",
    "pip elsewhere": P + "ENV PIP_CACHE_DIR=/c\nRUN pip install x\n",
    "pip elsewhere by option": P + "RUN pip install --cache-dir /c x\n",
    "pip cache mounted": P + "RUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
    "pip home mounted": P + "RUN --mount=type=cache,target=/root/.cache pip install x\n",
    "pip mount with a variable": P + "ARG H\nRUN --mount=type=cache,target=$H/c pip install x\n",
    "pip removed": P + "RUN pip install x && rm -rf ~/.cache\n",
    "pip purged": P + "RUN pip install x && pip cache purge\n",
    "pip download": P + "RUN pip download x && pip wheel x && pip uninstall -y x\n",
    "pip show": P + "RUN pip show install\n",
    "python without pip": P + "RUN python -m venv /v && python -m build install\n",
    "npm cleaned": N + "RUN npm ci && npm cache clean --force\n",
    "npm removed": N + "RUN npm ci && rm -rf /root/.npm\n",
    "npm removed by a pattern": N + "RUN npm ci && rm -rf ~/.npm/_cacache\n",
    "npm mounted": N + "RUN --mount=type=cache,target=/root/.npm npm ci\n",
    "npm elsewhere": N + "RUN npm ci --cache /tmp/c\n",
    "npm offline": N + "RUN npm ci --offline\n",
    "npm run": N + "RUN npm run build && npm prune --production\n",
    "npm in a stage that only builds": N.replace("\n", " AS b\n") + "RUN npm ci\nFROM nginx:1.27\n"
    "COPY --from=b /app /app\n",
    "yarn cleaned": Y + "RUN yarn install && yarn cache clean\n",
    "yarn removed": Y + "RUN yarn install && rm -rf /usr/local/share/.cache\n",
    "yarn mounted": Y + "RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install\n",
    "yarn run": Y + "RUN yarn build && yarn run test\n",
    "yarn with an unknown verb": Y + "RUN yarn $VERB\n",
    "yarn version": Y + "RUN yarn --version\n",
    "composer without": "FROM php:8.3\nRUN composer install --no-cache\n",
    "composer cleaned": "FROM php:8.3\nRUN composer install && composer clear-cache\n",
    "composer plugins off": "FROM php:8.3\nRUN composer install --no-plugins\n",
    "composer dump": "FROM php:8.3\nRUN composer dump-autoload\n",
    "S02": seed.S02,
    "S03": seed.S03,
    "S04": seed.S04,
    "S06": seed.S06,
    "S08": seed.S08,
    "S09": seed.S09,
    "S10": seed.S10,
    "S11": seed.S11,
    "S12": seed.S12,
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    text = NOOP[case]
    result = run(NAME, text)
    if case == "S02":
        assert result.after == result.before
        return
    check_noop(NAME, text)


def test_s05_cannot_be_built_and_stays() -> None:
    assert not run(NAME, seed.S05).changed


REFUSED = {
    "npm copied behind it": (N + "RUN npm ci && cp -r /root/.npm /c\n", "handles the cache of npm"),
    "apk fetches behind it": (A + "RUN apk add -U x && apk fetch y\n", "asks for what the index"),
    "apk searches behind it": (
        A + "RUN apk add -U x && apk add --no-cache $(apk search -q y)\n",
        "asks for what the index",
    ),
    "yum erased behind it": (
        "FROM centos:7\nRUN yum install -y x && rpm -e --nodeps yum\n",
        "yum is removed in the same RUN",
    ),
    "microdnf removed behind it": (
        "FROM almalinux:9-minimal\nRUN microdnf install -y x && microdnf remove -y microdnf\n",
        "microdnf is removed in the same RUN",
    ),
    "apt lists fetched at the end": (
        F + "RUN apt-get update && apt-get install -y x && apt-get update\n",
        "who wants the lists of the last update is not known",
    ),
    "apt-file": (
        F + "RUN apt-get update && apt-get install -y x && apt-file update\n",
        "its index",
    ),
    "no patterns": (F + "RUN set -f && apt-get update && apt-get install -y x\n", "no patterns"),
    "no patterns by SHELL": (
        F + 'SHELL ["/bin/bash", "-o", "noglob", "-c"]\nRUN apt-get update && apt-get install x\n',
        "no patterns",
    ),
    "yum behind another python": (
        "FROM centos:7\nRUN yum install -y python3 && ln -sf /usr/bin/python3 /usr/bin/python\n",
        "`ln` may replace the Python that yum runs on",
    ),
    "yum behind another python, by a folder": (
        "FROM centos:7\nRUN yum install -y x && cp /opt/python /usr/bin/\n",
        "`cp` may replace the Python that yum runs on",
    ),
    "yum behind another python, from within": (
        "FROM centos:7\nRUN yum install -y x && cd /usr/bin && mv python python.old\n",
        "`mv` may replace the Python that yum runs on",
    ),
    "yum behind alternatives of python": (
        "FROM amazonlinux:2\nRUN yum install -y x && alternatives --set python /usr/bin/python3\n",
        "`alternatives` may replace the Python that yum runs on",
    ),
    "dnf behind a removal of python": (
        "FROM fedora:40\nRUN dnf install -y x && rm -rf /usr/lib/python3*\n",
        "`rm` may replace the Python that dnf runs on",
    ),
    "yum without repositories": (
        "FROM centos:7\nRUN yum install -y x && rm -f /etc/yum.repos.d/*.repo\n",
        "`rm` may leave no repository enabled",
    ),
    "yum without the distribution's": (
        "FROM centos:7\nRUN yum install -y x && rm -f /etc/yum.repos.d/CentOS-Base.repo\n",
        "`rm` may leave no repository enabled",
    ),
    "yum behind the end of a subscription": (
        "FROM me/rhel7\nRUN subscription-manager register && yum install -y x "
        "&& subscription-manager unregister\n",
        "`subscription-manager` may leave no repository enabled",
    ),
    "yum behind disabled repositories": (
        "FROM centos:7\nRUN yum install -y x && yum-config-manager --disable base updates\n",
        "`yum-config-manager` may leave no repository enabled",
    ),
    "yum behind disabled repositories of a pattern": (
        "FROM centos:7\nRUN yum install -y x && yum-config-manager --disable 'epel*'\n",
        "`yum-config-manager` may leave no repository enabled",
    ),
    "yum behind repositories that a variable disables": (
        "FROM centos:7\nRUN yum install -y x && yum-config-manager --disable epel $R\n",
        "`yum-config-manager` may leave no repository enabled",
    ),
    "yum behind all repositories disabled": (
        "FROM centos:7\nRUN yum install -y x && yum-config-manager --disable\n",
        "`yum-config-manager` may leave no repository enabled",
    ),
    "yum behind a disabled repository of the distribution": (
        "FROM oraclelinux:7\nRUN yum install -y x && yum-config-manager --disable ol7_latest\n",
        "`yum-config-manager` may leave no repository enabled",
    ),
    "zypper deleted behind it": (
        "FROM opensuse/leap:15\nRUN zypper -n in x && rm -f /usr/bin/zyp*\n",
        "zypper is removed in the same RUN",
    ),
    "composer with a home of its own": (
        "FROM php:8.3\nRUN COMPOSER_HOME=/c composer install && rm -rf /c\n",
        "where to keep its files",
    ),
    "apt for opam": (
        F + "RUN apt-get update\nRUN opam depext -y x\n",
        "may need the package lists",
    ),
    "apt for puppeteer": (
        F + "RUN apt-get update && apt-get install -y npm\n"
        "RUN npx puppeteer browsers install chrome --install-deps\n",
        "may need the package lists",
    ),
    "npm replaces itself": (N + "RUN npm install -g npm\n", "may replace itself"),
    "npm replaces itself by a tag": (N + "RUN npm i -g npm@latest && a\n", "may replace itself"),
    "npm replaces node": (N + "RUN npm i -g 'node@4'\n", "may replace itself"),
    "npm may replace itself": (N + 'RUN npm i -g "$PACKAGE"\n', "may replace itself"),
    "npm may replace itself among others": (N + "RUN npm i -g a $PACKAGES\n", "may replace itself"),
    "yarn replaces itself": (N + "RUN yarn global add yarn\n", "may replace itself"),
    "S13 and a later install": (
        seed.S13 + "RUN apt-get install -y less\n",
        "`apt-get install -y less` needs the package lists",
    ),
    "later install": (F + UP + "\nRUN apt-get install -y x\n", "needs the package lists later"),
    "later install by sudo": (F + UP + "\nRUN sudo -E apt-get install x\n", "needs the package"),
    "later install in quotes": (
        F + UP + '\nRUN bash -c "apt-get install x"\n',
        "needs the package",
    ),
    "later install in a condition": (
        F + UP + "\nRUN if true; then apt-get install x; fi\n",
        "needs the package",
    ),
    "later apt-cache": (F + UP + "\nRUN apt-cache policy x\n", "needs the package"),
    "later update that may not run": (
        F + UP + "\nRUN test -e /x || apt-get update\nRUN apt-get install -y x\n",
        "needs the package",
    ),
    "later install in a heredoc": (F + UP + "\nRUN <<EOF\napt-get install x\nEOF\n", "needs the"),
    "later install in exec form": (
        F + UP + '\nRUN ["apt-get", "install", "x"]\n',
        "needs the package",
    ),
    "later script": (F + UP + "\nCOPY i.sh .\nRUN ./i.sh\n", "./i.sh is run later"),
    "later script of a shell": (F + UP + "\nRUN bash /i.sh\n", "bash /i.sh is run later"),
    "later script from the net": (F + UP + "\nRUN curl x | sh\n", "sh is run later"),
    "later script that is read": (F + UP + "\nRUN . /x.sh\n", "is run later"),
    "later name in a variable": (F + UP + "\nRUN $INSTALL x\n", "is run later"),
    "later heredoc for another program": (
        F + UP + "\nRUN <<EOF\n#!/usr/bin/python3\nx\nEOF\n",
        "a RUN that cannot be read is run later",
    ),
    "later stage": ("FROM debian:12 AS a\n" + UP + "\nFROM a\nRUN apt install x\n", "needs the"),
    "later stage's stage": (
        "FROM debian:12 AS a\n" + UP + "\nFROM a AS b\nFROM b\nRUN apt install x\n",
        "needs the",
    ),
    "stage by a variable": (
        "ARG K=x\nFROM debian:12 AS base-x\n" + UP + "\nFROM base-$K\nRUN apt install x\n",
        "needs the",
    ),
    "copied": (
        "FROM debian:12 AS a\n" + UP + "\nFROM debian:12\nCOPY --from=a /var/lib/ /l/\nFROM a\n",
        "COPY takes the package lists",
    ),
    "copied whole": (
        "FROM debian:12 AS a\n" + UP + "\nFROM scratch\nCOPY --from=0 / /\nFROM a\n",
        "COPY takes the package lists",
    ),
    "copied by a variable": (
        "FROM debian:12 AS a\n" + UP + "\nFROM scratch\nARG D\nCOPY --from=a $D /\nFROM a\n",
        "COPY takes the package lists",
    ),
    "mounted": (
        "FROM debian:12 AS a\n" + UP + "\nFROM debian:12\n"
        "RUN --mount=from=a,target=/m cp /m/x /x\nFROM a\n",
        "RUN takes the package lists",
    ),
    "onbuild": (F + UP + "\nONBUILD RUN true\n", "ONBUILD"),
    "container": (F + UP + '\nCMD ["apt-get", "install", "-y", "x"]\n', "the container runs"),
    "container in shell form": (F + UP + "\nCMD apt-get install x && y\n", "the container runs"),
    "health check": (F + UP + "\nHEALTHCHECK CMD apt-cache policy x\n", "the check runs"),
    "sudo": (F + "RUN sudo apt-get update && sudo apt-get install x\n", "through another command"),
    "user": (F + "USER me\n" + UP + "\n", "run as me"),
    "update alone": (F + "RUN apt-get update\n", "only fetches the lists"),
    "comment at the end": (F + UP + " # tools\n", "swallow"),
    "exit": (F + UP + "; exit 0\n", "ends the shell"),
    "under errexit in a loop": (
        F + "RUN set -e; apt-get update; for x in a b; do apt-get install -y $x; done\n",
        "a failure in the last `for` might pass unnoticed",
    ),
    "background": (F + UP + " && sleep 1 &\n", "background"),
    "yum at times": (
        "FROM centos:7\nRUN if true; then yum -y install x; fi\n",
        "on a condition, or within",
    ),
    "yum as an alternative": (
        "FROM centos:7\nRUN true || yum -y install x\n",
        "on a condition, or within",
    ),
    "yum by sudo": ("FROM centos:7\nRUN sudo yum -y install x\n", "through another command"),
    "yum later from its cache": (
        "FROM centos:7\nRUN yum -y install x\nRUN yum -y -C install y\n",
        "needs the cache of yum",
    ),
    "apk later bare": (
        A + "RUN apk add x\nRUN apk add --cache-dir=/c y\n",
        "needs the index of apk",
    ),
    "apk later script": (A + "RUN apk add x\nRUN ./i.sh\n", "is run later"),
    "apk cache set up": (
        A + "RUN ln -s /var/cache/apk /etc/apk/cache && apk add x\n",
        "a cache of apk is set up",
    ),
    "yum, or what there is instead": (
        "FROM me/base\nRUN yum install -y x || apt-get install -y x\n",
        "whether yum is there",
    ),
    "yum, if it is there": ("FROM me/base\nRUN yum install -y x || true\n", "whether yum is there"),
    "yum in a list that goes on": (
        "FROM me/base\nRUN yum install -y x; make\n",
        "whether yum is there",
    ),
    "apk, removed later without -f": (
        A + "RUN apk add x\nCOPY a b\nRUN rm /var/cache/apk/*\n",
        "needs the index",
    ),
    "apk, removed without -f on a base that is not known": (
        "FROM me/alpine\nRUN apk add --no-cache a\nRUN apk add -U x && rm /var/cache/apk/*\n",
        "a later command of the RUN",
    ),
    "apt, removed later without -f": (
        F + "RUN apt-get update && apt-get install -y x\nCOPY a b\n"
        "RUN rm -r /var/lib/apt/lists/*\n",
        "needs the package lists",
    ),
    "pip, removed later without -f": (P + "RUN pip install x\nRUN rm -r ~/.cache\n", "later"),
    "pip, given away later": (P + "RUN pip install x\nRUN chown -R a /root/.cache\n", "later"),
    "pip, kept in the same RUN": (
        P + "RUN pip install x && cp -r /root/.cache /c\n",
        "a later command of the RUN",
    ),
    "apk upgrade before the index": (
        A + "RUN apk upgrade && apk update && apk add x\n",
        "before the index is fetched",
    ),
    "apk upgrade before the option": (
        A + "RUN apk upgrade && apk add -U x\n",
        "before the index is fetched",
    ),
    "old apk": ("FROM alpine:3.2\nRUN apk add x\n", "too old"),
    "old pip": ("FROM ubuntu:14.04\nRUN pip install x\n", "too old"),
    "older pip": ("FROM debian:jessie\nRUN pip3 install x\n", "too old"),
    "pip cache copied": (
        "FROM python:3.13 AS a\nRUN pip install x\nFROM python:3.13\n"
        "COPY --from=a /root/.cache /root/.cache\nRUN true\n",
        "COPY takes the cache of pip",
    ),
    "npm cache later": (N + "RUN npm ci\nRUN npm ci --offline\n", "needs the cache of npm"),
    "npm at times": (N + "RUN test -e x || npm ci\n", "on a condition, or within"),
    "npm in a subshell": (N + "RUN (cd /x && npm ci)\n", "on a condition, or within"),
    "npm alternative": (N + "RUN npm ci || npm install\n", ""),
    "npm by another user": (N + "RUN su-exec node npm ci\n", "through another command"),
    "npm cache elsewhere": (N + "ENV npm_config_cache=/c\nRUN npm ci\n", "puts the cache"),
    "yarn of the project": (N + "COPY . .\nRUN yarn install\n", "later version of yarn"),
    "yarn by corepack": (Y + "RUN corepack enable\nRUN yarn install\n", "later version of yarn"),
    "yarn settings": (Y + "COPY .yarnrc.yml ./\nRUN yarn install\n", "later version of yarn"),
    "composer elsewhere": (
        "FROM php:8.3\nENV COMPOSER_CACHE_DIR=/dev/null\nRUN composer install\n",
        "puts the cache",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


E7 = seed.S01.replace("--frozen-lockfile\n", "--frozen-lockfile \\\n  && yarn cache clean\n")
E11 = seed.S13.replace(
    "  && apt-get clean\n", "  && apt-get clean \\\n  && rm -rf /var/lib/apt/lists/*\n"
)
FIXED = {
    "yum, a python elsewhere": (
        "FROM centos:7\nRUN yum install -y x && ln -s /usr/bin/python3 /usr/local/bin/py "
        "&& rm -rf /opt/x/python && subscription-manager attach\n",
        "FROM centos:7\nRUN yum install -y x && ln -s /usr/bin/python3 /usr/local/bin/py "
        "&& rm -rf /opt/x/python && subscription-manager attach \\\n"
        "  && yum clean all \\\n  && rm -rf /var/cache/yum\n",
    ),
    "yum, another's repository disabled": (
        "FROM centos:7\nRUN yum install -y x && yum-config-manager -q --disable epel-testing remi\n",
        "FROM centos:7\nRUN yum install -y x && yum-config-manager -q --disable epel-testing remi \\\n"
        "  && yum clean all \\\n  && rm -rf /var/cache/yum\n",
    ),
    "dnf without repositories": (
        "FROM almalinux:9\nRUN yum install -y x && rm -f /etc/yum.repos.d/*.repo\n",
        "FROM almalinux:9\nRUN yum install -y x && rm -f /etc/yum.repos.d/*.repo \\\n"
        "  && yum clean all \\\n  && rm -rf /var/cache/dnf\n",
    ),
    "yum, other files removed": (
        "FROM centos:7\nRUN yum install -y x && rm -rf * /tmp/* /etc/yum.repos.d/y.repo\n",
        "FROM centos:7\nRUN yum install -y x && rm -rf * /tmp/* /etc/yum.repos.d/y.repo \\\n"
        "  && yum clean all \\\n  && rm -rf /var/cache/yum\n",
    ),
    "apk, what is installed is asked for": (
        A + "RUN apk add -U x && apk info -v\n",
        A + "RUN apk add --no-cache x && apk info -v\n",
    ),
    "npm that has shown that it runs": (
        N + "RUN npm i -g npm && npm ci\n",
        N + "RUN npm i -g npm && npm ci \\\n  && npm cache clean --force\n",
    ),
    "npm installs something that is called alike": (
        N + 'RUN npm i -g npm-check @npm/npm "gulp@$V" --registry=$R\n',
        N + 'RUN npm i -g npm-check @npm/npm "gulp@$V" --registry=$R \\\n'
        "  && npm cache clean --force\n",
    ),
    "E7": (seed.S01, E7),
    "E11": (seed.S13, E11),
    "apt": (F + UP + "\n", F + UP + LISTS),
    "apt, one more update later": (
        F + UP + "\nRUN apt-get update && apt-get install -y y\n",
        F + UP + LISTS + "RUN apt-get update && apt-get install -y y" + LISTS,
    ),
    "apt, harmless later": (
        F + UP + "\nRUN pip install --no-cache-dir x && npm run y\nCMD ./run.sh\n",
        F + UP + LISTS + "RUN pip install --no-cache-dir x && npm run y\nCMD ./run.sh\n",
    ),
    "apt, cleaned before": (
        F + "RUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y x\n",
        F + "RUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y x" + LISTS,
    ),
    "apt, archives mounted": (
        F + "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y x\n",
        F
        + "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y x"
        + LISTS,
    ),
    "apt in a list under set -e": (
        F + "RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y x\n",
        F + "RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y x; \\\n"
        "    rm -rf /var/lib/apt/lists/*\n",
    ),
    "apt in a list under set -e, ended": (
        F + "RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y x;\n",
        F + "RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y x; \\\n"
        "    rm -rf /var/lib/apt/lists/*\n",
    ),
    "apt in a list": (
        F + "RUN apt-get update; apt-get install -y x\n",
        F + "RUN apt-get update; apt-get install -y x" + LISTS,
    ),
    "apt, ends with or": (
        F + UP + " || true\n",
        F + UP + " || true" + LISTS,
    ),
    "apt, exit with a failure": (
        F + "RUN apt-get update || exit 1; apt-get install -y x\n",
        F + "RUN apt-get update || exit 1; apt-get install -y x" + LISTS,
    ),
    "carriage returns": (
        "FROM debian:12\r\n" + UP + "\r\n",
        "FROM debian:12\r\n" + UP + " \\\r\n  && rm -rf /var/lib/apt/lists/*\r\n",
    ),
    "yum on centos 7": (
        "FROM centos:7\nRUN yum -y install x\n",
        "FROM centos:7\nRUN yum -y install x \\\n  && yum clean all \\\n"
        "  && rm -rf /var/cache/yum\n",
    ),
    "yum somewhere": (
        "FROM me/base:1\nRUN yum -y install x\n",
        "FROM me/base:1\nRUN yum -y install x \\\n  && yum clean all \\\n"
        "  && rm -rf /var/cache/yum /var/cache/dnf\n",
    ),
    "dnf": (
        "FROM fedora:41\nRUN dnf -y upgrade && dnf -y install x\n",
        "FROM fedora:41\nRUN dnf -y upgrade && dnf -y install x \\\n  && dnf clean all \\\n"
        "  && rm -rf /var/cache/dnf\n",
    ),
    "dnf in a stage that only builds": (
        "FROM fedora:41 AS b\nRUN dnf -y install x\nFROM fedora:41\nCOPY --from=b /x /x\n",
        "FROM fedora:41 AS b\nRUN dnf -y install x \\\n  && dnf clean all \\\n"
        "  && rm -rf /var/cache/dnf\nFROM fedora:41\nCOPY --from=b /x /x\n",
    ),
    "dnf, cleaned twice": (
        "FROM fedora:41\nRUN dnf -y update && dnf clean all \\\n"
        "  && dnf -y install x && dnf clean all && mkdir /x\n",
        "FROM fedora:41\nRUN dnf -y update \\\n"
        "  && dnf -y install x && dnf clean all && mkdir /x\n",
    ),
    "microdnf": (
        "FROM almalinux:9-minimal\nRUN microdnf install -y x\n",
        "FROM almalinux:9-minimal\nRUN microdnf install -y x \\\n  && microdnf clean all\n",
    ),
    "zypper": (
        "FROM opensuse/leap:15\nRUN zypper --non-interactive in x\n",
        "FROM opensuse/leap:15\nRUN zypper --non-interactive in x \\\n  && zypper clean -a\n",
    ),
    "yum that may fail, where it is known to be there": (
        "FROM centos:7\nRUN yum install -y x || true\n",
        "FROM centos:7\nRUN yum install -y x || true \\\n  && yum clean all \\\n"
        "  && rm -rf /var/cache/yum\n",
    ),
    "yum in a strict list": (
        "FROM me/base\nRUN set -e; yum install -y x; make\n",
        "FROM me/base\nRUN set -e; yum install -y x; make; \\\n  yum clean all; \\\n"
        "  rm -rf /var/cache/yum /var/cache/dnf\n",
    ),
    "apk, update for a script as well": (
        A + "RUN apk update && ./x.sh && apk add y\n",
        A + "RUN apk update && ./x.sh && apk add --no-cache y\n",
    ),
    "apk": (A + "RUN apk add x y\n", A + "RUN apk add --no-cache x y\n"),
    "apk, two": (
        A + "RUN apk add x\nRUN apk add y\n",
        A + "RUN apk add --no-cache x\nRUN apk add --no-cache y\n",
    ),
    "apk, update first": (
        A + "RUN apk update && \\\n    apk add x\n",
        A + "RUN apk add --no-cache x\n",
    ),
    "apk, update first, twice": (
        A + "RUN apk update && apk update && apk add x\n",
        A + "RUN apk add --no-cache x\n",
    ),
    "apk, update first, in a later RUN": (
        A + "RUN mkdir /x\nRUN apk update && apk add x\n",
        A + "RUN mkdir /x\nRUN apk add --no-cache x\n",
    ),
    "apk, update with the option": (
        A + "RUN apk update && apk add --no-cache x\n",
        A + "RUN apk add --no-cache x\n",
    ),
    "apk, update in a list": (
        A + "RUN set -e; apk update; apk add x\n",
        A + "RUN set -e; apk add --no-cache x\n",
    ),
    "apk, upgrade": (
        A + "RUN apk update && apk upgrade && apk add x\n",
        A + "RUN apk upgrade --no-cache && apk add --no-cache x\n",
    ),
    "apk, cache removed": (
        A + "RUN apk add --update x && rm -rf /var/cache/apk/*\n",
        A + "RUN apk add --no-cache x\n",
    ),
    "apk, all at once": (
        A + "RUN apk update \\\n  && apk add -U x \\\n  && rm -rf /var/cache/apk/* \\\n  && y\n",
        A + "RUN apk add --no-cache x \\\n  && y\n",
    ),
    "apk, cache removed after a deletion": (
        A + "RUN apk add -t b x && apk del b && rm -rf /var/cache/apk/*\n",
        A + "RUN apk add --no-cache -t b x && apk del b && rm -rf /var/cache/apk/*\n",
    ),
    "apk, cache filled before": (
        A + "RUN apk update\nRUN apk add x && rm -rf /var/cache/apk/*\n",
        A + "RUN apk update\nRUN apk add --no-cache x && rm -rf /var/cache/apk/*\n",
    ),
    "apk, cache removed with others": (
        A + "RUN apk add x && rm -rf /var/cache/apk/* /tmp/*\n",
        A + "RUN apk add --no-cache x && rm -rf /var/cache/apk/* /tmp/*\n",
    ),
    "apk before the verb": (A + "RUN apk --update add x\n", A + "RUN apk --no-cache add x\n"),
    "apk in a subshell": (
        A + "RUN (apk add x || true); y\n",
        A + "RUN (apk add --no-cache x || true); y\n",
    ),
    "apk by sudo": (A + "RUN sudo apk add x\n", A + "RUN sudo apk add --no-cache x\n"),
    "apk over lines": (
        A + "RUN apk add \\\n  # why\n  x \\\n  y\n",
        A + "RUN apk add --no-cache \\\n  # why\n  x \\\n  y\n",
    ),
    "pip": (P + "RUN pip install x\n", P + "RUN pip install --no-cache-dir x\n"),
    "pip 3": (P + "RUN pip3.13 install -U x\n", P + "RUN pip3.13 install --no-cache-dir -U x\n"),
    "pip as a module": (
        P + "RUN python3 -m pip install -r r.txt\n",
        P + "RUN python3 -m pip install --no-cache-dir -r r.txt\n",
    ),
    "pip of an environment": (
        P + "RUN /v/bin/pip install x && y\n",
        P + "RUN /v/bin/pip install --no-cache-dir x && y\n",
    ),
    "pip by sudo": (
        P + "RUN sudo -H pip install x\n",
        P + "RUN sudo -H pip install --no-cache-dir x\n",
    ),
    "pip of another user": (
        P + "USER 1000\nRUN pip install --user x\n",
        P + "USER 1000\nRUN pip install --no-cache-dir --user x\n",
    ),
    "pip, brought up to date": (
        "FROM ubuntu:14.04\nRUN python get-pip.py\nRUN pip install x\n",
        "FROM ubuntu:14.04\nRUN python get-pip.py\nRUN pip install --no-cache-dir x\n",
    ),
    "pip in a stage that only builds": (
        "FROM python:3.13 AS b\nRUN pip install x\nFROM python:3.13\nCOPY --from=b /v /v\n",
        "FROM python:3.13 AS b\nRUN pip install --no-cache-dir x\nFROM python:3.13\n"
        "COPY --from=b /v /v\n",
    ),
    "npm": (N + "RUN npm ci\n", N + "RUN npm ci \\\n  && npm cache clean --force\n"),
    "npm, gone at the end": (
        N + "RUN npm ci \\\n && npm run build \\\n && apk del npm\n",
        N
        + "RUN npm ci \\\n && npm cache clean --force \\\n && npm run build \\\n && apk del npm\n",
    ),
    "npm in a list": (
        N + "RUN npm ci; npm run build\n",
        N + "RUN npm ci; \\\n  npm cache clean --force; npm run build\n",
    ),
    "npm in a list under set -e": (
        N + "RUN set -e; npm ci; npm run build\n",
        N + "RUN set -e; npm ci; \\\n  npm cache clean --force; npm run build\n",
    ),
    "npm of another user": (
        N + "USER node\nRUN npm ci\n",
        N + "USER node\nRUN npm ci \\\n  && npm cache clean --force\n",
    ),
    "yarn": (
        Y + "RUN yarn\n",
        Y + "RUN yarn \\\n  && yarn cache clean\n",
    ),
    "yarn 1 by its options": (
        N + "COPY . .\nRUN yarn install --production\n",
        N + "COPY . .\nRUN yarn install --production \\\n  && yarn cache clean\n",
    ),
    "yarn global": (
        N + "COPY . .\nRUN yarn global add x\n",
        N + "COPY . .\nRUN yarn global add x \\\n  && yarn cache clean\n",
    ),
    "pip behind another command": (
        P + "COPY r.txt .\nRUN xargs -n 1 pip install < r.txt\n",
        P + "COPY r.txt .\nRUN xargs -n 1 pip install --no-cache-dir < r.txt\n",
    ),
    "pip in a folder of a variable": (
        P + "ARG VENV=/v\nRUN $VENV/bin/pip install x\nRUN $VENV/bin/python -m pip install y\n",
        P + "ARG VENV=/v\nRUN $VENV/bin/pip install --no-cache-dir x\n"
        "RUN $VENV/bin/python -m pip install --no-cache-dir y\n",
    ),
    "composer in another folder": (
        "FROM php:8.3\nRUN composer -d /app install\n",
        "FROM php:8.3\nRUN composer -d /app install \\\n  && composer clear-cache\n",
    ),
    "composer": (
        "FROM php:8.3\nRUN composer install --no-dev\n",
        "FROM php:8.3\nRUN composer install --no-dev \\\n  && composer clear-cache\n",
    ),
    "two managers": (
        F + UP + " && npm ci\n",
        F + UP + " && npm ci \\\n  && npm cache clean --force" + LISTS,
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.SAFE)


ASSUMED = {
    "program that is not known": (F + UP + "\nRUN make install\n", "`make install`"),
    "pip of an unknown base": ("FROM me/base:1\nRUN pip install x\n", "no older than 2015"),
    "apk of an unknown base": ("FROM me/base:1\nRUN apk add x\n", "no older than 2015"),
    "pip of an old image's system": ("FROM node:8\nRUN pip install x\n", "no older than 2015"),
}


@pytest.mark.parametrize("case", ASSUMED)
def test_only_at_aggressive(case: str) -> None:
    text, reason = ASSUMED[case]
    result = run(NAME, text, level=Level.STANDARD)
    assert not result.changed
    assert [each.reason for each in result.findings] == ["needs --level aggressive"]
    bold = run(NAME, text)
    assert bold.changed
    assert reason in (bold.findings[0].reason or "")


def test_a_step_that_is_merged_is_cleaned_afterwards() -> None:
    text = F + "RUN apt-get update\nRUN apt-get install -y curl\n"
    fixers = tuple(all_fixers()[name] for name in (NAME, "merge-runs"))
    result = fix_bytes(
        text.encode(), Request(fixers, Level.SAFE, Surroundings(images=EmbeddedImages()))
    )
    assert result.after.decode() == (
        F + "RUN apt-get update \\\n  && apt-get install -y curl" + LISTS
    )
