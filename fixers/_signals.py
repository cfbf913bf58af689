"""Signals that make well-known programs end in order, where that is not SIGTERM."""

import itertools
import posixpath
import re
from collections.abc import Sequence

from msgspec import Struct

from dfix import regex

_Words = Sequence[str | None]


class Ending(Struct, frozen=True):
    """The signal that a program wants, and what it does with SIGTERM instead."""

    signal: str
    reason: str


#: https://nginx.org/en/docs/control.html
_NGINX = Ending("SIGQUIT", "SIGTERM drops open connections: on SIGQUIT they are served first")
#: https://www.php.net/manual/en/install.fpm.configuration.php#process-control-timeout
_FPM = Ending("SIGQUIT", "SIGTERM drops open requests: on SIGQUIT they are served first")
#: https://httpd.apache.org/docs/2.4/stopping.html
_HTTPD = Ending("SIGWINCH", "SIGTERM drops open requests: on SIGWINCH they are served first")
#: https://docs.haproxy.org/3.0/management.html#4
_HAPROXY = Ending("SIGUSR1", "SIGTERM drops open connections: on SIGUSR1 they are served first")
#: https://www.postgresql.org/docs/current/server-shutdown.html
_POSTGRES = Ending("SIGINT", "on SIGTERM it waits for all sessions to end: SIGINT is its fast end")
#: https://uwsgi-docs.readthedocs.io/en/latest/Management.html#signals-for-controlling-uwsgi
_UWSGI = Ending("SIGINT", "SIGTERM makes it reload, and not end")
#: https://systemd.io/CONTAINER_INTERFACE/
_SYSTEMD = Ending("SIGRTMIN+3", "SIGTERM makes it reload, and not end")

_BY_NAME = {
    "nginx": _NGINX,
    "openresty": _NGINX,
    "haproxy": _HAPROXY,
    "postgres": _POSTGRES,
    "postmaster": _POSTGRES,
    "uwsgi": _UWSGI,
}
#: What tells uWSGI itself to end on SIGTERM.
_ON_TERM = regex(r"die-on-term|\bunix_signal:15\b")
#: Options with which these programs do something, say something, and are done.
_AT_ONCE = frozenset(
    "-t -T -v -V -s -h -? -vv --version --help --single --boot --describe-config -C".split()
)


def ending(words: _Words) -> Ending | None:
    """How the program of a command line wants to be ended; None for SIGTERM, or if not known."""
    name = posixpath.basename(words[0] or "") if words else ""
    if words and "/init.d/" in (words[0] or ""):
        return None  # a script of that name, and not the program
    if words[1:] and (words[1] in _AT_ONCE or None in words):
        return None
    if re.fullmatch(r"php-fpm[0-9.]*", name):
        return _FPM
    if name in {"httpd", "apache2"}:
        # BusyBox has an `httpd` as well, which knows neither this option nor this signal.
        return _HTTPD if _stays_in_front(words) else None
    if words and words[0] in {"/lib/systemd/systemd", "/usr/lib/systemd/systemd"}:
        return _SYSTEMD
    if name == "uwsgi" and any(_ON_TERM.search(word or "") for word in words):
        return None
    return _BY_NAME.get(name)


def _stays_in_front(words: _Words) -> bool:
    return "-DFOREGROUND" in words or any(
        one == "-D" and other == "FOREGROUND" for one, other in itertools.pairwise(words)
    )
