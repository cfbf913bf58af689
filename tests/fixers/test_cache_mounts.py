"""cache-mounts: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level, Request, Surroundings, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "cache-mounts"
F = "FROM debian:12\n"
P = "FROM python:3.13\n"
N = "FROM node:22\n"
Y = N + "COPY package.json yarn.lock ./\n"
UP = "apt-get update && apt-get install -y curl"
APT = (
    "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n"
    "  --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n"
)
CLEAN = "  rm -f /etc/apt/apt.conf.d/docker-clean \\\n  && "
PIP = "RUN --mount=type=cache,target=/root/.cache/pip \\\n  "
NPM = "RUN --mount=type=cache,target=/root/.npm \\\n  "

NOOP = {
    "nothing": F + "RUN make\n",
    "no install": F + "RUN apt-get update\n",
    "no update": F + "RUN apt-get install -y x\n",
    "lists mounted": F + "RUN --mount=type=cache,target=/var/lib/apt/lists " + UP + "\n",
    "all mounted": F + "RUN --mount=type=cache,target=/var/lib/apt " + UP + "\n",
    "mount with a variable": F + "ARG T\nRUN --mount=type=cache,target=$T " + UP + "\n",
    "apk": "FROM alpine:3.20\nRUN apk add --no-cache x\n",
    "dnf": "FROM fedora:41\nRUN dnf install -y x && dnf clean all\n",
    "pip mounted": P + "RUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
    "home mounted": P + "RUN --mount=type=cache,target=/root/.cache pip install x\n",
    "npm elsewhere": N + "RUN npm ci --cache /c\n",
    "npm run": N + "RUN npm run build\n",
    "exec form": P + 'RUN ["pip", "install", "x"]\n',
    "heredoc": P + "RUN <<EOF\npip install x\nEOF\n",
    "onbuild": P + "ONBUILD RUN pip install x\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "old frontend": ("# syntax=docker/dockerfile:1.1\n" + P + "RUN pip install x\n", "frontend"),
    "other frontend": ("# syntax=me/frontend\n" + P + "RUN pip install x\n", "frontend"),
    "kaniko": ("# built by kaniko\n" + P + "RUN pip install x\n", "kaniko"),
    "buildah": (P + "RUN pip install x\n# or with buildah\n", "buildah"),
    "unknown base": ("FROM me/base:1\nRUN pip install x\n", "home directory"),
    "mount point by ~": (P + "RUN pip install x && rm -rf ~/.cache\n", "is busy then"),
    "mount point by HOME": (N + 'RUN npm ci && rm -rf "$HOME/.npm"\n', "is busy then"),
    "mount point by a pattern": (P + "RUN pip install x && rm -rf /root/.*\n", "is busy then"),
    "mount point by braces": (F + "RUN " + UP + " && rm -rf /var/lib/{apt,log}\n", "is busy then"),
    "mount point from there": (F + "RUN " + UP + " && cd /var/lib && rm -rf apt\n", "is busy then"),
    "mount point moved": (P + "RUN pip install x && mv /root/.cache /tmp/\n", "is busy then"),
    "copied from above": (
        P + "RUN pip install x && cp -r /root /home/app\n",
        "`cp /root` would take what other builds left",
    ),
    "copied from above by ~": (P + "RUN pip install x && tar czf /r.tgz ~/.cache\n", "would take"),
    "archives of the same RUN": (
        F + f"RUN {UP} -d && dpkg -i /var/cache/apt/archives/*.deb\n",
        "`dpkg /var/cache/apt/archives/*.deb` would take what other builds left",
    ),
    "copied packages of npm": (N + "RUN npm ci && cp -r /root/.npm/_cacache /c\n", "would take"),
    "user": (P + "USER app\nRUN pip install x\n", "home directory"),
    "user by a variable": (P + "ARG U\nUSER $U\nRUN pip install x\n", "home directory"),
    "home": (P + "ENV HOME=/h\nRUN pip install x\n", "home directory"),
    "node with another number": (
        N + "RUN usermod -u 1001 node\nUSER node\nRUN npm ci\n",
        "home directory",
    ),
    "later install": (F + f"RUN {UP}\nRUN apt-get install x\n", "needs the package lists"),
    "later use of the archives": (
        F + f"RUN {UP} -d\nRUN dpkg -i /var/cache/apt/archives/*.deb\n",
        "needs the archives",
    ),
    "later copy of the archives": (
        F.replace("\n", " AS a\n") + f"RUN {UP}\nFROM scratch\nCOPY --from=a /var/cache/apt /d\n",
        "the archives",
    ),
    "later script": (F + f"RUN {UP}\nRUN ./x.sh\n", "is run later"),
    "later program": (F + f"RUN {UP}\nRUN make\n", "is run later"),
    "install above the update": (
        F + "RUN apt-get update\nRUN apt-get install x && apt-get update && apt-get install y\n",
        "hides the lists of earlier RUNs",
    ),
    "later install without a mount": (
        F + f"RUN {UP}\nRUN {UP} b\nRUN make\n",
        "is run later",
    ),
    "later install that cannot have a mount": (
        F + f"RUN {UP}\nRUN {UP} b && (rm -rf /var/lib/apt/lists/*)\n",
        "would keep its archives in the image",
    ),
    "later install of a child": (
        f"FROM debian:12 AS a\nRUN {UP}\nFROM a\nRUN {UP} b && (rm -rf /var/lib/apt/lists/*)\n",
        "would keep its archives in the image",
    ),
    "all caches removed": (F + f"RUN {UP} && rm -rf /var/cache/*\n", "holds more than the cache"),
    "all of the home's caches removed": (
        P + "RUN pip install x && rm -rf /root/.cache\n",
        "holds more than the cache",
    ),
    "apt without root": (F + f"USER x\nRUN {UP}\n", "not run as root"),
    "apt by sudo": (F + "RUN sudo apt-get update && sudo apt-get install x\n", "another command"),
    "apt at times": (F + "RUN if a; then apt-get update; apt-get install x; fi\n", "within"),
    "clean-up at times": (F + f"RUN {UP} && (rm -rf /var/lib/apt/lists/*)\n", "cannot be taken"),
    "clean-up by find": (F + f"RUN {UP} && find /var/lib/apt/lists -delete\n", "cannot be taken"),
    "pip switched off": (P + "ENV PIP_NO_CACHE_DIR=1\nRUN pip install x\n", "switches it off"),
    "pip elsewhere": (P + "RUN PIP_CACHE_DIR=/c pip install x\n", "elsewhere"),
    "npm elsewhere": (N + "ENV npm_config_cache=/c\nRUN npm ci\n", "elsewhere"),
    "yarn later": (N + "COPY . .\nRUN yarn install\n", "later version of yarn"),
    "cache copied": (
        "FROM node:22 AS a\nRUN npm ci\nFROM node:22\nCOPY --from=a /root/.npm /root/.npm\n",
        "COPY takes the cache of npm",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


FIXED = {
    "other folders by patterns": (
        P + 'RUN pip install x && rm -rf /tmp/* ~/src "$HOME/.config" && mv x /root\n',
        P + PIP + 'pip install x && rm -rf /tmp/* ~/src "$HOME/.config" && mv x /root\n',
    ),
    "apt": (F + f"RUN {UP}\n", F + APT + CLEAN + UP + "\n"),
    "apt, cleaned": (
        F + f"RUN {UP} && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*\n",
        F + APT + CLEAN + UP + "\n",
    ),
    "apt, cleaned with others": (
        F + f"RUN {UP} && rm -rf /tmp/* /var/lib/apt/lists/* /var/tmp/*\n",
        F + APT + CLEAN + UP + " && rm -rf /tmp/* /var/tmp/*\n",
    ),
    "apt, cleaned by two patterns": (
        F + f"RUN {UP} && rm -r /var/lib/apt/lists/* /var/cache/apt/archives/*.deb\n",
        F + APT + CLEAN + UP + "\n",
    ),
    "copied elsewhere": (
        P + "RUN pip install x && cp a /root && tar xf a.tar -C /root && ls /root/.cache\n",
        P + PIP + "pip install x && cp a /root && tar xf a.tar -C /root && ls /root/.cache\n",
    ),
    "apt, settings gone": (
        F + f"RUN rm /etc/apt/apt.conf.d/docker-clean && {UP}\n",
        F + APT + f"  rm /etc/apt/apt.conf.d/docker-clean && {UP}\n",
    ),
    "apt in a list": (
        F + "RUN set -e; apt-get update; apt-get install x\n",
        F + APT + "  set -e; rm -f /etc/apt/apt.conf.d/docker-clean; \\\n"
        "  apt-get update; apt-get install x\n",
    ),
    "apt, cleaned in a list": (
        F + "RUN set -e; apt-get update; apt-get install x; rm -rf /var/lib/apt/lists/*;\n",
        F + APT + "  set -e; rm -f /etc/apt/apt.conf.d/docker-clean; \\\n"
        "  apt-get update; apt-get install x;\n",
    ),
    "apt, somewhere": (
        "FROM me/base:1\n" + f"RUN {UP}\n",
        "FROM me/base:1\n" + APT + CLEAN + UP + "\n",
    ),
    "comments stay": (
        F + "RUN apt-get update && apt-get install -y \\\n# a\n  a \\\n # b\n  b\n",
        F + APT + CLEAN + "apt-get update && apt-get install -y \\\n# a\n  a \\\n # b\n  b\n",
    ),
    "other mounts": (
        P + "RUN --mount=type=secret,id=x pip install x\n",
        P + "RUN --mount=type=secret,id=x \\\n  --mount=type=cache,target=/root/.cache/pip \\\n"
        "  pip install x\n",
    ),
    "pip": (P + "RUN pip install --no-cache-dir x && y\n", P + PIP + "pip install x && y\n"),
    "pip, removed": (
        P + "RUN pip install x && rm -rf /root/.cache/pip && y\n",
        P + PIP + "pip install x && y\n",
    ),
    "pip, new frontend": (
        "# syntax=docker/dockerfile:1\n" + P + "RUN pip install x\n",
        "# syntax=docker/dockerfile:1\n" + P + PIP + "pip install x\n",
    ),
    "npm": (N + "RUN npm ci\n", N + NPM + "npm ci\n"),
    "npm of node": (
        N + "USER node\nRUN npm ci\n",
        N + "USER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 \\\n"
        "  npm ci\n",
    ),
    "yarn": (
        Y + "RUN yarn --frozen-lockfile && yarn cache clean\n",
        Y + "RUN --mount=type=cache,target=/usr/local/share/.cache/yarn \\\n"
        "  yarn --frozen-lockfile\n",
    ),
    "carriage returns": (
        "FROM python:3.13\r\nRUN pip install x\r\n",
        "FROM python:3.13\r\nRUN --mount=type=cache,target=/root/.cache/pip \\\r\n"
        "  pip install x\r\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case])


def test_it_needs_aggressive_and_is_off_unless_selected() -> None:
    assert not run(NAME, FIXED["pip"][0], level=Level.STANDARD).changed
    assert not all_fixers()[NAME].default


@pytest.mark.parametrize("case", FIXED)
def test_it_comes_to_rest_beside_clean_ups(case: str) -> None:
    fixers = tuple(all_fixers()[name] for name in ("clean-package-cache", NAME, "merge-runs"))
    request = Request(fixers, Level.AGGRESSIVE, Surroundings(images=EmbeddedImages()))
    result = fix_bytes(FIXED[case][0].encode(), request)
    assert result.error is None, result.error
    assert b"--mount=type=cache" in result.after
    assert fix_bytes(result.after, request).after == result.after
    found = run("emptied-cache-mount", result.after.decode())
    assert found.findings == ()
