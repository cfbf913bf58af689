"""run-as-user: what it leaves alone and turns down first, then what it changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from dfix import Level
from dfix.facts.evidence import Kind
from dfix.facts.services import Service, service_of
from tests.fixers import seed
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "run-as-user"
ALPINE = "FROM alpine:3.20\nCOPY app /app\n"
START = 'CMD ["/app"]\n'
NODE = "FROM node:22\nWORKDIR /srv\nCOPY . .\n"
NODE_START = 'CMD ["node", "index.js"]\n'
APK_ACCOUNT = (
    "RUN addgroup -S -g 10001 app \\\n  && adduser -S -D -H -u 10001 -G app app\nUSER 10001:10001\n"
)
DEB_ACCOUNT = (
    "RUN groupadd -r -g 10001 app \\\n"
    "  && useradd -r -u 10001 -g app -d /nonexistent -M -s /usr/sbin/nologin app\n"
    "USER 10001:10001\n"
)


@dataclass(frozen=True)
class Files:
    """A build context of single files, by name and mode."""

    modes: dict[str, int] = field(default_factory=dict)

    def kind(self, source: str, *, level_is_safe: bool) -> Kind:
        return "file" if source in self.modes else "unknown"

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        return False

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        return self.modes.get(source)

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        return iter(())

    def modes_below(self, source: str) -> frozenset[int]:
        return frozenset({self.modes[source]} if source in self.modes else ())

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        return None


NOOP = {
    "seed-S03": seed.S03,
    "user": ALPINE + "USER nobody\n" + START,
    "user-number": ALPINE + "USER 10001:10001\n" + START,
    "user-variable": ALPINE + "ARG UID=10\nUSER $UID\n" + START,
    "user-after-root": ALPINE + "USER root\nRUN true\nUSER nobody\n" + START,
    "user-of-the-parent": f"FROM alpine:3.20 AS a\nUSER nobody\nFROM a\nCOPY app /app\n{START}",
    "base-nonroot": 'FROM gcr.io/distroless/static:nonroot\nCOPY app /app\nCMD ["/app"]\n',
    "base-with-a-user": 'FROM jenkins/inbound-agent\nCMD ["jenkins-agent"]\n',
    "base-solr": "FROM solr:9\nCOPY conf /opt/solr/conf\n",
    "empty": "",
}

REFUSED = {
    # Nothing of its own is started.
    "seed-S04": (seed.S04, "an image to build on"),
    "seed-S07": (seed.S07, "an image to build on"),
    "seed-S08": (seed.S08, "an image to build on"),
    "seed-S09": (seed.S09, "an image to build on"),
    "seed-S10": (seed.S10, "an image to build on"),
    "no-command": ("FROM node:22\nRUN npm install -g x\n", "an image to build on"),
    "command-cleared": (ALPINE + "CMD []\n", "an image to build on"),
    "onbuild": (ALPINE + "ONBUILD RUN true\n" + START, "ONBUILD"),
    "onbuild-in-the-parent": (
        f"FROM alpine:3.20 AS a\nONBUILD COPY x /x\nFROM a\nCOPY app /app\n{START}",
        "ONBUILD",
    ),
    # A user is written.
    "root-last": (ALPINE + "USER root\n" + START, "USER is written"),
    "root-by-number": (ALPINE + "USER 0\n" + START, "USER is written"),
    "root-with-group": (ALPINE + "USER 0:0\n" + START, "USER is written"),
    "root-after-another": (ALPINE + "USER nobody\nUSER root\n" + START, "end with `USER nobody`"),
    "root-on-an-image-with-a-user": (
        'FROM solr:9\nUSER root\nRUN apt-get update\nCMD ["solr-foreground"]\n',
        "end with the image's `USER 8983`",
    ),
    # The base image.
    "base-unknown": ('FROM example.com/x\nCOPY app /app\nCMD ["/app"]\n', "not known"),
    "base-variable": ('ARG B\nFROM $B\nCOPY app /app\nCMD ["/app"]\n', "build argument"),
    "base-variable-with-default": (
        'ARG B=alpine:3.20\nFROM $B\nCOPY app /app\nCMD ["/app"]\n',
        "build argument",
    ),
    "base-variable-tag": (
        'ARG V=3.12\nFROM python:$V\nCOPY a.py /\nCMD ["python", "/a.py"]\n',
        "build argument",
    ),
    "base-digest-alone": (
        "FROM alpine@sha256:" + "0" * 64 + '\nCOPY app /app\nCMD ["/app"]\n',
        "not known",
    ),
    "windows": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a.exe /\nCMD a.exe\n",
        "Windows",
    ),
    "windows-escape": ("# escape=`\nFROM golang:1.22\n" + START, "Windows"),
    "no-tool-on-rpm": (
        'FROM amazonlinux:2\nCOPY app /app\nCMD ["/app"]\n',
        "no tool is known that makes an account",
    ),
    "no-account-in-early-node": (
        'FROM node:0.12\nWORKDIR /srv\nCOPY . .\nCMD ["node", "index.js"]\n',
        "early images of node",
    ),
    "dotnet-before-8": (
        'FROM mcr.microsoft.com/dotnet/runtime:6.0\nCOPY out /app\nCMD ["dotnet", "/app/a.dll"]\n',
        "not known",
    ),
    # Programs that need root, or give it up.
    "seed-S02": (seed.S02_BUILDABLE, "nginx"),
    "seed-S06": (seed.S06, "nginx"),
    "seed-S13": (seed.S13, "nginx-unprivileged"),
    "nginx-image": ("FROM nginx:1.27\nCOPY site /usr/share/nginx/html\n", "nginx"),
    "php-fpm": ("FROM php:8.4-fpm\nCOPY . /var/www/html\n", "php-fpm"),
    "php-apache": ("FROM php:8.4-apache\nCOPY . /var/www/html\n", "apache2"),
    "redis": ('FROM redis:7\nCMD ["redis-server", "/r.conf"]\n', "redis-server"),
    "postgres": ('FROM postgres:17\nCMD ["postgres", "-c", "x=1"]\n', "postgres"),
    "database-entrypoint": ('FROM mysql:8.4\nCMD ["mysqld", "--x"]\n', "mysqld"),
    "entrypoint-of-base": ('FROM registry:2\nCMD ["/x.yml"]\n', "entrypoint of the base image"),
    "cron": ('FROM alpine:3.20\nCMD ["crond", "-f"]\n', "crond"),
    "sshd": ('FROM debian:12\nCMD ["/usr/sbin/sshd", "-D"]\n', "sshd"),
    "systemd": ('FROM debian:12\nCMD ["/lib/systemd/systemd"]\n', "systemd"),
    "supervisord": ('FROM debian:12\nCMD ["supervisord", "-n"]\n', "supervisord"),
    "dind": ('FROM docker:dind\nCMD ["dockerd"]\n', "dockerd"),
    "vpn": ('FROM alpine:3.20\nCMD ["openvpn", "--config", "c"]\n', "openvpn"),
    "gosu": (ALPINE + 'CMD ["gosu", "nobody", "/app"]\n', "gosu"),
    "su-exec-behind-tini": (
        ALPINE + 'ENTRYPOINT ["/sbin/tini", "--", "su-exec", "nobody", "/app"]\n',
        "su-exec",
    ),
    "s6": (ALPINE + 'ENTRYPOINT ["/init"]\nCMD ["/app"]\n', "`init`"),
    "server-with-files": ('FROM debian:12\nCMD ["etcd"]\n', "files of its own"),
    # Scripts and command lines that are not read.
    "entrypoint-script": (
        'FROM alpine:3.20\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n',
        "shell script",
    ),
    "start-script": ('FROM alpine:3.20\nCOPY start /\nCMD ["/start"]\n', "shell script"),
    "docker-entrypoint": (
        'FROM alpine:3.20\nCOPY docker-entrypoint.sh /\nENTRYPOINT ["/docker-entrypoint.sh"]\n',
        "shell script",
    ),
    "command-list": (NODE + "CMD node migrate.js && node index.js\n", "shell script of its own"),
    "command-redirect": (NODE + "CMD node index.js > /var/log/x\n", "redirects"),
    "command-variable": (NODE + "CMD $START index.js\n", "only known at run time"),
    "npm": (NODE + 'CMD ["npm", "start"]\n', "home directory"),
    "yarn": (NODE + "CMD yarn start\n", "home directory"),
    "node-modules": (NODE + 'CMD ["node", "node_modules/.bin/next", "start"]\n', "next"),
    "node-code": (NODE + 'CMD ["node", "-e", "1"]\n', "which script"),
    "django": (
        "FROM python:3.13\nWORKDIR /a\nCOPY . .\nCMD python manage.py runserver\n",
        "manage.py",
    ),
    "jupyter": ('FROM python:3.13\nCMD ["python", "-m", "jupyter"]\n', "jupyter"),
    "dotnet-run": (
        'FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /a\nCOPY . .\nCMD ["dotnet", "run"]\n',
        "dotnet",
    ),
    "not-copied": ('FROM alpine:3.20\nCMD ["/usr/bin/tool"]\n', "not copied"),
    "not-copied-by-name": ('FROM alpine:3.20\nRUN apk add curl\nCMD ["curl"]\n', "not copied"),
    "copied-from-an-image": (
        'FROM alpine:3.20\nCOPY --from=x/y:1 /app /app\nCMD ["/app"]\n',
        "modes of files in the image",
    ),
    "log-argument": (ALPINE + 'CMD ["/app", "--log=/var/log/app.log"]\n', "may write"),
    "pid-argument": (ALPINE + 'CMD ["/app", "-p", "/run/app.pid"]\n', "may write"),
    "database-argument": (ALPINE + 'CMD ["/app", "data/app.sqlite3"]\n', "may write"),
    "result-argument": (ALPINE + 'CMD ["/app", "--output-dir", "pages"]\n', "may write"),
    "result-argument-joined": (ALPINE + 'CMD ["/app", "--out=/pages"]\n', "may write"),
    # Out of reach.
    "seed-S11": (seed.S11, "/root"),
    "workdir-root": ('FROM alpine:3.20\nWORKDIR /root/a\nCOPY app .\nCMD ["./app"]\n', "/root"),
    "program-below-root": ('FROM alpine:3.20\nCOPY app /root/app\nCMD ["/root/app"]\n', "/root"),
    "script-below-root": (
        'FROM node:22\nCOPY index.js /root/\nCMD ["node", "/root/index.js"]\n',
        "/root",
    ),
    "program-below-root-is-told-so": (
        'FROM alpine:3.20\nCOPY app /root/app\nCMD ["/root/app"]\n',
        "`/root/app` is below /root, which only root may read",
    ),
    "path-in-a-command-line": (
        'FROM node:22\nCOPY a.js /\nCMD ["sh", "-c", "node /a.js --key=/root/b c"]\n',
        "`--key=/root/b` is below /root, which only root may read",
    ),
    "option-with-a-path-below-root": (
        'FROM node:22\nCOPY a.js /\nCMD ["node", "/a.js", "-c/root/b"]\n',
        "`-c/root/b` is below /root, which only root may read",
    ),
    "path-behind-a-variable": (
        "FROM node:22\nCOPY a.js /\nCMD node /a.js $A/root/b\n",
        "`$A/root/b` is below /root, which only root may read",
    ),
    "path-below-home": (
        "FROM node:22\nCOPY a.js /\nCMD node /a.js ~/b\n",
        "`~/b` is below the home directory, which is another one then",
    ),
    "folder-called-root": (
        'FROM node:22\nCOPY a.sh /home/root/\nCMD ["sh", "/home/root/a.sh"]\n',
        "`sh` is a shell",
    ),
    "files-below-root": (ALPINE + "COPY conf /root/.conf\n" + START, "/root"),
    "path-below-root": (ALPINE + "ENV PATH=/root/.local/bin:$PATH\n" + START, "/root"),
    "pip-user": (
        "FROM python:3.13\nRUN pip install --user x\nCOPY a.py /\nCMD python /a.py\n",
        "/root",
    ),
    "installed-below-home": (ALPINE + "RUN cp /app ~/app\n" + START, "/root"),
    "workdir-not-known": (
        'FROM node:22\nARG D\nWORKDIR $D\nCOPY . .\nCMD ["node", "index.js"]\n',
        "working directory is not known",
    ),
    "destination-not-known": (ALPINE + "ARG D\nCOPY x $D\n" + START, "where something is copied"),
    "copy-chmod": ("FROM alpine:3.20\nCOPY --chmod=0700 app /app\n" + START, "--chmod=0700"),
    "copy-chmod-group": ("FROM alpine:3.20\nCOPY --chmod=750 app /app\n" + START, "--chmod=750"),
    "chmod": (ALPINE + "RUN chmod 700 /app\n" + START, "chmod 700"),
    "chmod-take-away": (ALPINE + "RUN chmod -R go-rwx /app\n" + START, "go-rwx"),
    "chmod-owner-only": (ALPINE + "RUN chmod u+x /app\n" + START, "u+x"),
    "umask": (ALPINE + "RUN umask 077 && echo 1 > /c\n" + START, "umask"),
    "modes-in-the-stage": (
        "FROM golang:1.25 AS b\nRUN go build -o /app && chmod 0700 /app\n"
        "FROM alpine:3.20\nCOPY --from=b /app /app\n" + START,
        "sets modes",
    ),
    "unpacked-in-the-stage": (
        "FROM alpine:3.20 AS b\nRUN wget -O- https://x/a.tgz | tar xz\n"
        "FROM alpine:3.20\nCOPY --from=b /app /app\n" + START,
        "archive",
    ),
    "folder-of-root-copied": (
        "FROM alpine:3.20 AS b\nFROM alpine:3.20\nCOPY --from=b /root /srv\nCOPY app /app\n"
        + START,
        "/root",
    ),
    "add-url": (ALPINE + "ADD https://example.com/x /x\n" + START, "root alone"),
    "add-archive": (ALPINE + "ADD files.tar.gz /srv\n" + START, "archive"),
    # What the program writes to.
    "volume": (ALPINE + "VOLUME /data\n" + START, "VOLUME"),
    "volume-of-the-parent": (
        f"FROM alpine:3.20 AS a\nVOLUME /v\nFROM a\nCOPY app /app\n{START}",
        "VOLUME",
    ),
    "data-directory-not-certain": (
        ALPINE + "RUN mkdir -p /var/lib/app || true\n" + START,
        "/var/lib/app",
    ),
    "data-directory-if": (ALPINE + "RUN [ -d /d ] || mkdir /d\n" + START, "makes /d"),
    "data-directory-with-a-mode": (
        ALPINE + "RUN mkdir -m 700 /var/lib/app\n" + START,
        "sets a mode",
    ),
    "data-directory-filled-by-a-run": (
        ALPINE + "RUN mkdir /var/lib/app && cp /app /var/lib/app/\n" + START,
        "/var/lib/app",
    ),
    "data-directory-removed": (
        ALPINE + "RUN mkdir /work.d && rm -r /work.d\n" + START,
        "/work.d",
    ),
    "data-directory-somewhere": (
        ALPINE + "RUN cd /srv && mkdir data\n" + START,
        "/data",
    ),
    "data-directory-in-a-cache": (
        ALPINE + "RUN --mount=type=cache,target=/data mkdir -p /data/x\n" + START,
        "makes /data/x",
    ),
    "data-directory-removed-with-its-parent": (
        ALPINE + "RUN mkdir -p /data/x\nRUN rm -rf /data\n" + START,
        "makes /data/x",
    ),
    "data-directory-moved": (
        ALPINE + "RUN mkdir -p /data/x && mv /data /d\n" + START,
        "makes /data/x",
    ),
    "data-directory-removed-by-a-pattern": (
        ALPINE + "RUN mkdir -p /data/x && rm -rf /d*\n" + START,
        "makes /data/x",
    ),
    "data-directory-removed-from-where-it-is": (
        ALPINE + "RUN mkdir -p /data/x && cd / && rm -rf data\n" + START,
        "makes /data/x",
    ),
    "data-directory-found": (
        ALPINE + "RUN mkdir -p /data/x && find /data -delete\n" + START,
        "makes /data/x",
    ),
    "data-directory-perhaps-removed": (
        ALPINE + 'RUN mkdir -p /data/x && rm -rf "$D"\n' + START,
        "makes /data/x",
    ),
    "directory-of-all-logs": (ALPINE + "RUN mkdir -p /var/log\n" + START, "/var/log"),
    "directory-of-all-services": (ALPINE + "RUN mkdir -p /srv\n" + START, "/srv"),
    "data-directory-and-a-volume": (
        ALPINE + "RUN mkdir /data\nVOLUME /data\n" + START,
        "VOLUME",
    ),
    "setting-below-nothing": (
        ALPINE + "RUN mkdir /data\nENV DATA_DIR=/database\n" + START,
        "DATA_DIR",
    ),
    "setting-of-a-folder-that-is-there": (
        ALPINE + "COPY data /var/cache\nENV DATA_DIR=/var/cache\n" + START,
        "DATA_DIR",
    ),
    "data-setting": (ALPINE + "ENV DATA_DIR=/srv/data\n" + START, "DATA_DIR"),
    "database-setting": (ALPINE + "ENV DB=sqlite:///a.db\n" + START, "database file"),
    "relative-setting": (ALPINE + "ENV LOG_PATH=logs\n" + START, "LOG_PATH"),
    "relative-file-setting": (ALPINE + "ENV CACHE_FILE=x/cache.json\n" + START, "CACHE_FILE"),
    "database-file-setting": (ALPINE + "ENV DB=/srv/a.db\n" + START, "database file"),
    "browser": (ALPINE + "RUN apk add --no-cache chromium\n" + START, "home directory"),
    "library-of-the-engine": (ALPINE + "RUN pip install docker==7.1\n" + START, "socket"),
    "library-with-models": (ALPINE + "RUN pip install -U transformers==4\n" + START, "home"),
    "browser-of-a-package": (NODE + "RUN npm i puppeteer@22\n" + NODE_START, "home directory"),
    "home-setting": (ALPINE + "ENV HOME=/srv\n" + START, "HOME"),
    "home-of-a-server": (ALPINE + "ENV TOOL_HOME=/srv\n" + START, "TOOL_HOME"),
    "sqlite": (ALPINE + "RUN apk add --no-cache sqlite\n" + START, "database file"),
    "empty-workdir": (
        'FROM alpine:3.20\nCOPY app /usr/local/bin/\nWORKDIR /work\nCMD ["app"]\n',
        "nothing is put into the working directory",
    ),
    "log-to-device": (ALPINE + "RUN ln -sf /dev/stdout /a.log\n" + START, "log file"),
    # What root did.
    "account-made": (ALPINE + "RUN adduser -D me\n" + START, "changes accounts"),
    "given-away": (ALPINE + "RUN chown -R 33:33 /app\n" + START, "another account"),
    "copied-for-another": (
        "FROM alpine:3.20\nCOPY --chown=1001 app /app\n" + START,
        "given to 1001",
    ),
    "root-package": (ALPINE + "RUN apk add --no-cache sudo\n" + START, "sudo"),
    "docker-package": (ALPINE + "RUN apk add --no-cache docker-cli\n" + START, "docker-cli"),
    "device-package": (ALPINE + "RUN apk add --no-cache bluez\n" + START, "devices"),
    "packages-not-known": (ALPINE + "ARG P\nRUN apk add $P\n" + START, "which packages"),
    "package-file": (ALPINE + "RUN apt-get install -y ./x.deb\n" + START, "which packages"),
    "script-run": (ALPINE + "RUN ./setup.sh\n" + START, "setup.sh"),
    "piped-to-a-shell": (ALPINE + "RUN curl https://x | sh\n" + START, "`sh`"),
    "unpacked": (ALPINE + "RUN tar -xf /a.tar\n" + START, "`tar`"),
    "python-at-build": (ALPINE + "RUN python3 -c 'import x'\n" + START, "Python"),
    "package-script": (NODE + "RUN npm run migrate\n" + NODE_START, "package.json"),
    "find-exec": (ALPINE + "RUN find / -exec chmod 700 {} +\n" + START, "find"),
    "xargs": (ALPINE + "RUN ls / | xargs touch\n" + START, "xargs"),
    "heredoc": (ALPINE + "RUN <<EOF\ntrue\nEOF\n" + START, "heredoc"),
    "broken-shell": (ALPINE + "RUN if true\n" + START, "does not parse"),
    "docker-socket": (ALPINE + "ENV S=/var/run/docker.sock\n" + START, "docker.sock"),
    "privileged": ("# docker run --privileged x\n" + ALPINE + START, "--privileged"),
    "docker-copied": (ALPINE + "COPY --from=docker:27 /usr/bin/docker /bin/\n" + START, "docker"),
    "accounts-copied": (ALPINE + "COPY rootfs /\n" + START, "accounts of its own"),
    "accounts-copied-to-etc": (ALPINE + "COPY etc /etc/\n" + START, "accounts of its own"),
    "accounts-copied-file": (ALPINE + "COPY passwd /etc/passwd\n" + START, "accounts of its own"),
    "accounts-copied-files": (ALPINE + "COPY a/group /etc/\n" + START, "accounts of its own"),
    "accounts-written": (
        ALPINE + "RUN echo app:x:10001:10001::/: >> /etc/passwd\n" + START,
        "may change accounts",
    ),
    "groups-written": (ALPINE + "RUN cat groups >> /etc/group\n" + START, "may change accounts"),
    "accounts-edited": (ALPINE + "RUN sed -i s/x/y/ /etc/passwd\n" + START, "may change accounts"),
    "account-made-behind-env": (ALPINE + "RUN env A=1 adduser -D me\n" + START, "adduser"),
    "account-made-behind-command": (ALPINE + "RUN command adduser -D me\n" + START, "adduser"),
    "script-run-behind-env": (ALPINE + "RUN env A=$B ./setup.sh\n" + START, "setup.sh"),
    "key-made": (
        ALPINE + "RUN openssl req -x509 -nodes -newkey rsa -keyout k -out c\n" + START,
        "only root may read",
    ),
    "path-without-the-tools": (
        "FROM alpine:3.20\nENV PATH=/srv/bin:/bin\nCOPY app /app\n" + START,
        "does not lead to /usr/sbin",
    ),
    "path-without-the-tools-of-debian": (
        "FROM debian:12\nENV PATH /usr/local/bin:/usr/bin:/bin\nCOPY app /app\n" + START,
        "does not lead to /usr/sbin",
    ),
    # Nowhere to put it.
    "run-behind": (ALPINE + START + "RUN true\n", "above a RUN or a WORKDIR"),
    "workdir-behind": (ALPINE + START + "WORKDIR /app.d\nCOPY x .\n", "above a RUN or a WORKDIR"),
    "command-in-the-parent": (
        f"FROM alpine:3.20 AS a\nCOPY app /app\n{START}FROM a\nCOPY x /x\n",
        "another stage",
    ),
    "powershell": (
        ALPINE + 'SHELL ["pwsh", "-c"]\n' + START,
        "SHELL",
    ),
}

FIXED = {
    "data-directory": (
        ALPINE + "RUN mkdir -p /var/lib/app\n" + START,
        ALPINE
        + "RUN mkdir -p /var/lib/app\n"
        + APK_ACCOUNT.replace("app app\n", "app app \\\n  && chown -R 10001:10001 /var/lib/app\n")
        + START,
    ),
    "data-directory-and-others-removed": (
        ALPINE + "RUN mkdir -p /data/x && rm -rf /var/cache/apk/* /da /srv/data\n" + START,
        ALPINE
        + "RUN mkdir -p /data/x && rm -rf /var/cache/apk/* /da /srv/data\n"
        + APK_ACCOUNT.replace("app app\n", "app app \\\n  && chown -R 10001:10001 /data/x\n")
        + START,
    ),
    "data-directory-of-the-setting": (
        ALPINE + "ENV DATA_DIR=/data/x\nRUN mkdir /data\n" + START,
        ALPINE
        + "ENV DATA_DIR=/data/x\nRUN mkdir /data\n"
        + APK_ACCOUNT.replace("app app\n", "app app \\\n  && chown -R 10001:10001 /data\n")
        + START,
    ),
    "result-on-standard-output": (
        ALPINE + 'CMD ["/app", "-o", "-", "--dir"]\n',
        ALPINE + APK_ACCOUNT + 'CMD ["/app", "-o", "-", "--dir"]\n',
    ),
    "result-in-a-directory-of-its-own": (
        ALPINE + 'RUN mkdir /pages\nCMD ["/app", "--output", "/pages/x"]\n',
        ALPINE
        + "RUN mkdir /pages\n"
        + APK_ACCOUNT.replace("app app\n", "app app \\\n  && chown -R 10001:10001 /pages\n")
        + 'CMD ["/app", "--output", "/pages/x"]\n',
    ),
    "data-directory-of-an-argument": (
        ALPINE + "RUN mkdir /data\n" + 'CMD ["/app", "--dir=/data"]\n',
        ALPINE
        + "RUN mkdir /data\n"
        + APK_ACCOUNT.replace("app app\n", "app app \\\n  && chown -R 10001:10001 /data\n")
        + 'CMD ["/app", "--dir=/data"]\n',
    ),
    "log-directory": (
        NODE + "RUN mkdir -p logs tmp/x\n" + NODE_START,
        NODE
        + "RUN mkdir -p logs tmp/x\n"
        + "RUN chown -R 1000:1000 /srv/logs /srv/tmp/x\nUSER 1000:1000\n"
        + NODE_START,
    ),
    "data-directory-for-dotnet": (
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY out /app\nRUN mkdir /data\n"
        'CMD ["dotnet", "/app/a.dll"]\n',
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY out /app\nRUN mkdir /data\n"
        'RUN chown -R "$APP_UID" /data\nUSER $APP_UID\nCMD ["dotnet", "/app/a.dll"]\n',
    ),
    "files-that-a-setting-says-are-written": (
        ALPINE + "COPY seed /data\nENV DATA_DIR=/data\n" + START,
        ALPINE + "COPY --chown=10001:10001 seed /data\nENV DATA_DIR=/data\n" + APK_ACCOUNT + START,
    ),
    "rpm": (
        'FROM centos:7\nCOPY app /app\nCMD ["/app"]\n',
        f'FROM centos:7\nCOPY app /app\n{DEB_ACCOUNT}CMD ["/app"]\n',
    ),
    "E4": (
        'FROM alpine:3.12\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n',
        f'FROM alpine:3.12\n\nCOPY app /app\n\n{APK_ACCOUNT}\nENTRYPOINT ["/app"]\n',
    ),
    "seed-S01": (
        seed.S01,
        seed.S01.replace("COPY . .\n\n", "COPY . .\n\nUSER 1000:1000\n\n"),
    ),
    "seed-S12": (seed.S12, seed.S12.replace('CMD ["java', APK_ACCOUNT + 'CMD ["java')),
    "debian": (
        'FROM debian:12\nCOPY app /app\nCMD ["/app"]\n',
        f'FROM debian:12\nCOPY app /app\n{DEB_ACCOUNT}CMD ["/app"]\n',
    ),
    "ubuntu": (
        'FROM ubuntu:24.04\nCOPY app /app\nCMD ["/app"]\n',
        f'FROM ubuntu:24.04\nCOPY app /app\n{DEB_ACCOUNT}CMD ["/app"]\n',
    ),
    "rpm-with-tools": (
        'FROM rockylinux:9\nCOPY app /app\nCMD ["/app"]\n',
        f'FROM rockylinux:9\nCOPY app /app\n{DEB_ACCOUNT}CMD ["/app"]\n',
    ),
    "busybox": (
        'FROM busybox:1.36\nCOPY app /app\nCMD ["/app"]\n',
        f'FROM busybox:1.36\nCOPY app /app\n{APK_ACCOUNT}CMD ["/app"]\n',
    ),
    "python": (
        'FROM python:3.9-slim\nWORKDIR /a\nCOPY . .\nRUN pip install -r r.txt\nCMD ["gunicorn", "a:a"]\n',
        (
            "FROM python:3.9-slim\nWORKDIR /a\nCOPY . .\nRUN pip install -r r.txt\n"
            f'{DEB_ACCOUNT}CMD ["gunicorn", "a:a"]\n'
        ),
    ),
    "node": (NODE + NODE_START, NODE + "USER 1000:1000\n" + NODE_START),
    "node-shell-form": (NODE + "CMD node .\n", NODE + "USER 1000:1000\nCMD node .\n"),
    "node-short-command": (NODE + 'CMD ["a.js"]\n', NODE + 'USER 1000:1000\nCMD ["a.js"]\n'),
    "node-built": (
        (
            "FROM node:22\nWORKDIR /a\nCOPY package.json ./\nRUN npm ci\nCOPY src ./src\n"
            "RUN npm run build\nCMD node dist/a.js\n"
        ),
        (
            "FROM node:22\nWORKDIR /a\nCOPY package.json ./\nRUN npm ci\nCOPY src ./src\n"
            "RUN npm run build\nUSER 1000:1000\nCMD node dist/a.js\n"
        ),
    ),
    "node-chown": (
        "FROM node:22\nCOPY --chown=node:node . /a\nWORKDIR /a\nRUN chown -R node /a\n"
        + NODE_START,
        "FROM node:22\nCOPY --chown=node:node . /a\nWORKDIR /a\nRUN chown -R node /a\n"
        "USER 1000:1000\n" + NODE_START,
    ),
    "dotnet": (
        'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nCOPY out .\nENTRYPOINT ["dotnet", "a.dll"]\n',
        (
            "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nCOPY out .\n"
            'USER $APP_UID\nENTRYPOINT ["dotnet", "a.dll"]\n'
        ),
    ),
    "distroless": (
        'FROM gcr.io/distroless/static\nCOPY app /app\nENTRYPOINT ["/app"]\n',
        'FROM gcr.io/distroless/static\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
    ),
    "scratch": (
        'FROM golang:1.25 AS b\nRUN go build -o /app\nFROM scratch\nCOPY --from=b /app /\nCMD ["/app"]\n',
        (
            "FROM golang:1.25 AS b\nRUN go build -o /app\nFROM scratch\nCOPY --from=b /app /\n"
            'USER 65534:65534\nCMD ["/app"]\n'
        ),
    ),
    "version-from-a-variable": (
        'ARG V=22\nFROM node:${V}-alpine\nCOPY a.js /\nCMD ["node", "/a.js"]\n',
        'ARG V=22\nFROM node:${V}-alpine\nCOPY a.js /\nUSER 1000:1000\nCMD ["node", "/a.js"]\n',
    ),
    "before-healthcheck": (
        ALPINE + "HEALTHCHECK CMD wget -q -O- http://localhost || exit 1\nEXPOSE 80\n" + START,
        ALPINE
        + APK_ACCOUNT
        + "HEALTHCHECK CMD wget -q -O- http://localhost || exit 1\nEXPOSE 80\n"
        + START,
    ),
    "copy-behind": (ALPINE + START + "COPY x /x\n", ALPINE + APK_ACCOUNT + START + "COPY x /x\n"),
    "sh-c": (
        ALPINE + 'CMD ["sh", "-c", "exec /app --port $PORT"]\n',
        ALPINE + APK_ACCOUNT + 'CMD ["sh", "-c", "exec /app --port $PORT"]\n',
    ),
    "found-on-the-path": (
        'FROM alpine:3.20\nCOPY app /usr/local/bin/\nCMD ["app", "serve"]\n',
        "FROM alpine:3.20\nCOPY app /usr/local/bin/\n" + APK_ACCOUNT + 'CMD ["app", "serve"]\n',
    ),
    "from-a-parent": (
        f"FROM alpine:3.20 AS a\nRUN apk add --no-cache curl\nFROM a\nCOPY app /app\n{START}",
        (
            "FROM alpine:3.20 AS a\nRUN apk add --no-cache curl\nFROM a\nCOPY app /app\n"
            f"{APK_ACCOUNT}{START}"
        ),
    ),
    "cache-mount-below-root": (
        (
            "FROM python:3.13\nCOPY . /a\nWORKDIR /a\n"
            "RUN --mount=type=cache,target=/root/.cache/pip pip install -r r.txt\nCMD python a.py\n"
        ),
        (
            "FROM python:3.13\nCOPY . /a\nWORKDIR /a\n"
            "RUN --mount=type=cache,target=/root/.cache/pip pip install -r r.txt\n"
            f"{DEB_ACCOUNT}CMD python a.py\n"
        ),
    ),
    "cache-removed-below-root": (
        ALPINE + "RUN rm -rf /root/.cache\n" + START,
        ALPINE + "RUN rm -rf /root/.cache\n" + APK_ACCOUNT + START,
    ),
    "directories-of-the-system": (
        ALPINE + "RUN mkdir -p /etc /usr /usr/local/bin /tmp /dev/shm /var /lib\n" + START,
        ALPINE
        + "RUN mkdir -p /etc /usr /usr/local/bin /tmp /dev/shm /var /lib\n"
        + APK_ACCOUNT
        + START,
    ),
    "settings-of-no-path": (
        ALPINE + "ENV LOG_FILE=false DATA_LOCATION=europe-west1 CACHE_DIR=\n" + START,
        ALPINE + "ENV LOG_FILE=false DATA_LOCATION=europe-west1 CACHE_DIR=\n" + APK_ACCOUNT + START,
    ),
    "accounts-read": (
        ALPINE + "RUN grep -q x /etc/passwd && command -v env && env A=1 true\n" + START,
        ALPINE
        + "RUN grep -q x /etc/passwd && command -v env && env A=1 true\n"
        + APK_ACCOUNT
        + START,
    ),
    "path-with-the-tools": (
        "FROM alpine:3.20\nENV PATH=/srv/bin:/usr/sbin/:/bin\nCOPY app /app\n" + START,
        "FROM alpine:3.20\nENV PATH=/srv/bin:/usr/sbin/:/bin\nCOPY app /app\n"
        + APK_ACCOUNT
        + START,
    ),
    "path-behind-that-of-the-base": (
        ALPINE + "ENV PATH=/srv/bin:$PATH\n" + START,
        ALPINE + "ENV PATH=/srv/bin:$PATH\n" + APK_ACCOUNT + START,
    ),
    "path-without-need-of-tools": (
        NODE + "ENV PATH=/srv/bin\n" + NODE_START,
        NODE + "ENV PATH=/srv/bin\nUSER 1000:1000\n" + NODE_START,
    ),
    "certificate-read": (
        ALPINE + "RUN openssl x509 -in c.pem -noout\n" + START,
        ALPINE + "RUN openssl x509 -in c.pem -noout\n" + APK_ACCOUNT + START,
    ),
    "harmless-modes": (
        ALPINE + "RUN chmod 755 /app && chmod +x /app && chmod a+r,u+w /app\n" + START,
        ALPINE
        + "RUN chmod 755 /app && chmod +x /app && chmod a+r,u+w /app\n"
        + APK_ACCOUNT
        + START,
    ),
    "directory-that-is-filled": (
        "FROM alpine:3.20\nRUN mkdir -p /opt/app\nCOPY app /opt/app/\nCMD /opt/app/app\n",
        "FROM alpine:3.20\nRUN mkdir -p /opt/app\nCOPY app /opt/app/\n"
        + APK_ACCOUNT
        + "CMD /opt/app/app\n",
    ),
    "lower-case": (
        'from node:22\ncopy a.js /\ncmd ["node", "/a.js"]\n',
        'from node:22\ncopy a.js /\nuser 1000:1000\ncmd ["node", "/a.js"]\n',
    ),
    "comment-above": (
        ALPINE + "\n# the program\n" + START,
        ALPINE + "\n" + APK_ACCOUNT + "\n# the program\n" + START,
    ),
    "carriage-returns": (
        "FROM node:22\r\nCOPY a.js /\r\nCMD node /a.js\r\n",
        "FROM node:22\r\nCOPY a.js /\r\nUSER 1000:1000\r\nCMD node /a.js\r\n",
    ),
    "no-final-newline": (
        "FROM node:22\nCOPY a.js /\nCMD node /a.js",
        "FROM node:22\nCOPY a.js /\nUSER 1000:1000\nCMD node /a.js",
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


E4 = FIXED["E4"][0]

OPTIONS = {
    "name": ({"style": "name", "user": "foouser"}, "RUN adduser -D foouser\nUSER foouser\n"),
    "name-in-numbers": (
        {"user": "web", "uid": "2000"},
        "RUN addgroup -S -g 2000 web \\\n  && adduser -S -D -H -u 2000 -G web web\nUSER 2000:2000\n",
    ),
    "account-of-the-base": ({"user": "nobody"}, "USER 65534:65534\n"),
    "account-of-the-base-by-name": ({"user": "nobody", "style": "name"}, "USER nobody\n"),
}


@pytest.mark.parametrize(("options", "lines"), OPTIONS.values(), ids=OPTIONS)
def test_options(options: dict[str, str], lines: str) -> None:
    after = E4.replace("ENTRYPOINT", f"{lines}\nENTRYPOINT")
    check_fixed(NAME, E4, after, options=options, level=Level.STANDARD)


def test_names_of_accounts_that_exist() -> None:
    style = {"style": "name"}
    check_fixed(NAME, NODE + NODE_START, NODE + "USER node\n" + NODE_START, options=style)
    scratch = 'FROM scratch\nCOPY app /app\nCMD ["/app"]\n'
    numbers = scratch.replace("CMD", "USER 65534:65534\nCMD")
    check_fixed(NAME, scratch, numbers, options=style)


BAD_OPTIONS = {
    "uid-of-a-person": ({"uid": "1000"}, "may be taken"),
    "uid-of-the-system": ({"uid": "100"}, "may be taken"),
    "uid-too-large": ({"uid": "70000"}, "may be taken"),
    "uid-no-number": ({"uid": "app"}, "may be taken"),
    "name-with-a-blank": ({"user": "a b"}, "no name for an account"),
    "name-with-a-command": ({"user": "a;b"}, "no name for an account"),
}


@pytest.mark.parametrize(("options", "reason"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_options_that_would_break_the_build(options: dict[str, str], reason: str) -> None:
    check_refused(NAME, E4, reason, options=options)


def test_not_at_safe() -> None:
    result = run(NAME, E4, level=Level.SAFE)
    assert not result.changed
    assert [(found.status, found.reason) for found in result.findings] == [
        ("fixable", "needs --level standard")
    ]


PRIVATE = {
    "owner-alone": (0o700, "only its owner may read app"),
    "group": (0o750, "only its owner may read app"),
    "readable-only": (0o744, "only its owner may run app"),
}


@pytest.mark.parametrize(("mode", "reason"), PRIVATE.values(), ids=PRIVATE)
def test_modes_of_the_context_speak_against_it(mode: int, reason: str) -> None:
    check_refused(NAME, E4, reason, evidence=Files({"app": mode}))


def test_modes_of_the_context_are_the_evidence() -> None:
    known = run(NAME, E4, level=Level.STANDARD, evidence=Files({"app": 0o755}))
    assumed = run(NAME, E4, level=Level.STANDARD)
    assert known.after == assumed.after == FIXED["E4"][1].encode()
    assert "git keeps" not in (known.findings[0].reason or "")
    assert "git keeps" in (assumed.findings[0].reason or "")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("EXPOSE 80\n", True),
        ("EXPOSE 8080 443/udp\n", True),
        ("EXPOSE 1024\n", False),
        ("ARG P\nEXPOSE $P\n", False),
        ("", False),
    ],
)
def test_low_ports_are_told(lines: str, told: bool) -> None:
    result = run(NAME, ALPINE + lines + START, level=Level.STANDARD)
    assert [found.status for found in result.findings] == ["fixed"]
    assert ("ports below 1024" in (result.findings[0].reason or "")) is told


def test_the_plan_tells_what_changes() -> None:
    result = run(NAME, E4, level=Level.STANDARD)
    assert sorted(result.plan_changes) == [
        "final.config.user",
        "final.effects[1]",
        "final.effects[2]",
    ]


def test_hadolint_code_switches_it_off() -> None:
    text = ALPINE + "# hadolint ignore=DL3002\n" + START
    result = run(NAME, text)
    assert not result.changed
    assert [found.status for found in result.findings] == ["suppressed"]


def test_files_are_not_given_to_a_name_that_is_not_there_yet() -> None:
    text = ALPINE + "COPY seed /data\nENV DATA_DIR=/data\n" + START
    check_refused(NAME, text, "made later", options={"style": "name", "user": "foouser"})


@dataclass(frozen=True)
class Manifest(Files):
    """A build context that is a folder with a `package.json` or a `requirements.txt`."""

    package: str = ""

    def kind(self, source: str, *, level_is_safe: bool) -> Kind:
        return "directory" if source == "." else "unknown"

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        return self.package if source.endswith((".json", ".txt")) else None


def test_a_browser_that_a_package_fetches_for_root() -> None:
    text = NODE + "RUN npm ci\n" + NODE_START
    with_browser = Manifest(package='{"dependencies": {"puppeteer": "^22"}}')
    check_refused(NAME, text, "browser", evidence=with_browser)
    without = Manifest(package='{"dependencies": {"puppeteer-core": "^22", "express": "4"}}')
    after = NODE + "RUN npm ci\nUSER 1000:1000\n" + NODE_START
    check_fixed(NAME, text, after, evidence=without)


def test_a_library_of_the_requirements_that_writes() -> None:
    text = "FROM python:3.13\nWORKDIR /a\nCOPY . .\nRUN pip install -r r.txt\n"
    start = "CMD python a.py\n"
    writing = Manifest(package="flask\ngradio[x]>=4  # pages\n")
    check_refused(NAME, text + start, "home directory", evidence=writing)
    engine = Manifest(package="flask\ndocker >= 7\n")
    check_refused(NAME, text + start, "socket", evidence=engine)
    plain = Manifest(package="flask\ndockerfile\ngradio_client\n# transformers\n")
    check_fixed(NAME, text + start, text + DEB_ACCOUNT + start, evidence=plain)


def service(**said: object) -> Service:
    return service_of("web", "compose.yaml", said)


SERVICES_OF_ROOT = {
    "volume": (service(volumes=["data:/srv/data"]), "a volume at /srv/data"),
    "anonymous-volume": (service(volumes=["/data"]), "a volume at /data"),
    "folder": (service(volumes=["./data:/data"]), "a folder of the host at /data"),
    "socket": (service(volumes=["/var/run/docker.sock:/var/run/docker.sock"]), "socket"),
    "privileged": (service(privileged="true"), "`privileged`"),
    "device": (service(devices=["/dev/x"]), "`devices`"),
    "setting": (service(environment={"DATA_DIR": "/data"}), "DATA_DIR"),
    "command": (service(command="npm run dev"), "start `npm`"),
    "script": (service(entrypoint=["/srv/wait.sh"], command="node a.js"), "start `.sh`"),
    "port-of-the-host": (service(network_mode="host"), "port below 1024"),
}


@pytest.mark.parametrize(("said", "reason"), SERVICES_OF_ROOT.values(), ids=SERVICES_OF_ROOT)
def test_services_that_need_root(said: Service, reason: str) -> None:
    text = NODE + "EXPOSE 80\n" + NODE_START
    check_refused(NAME, text, reason, services=[service(), said])


SERVICES = {
    "user": service(user="root", volumes=["data:/data"], privileged="true"),
    "of-another-stage": service_of("web", "compose.yaml", {"privileged": "true"}, "dev"),
    "sources": service(volumes=[".:/srv", "/srv/node_modules"]),
    "command": service(command=["node", "--inspect", "index.js"]),
    "to-be-read": service(volumes=["data:/data:ro", "./a:/a:ro,z"]),
    "files": service(volumes=["./a.json:/etc/a.json", "/etc/localtime:/etc/localtime"]),
    "memory": service(volumes=[{"type": "tmpfs", "target": "/x"}], tmpfs="/y"),
    "setting": service(environment=["PORT=80", "LOG_LEVEL=/x"]),
}


@pytest.mark.parametrize("said", SERVICES.values(), ids=SERVICES)
def test_services_that_do_not(said: Service) -> None:
    check_fixed(NAME, *FIXED["node"], services=[said])


def test_a_volume_that_is_given_to_the_user() -> None:
    before, after = FIXED["data-directory"]
    check_fixed(NAME, before, after, services=[service(volumes=["data:/var/lib/app"])])


def test_a_base_that_a_context_replaces() -> None:
    check_refused(NAME, E4, "user of the base image is not known", overridden=["alpine:3.12"])
    check_fixed(NAME, *FIXED["E4"], overridden=["alpine"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("geoipupdate", True),
        ("s3-sync", True),
        ("mirror", True),
        ("updates-api", False),
        ("async-api", False),
        ("recorded", False),
    ],
)
def test_a_program_may_tell_by_its_name_that_it_writes_files(name: str, told: bool) -> None:
    text = f'FROM alpine:3.20\nCOPY {name} /usr/bin/{name}\nENTRYPOINT ["{name}"]\n'
    reasons = [found.reason or "" for found in run(NAME, text).findings]
    assert any("is there to write files" in each for each in reasons) is told, reasons
