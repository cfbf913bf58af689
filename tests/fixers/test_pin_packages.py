"""pin-packages: what it leaves alone first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level, Request, Surroundings, fix_bytes, parse
from dfix.check import problems
from dfix.facts.package_versions import (
    NoVersion,
    Package,
    PackageVersion,
    is_name,
    is_platform,
    is_together,
)
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from tests.fixers.checks import check_fixed, check_noop, check_refused, run
from tests.packages import EveryPackage
from tests.properties import guarded

NAME = "pin-packages"
CORPUS = Path(__file__).parents[1] / "corpus"

VERSIONS = {
    ("apt", "debian bookworm amd64"): {
        "curl": "7.88.1-10+deb12u14", "git": "1:2.39.5-0+deb12u2", "g++": "4:12.2.0-3",
        "ca-certificates": "20230311+deb12u1", "build-essential": "12.9", "apt": "2.6.1",
        "python3-pip": "23.0.1+dfsg-1", "python3": "3.11.2-1+b1",
    },
    ("apt", "debian bookworm arm64"): {"curl": "7.88.1-10+deb12u14+b1"},
    ("apt", "debian trixie amd64"): {"curl": "8.14.1-2"},
    ("apt", "ubuntu jammy amd64"): {"curl": "7.81.0-1ubuntu1.20"},
    ("pip", "python 3.13 glibc amd64"): {"requests": "2.32.5", "uvicorn": "0.38.0", "zope-interface": "8.0"},
    ("pip", "python 3.12.4 musl amd64"): {"requests": "2.32.4"},
    ("pip", "python 3.11 glibc amd64"): {"requests": "2.32.3"},
    ("npm", "node 24"): {"pm2": "6.0.13", "@angular/cli": "20.3.1", "yarn": "1.22.22"},
    ("npm", "node"): {"pm2": "6.0.12"},
}  # fmt: skip


TOGETHER = {
    "",
    "requests uvicorn",
    "requests[socks] uvicorn==0.30 zope-interface",
}


class Held:
    """A lock file's answers, as they are asked for."""

    def version(self, package: Package) -> PackageVersion | NoVersion:
        assert is_platform(package.ecosystem, package.platform), package
        assert is_name(package.ecosystem, package.name), package
        assert is_together(package.ecosystem, package.name, package.together), package
        if package.together not in TOGETHER:
            return NoVersion("nobody has it")
        found = VERSIONS.get((package.ecosystem, package.platform), {}).get(package.name)
        return NoVersion("nobody has it") if found is None else PackageVersion(found, "lock")


HELD = Held()
UPDATE = "apt-get update && apt-get install -y"
DEBIAN = f"FROM debian:12\nRUN {UPDATE}"
PYTHON = "FROM python:3.13\nRUN pip install"
NODE = "FROM node:24\nRUN npm install -g"

NOOP = {
    # There is a version already, a range, or something that its maker gives one.
    "apt-version": f"{DEBIAN} curl=7.88.1-10\n",
    "apt-prefix": f"{DEBIAN} curl=7.88.* git=1:2.39*\n",
    "apt-quoted-version": f"{DEBIAN} 'curl=7.88.1-*' \"git=1:2\"\n",
    "pip-version": f"{PYTHON} requests==2.0\n",
    "pip-range": f"{PYTHON} 'requests>=2,<3' \"flask~=3.0\"\n",
    "pip-extras-with-a-version": f"{PYTHON} 'uvicorn[standard]==0.1'\n",
    "pip-version-by-pattern": f"{PYTHON} requests==2.*\n",
    "pip-requirements": f"{PYTHON} -r requirements.txt\n",
    "pip-project": f"{PYTHON} -e .\n",
    "npm-version": f"{NODE} pm2@6.0.1\n",
    "npm-range": f"{NODE} pm2@^6 'typescript@>=5'\n",
    "npm-scoped-version": f"{NODE} @angular/cli@20\n",
    # Nothing is installed, or not by name.
    "apt-update": "FROM debian:12\nRUN apt-get update\n",
    "apt-upgrade": "FROM debian:12\nRUN apt-get update && apt-get -y upgrade\n",
    "apt-remove": "FROM debian:12\nRUN apt-get remove -y curl\n",
    "apt-fix": "FROM debian:12\nRUN apt-get install -fy\n",
    "apt-simulated": f"{DEBIAN} -s curl\n",
    "apt-downloaded": f"{DEBIAN} --download-only curl\n",
    "apt-build-dep": "FROM debian:12\nRUN apt-get update && apt-get build-dep -y curl\n",
    "apt-source": "FROM debian:12\nRUN apt-get source curl\n",
    "apt-cache": "FROM debian:12\nRUN apt-cache policy curl\n",
    "pip-uninstall": "FROM python:3.13\nRUN pip uninstall -y requests\n",
    "pip-download": "FROM python:3.13\nRUN pip download requests\n",
    "pip-freeze": "FROM python:3.13\nRUN pip freeze\n",
    "pip-tried": f"{PYTHON} --dry-run requests\n",
    "npm-ci": "FROM node:24\nRUN npm ci\n",
    "npm-install": "FROM node:24\nRUN npm install --omit=dev\n",
    "npm-run": "FROM node:24\nRUN npm run install\n",
    "npm-tried": f"{NODE} --dry-run pm2\n",
    # Other package managers, and what only looks like one.
    "apk": "FROM alpine:3.22\nRUN apk add curl\n",
    "dnf": "FROM fedora:42\nRUN dnf install -y curl\n",
    "gem": "FROM ruby:3\nRUN gem install rake\n",
    "yarn": "FROM node:24\nRUN yarn global add pm2\n",
    "echo": "FROM debian:12\nRUN echo apt-get install -y curl\n",
    "comment": "FROM debian:12\n# RUN apt-get install -y curl\nRUN true\n",
    "shell-comment": "FROM debian:12\nRUN true # apt-get install -y curl\n",
    "label": 'FROM debian:12\nLABEL how="pip install requests"\n',
    "cmd": 'FROM debian:12\nCMD ["apt-get", "install", "-y", "curl"]\n',
    "onbuild": f"FROM debian:12\nONBUILD RUN {UPDATE} curl\n",
    "heredoc-file": "FROM debian:12\nCOPY <<EOF /install.sh\napt-get install -y curl\nEOF\n",
    "windows": "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN npm install -g pm2\n",
    "powershell": 'FROM node:24\nSHELL ["pwsh", "-c"]\nRUN npm install -g pm2\n',
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case], packages=HELD)


