"""What well-known programs are as the first process of a container."""

import posixpath
import re
from collections.abc import Sequence

from dfix import regex
from dfix.facts.commands import SHELLS

#: Servers that handle their signals and reap the processes that they start.
SERVERS = frozenset(
    """nginx openresty httpd apache2 httpd-foreground apache2-foreground apachectl apache2ctl lighttpd
    caddy traefik envoy haproxy varnishd squid postgres mysqld mariadbd mongod mongos redis-server
    redis-sentinel valkey-server memcached cassandra rabbitmq-server etcd consul vault nats-server
    mosquitto prometheus alertmanager grafana-server grafana influxd telegraf fluentd fluent-bit
    php-fpm gunicorn uvicorn hypercorn daphne uwsgi waitress-serve puma unicorn passenger sshd crond
    cron dockerd containerd named dnsmasq unbound coredns postfix master dovecot exim rsyslogd
    registry minio""".split()
)
#: Runtimes that end on SIGTERM of their own accord, also as PID 1.
RUNTIMES = frozenset({"java", "dotnet"})
#: Tools that start the program as a child, and do not hand signals on to it.
RUNNERS = frozenset({"npm", "yarn", "yarnpkg", "pnpm", "npx", "bunx", "pnpx", "corepack"})
#: Interpreters that leave SIGTERM to the kernel, which never kills PID 1 by default.
_INTERPRETERS = regex(
    r"(?:node(?:js)?|deno|bun|python[0-9.]*|pypy[0-9.]*|perl[0-9.]*|php[0-9.]*|ruby[0-9.]*|"
    r"lua(?:jit)?[0-9.]*)"
)
#: Files that an interpreter reads by their `#!` line, and programs that do without any handler.
_NO_HANDLER = regex(r".*\.(?:py|[cm]?js|pl|rb|php)|sleep|tail|flask")
_SCRIPT = regex(
    r".*\.(?:sh|bash|ash|ksh|zsh)|.*(?:entry-?_?point|start-?up|bootstrap).*|(?:start|run|init)",
    re.IGNORECASE,
)


def is_interpreter(name: str) -> bool:
    """Whether `name` runs a program in a language that has no signal handling by default."""
    return bool(_INTERPRETERS.fullmatch(name))


def reads_scripts(word: str) -> bool:
    """Whether a program is an interpreter or a runtime, rather than a script of its own."""
    name = posixpath.basename(word)
    return is_interpreter(name) or name in RUNTIMES


def is_shell_script(word: str) -> bool:
    """Whether a program is a shell or, by its name, a shell script that starts something else."""
    name = posixpath.basename(word)
    return name in SHELLS or bool(_SCRIPT.fullmatch(name))


def module_of(words: Sequence[str | None]) -> str | None:
    """The module that `python -m` runs; None for any other command line."""
    if not (words[0] and re.fullmatch(r"(?:python|pypy)[0-9.]*", posixpath.basename(words[0]))):
        return None
    for at, word in enumerate(words[1:-1], 1):
        if word == "-m":
            return words[at + 1]
        if word is None or not word.startswith("-"):
            return None
    return None


def server(words: Sequence[str | None]) -> str | None:
    """Why a server needs no init process; None for anything else."""
    name = posixpath.basename(words[0] or "") if words else ""
    module = module_of(words) if words else None
    if name in SERVERS or module in SERVERS:
        return f"`{module or name}` is made to be PID 1: it handles signals and reaps"
    return None


def no_gain(words: Sequence[str | None]) -> str | None:
    """Why a program needs no init process, or would have nothing of one; None if it would gain."""
    if reason := server(words):
        return reason
    name = posixpath.basename(words[0] or "")
    if name in RUNTIMES:
        return f"`{name}` ends on SIGTERM also as PID 1"
    if name in RUNNERS:
        return f"`{name}` hands no signal on, with an init process or without: start the program"
    if name in SHELLS:
        return f"`{name}` is a shell: unless what it runs ends in exec, it hands no signal on"
    if is_shell_script(words[0] or ""):
        return f"`{name}` may be a shell script: unless that ends in exec, it hands no signal on"
    if _NO_HANDLER.fullmatch(name):
        return None
    if not is_interpreter(name):
        return f"nothing is known about how `{name}` handles signals"
    if len(words) == 1:
        return f"`{name}` is started for somebody to type to"
    return None
