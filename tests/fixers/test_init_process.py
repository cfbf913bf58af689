"""init-process: what it leaves alone and turns down first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level, Request, fix_bytes
from dfix.facts.services import Service
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from tests.fixers import seed
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "init-process"
NODE = "FROM node:22-alpine\nCOPY . .\n"
START = 'CMD ["node", "index.js"]\n'
APK = "RUN apk add --no-cache tini\n"
DEB = (
    "RUN apt-get update \\\n  && apt-get install -y --no-install-recommends tini \\\n"
    "  && rm -rf /var/lib/apt/lists/*\n"
)
TINI = 'ENTRYPOINT ["/sbin/tini", "--"]\n'
PYTHON = 'CMD ["python3", "a.py"]\n'

NOOP = {
    "seed-S01": seed.S01,
    "seed-S04": seed.S04,
    "seed-S07": seed.S07,
    "seed-S08": seed.S08,
    "seed-S10": seed.S10,
    "tini": NODE + TINI + START,
    "tini-with-options": NODE + 'ENTRYPOINT ["/sbin/tini", "-g", "-v", "--"]\n' + START,
    "tini-and-script": NODE + 'ENTRYPOINT ["tini", "--", "docker-entrypoint.sh"]\n' + START,
    "tini-in-shell-form": NODE + "ENTRYPOINT /sbin/tini -- node index.js\n",
    "tini-in-cmd": NODE + 'CMD ["tini", "--", "node", "index.js"]\n',
    "tini-in-a-list": NODE + "CMD cd /a && exec tini -- node index.js\n",
    "tini-of-the-parent": f"{NODE.replace('alpine', 'alpine AS a')}{TINI}FROM a\n{START}",
    "dumb-init": NODE + 'ENTRYPOINT ["dumb-init", "--"]\n' + START,
    "dumb-init-in-cmd": NODE + 'CMD ["/usr/bin/dumb-init", "node", "index.js"]\n',
    "s6": NODE + 'ENTRYPOINT ["/init"]\n' + START,
    "s6-svscan": NODE + 'CMD ["s6-svscan", "/etc/s6"]\n',
    "runit": NODE + 'CMD ["runsvdir", "/etc/service"]\n',
    "supervisord": NODE + 'CMD ["/usr/bin/supervisord", "-n"]\n',
    "systemd": 'FROM debian:12\nCMD ["/lib/systemd/systemd"]\n',
    "catatonit": NODE + 'ENTRYPOINT ["catatonit", "--"]\n' + START,
    "docker-init": NODE + 'ENTRYPOINT ["/sbin/docker-init", "--"]\n' + START,
    "pm2-runtime": NODE + 'CMD ["pm2-runtime", "index.js"]\n',
    "base-brings-tini": 'FROM couchdb:3.5\nCMD ["/opt/couchdb/bin/couchdb"]\n',
    "base-script-brings-tini": 'FROM composer:2\nCMD ["composer", "install"]\n',
    "nothing-started": "FROM python:3.13\nRUN pip install x\n",
    "nothing-started-node": "FROM node:22\nRUN npm install -g x\n",
    "nothing-started-nginx": "FROM nginx:1.27\nCOPY site /usr/share/nginx/html\n",
    "build-only-stage": 'FROM node:22 AS a\nCMD ["node", "a.js"]\nFROM scratch\nCOPY --from=a /a /a\n',
    "empty": "",
}

REPLACED = "changed where packages come from"
REFUSED = {
    "sources-removed": (
        "FROM node:22\nRUN rm -rf /etc/apt/sources.list.d/* && make\nCOPY . .\n" + START,
        REPLACED,
    ),
    "sources-written": (
        "FROM debian:12\nRUN echo 'deb http://a b c' > /etc/apt/sources.list\nCOPY . .\n" + PYTHON,
        REPLACED,
    ),
    "sources-copied-above": (
        "FROM debian:12 AS a\nCOPY b /etc/apt/sources.list\nFROM a\nCOPY . .\n" + PYTHON,
        REPLACED,
    ),
    "repositories-written": (
        "FROM node:22-alpine\nRUN { echo a; echo b; } > /etc/apk/repositories\nCOPY . .\n" + START,
        REPLACED,
    ),
    "repositories-by-tee": (
        "FROM node:22-alpine\nRUN echo a | tee /etc/apk/repositories\nCOPY . .\n" + START,
        REPLACED,
    ),
    "repositories-by-a-document": (
        "FROM node:22-alpine\nRUN <<EOF\necho a > /etc/apk/repositories\nEOF\nCOPY . .\n" + START,
        REPLACED,
    ),
    # Programs that need none, or have nothing of one.
    "seed-S02": (seed.S02_BUILDABLE, "`nginx` is made to be PID 1"),
    "seed-S06": (seed.S06, "`nginx` is made to be PID 1"),
    "seed-S13": (seed.S13, "`nginx` is made to be PID 1"),
    "seed-S03": (seed.S03, "nothing is known about how `app` handles signals"),
    "seed-S11": (seed.S11, "nothing is known about how `app` handles signals"),
    "seed-S12": (seed.S12, "`java` ends on SIGTERM"),
    "postgres": ('FROM postgres:17\nCMD ["postgres", "-c", "x=1"]\n', "`postgres` is made"),
    "redis": ('FROM redis:7\nCMD ["redis-server", "/r.conf"]\n', "`redis-server` is made"),
    "httpd": ('FROM httpd:2.4\nCMD ["httpd-foreground"]\n', "`httpd-foreground` is made"),
    "apache": ('FROM php:8.4-apache\nCMD ["apache2-foreground"]\n', "`apache2-foreground` is made"),
    "envoy": ('FROM debian:12\nCMD ["envoy", "-c", "e.yaml"]\n', "`envoy` is made"),
    "traefik": ('FROM alpine:3.20\nCMD ["traefik"]\n', "`traefik` is made"),
    "php-fpm": ('FROM php:8.4-fpm\nCMD ["php-fpm"]\n', "`php-fpm` is made"),
    "gunicorn": ('FROM python:3.13\nCMD ["gunicorn", "a:a"]\n', "`gunicorn` is made"),
    "gunicorn-module": (
        'FROM python:3.13\nCMD ["python", "-m", "gunicorn", "a:a"]\n',
        "`gunicorn` is made",
    ),
    "dotnet": (
        'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENTRYPOINT ["dotnet", "a.dll"]\n',
        "`dotnet` ends on SIGTERM",
    ),
    "npm": (NODE + 'CMD ["npm", "start"]\n', "`npm` hands no signal on"),
    "yarn": (NODE + 'CMD ["yarn", "start"]\n', "`yarn` hands no signal on"),
    "npx": (NODE + 'ENTRYPOINT ["npx", "x"]\n', "`npx` hands no signal on"),
    "unknown-program": ('FROM alpine:3.20\nCOPY app /app\nCMD ["/app"]\n', "nothing is known"),
    "prompt": ('FROM node:22-alpine\nCMD ["node"]\n', "for somebody to type to"),
    # Shells.
    "shell-cmd": (NODE + "CMD node index.js\n", "a shell reads the command line"),
    "shell-entrypoint": (NODE + "ENTRYPOINT node index.js\n", "a shell reads the command line"),
    "shell-cmd-of-exec-entrypoint": (
        NODE + 'ENTRYPOINT ["node"]\nCMD index.js\n',
        "a shell reads the command line",
    ),
    "sh-c": (NODE + 'CMD ["sh", "-c", "node index.js"]\n', "a shell reads the command line"),
    "shell-list": (NODE + "CMD node a.js && node b.js\n", "shell script of its own"),
    "script": (NODE + 'ENTRYPOINT ["./run.sh"]\n' + START, "may be a shell script"),
    "entrypoint-script": (NODE + 'ENTRYPOINT ["/entrypoint"]\n' + START, "may be a shell script"),
    "bash": (NODE + 'CMD ["bash", "a"]\n', "`bash` is a shell: unless what it runs"),
    # What is started is not known.
    "base-unknown": ("FROM example.com/node:22\n" + START, "ENTRYPOINT of the base image"),
    "base-unknown-entrypoint-own": (
        'FROM example.com/node:22\nENTRYPOINT ["node", "a.js"]\n',
        "nothing is known about the base image",
    ),
    "base-entrypoint-not-read": ('FROM registry:2\nCMD ["/x.yml"]\n', "entrypoint of the base"),
    "cleared": (NODE + "ENTRYPOINT []\n" + START, "cleared on purpose"),
    "entrypoint-twice": (
        NODE + 'ENTRYPOINT ["node", "a.js"]\nENTRYPOINT ["node", "b.js"]\n',
        "more than one",
    ),
    "cmd-twice": (NODE + START + START, "more than one"),
    "entrypoint-of-the-parent": (
        'FROM node:22-alpine AS a\nENTRYPOINT ["node"]\nFROM a\nCOPY . .\nCMD ["a.js"]\n',
        "another stage",
    ),
    "onbuild": (NODE + "ONBUILD COPY . .\n" + START, "ONBUILD"),
    "windows": (
        'FROM mcr.microsoft.com/windows/servercore:ltsc2022\nENTRYPOINT ["node", "a.js"]\n',
        "Windows",
    ),
    "init-installed": (NODE + "RUN apk add --no-cache tini\n" + START, "`tini` is mentioned"),
    "init-copied": (NODE + "ADD https://x/dumb-init /d\n" + START, "`dumb-init` is mentioned"),
    "supervisor-configured": (NODE + "COPY x /etc/supervisord\n" + START, "is mentioned"),
    # The package.
    "rpm": ('FROM centos:8\nCMD ["python3", "a.py"]\n', "no package of tini is known for rhel"),
    "distroless": (
        'FROM gcr.io/distroless/static\nENTRYPOINT ["/python3", "a.py"]\n',
        "no package of tini is known for distroless",
    ),
    "scratch": ('FROM scratch\nENTRYPOINT ["/python3", "a.py"]\n', "for scratch"),
    "busybox": ('FROM busybox\nENTRYPOINT ["/python3", "a.py"]\n', "for busybox"),
    "old-alpine": ("FROM alpine:3.3\n" + PYTHON, "may have no repository"),
    "ancient-alpine": ("FROM alpine:2.7\n" + PYTHON, "may have no repository"),
    "debian-buster": ("FROM debian:buster\n" + PYTHON, "may be gone"),
    "debian-9": ("FROM debian:9-slim\n" + PYTHON, "may be gone"),
    "ubuntu-18": ("FROM ubuntu:18.04\n" + PYTHON, "may be gone"),
    "ubuntu-short-term": ("FROM ubuntu:23.10\n" + PYTHON, "may be gone"),
    "ubuntu-short-term-name": ("FROM ubuntu:lunar\n" + PYTHON, "may be gone"),
    "python-on-stretch": ("FROM python:3.6-slim-stretch\n" + PYTHON, "may be gone"),
    "release-not-known": ("FROM python:3.6\n" + PYTHON, "is not known"),
    "variable-base": ("ARG B=alpine:3.20\nFROM $B\n" + PYTHON, "build argument"),
    "variable-tag": ("ARG V=3.20\nFROM alpine:$V\n" + PYTHON, "build argument"),
    "variable-without-default": ("ARG B\nFROM $B\n" + PYTHON, "not known"),
    "base-has-init": ('FROM couchdb:3.5\nENTRYPOINT ["python3", "a.py"]\n', "already"),
    "user-of-the-parent": (
        "FROM node:22-alpine AS a\nUSER node\nFROM a\nCOPY . .\n" + START,
        "not known to be root",
    ),
    "user-of-the-base": (
        'FROM docker:dind-rootless\nENTRYPOINT ["node", "a.js"]\n',
        "not known to be root",
    ),
    "powershell": (
        'FROM node:22-alpine\nSHELL ["pwsh", "-c"]\nCOPY . .\n' + START,
        "no POSIX shell",
    ),
    "mirror-further-down": (
        NODE + "RUN sed -i s/dl-cdn/mirror/ /etc/apk/repositories\n" + START,
        "where packages come from",
    ),
    "sources-copied": (
        "FROM debian:12\nCOPY sources.list /etc/apt/sources.list\n" + PYTHON,
        "where packages come from",
    ),
    "proxy-further-down": (NODE + "ENV http_proxy=http://p\n" + START, "where packages come from"),
    "lists-used": (
        "FROM debian:12\nRUN apt-get update\nCOPY . .\nRUN apt-get install -y python3\n" + PYTHON,
        "package lists",
    ),
    "lists-used-by-a-tool": (
        "FROM node:22\nRUN apt-get update\nCOPY . .\nRUN rosdep install -y x\n" + START,
        "package lists",
    ),
    "certificates-for-the-archive": (
        NODE.replace("COPY . .", "COPY ca.crt /usr/local/share/ca-certificates/") + START,
        "where packages come from",
    ),
    "check-of-the-first-process": (
        NODE + "HEALTHCHECK CMD grep -q node /proc/1/comm\n" + START,
        "as PID 1",
    ),
    "check-by-a-signal": (NODE + "HEALTHCHECK CMD kill -0 1\n" + START, "as PID 1"),
    "path-without-apk": (
        "FROM node:22-alpine\nENV PATH=/srv/bin:/usr/local/bin:/bin\nCOPY . .\n" + START,
        "does not lead to /sbin",
    ),
    "path-without-tools-of-dpkg": (
        "FROM node:22\nENV PATH=/usr/local/bin:/usr/bin:/bin\nCOPY . .\n" + START,
        "does not lead to /usr/sbin",
    ),
    "lists-of-the-parent-used": (
        "FROM debian:12 AS a\nRUN apt-get update\nFROM a\nCOPY . .\nRUN apt-get install -y x\n"
        + PYTHON,
        "package lists",
    ),
    "lists-perhaps-used": (
        "FROM debian:12\nRUN apt-get update\nCOPY . .\nRUN ./install\n" + PYTHON,
        "package lists",
    ),
    "lists-perhaps-used-by-a-heredoc": (
        "FROM debian:12\nRUN apt-get update\nCOPY . .\nRUN <<EOF\ntrue\nEOF\n" + PYTHON,
        "package lists",
    ),
}

FIXED = {
    "E1": (
        "FROM node:16-alpine3.15\nWORKDIR /app\n\nCOPY package.json yarn.lock ./\n"
        "RUN yarn install --prod --frozen-lockfile\n\nCOPY . .\n\n" + START,
        (
            f"FROM node:16-alpine3.15\nWORKDIR /app\n\n{APK}\nCOPY package.json yarn.lock ./\n"
            f"RUN yarn install --prod --frozen-lockfile\n\nCOPY . .\n\n{TINI}{START}"
        ),
    ),
    "E1-script": (
        'FROM node:16-alpine3.15\nWORKDIR /app\n\nCOPY . .\n\nCMD ["index.js"]\n',
        (
            f"FROM node:16-alpine3.15\nWORKDIR /app\n\n{APK}\nCOPY . .\n\n"
            'ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]\nCMD ["index.js"]\n'
        ),
    ),
    "node-option": (
        NODE + 'CMD ["--enable-source-maps", "index.js"]\n',
        (
            f'FROM node:22-alpine\n{APK}COPY . .\nENTRYPOINT ["/sbin/tini", "--", '
            '"docker-entrypoint.sh"]\nCMD ["--enable-source-maps", "index.js"]\n'
        ),
    ),
    "no-base-entrypoint": (
        "FROM python:3.13-alpine\nCOPY a.py .\n" + PYTHON,
        f"FROM python:3.13-alpine\n{APK}COPY a.py .\n{TINI}{PYTHON}",
    ),
    "debian": (
        "FROM debian:12\nRUN apt-get update && apt-get install -y python3\nCOPY . .\n" + PYTHON,
        (
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3\n"
            f'{DEB}COPY . .\nENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}'
        ),
    ),
    "ubuntu": (
        "FROM ubuntu:22.04\n" + PYTHON,
        f'FROM ubuntu:22.04\n{DEB}ENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}',
    ),
    "code-name": (
        "FROM python:3.9-slim-bookworm\n" + PYTHON,
        f'FROM python:3.9-slim-bookworm\n{DEB}ENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}',
    ),
    "current-release": (
        "FROM python:3.13-slim\n" + PYTHON,
        f'FROM python:3.13-slim\n{DEB}ENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}',
    ),
    "lists-fetched-again": (
        "FROM debian:12\nRUN apt-get update\nCOPY . .\n"
        "RUN apt-get update && apt-get install -y x\n" + PYTHON,
        (
            f"FROM debian:12\nRUN apt-get update\n{DEB}COPY . .\n"
            f'RUN apt-get update && apt-get install -y x\nENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}'
        ),
    ),
    "own-entrypoint": (
        NODE + 'ENTRYPOINT ["node"]\nCMD ["index.js"]\n',
        (
            f'FROM node:22-alpine\n{APK}COPY . .\nENTRYPOINT ["/sbin/tini", "--", "node"]\n'
            'CMD ["index.js"]\n'
        ),
    ),
    "own-entrypoint-layout": (
        NODE + 'ENTRYPOINT [ "node" , "a.js" ]\n',
        f'FROM node:22-alpine\n{APK}COPY . .\nENTRYPOINT [ "/sbin/tini", "--", "node" , "a.js" ]\n',
    ),
    "own-entrypoint-continued": (
        NODE + 'ENTRYPOINT ["node", \\\n  "a.js"]\n',
        (
            f"FROM node:22-alpine\n{APK}COPY . .\n"
            'ENTRYPOINT ["/sbin/tini", "--", "node", \\\n  "a.js"]\n'
        ),
    ),
    "base-script-restated": (
        NODE + 'ENTRYPOINT ["docker-entrypoint.sh"]\n' + START,
        (
            f'FROM node:22-alpine\n{APK}COPY . .\nENTRYPOINT ["/sbin/tini", "--", '
            f'"docker-entrypoint.sh"]\n{START}'
        ),
    ),
    "php": (
        'FROM php:8.4-cli-alpine\nCOPY a.php /\nCMD ["php", "/a.php"]\n',
        f'FROM php:8.4-cli-alpine\n{APK}COPY a.php /\n{TINI}CMD ["php", "/a.php"]\n',
    ),
    "before-the-user": (
        "FROM node:22-alpine\nRUN apk add --no-cache git\nUSER node\nCOPY . .\n" + START,
        f"FROM node:22-alpine\nRUN apk add --no-cache git\n{APK}USER node\nCOPY . .\n{TINI}{START}",
    ),
    "no-copy": (
        "FROM node:22-alpine\n\n# go\n" + START,
        f"FROM node:22-alpine\n\n{APK}\n{TINI}# go\n{START}",
    ),
    "comment-above-the-copy": (
        "FROM node:22-alpine\n\n# sources\nCOPY . .\n" + START,
        f"FROM node:22-alpine\n\n{APK}\n# sources\nCOPY . .\n{TINI}{START}",
    ),
    "cmd-of-the-parent": (
        f"FROM node:22-alpine AS a\n{START}FROM a\nCOPY . .\n",
        f"FROM node:22-alpine AS a\n{START}FROM a\n{APK}COPY . .\n{TINI}{START}",
    ),
    "cmd-of-the-parent-without-copy": (
        f"FROM node:22-alpine AS a\n{START}FROM a\nEXPOSE 80\n",
        f"FROM node:22-alpine AS a\n{START}FROM a\nEXPOSE 80\n{APK}{TINI}{START}",
    ),
    "cmd-above-the-copy": (
        f"FROM node:22-alpine\n{START}COPY . .\n",
        f"FROM node:22-alpine\n{APK}{TINI}{START}COPY . .\n",
    ),
    "last-of-several-stages": (
        f"FROM node:22 AS b\nRUN npm ci\nFROM node:22-alpine\nCOPY --from=b /a /a\n{START}",
        f"FROM node:22 AS b\nRUN npm ci\nFROM node:22-alpine\n{APK}COPY --from=b /a /a\n{TINI}{START}",
    ),
    "version-from-a-variable": (
        f"ARG V=22\nFROM node:${{V}}-alpine\nCOPY . .\n{START}",
        f"ARG V=22\nFROM node:${{V}}-alpine\n{APK}COPY . .\n{TINI}{START}",
    ),
    "mirror-above": (
        "FROM alpine:3.20\nRUN sed -i s/dl-cdn/mirror/ /etc/apk/repositories\nCOPY . .\n" + PYTHON,
        (
            f"FROM alpine:3.20\nRUN sed -i s/dl-cdn/mirror/ /etc/apk/repositories\n{APK}COPY . .\n"
            f"{TINI}{PYTHON}"
        ),
    ),
    "lower-case": (
        'from node:22-alpine\ncopy . .\ncmd ["node", "a.js"]\n',
        (
            "from node:22-alpine\nrun apk add --no-cache tini\ncopy . .\n"
            'entrypoint ["/sbin/tini", "--"]\ncmd ["node", "a.js"]\n'
        ),
    ),
    "trailing-operators": (
        "FROM debian:12\nRUN a && \\\n    b\nCOPY . .\n" + PYTHON,
        (
            "FROM debian:12\nRUN a && \\\n    b\n"
            "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends tini && \\\n"
            "    rm -rf /var/lib/apt/lists/*\nCOPY . .\n"
            f'ENTRYPOINT ["/usr/bin/tini", "--"]\n{PYTHON}'
        ),
    ),
    "carriage-returns": (
        'FROM node:22-alpine\r\nCOPY . .\r\nCMD ["node", "a.js"]\r\n',
        (
            "FROM node:22-alpine\r\nRUN apk add --no-cache tini\r\nCOPY . .\r\n"
            'ENTRYPOINT ["/sbin/tini", "--"]\r\nCMD ["node", "a.js"]\r\n'
        ),
    ),
    "no-final-newline": (
        "FROM node:22-alpine\nCOPY . .\n" + START.strip(),
        f"FROM node:22-alpine\n{APK}COPY . .\n{TINI}" + START.strip(),
    ),
}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str) -> None:
    check_refused(NAME, text, reason)


@pytest.mark.parametrize(("before", "after"), FIXED.values(), ids=FIXED)
def test_fixed(before: str, after: str) -> None:
    check_fixed(NAME, before, after, level=Level.STANDARD)


@pytest.mark.parametrize("text", [seed.S02, seed.S05], ids=["S02", "S05"])
def test_what_the_builder_refuses_is_not_touched(text: str) -> None:
    result = run(NAME, text)
    assert not result.changed
    assert result.findings == ()


def test_the_script_of_the_base_can_be_kept() -> None:
    before, after = FIXED["E1"]
    kept = after.replace('"--"]', '"--", "docker-entrypoint.sh"]')
    check_fixed(NAME, before, kept, options={"keep-entrypoint": "yes"}, level=Level.STANDARD)


def test_not_at_safe() -> None:
    result = run(NAME, NODE + START, level=Level.SAFE)
    assert not result.changed
    assert [(found.status, found.reason) for found in result.findings] == [
        ("fixable", "needs --level standard")
    ]


def test_the_plan_tells_what_changes() -> None:
    result = run(NAME, NODE + START, level=Level.STANDARD)
    assert sorted(result.plan_changes) == ["final.config.entrypoint", "final.effects[0]"]


def test_a_comment_switches_it_off() -> None:
    result = run(NAME, NODE + "# dfix: ignore=init-process\n" + START)
    assert not result.changed
    assert [found.status for found in result.findings] == ["suppressed"]


def test_compose_starts_an_init_process() -> None:
    text = 'FROM node:22-alpine\nCOPY . .\nCMD ["node", "index.js"]\n'
    services = [Service("web", "compose.yaml", init=True)]
    check_refused("init-process", text, "compose.yaml starts web with", services=services)
    services = [Service("web", "compose.yaml", init=False), Service("job", "compose.yaml")]
    assert run("init-process", text, services=services).changed


SCRIPTS = {
    "becomes-its-arguments": ('set -e\nexec "$@"\n', 'ENTRYPOINT ["/e.sh"]\n' + START, True),
    "as-another-user": ('exec gosu app "$@"\n', 'ENTRYPOINT ["/e.sh"]\n' + START, True),
    "by-sh": ('exec "$@"\n', 'ENTRYPOINT ["sh", "/e.sh"]\n' + START, True),
    "becomes-the-program": ("migrate\nexec node index.js\n", 'ENTRYPOINT ["/e.sh"]\n', True),
    "looks-at-its-number": (
        'if [ "$$" -eq 1 ]; then x; fi\nexec "$@"\n',
        'ENTRYPOINT ["/e.sh"]\n' + START,
        False,
    ),
    "looks-at-the-first-process": (
        'grep -q x /proc/1/comm\nexec "$@"\n',
        'ENTRYPOINT ["/e.sh"]\n' + START,
        False,
    ),
    "names-a-file-by-its-number": (
        'touch /tmp/$$\nexec "$@" >/proc/1/fd/1\n',
        'ENTRYPOINT ["/e.sh"]\n' + START,
        True,
    ),
    "only-starts-it": ('"$@"\n', 'ENTRYPOINT ["/e.sh"]\n' + START, False),
    "no-exec": ("node index.js\n", 'ENTRYPOINT ["/e.sh"]\n', False),
    "becomes-a-server": ("exec nginx\n", 'ENTRYPOINT ["/e.sh"]\n', False),
    "has-an-init": ('exec tini -- "$@"\n', 'ENTRYPOINT ["/e.sh"]\n' + START, False),
    "becomes-itself": ("exec /e.sh\n", 'ENTRYPOINT ["/e.sh"]\n', False),
}


@pytest.mark.parametrize(("text", "lines", "changed"), SCRIPTS.values(), ids=SCRIPTS)
def test_behind_a_script_that_the_context_shows(
    text: str, lines: str, changed: bool, tmp_path: Path
) -> None:
    (tmp_path / "e.sh").write_text(f"#!/bin/sh\n{text}")
    before = f"FROM node:22-alpine\nCOPY e.sh /\n{lines}"
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    after = fix_bytes(before.encode(), request).after.decode()
    kept = lines.replace('ENTRYPOINT ["', 'ENTRYPOINT ["/sbin/tini", "--", "')
    fixed = f"FROM node:22-alpine\n{APK}COPY e.sh /\n{kept}"
    assert after == (fixed if changed else before)


@pytest.mark.parametrize("words", ['"sleep", "infinity"', '"./server.js"', '"flask", "run"'])
def test_programs_without_a_handler(words: str) -> None:
    start = f"CMD [{words}]\n"
    alpine = "FROM alpine:3.20\n"
    check_fixed(NAME, f"{alpine}COPY . .\n{start}", f"{alpine}{APK}COPY . .\n{TINI}{start}")


def test_the_script_is_kept_where_compose_gives_a_command() -> None:
    services = [Service("web", "compose.yaml", replaces_command=True)]
    kept = 'ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]\n'
    after = f"FROM node:22-alpine\n{APK}COPY . .\n{kept}{START}"
    check_fixed(NAME, NODE + START, after, services=services)


@pytest.mark.parametrize("user", ["", "USER app\n"])
def test_a_stage_that_holds_nothing(user: str) -> None:
    text = f'FROM debian:12 AS base\n{user}CMD ["node", "server.js"]\nFROM base\n'
    check_refused(NAME, text, "the stage holds nothing")


@pytest.mark.parametrize(
    "line",
    [
        "RUN echo a >> /etc/apk/repositories\n",
        "RUN echo a | tee -a /etc/apk/repositories\n",
        "RUN sed -i s/a/b/ /etc/apk/repositories\n",
        "RUN cat /etc/apk/repositories > /b\n",
        "COPY a /etc/apk/keys/\n",
    ],
)
def test_further_sources_leave_those_that_tini_is_in(line: str) -> None:
    text = f"FROM node:22-alpine AS a\n{line}FROM a\nCOPY . .\n{START}"
    assert APK in run(NAME, text).after.decode()