REFUSED = {
    # What the words are.
    "variable": (f"{DEBIAN} curl $MORE\n", "may turn into options"),
    "variable-in-quotes": (f'{DEBIAN} curl "$MORE"\n', "may turn into options"),
    "substitution": (f"{DEBIAN} curl $(cat list)\n", "may turn into options"),
    "variable-behind-a-name": (f"{DEBIAN} curl-$V\n", "not a plain name"),
    "pattern": (f"{DEBIAN} curl*\n", "not a plain name"),
    "braces": (f"{DEBIAN} {{curl,git}}\n", "a word may turn into options"),
    "architecture": (f"{DEBIAN} curl:arm64\n", "not a plain name"),
    "release": (f"{DEBIAN} curl/bookworm-backports\n", "not the plain name"),
    "removal": (f"{DEBIAN} curl-\n", "not the plain name"),
    "marked": (f"{DEBIAN} curl+\n", "not the plain name"),
    "task": (f"{DEBIAN} curl^\n", "not a plain name"),
    "capitals": (f"{DEBIAN} CURL\n", "not the plain name"),
    "continued-within": (f"{DEBIAN} cu\\\nrl\n", "not a plain name"),
    "partly-quoted": (f"{DEBIAN} cu'rl'\n", "not a plain name"),
    "unknown": (f"{DEBIAN} nosuch\n", "`nosuch`: nobody has it"),
    # Where packages come from.
    "local-file": (f"{DEBIAN} ./a.deb curl\n", "the sources of packages"),
    "dpkg": ("FROM debian:12\nRUN dpkg -i /x.deb\nRUN " + UPDATE + " curl\n", "the sources of"),
    "add-repository": (f"FROM debian:12\nRUN add-apt-repository -y x && {UPDATE} curl\n", "sources"),
    "sources-list": (f"FROM debian:12\nRUN echo a >/etc/apt/sources.list.d/a && {UPDATE} curl\n", "sources"),
    "sources-edited": (f"FROM debian:12\nRUN sed -i s/a/b/ /etc/apt/sources.list && {UPDATE} curl\n", "sources"),
    "sources-before": (f"FROM debian:12\nRUN echo a >/etc/apt/sources.list\nRUN {UPDATE} curl\n", "sources"),
    "sources-copied": (f"FROM debian:12\nCOPY a.list /etc/apt/sources.list.d/\nRUN {UPDATE} curl\n", "sources"),
    "sources-in-the-parent": (f"FROM debian:12 AS a\nRUN apt-key add x\nFROM a\nRUN {UPDATE} curl\n", "sources"),
    "sources-mounted": (f"FROM debian:12\nRUN --mount=target=/etc/apt/sources.list.d {UPDATE} curl\n", "sources"),
    "preferences": (f"FROM debian:12\nCOPY pins /etc/apt/preferences.d/\nRUN {UPDATE} curl\n", "sources"),
    "keyring": (f"FROM debian:12\nRUN curl x -o /usr/share/keyrings/x.gpg && {UPDATE} curl\n", "sources"),
    "script-of-the-net": (f"FROM debian:12\nRUN curl -sL https://x/setup | bash -\nRUN {UPDATE} curl\n", "sources"),
    "script-of-the-net-too": (f"FROM debian:12\nRUN bash <(curl -sL x) && {UPDATE} curl\n", "sources"),
    "copied-over-the-root": (f"FROM debian:12\nCOPY files/ /\nRUN {UPDATE} curl\n", "what is copied"),
    "copied-to-the-root-by-a-dot": (f"FROM debian:12\nCOPY . .\nRUN {UPDATE} curl\n", "what is copied"),
    "copied-over-etc": (f"FROM debian:12\nCOPY etc /etc/\nRUN {UPDATE} curl\n", "what is copied"),
    "default-release": (f"FROM debian:12\nRUN echo 'APT::Default-Release \"x\";' > /etc/apt/apt.conf.d/x && {UPDATE} curl\n", "sources"),
    "other-architecture": (f"FROM debian:12\nRUN dpkg --add-architecture i386 && {UPDATE} curl\n", "sources"),
    "sources-copied-as-a-folder": (f"FROM debian:12\nCOPY apt /etc/apt\nRUN {UPDATE} curl\n", "sources"),
    "sources-copied-by-an-array": (f'FROM debian:12\nCOPY ["apt", "/etc/apt"]\nRUN {UPDATE} curl\n', "sources"),
    "sources-copied-from-a-stage": (f"FROM debian:12\nCOPY --from=x /a /etc/apt\nRUN {UPDATE} curl\n", "sources"),
    "sources-copied-into-the-workdir": (f"FROM debian:12\nWORKDIR /etc/apt\nCOPY apt .\nRUN {UPDATE} curl\n", "sources"),
    "settings-copied": (f"FROM debian:12\nCOPY 99x /etc/apt/apt.conf.d/\nRUN {UPDATE} curl\n", "what is copied"),
    "sources-mounted-as-a-folder": (f"FROM debian:12\nRUN --mount=source=apt,target=/etc/apt {UPDATE} curl\n", "sources"),
    "sources-put-there": (f"FROM debian:12\nRUN cp -r /tmp/apt /etc\nRUN {UPDATE} curl\n", "sources"),
    "root-put-there": (f"FROM debian:12\nRUN rsync -a /tmp/root/ /\nRUN {UPDATE} curl\n", "sources"),
    "script-of-the-net-in-lines": (f"FROM debian:12\nRUN curl -sL \\\n  https://x/setup \\\n  | bash -\nRUN {UPDATE} curl\n", "sources"),
    "script-of-the-net-behind-a-pipe": (f"FROM debian:12\nRUN curl -sL https://x/setup | \\\n  # reads it\n  bash -\nRUN {UPDATE} curl\n", "sources"),
    "script-of-the-net-with-a-query": (f"FROM debian:12\nRUN curl -sL 'https://x/?a&b;c' | sudo -E bash -\nRUN {UPDATE} curl\n", "sources"),
    "script-of-the-net-saved": (f"FROM debian:12\nRUN curl -o s https://x/setup && bash s\nRUN {UPDATE} curl\n", "sources"),
    "script-in-the-same-run": ("FROM debian:12\nRUN apt-get update && sudo -E sh s && apt-get install -y curl\n", "sources"),
    "script-by-its-path": (f"FROM debian:12\nCOPY add /tmp/\nRUN /tmp/add\nRUN {UPDATE} curl\n", "sources"),
    "script-by-its-ending": (f"FROM debian:12\nRUN add-repositories.sh\nRUN {UPDATE} curl\n", "sources"),
    "script-of-a-package": (f"FROM debian:12\nRUN /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh\nRUN {UPDATE} curl\n", "sources"),
    "script-in-exec-form": (f'FROM debian:12\nRUN ["bash", "/tmp/add"]\nRUN {UPDATE} curl\n', "sources"),
    "script-that-is-read": (f"FROM debian:12\nRUN . ./add.sh && {UPDATE} curl\n", "sources"),
    "script-of-a-variable": (f"FROM debian:12\nRUN sh \"$X\"\nRUN {UPDATE} curl\n", "a script (`a variable`)"),
    "script-of-a-heredoc": (f"FROM debian:12\nRUN <<EOF\nsh add\nEOF\nRUN {UPDATE} curl\n", "sources"),
    "script-with-options": (f"FROM debian:12\nRUN bash -eux -o pipefail add\nRUN {UPDATE} curl\n", "sources"),
    "packages-from-files": (f"FROM debian:12\nRUN dpkg -i /tmp/*.deb\nRUN {UPDATE} curl\n", "sources"),
    "packages-from-files-by-apt": (f"FROM debian:12\nRUN apt-get install -y /tmp/*.deb\nRUN {UPDATE} curl\n", "sources"),
    "subscription": (f"FROM ubuntu:22.04\nRUN pro attach x\nRUN {UPDATE} curl\n", "sources"),
    "release-upgraded": (f"FROM ubuntu:22.04\nRUN do-release-upgrade\nRUN {UPDATE} curl\n", "sources"),
    "held": (f"FROM debian:12\nRUN apt-mark hold curl\nRUN {UPDATE} curl\n", "sources"),
    "other-settings": (f"FROM debian:12\nENV APT_CONFIG=/x\nRUN {UPDATE} curl\n", "sources"),
    # How they are installed.
    "target-release": (f"{DEBIAN} -t bookworm-backports curl\n", "the option -t"),
    "target-release-long": (f"{DEBIAN} --target-release=x curl\n", "the option --target-release"),
    "option": (f"{DEBIAN} -o APT::Default=x curl\n", "the option -o"),
    "only-upgrade": (f"{DEBIAN} --only-upgrade curl\n", "--only-upgrade"),
    "unknown-option": (f"{DEBIAN} --frobnicate curl\n", "--frobnicate is not known"),
    "passed-over": (f"{DEBIAN} curl || true\n", "its failure is passed over"),
    "tried": (f"FROM debian:12\nRUN if {UPDATE} curl; then echo; fi\n", "its failure is passed over"),
    "passed-over-by-a-list": ("FROM debian:12\nRUN apt-get update; apt-get install -y curl; echo\n", "its failure is passed over"),
    "passed-over-by-lines": ("FROM debian:12\nRUN set -e; set +e; apt-get update; apt-get install -y curl; echo\n", "its failure is passed over"),
    "passed-over-in-a-chain": (f"FROM debian:12\nRUN set -e; {UPDATE} curl && echo; echo\n", "its failure is passed over"),
    "passed-over-in-a-group": ("FROM debian:12\nRUN set -e; { apt-get update; apt-get install -y curl; echo; } && echo\n", "its failure is passed over"),
    "passed-over-by-a-pipe": (f"{DEBIAN} curl | tee log\n", "its failure is passed over"),
    "passed-over-by-a-loop": ("FROM debian:12\nRUN apt-get update; for i in a b; do apt-get install -y curl; done\n", "its failure is passed over"),
    "passed-over-behind-a-loop": ("FROM debian:12\nRUN apt-get update; for i in a; do true; done; apt-get install -y curl; echo\n", "its failure is passed over"),
    "pip-passed-over-by-a-list": (f"{PYTHON} requests; echo\n", "its failure is passed over"),
    "for-another-machine": ('FROM debian:12\nRUN apt-get update && if [ "$(uname -m)" = aarch64 ]; then apt-get install -y curl; fi\n', "depends on the machine"),
    "for-another-machine-by-case": ('FROM debian:12\nRUN set -e; arch="$(dpkg --print-architecture)"; apt-get update; case "$arch" in arm64) apt-get install -y curl ;; esac\n', "depends on the machine"),
    "for-another-machine-by-argument": ("FROM debian:12\nARG TARGETARCH\nRUN set -e; apt-get update; if [ $TARGETARCH = arm64 ]; then apt-get install -y curl; fi\n", "depends on the machine"),
    "for-another-machine-by-a-chain": ("FROM debian:12\nRUN apt-get update && [ $(uname -m) = aarch64 ] && apt-get install -y curl\n", "depends on the machine"),
    "patterns-that-fail": (f'FROM debian:12\nSHELL ["/bin/bash", "-O", "failglob", "-c"]\nRUN {UPDATE} curl\n', "takes a pattern"),
    "patterns-that-vanish": (f"FROM debian:12\nRUN shopt -s nullglob; {UPDATE} curl\n", "takes a pattern"),
    "version-of-the-same": (f"{DEBIAN} curl=7.88.1-10 curl\n", "it stands there with a version"),
    "lists-of-another-run": ("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n", "the lists come from another RUN"),
    "lists-renewed-later": ("FROM debian:12\nRUN apt-get install -y curl && apt-get update\n", "the lists come from another RUN"),
    "heredoc": (f"FROM debian:12\nRUN <<EOF\n{UPDATE} curl\nEOF\n", "only commands in the shell form"),
    "exec-form": ('FROM debian:12\nRUN ["apt-get", "install", "-y", "curl"]\n', "only commands in the shell form"),
    # Which release it is.
    "no-tag": (f"FROM debian\nRUN {UPDATE} curl\n", "has no tag that names its release"),
    "latest": (f"FROM debian:latest\nRUN {UPDATE} curl\n", "fixes no release"),
    "stable": (f"FROM debian:stable-slim\nRUN {UPDATE} curl\n", "fixes no release"),
    "testing": (f"FROM debian:forky\nRUN {UPDATE} curl\n", "fixes no release"),
    "archived": (f"FROM debian:9\nRUN {UPDATE} curl\n", "fixes no release"),
    "backports": (f"FROM debian:bookworm-backports\nRUN {UPDATE} curl\n", "fixes no release"),
    "rolling": (f"FROM ubuntu:rolling\nRUN {UPDATE} curl\n", "fixes no release"),
    "no-code-name": (f"FROM python:3.13\nRUN {UPDATE} curl\n", "fixes no release"),
    "name-of-the-other": (f"FROM ubuntu:bookworm\nRUN {UPDATE} curl\n", "fixes no release"),
    "digest-alone": (f"FROM debian@sha256:{'0' * 64}\nRUN {UPDATE} curl\n", "has no tag"),
    "other-publisher": (f"FROM me/debian:12\nRUN {UPDATE} curl\n", "is not known"),
    "other-registry": (f"FROM r.example.com/debian:12\nRUN {UPDATE} curl\n", "is not known"),
    "sources-of-its-own": (f"FROM postgres:17-bookworm\nRUN {UPDATE} curl\n", "is not known"),
    "variable-base": (f"ARG B\nFROM $B\nRUN {UPDATE} curl\n", "the base image is a variable"),
    "default-of-an-argument": (f"ARG B=debian:12\nFROM $B\nRUN {UPDATE} curl\n", "the base image is a variable"),
    "tag-of-an-argument": (f"ARG V=12\nFROM debian:$V AS a\nFROM a\nRUN {UPDATE} curl\n", "the base image is a variable"),
    "python-of-an-argument": ("ARG V=3.13\nFROM python:$V\nRUN pip install requests\n", "the base image is a variable"),
    "platform": (f"FROM --platform=$BUILDPLATFORM debian:12\nRUN {UPDATE} curl\n", "the platform of FROM"),
    "odd-platform": (f"FROM --platform=linux/vax debian:12\nRUN {UPDATE} curl\n", "the platform of FROM"),
    "not-on-the-platform": (f"FROM --platform=linux/arm64 debian:12\nRUN {UPDATE} git\n", "nobody has it"),
    # pip.
    "pip-beside-a-range": (f"{PYTHON} requests 'uvicorn>=1'\n", "one beside it is not certain"),
    "pip-beside-a-pattern": (f"{PYTHON} requests uvicorn==1.*\n", "one beside it is not certain"),
    "pip-beside-a-marker": (f"{PYTHON} requests \"uvicorn; python_version<'4'\"\n", "one beside it"),
    "pip-beside-an-address": (f"{PYTHON} requests git+https://x.example.com/a\n", "one beside it"),
    "pip-beside-this-folder": (f"{PYTHON} . requests\n", "one beside it is not certain"),
    "pip-twice": (f"{PYTHON} requests Requests[socks]\n", "one beside it is not certain"),
    "pip-several-that-do-not-fit": (f"{PYTHON} requests uvicorn flask\n", "nobody has it"),
    "pip-index": (f"{PYTHON} --index-url https://x.example.com requests\n", "--index-url"),
    "pip-index-short": (f"{PYTHON} -i https://x.example.com requests\n", "-i"),
    "pip-extra-index": (f"{PYTHON} --extra-index-url=https://x.example.com requests\n", "--extra-index-url"),
    "pip-links": (f"{PYTHON} -f /wheels requests\n", "the option -f"),
    "pip-constraints": (f"{PYTHON} -c c.txt requests\n", "the option -c"),
    "pip-requirements-too": (f"{PYTHON} -r r.txt requests\n", "the option -r"),
    "pip-pre": (f"{PYTHON} --pre requests\n", "the option --pre"),
    "pip-prefer-binary": (f"{PYTHON} --prefer-binary requests\n", "--prefer-binary"),
    "pip-index-by-env": (f"FROM python:3.13\nENV PIP_INDEX_URL=https://x.example.com\n{PYTHON[17:]} requests\n", "PIP_INDEX_URL"),
    "pip-index-inline": ("FROM python:3.13\nRUN PIP_EXTRA_INDEX_URL=x pip install requests\n", "PIP_EXTRA_INDEX_URL"),
    "pip-configured": ("FROM python:3.13\nCOPY pip.conf /etc/\nRUN pip install requests\n", "pip.conf"),
    "pip-configured-by-itself": ("FROM python:3.13\nRUN pip config set global.index-url x\nRUN pip install requests\n", "pip config"),
    "pip-url": (f"{PYTHON} https://x.example.com/a.whl\n", "not a plain name"),
    "pip-git": (f"{PYTHON} git+https://x.example.com/a\n", "not a plain name"),
    "pip-path": (f"{PYTHON} ./a\n", "not a plain name"),
    "pip-this-folder": (f"{PYTHON} .\n", "not a plain name"),
    "pip-marker": (f"{PYTHON} \"requests; python_version<'4'\"\n", "not a plain name"),
    "pip-itself": (f"{PYTHON} --upgrade pip\n", "wants the newest one"),
    "pip-setuptools": (f"{PYTHON} -U setuptools\n", "wants the newest one"),
    "pip-after-requirements": ("FROM python:3.13\nRUN pip install -r r.txt\nRUN pip install requests\n", "an earlier call"),
    "pip-after-another": (f"{PYTHON} flask==3 && pip install requests\n", "an earlier call"),
    "pip-after-another-in-the-parent": (f"{PYTHON.replace('3.13', '3.13 AS a')} flask==3\nFROM a\nRUN pip install requests\n", "an earlier call"),
    "pip-after-a-heredoc": ("FROM python:3.13\nRUN <<EOF\npip install flask\nEOF\nRUN pip install requests\n", "an earlier call"),
    "pip-after-poetry": ("FROM python:3.13\nRUN poetry install\nRUN pip install requests\n", "an older version may be there"),
    "pip-of-a-venv": ("FROM python:3.13\nRUN /venv/bin/pip install requests\n", "which Python"),
    "pip-of-a-variable": ("FROM python:3.13\nRUN $V/bin/pip install requests\n", "which Python"),
    "pip2": ("FROM python:3.13\nRUN pip2 install requests\n", "which Python"),
    "pip-of-another-python": ("FROM python:3.13\nRUN pip3.9 install requests\n", "is not the Python 3.13"),
    "pip-of-another-python-by-module": ("FROM python:3.13\nRUN python3.9 -m pip install requests\n", "is not the Python 3.13"),
    "pip-beside-conda": ("FROM python:3.13\nRUN conda create x\nRUN pip install requests\n", "conda"),
    "python-latest": ("FROM python:latest\nRUN pip install requests\n", "fixes no Python"),
    "python-major": ("FROM python:3\nRUN pip install requests\n", "fixes no Python"),
    "python-2": ("FROM python:2.7\nRUN pip install requests\n", "fixes no Python"),
    "python-candidate": ("FROM python:3.15-rc\nRUN pip install requests\n", "fixes no Python"),
    "python-candidate-number": ("FROM python:3.15.0rc1\nRUN pip install requests\n", "fixes no Python"),
    "python-of-a-new-release": ("FROM ubuntu:26.04\nRUN pip install requests\n", "which Python"),
    "pip-of-a-second-python": ("FROM debian:11\nRUN curl -sO x/get-pip.py && python2 get-pip.py\nRUN pip install requests\n", "another Python"),
    "pip-of-a-second-python-by-number": ("FROM debian:11\nRUN curl -s x/get-pip.py | /usr/bin/python2.7\nRUN pip install requests\n", "another Python"),
    "pip-age": ("FROM python:3.13\nENV PIP_UPLOADED_PRIOR_TO=2024-01-01\nRUN pip install requests\n", "PIP_UPLOADED_PRIOR_TO"),
    "pip-built": ("FROM debian:12\nRUN wget https://www.python.org/ftp/python/3.9.1/Python-3.9.1.tgz\nRUN pip install requests\n", "a Python of its own"),
    "pip-after-a-copied-user's-home": ("FROM python:3.13\nUSER app\nWORKDIR /home/app\nCOPY . .\nRUN pip install requests\n", "what is copied"),
    "pip-after-a-script": ("FROM python:3.13\nRUN sh install\nRUN pip install requests\n", "an older version may be there"),
    "pip-after-copied-packages": ("FROM python:3.13\nCOPY --from=a /usr/local /usr/local\nRUN pip install requests\n", "what is copied"),
    "pip-after-copied-settings": ("FROM python:3.13\nCOPY pip /root/.config/pip\nRUN pip install requests\n", "what is copied"),
    "pip-after-a-copied-root": ("FROM python:3.13\nCOPY . /\nRUN pip install requests\n", "what is copied"),
    "pip-after-a-copied-home": ("FROM python:3.13\nWORKDIR /root\nCOPY . .\nRUN pip install requests\n", "what is copied"),
    "pip-passed-over": (f"{PYTHON} requests || true\n", "its failure is passed over"),
    # npm.
    "npm-local": ("FROM node:24\nRUN npm install pm2\n", "without -g"),
    "npm-latest": (f"{NODE} pm2@latest\n", "it names a tag"),
    "npm-tag": (f"{NODE} pm2@next\n", "it names a tag"),
    "npm-registry": (f"{NODE} --registry=https://x.example.com pm2\n", "--registry"),
    "npm-registry-set": ("FROM node:24\nRUN npm config set registry x\nRUN npm install -g pm2\n", "another registry"),
    "npm-registry-by-env": ("FROM node:24\nENV NPM_CONFIG_REGISTRY=x\nRUN npm install -g pm2\n", "another registry"),
    "npmrc": ("FROM node:24\nCOPY .npmrc /root/\nRUN npm install -g pm2\n", "another registry"),
    "npm-after-a-copied-home": ("FROM node:24\nCOPY . /root/\nRUN npm install -g pm2\n", "what is copied"),
    "npm-after-a-copied-user's-home": ("FROM node:24\nUSER node\nWORKDIR /home/node\nCOPY . .\nRUN npm install -g pm2\n", "what is copied"),
    "npm-other-settings": ("FROM node:24\nENV NPM_CONFIG_USERCONFIG=/x\nRUN npm install -g pm2\n", "another registry"),
    "npm-age": ("FROM node:24\nRUN npm_config_min_release_age=7 npm install -g pm2\n", "another registry"),
    "npm-in-the-background": (f"{NODE} pm2 &\n", "its failure is passed over"),
    "npm-before": (f"{NODE} --before=2024-01-01 pm2\n", "--before"),
    "npm-itself": (f"{NODE} npm\n", "wants the newest one"),
    "npm-git": (f"{NODE} git+https://x.example.com/a.git\n", "not a plain name"),
    "npm-github": (f"{NODE} me/repo\n", "not the plain name"),
    "npm-path": (f"{NODE} ./a\n", "not a plain name"),
    "npm-archive": (f"{NODE} https://x.example.com/a.tgz\n", "not a plain name"),
    "npm-alias": (f"{NODE} a@npm:pm2\n", "not a plain name"),
    "npm-passed-over": (f"{NODE} pm2 || true\n", "its failure is passed over"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, text, reason, packages=HELD)


def test_nothing_is_locked() -> None:
    for text in (f"{DEBIAN} curl\n", f"{PYTHON} requests\n", f"{NODE} pm2\n"):
        check_refused(NAME, text, "not locked: see `dfix pin --online --packages`")


def test_a_context_of_that_name() -> None:
    text = f"{DEBIAN} curl\n"
    check_refused(
        NAME, text, "from a context of that name", packages=HELD, overridden=["debian:12"]
    )


def test_below_its_level_nothing_is_changed() -> None:
    for level in (Level.SAFE, Level.STANDARD):
        result = run(NAME, f"{DEBIAN} curl\n", packages=HELD, level=level)
        assert not result.changed


FIXED = {
    "usual-settings-of-pip": (
        "FROM python:3.13\nENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=on PYTHON_PIP_VERSION=24\nRUN pip install requests\n",
        "FROM python:3.13\nENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=on PYTHON_PIP_VERSION=24\nRUN pip install requests==2.32.5\n",
    ),
    "usual-settings-of-npm": (
        "FROM node:24\nENV NPM_CONFIG_LOGLEVEL=warn npm_config_update_notifier=false\nRUN npm install -g pm2\n",
        "FROM node:24\nENV NPM_CONFIG_LOGLEVEL=warn npm_config_update_notifier=false\nRUN npm install -g pm2@6.0.13\n",
    ),
    "copied-below-a-home": (
        "FROM node:24\nWORKDIR /home/node/app\nCOPY . .\nRUN rm *.deb; npm install -g pm2\n",
        "FROM node:24\nWORKDIR /home/node/app\nCOPY . .\nRUN rm *.deb; npm install -g pm2@6.0.13\n",
    ),
    "archives-removed-before": (
        f"FROM debian:12\nRUN rm -f /var/cache/apt/archives/*.deb; {UPDATE} curl\n",
        f"FROM debian:12\nRUN rm -f /var/cache/apt/archives/*.deb; {UPDATE} curl=7.88.1-*\n",
    ),
    "scripts-that-build": (
        f"FROM debian:12\nRUN ./configure && /opt/go/bin/go build && /usr/lib/jvm/a/keytool && bash -c 'make' && . /etc/os-release\nRUN {UPDATE} curl\n",
        f"FROM debian:12\nRUN ./configure && /opt/go/bin/go build && /usr/lib/jvm/a/keytool && bash -c 'make' && . /etc/os-release\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "scripts-and-copies-afterwards": (
        f"FROM debian:12\nRUN {UPDATE} curl && sh s\nCOPY . /\nRUN curl -sL x | bash\n",
        f"FROM debian:12\nRUN {UPDATE} curl=7.88.1-* && sh s\nCOPY . /\nRUN curl -sL x | bash\n",
    ),
    "in-a-group": (
        f"FROM debian:12\nRUN ({UPDATE} curl)\n",
        f"FROM debian:12\nRUN ({UPDATE} curl=7.88.1-*)\n",
    ),
    "last-in-a-list": (
        f"FROM debian:12\nRUN echo; {UPDATE} curl && echo\n",
        f"FROM debian:12\nRUN echo; {UPDATE} curl=7.88.1-* && echo\n",
    ),
    "strict-loop": (
        "FROM debian:12\nRUN set -e; apt-get update; for i in a; do apt-get install -y curl; done; echo\n",
        "FROM debian:12\nRUN set -e; apt-get update; for i in a; do apt-get install -y curl=7.88.1-*; done; echo\n",
    ),
    "strict-branches": (
        "FROM debian:12\nRUN set -e; apt-get update; if a; then apt-get install -y curl; else b; fi; echo\n",
        "FROM debian:12\nRUN set -e; apt-get update; if a; then apt-get install -y curl=7.88.1-*; else b; fi; echo\n",
    ),
    "strict-pipe": (
        f'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN {UPDATE} curl | tee log\n',
        f'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN {UPDATE} curl=7.88.1-* | tee log\n',
    ),
    "fed-by-a-pipe": (
        "FROM debian:12\nRUN apt-get update && yes | apt-get install curl\n",
        "FROM debian:12\nRUN apt-get update && yes | apt-get install curl=7.88.1-*\n",
    ),
    "for-all-machines": (
        f"FROM debian:12\nRUN {UPDATE} curl && curl https://x/$(dpkg --print-architecture)\n",
        f"FROM debian:12\nRUN {UPDATE} curl=7.88.1-* && curl https://x/$(dpkg --print-architecture)\n",
    ),
    "one-line": (f"{DEBIAN} curl\n", f"{DEBIAN} curl=7.88.1-*\n"),
    "by-code-name": (
        f"FROM debian:bookworm-slim\nRUN {UPDATE} curl\n",
        f"FROM debian:bookworm-slim\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "dated": (
        f"FROM debian:bookworm-20250520-slim\nRUN {UPDATE} curl\n",
        f"FROM debian:bookworm-20250520-slim\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "with-digest": (
        f"FROM debian:12.5@sha256:{'0' * 64}\nRUN {UPDATE} curl\n",
        f"FROM debian:12.5@sha256:{'0' * 64}\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "ubuntu": (
        f"FROM ubuntu:22.04\nRUN {UPDATE} curl\n",
        f"FROM ubuntu:22.04\nRUN {UPDATE} curl=7.81.0-*\n",
    ),
    "of-another-image": (
        f"FROM golang:1.24-trixie\nRUN {UPDATE} curl\n",
        f"FROM golang:1.24-trixie\nRUN {UPDATE} curl=8.14.1-*\n",
    ),
    "of-the-parent": (
        f"FROM debian:12 AS a\nFROM a\nRUN {UPDATE} curl\n",
        f"FROM debian:12 AS a\nFROM a\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "platform": (
        f"FROM --platform=linux/arm64 debian:12\nRUN {UPDATE} curl\n",
        f"FROM --platform=linux/arm64 debian:12\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "quotes": (
        f"{DEBIAN} 'curl' \"git\"\n",
        f"{DEBIAN} 'curl=7.88.1-*' \"git=1:2.39.5-*\"\n",
    ),
    "native-and-epochs": (
        f"{DEBIAN} ca-certificates build-essential apt g++ git\n",
        f"{DEBIAN} ca-certificates=20230311* build-essential=12.9* apt=2.6.* g++=4:12.2.0-* git=1:2.39.5-*\n",
    ),
    "those-that-have-one": (
        f"{DEBIAN} curl nosuch git=1 curl/x\n",
        f"{DEBIAN} curl=7.88.1-* nosuch git=1 curl/x\n",
    ),
    "lines-and-comments": (
        "FROM debian:12\nRUN apt-get update \\\n && apt-get install -y --no-install-recommends \\\n"
        "  # fetches\n\n  curl \\\n  # builds\n  git \\\n && rm -rf /var/lib/apt/lists/*\n",
        "FROM debian:12\nRUN apt-get update \\\n && apt-get install -y --no-install-recommends \\\n"
        "  # fetches\n\n  curl=7.88.1-* \\\n  # builds\n  git=1:2.39.5-* \\\n && rm -rf /var/lib/apt/lists/*\n",
    ),
    "windows-line-ends": (
        f"FROM debian:12\r\nRUN {UPDATE} \\\r\n  curl\r\n",
        f"FROM debian:12\r\nRUN {UPDATE} \\\r\n  curl=7.88.1-*\r\n",
    ),
    "flags-between": (
        f"{DEBIAN} curl -qq --no-install-recommends git -o Dpkg::Options::=--force-confold\n",
        f"{DEBIAN} curl=7.88.1-* -qq --no-install-recommends git=1:2.39.5-* -o Dpkg::Options::=--force-confold\n",
    ),
    "retries": (
        f"{DEBIAN} -o Acquire::Retries=3 curl\n",
        f"{DEBIAN} -o Acquire::Retries=3 curl=7.88.1-*\n",
    ),
    "apt": (
        "FROM debian:12\nRUN apt update; apt install -y curl\n",
        "FROM debian:12\nRUN apt update; apt install -y curl=7.88.1-*\n",
    ),
    "sudo-and-environment": (
        "FROM debian:12\nRUN sudo apt-get update && DEBIAN_FRONTEND=noninteractive sudo -E apt-get -y install curl\n",
        "FROM debian:12\nRUN sudo apt-get update && DEBIAN_FRONTEND=noninteractive sudo -E apt-get -y install curl=7.88.1-*\n",
    ),
    "strict": (
        "FROM debian:12\nRUN set -eux; apt-get update; apt-get install -y curl; rm -rf /x\n",
        "FROM debian:12\nRUN set -eux; apt-get update; apt-get install -y curl=7.88.1-*; rm -rf /x\n",
    ),
    "two-calls": (
        f"{DEBIAN} curl && apt-get install -y git\n",
        f"{DEBIAN} curl=7.88.1-* && apt-get install -y git=1:2.39.5-*\n",
    ),
    "in-a-condition": (
        'FROM debian:12\nRUN apt-get update && if [ -n "$X" ]; then apt-get install -y curl; fi\n',
        'FROM debian:12\nRUN apt-get update && if [ -n "$X" ]; then apt-get install -y curl=7.88.1-*; fi\n',
    ),
    "cache-mounts": (
        "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
        f"RUN --mount=type=cache,target=/var/cache/apt {UPDATE} curl\n",
        "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
        f"RUN --mount=type=cache,target=/var/cache/apt {UPDATE} curl=7.88.1-*\n",
    ),
    "archives-removed": (
        f"{DEBIAN} curl && rm -f /var/cache/apt/archives/*.deb\n",
        f"{DEBIAN} curl=7.88.1-* && rm -f /var/cache/apt/archives/*.deb\n",
    ),
    "copied-elsewhere": (
        f"FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN {UPDATE} curl\n",
        f"FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "sources-of-another-stage": (
        f"FROM debian:12 AS a\nRUN apt-key add x\nFROM debian:12\nRUN {UPDATE} curl\n",
        f"FROM debian:12 AS a\nRUN apt-key add x\nFROM debian:12\nRUN {UPDATE} curl=7.88.1-*\n",
    ),
    "sources-further-down": (
        f"{DEBIAN} curl\nRUN apt-key add x\n",
        f"{DEBIAN} curl=7.88.1-*\nRUN apt-key add x\n",
    ),
    "bash": (
        f'FROM debian:12\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN {UPDATE} curl\n',
        f'FROM debian:12\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN {UPDATE} curl=7.88.1-*\n',
    ),
    "pip": (f"{PYTHON} requests\n", f"{PYTHON} requests==2.32.5\n"),
    "pip-extras": (
        f"{PYTHON} --no-cache-dir uvicorn[standard]\n",
        f"{PYTHON} --no-cache-dir uvicorn[standard]==0.38.0\n",
    ),
    "pip-extras-in-quotes": (
        f'{PYTHON} "Uvicorn[standard,x]"\n',
        f'{PYTHON} "Uvicorn[standard,x]==0.38.0"\n',
    ),
    "pip-name-as-written": (
        f"{PYTHON} zope.interface\n",
        f"{PYTHON} zope.interface==8.0\n",
    ),
    "pip-several": (
        f"{PYTHON} uvicorn requests\n",
        f"{PYTHON} uvicorn==0.38.0 requests==2.32.5\n",
    ),
    "pip-several-with-extras-and-versions": (
        f"{PYTHON} zope.interface 'Uvicorn==0.30' \\\n  'requests[Socks]'\n",
        f"{PYTHON} zope.interface==8.0 'Uvicorn==0.30' \\\n  'requests[Socks]==2.32.5'\n",
    ),
    "pip-beside-itself": (
        f"{PYTHON} -U pip setuptools requests\n",
        f"{PYTHON} -U pip setuptools requests==2.32.5\n",
    ),
    "pip-upgrade": (
        "FROM python:3.13\nRUN pip install flask==3\nRUN pip install -U requests\n",
        "FROM python:3.13\nRUN pip install flask==3\nRUN pip install -U requests==2.32.5\n",
    ),
    "pip-after-itself": (
        f"{PYTHON} --upgrade pip==25.0 && pip install requests\n",
        f"{PYTHON} --upgrade pip==25.0 && pip install requests==2.32.5\n",
    ),
    "pip-by-module": (
        "FROM python:3.13\nRUN python -m pip install requests\n",
        "FROM python:3.13\nRUN python -m pip install requests==2.32.5\n",
    ),
    "pip-of-that-python": (
        "FROM python:3.13\nRUN pip3.13 install requests && python3.13 -V\n",
        "FROM python:3.13\nRUN pip3.13 install requests==2.32.5 && python3.13 -V\n",
    ),
    "pip-on-alpine": (
        "FROM python:3.12.4-alpine3.20\nRUN pip3 install requests\n",
        "FROM python:3.12.4-alpine3.20\nRUN pip3 install requests==2.32.4\n",
    ),
    "pip-of-the-distribution": (
        "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip=23*\n"
        "RUN pip3 install --break-system-packages requests\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip=23*\n"
        "RUN pip3 install --break-system-packages requests==2.32.3\n",
    ),
    "npm": (f"{NODE} pm2\n", f"{NODE} pm2@6.0.13\n"),
    "npm-several": (
        f"{NODE} --no-fund pm2 @angular/cli yarn@1\n",
        f"{NODE} --no-fund pm2@6.0.13 @angular/cli@20.3.1 yarn@1\n",
    ),
    "npm-short": (
        "FROM node:24-alpine\nRUN npm i --global 'pm2' && npm cache clean --force\n",
        "FROM node:24-alpine\nRUN npm i --global 'pm2@6.0.13' && npm cache clean --force\n",
    ),
    "npm-of-the-node-of-an-argument": (
        "ARG V=24\nFROM node:$V\nRUN npm install -g pm2\n",
        "ARG V=24\nFROM node:$V\nRUN npm install -g pm2@6.0.12\n",
    ),
    "npm-of-an-unknown-node": (
        "FROM me/app:1\nRUN npm install -g pm2\n",
        "FROM me/app:1\nRUN npm install -g pm2@6.0.12\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    check_fixed(NAME, before, after, packages=HELD)
    assert guarded(run(NAME, before, packages=HELD)) == []


@pytest.mark.parametrize(
    ("name", "version"),
    [("curl", "7.88.1-10+deb12u14"), ("git", "1:2.39.5-0+deb12u2"), ("apt", "2.6.1")],
)
def test_whole_versions(name: str, version: str) -> None:
    options = {"apt": "version"}
    check_fixed(
        NAME, f"{DEBIAN} {name}\n", f"{DEBIAN} {name}={version}\n", packages=HELD, options=options
    )


def test_what_is_left_is_told_beside_what_is_done() -> None:
    result = run(NAME, f"{DEBIAN} curl aa bb c:arm64\n", packages=HELD)
    told = {each.status: each.reason or "" for each in result.findings}
    assert told["fixed"] == "these are the versions in the lock"
    assert "`aa`, `bb`: nobody has it; `c:arm64`: " in told["refused"]


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.stem)
def test_a_lock_of_everything_does_no_harm_to_nasty_files(path: Path) -> None:
    data = path.read_bytes()
    request = Request(
        (all_fixers()[NAME],),
        Level.AGGRESSIVE,
        Surroundings(images=EmbeddedImages(), packages=EveryPackage()),
    )
    result = fix_bytes(data, request)
    assert guarded(result) == []
    if problems(parse(data)):
        assert not result.changed
    assert not result.changed or not problems(parse(result.after))
    assert fix_bytes(result.after, request).after == result.after


@pytest.mark.parametrize("case", [*NOOP, *REFUSED])
def test_whoever_has_every_package_may_not_write_more(case: str) -> None:
    """Cases that are refused for a word or for its surroundings are so whatever is locked."""
    text = NOOP.get(case) or REFUSED[case][0]
    if case in NOOP or REFUSED[case][1] not in {"nobody has it", "`nosuch`: nobody has it"}:
        result = run(NAME, text, packages=EveryPackage())
        assert result.after == result.before
