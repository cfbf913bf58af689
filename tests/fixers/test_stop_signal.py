"""stop-signal: what it leaves alone and turns down first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level, Request, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from tests.fixers import seed
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "stop-signal"
A = "FROM alpine:3.20\n"
NGINX = 'CMD ["nginx", "-g", "daemon off;"]\n'
HTTPD = 'CMD ["httpd", "-DFOREGROUND"]\n'

NOOP = {
    "seed-S01": seed.S01,
    "seed-S02": seed.S02_BUILDABLE,
    "seed-S03": seed.S03,
    "seed-S04": seed.S04,
    "seed-S05": seed.S05,
    "seed-S11": seed.S11,
    "seed-S12": seed.S12,
    "set": A + "STOPSIGNAL SIGTERM\n" + NGINX,
    "set-below": A + NGINX + "STOPSIGNAL 3\n",
    "set-by-the-parent": f"FROM alpine:3.20 AS a\nSTOPSIGNAL SIGTERM\nFROM a\n{NGINX}",
    "another-program": A + 'CMD ["node", "a.js"]\n',
    "another-program-of-like-name": A + 'CMD ["nginx-exporter"]\n',
    "busybox-httpd": A + 'CMD ["httpd", "-f", "-h", "/www"]\n',
    "httpd-in-the-background": A + 'CMD ["httpd", "-k", "start"]\n',
    "apachectl": A + 'CMD ["apachectl", "-D", "FOREGROUND"]\n',
    "configuration-test": A + 'CMD ["nginx", "-t"]\n',
    "init-script": A + 'CMD ["/etc/init.d/nginx", "start"]\n',
    "version": A + 'CMD ["haproxy", "-v"]\n',
    "uwsgi-that-ends-by-a-hook": A
    + 'CMD ["uwsgi", "--hook-master-start", "unix_signal:15 gracefully_kill_them_all"]\n',
    "uwsgi-that-ends-by-env": A + 'ENV UWSGI_DIE_ON_TERM=true\nCMD ["uwsgi", "a.ini"]\n',
    "uwsgi-that-ends": A + 'CMD ["uwsgi", "--die-on-term", "a.ini"]\n',
    "nothing-of-its-own": "FROM nginx:1.27\nCOPY . /usr/share/nginx/html\n",
    "build-only": f"FROM alpine:3.20 AS a\n{NGINX}FROM scratch\nCOPY --from=a /x /x\n",
    "shell-list": A + "CMD a && nginx\n",
    "empty": "",
}

REFUSED = {
    "seed-S13": (seed.S13, "the base image sets STOPSIGNAL SIGQUIT itself"),
    "postgres": ('FROM postgres:17\nCMD ["postgres", "-c", "x=1"]\n', "sets STOPSIGNAL SIGINT"),
    "php-fpm": ('FROM php:8.4-fpm\nCMD ["php-fpm", "-F"]\n', "sets STOPSIGNAL SIGQUIT"),
    "unknown-base": (f"FROM example.com/x\n{NGINX}", "sets a STOPSIGNAL is not known"),
    "unknown-base-with-entrypoint": (
        'FROM example.com/x\nENTRYPOINT ["nginx"]\n',
        "whether the base image sets a STOPSIGNAL",
    ),
    "variable-base": (f"ARG B\nFROM $B\nENTRYPOINT []\n{NGINX}", "sets a STOPSIGNAL is not known"),
    "shell-form": (A + "CMD nginx -g 'daemon off;'\n", "a shell gets the signal"),
    "sh-c": (A + 'CMD ["sh", "-c", "nginx"]\n', "a shell gets the signal"),
    "script": (A + 'ENTRYPOINT ["/e.sh"]\n' + NGINX, "may not become it"),
    "onbuild": (A + "ONBUILD RUN x\n" + NGINX, "ONBUILD"),
    "rewritten": (
        A + 'ENTRYPOINT ["dumb-init", "--rewrite", "15:3", "--"]\n' + NGINX,
        "makes other signals",
    ),
    "rewritten-in-one-word": (
        A + 'ENTRYPOINT ["dumb-init", "--rewrite=15:3", "--"]\n' + NGINX,
        "makes other signals",
    ),
    "rewritten-in-short": (
        A + 'ENTRYPOINT ["dumb-init", "-vr15:3", "--"]\n' + NGINX,
        "makes other signals",
    ),
}

FIXED = {
    "E3": (seed.S02_BUILDABLE.replace("# SIGQUITを実行する\nSTOPSIGNAL SIGQUIT\n\n", ""),
           seed.S02_BUILDABLE.replace("# SIGQUITを実行する\nSTOPSIGNAL SIGQUIT\n\n", "STOPSIGNAL SIGQUIT\n")),
    "openresty": (A + 'CMD ["openresty"]\n', A + 'STOPSIGNAL SIGQUIT\nCMD ["openresty"]\n'),
    "path": (A + 'CMD ["/usr/sbin/nginx"]\n', A + 'STOPSIGNAL SIGQUIT\nCMD ["/usr/sbin/nginx"]\n'),
    "php-fpm": (A + 'CMD ["php-fpm83", "-F"]\n', A + 'STOPSIGNAL SIGQUIT\nCMD ["php-fpm83", "-F"]\n'),
    "httpd": (A + HTTPD, A + "STOPSIGNAL SIGWINCH\n" + HTTPD),
    "httpd-in-two-words": (
        A + 'ENTRYPOINT ["/usr/sbin/apache2", "-D", "FOREGROUND"]\n',
        A + 'STOPSIGNAL SIGWINCH\nENTRYPOINT ["/usr/sbin/apache2", "-D", "FOREGROUND"]\n',
    ),
    "haproxy": (
        A + 'CMD ["haproxy", "-f", "h.cfg"]\n',
        A + 'STOPSIGNAL SIGUSR1\nCMD ["haproxy", "-f", "h.cfg"]\n',
    ),
    "postgres": (
        A + 'CMD ["postgres", "-D", "/d"]\n',
        A + 'STOPSIGNAL SIGINT\nCMD ["postgres", "-D", "/d"]\n',
    ),
    "systemd": (
        'FROM debian:12\nCMD ["/lib/systemd/systemd"]\n',
        'FROM debian:12\nSTOPSIGNAL SIGRTMIN+3\nCMD ["/lib/systemd/systemd"]\n',
    ),
    "comment-above": (
        A + "\n# go\n" + NGINX,
        A + "\nSTOPSIGNAL SIGQUIT\n# go\n" + NGINX,
    ),
    "cmd-above-the-entrypoint": (
        A + NGINX + 'EXPOSE 80\nENTRYPOINT ["tini", "--"]\n',
        A + "STOPSIGNAL SIGQUIT\n" + NGINX + 'EXPOSE 80\nENTRYPOINT ["tini", "--"]\n',
    ),
    "of-the-parent": (
        f"FROM alpine:3.20 AS a\n{NGINX}FROM a\nEXPOSE 80\n",
        f"FROM alpine:3.20 AS a\n{NGINX}FROM a\nEXPOSE 80\nSTOPSIGNAL SIGQUIT\n",
    ),
    "exec-in-a-shell": (
        A + 'ENTRYPOINT ["env", "A=1", "nginx"]\n',
        A + 'STOPSIGNAL SIGQUIT\nENTRYPOINT ["env", "A=1", "nginx"]\n',
    ),
    "lower-case": (
        'from alpine:3.20\ncmd ["nginx"]\n', 'from alpine:3.20\nstopsignal SIGQUIT\ncmd ["nginx"]\n'),
    "no-final-newline": (A + NGINX.strip(), A + "STOPSIGNAL SIGQUIT\n" + NGINX.strip()),
    "carriage-returns": (
        'FROM alpine:3.20\r\nCMD ["nginx"]\r\n',
        'FROM alpine:3.20\r\nSTOPSIGNAL SIGQUIT\r\nCMD ["nginx"]\r\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    if text == seed.S05:
        assert not run(NAME, text).changed
    else:
        check_noop(NAME, text)


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str) -> None:
    check_refused(NAME, text, reason)


@pytest.mark.parametrize(("before", "after"), FIXED.values(), ids=FIXED)
def test_fixed(before: str, after: str) -> None:
    check_fixed(NAME, before, after, level=Level.STANDARD)


def test_seed_s06_gets_it() -> None:
    after = run(NAME, seed.S06, level=Level.STANDARD).after.decode()
    start = seed.S06.rindex("CMD")
    assert after == seed.S06[:start] + "STOPSIGNAL SIGQUIT\n" + seed.S06[start:]


@pytest.mark.parametrize(("content", "changed"), [('exec "$@"', True), ('"$@"', False)])
def test_behind_a_script_that_the_context_shows(
    content: str, changed: bool, tmp_path: Path
) -> None:
    (tmp_path / "e.sh").write_text(f"#!/bin/sh\nset -e\n{content}\n")
    text = f'{A}COPY e.sh /\nENTRYPOINT ["/e.sh"]\n{NGINX}'
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    assert fix_bytes(text.encode(), request).changed is changed


@pytest.mark.parametrize(("content", "changed"), [("die-on-term = true", False), ("", True)])
def test_uwsgi_by_the_settings_that_the_context_shows(
    content: str, changed: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.ini").write_text(f"[uwsgi]\n{content}\n")
    text = f'{A}WORKDIR /app\nCOPY a.ini .\nCMD ["uwsgi", "--ini", "a.ini"]\n'
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    assert fix_bytes(text.encode(), request).changed is changed


def test_not_at_safe() -> None:
    assert not run(NAME, A + NGINX, level=Level.SAFE).changed


def test_the_plan_tells_what_changes() -> None:
    assert run(NAME, A + NGINX).plan_changes == ("final.config.stopsignal",)
