"""What a registry is shown to let somebody in: tokens of its token server, or user and password.

The flow is that of https://distribution.github.io/distribution/spec/auth/token/: the registry
answers 401 and names a token server (its *realm*), which gives a token for the repository.

The realm may be on another host, and a login is then sent there. It has to be: the hub's is
auth.docker.io, GitLab's is the web application's, Red Hat's sso.redhat.com; containerd and Docker
do the same. The registry, which the login was entered for, could pass it on to that host in any
case. What keeps it from being a leak is that the challenge counts only where it is the registry's
own: over TLS that was verified, from the host that was asked, never from one that it redirected
to; and that the realm is asked by TLS too, on another machine than the user's own. A mirror gets
the login that is kept under its own name, never that of the hub.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from dfix.patterns import regex
from dfix.resolve.credentials import Credentials, Login
from dfix.resolve.failures import Denied, Unusable, printable
from dfix.resolve.hosts import Host
from dfix.resolve.wire import Answer, Question, Wire, address, with_query

_LARGEST = 1024 * 1024  # bytes of a token server's answer
_LONGEST_TOKEN = 128 * 1024  # characters
_TOKEN = regex(r"[\x21-\x7e]+")
_USUAL_LIFE = 60.0  # seconds, where the server does not say
_LONGEST_LIFE = 3600.0  # seconds
_MARGIN = 5.0  # seconds before its end in which a token is not used any more
_LONGEST_CHALLENGE = 8192  # characters
# A parameter, or a word that is none and so begins the next challenge.
_PART = regex(r'([A-Za-z][A-Za-z0-9_-]*)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",=]+)))?')


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a registry asks for: its scheme in lower case, and the parameters."""

    scheme: str
    parameters: dict[str, str]

    @classmethod
    def parse(cls, header: str) -> "list[Challenge]":
        """The challenges of a `WWW-Authenticate` header; what is not of that form is passed over."""
        found: list[Challenge] = []
        for name, quoted, plain in _PART.findall(header[:_LONGEST_CHALLENGE]):
            value = plain or re.sub(r"\\(.)", r"\1", quoted)
            if not value:
                found.append(cls(name.lower(), {}))
            elif found:
                found[-1].parameters.setdefault(name.lower(), value)
        return found


@dataclass(frozen=True, slots=True)
class _Pass:
    """The value of an Authorization header, and until when it is good."""

    header: str = field(repr=False)
    until: float


class Tokens:
    """Gets and remembers what each repository of each registry is asked with."""

    def __init__(
        self, wire: Wire, credentials: Credentials | None, *, clock: Callable[[], float]
    ) -> None:
        self.secrets: set[str] = set()
        """What was sent or received and must be shown to nobody."""
        self._wire = wire
        self._credentials = credentials
        self._clock = clock
        self._passes: dict[tuple[str, str], _Pass] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def known(self, host: Host, repository: str) -> str | None:
        """The header that was good enough before, if it still is."""
        found = self._passes.get((host.url, repository))
        return found.header if found is not None and self._clock() < found.until else None

    def meet(self, host: Host, repository: str, header: str) -> str:
        """The Authorization header that answers the challenge `header` of `host`.

        Raises `Denied` where there is no login that would, `Unusable` for a challenge that must not
        be followed, and what `Wire.ask` raises.
        """
        self._passes.pop((host.url, repository), None)
        login = None if self._credentials is None else self._credentials.login(host.login)
        if login is not None:
            self.secrets.update(login.secrets)
        challenges = {each.scheme: each for each in Challenge.parse(header)}
        if login is not None and login.registry_token and "bearer" in challenges:
            found = _Pass(_bearer(login.registry_token, host), self._clock() + _LONGEST_LIFE)
        elif "bearer" in challenges:
            found = self._fetch(host, repository, challenges["bearer"], login)
        elif "basic" in challenges:
            if login is None or login.basic is None:
                raise self.denied(host, repository)
            found = _Pass(f"Basic {login.basic}", self._clock() + _LONGEST_LIFE)
        else:
            raise Unusable(f"{host.name}: wants a login of an unknown kind")
        self._passes[host.url, repository] = found
        return found.header

    def denied(self, host: Host, repository: str) -> Denied:
        """The error of a registry that does not let the user in."""
        login = None if self._credentials is None else self._credentials.login(host.login)
        reason = "wants a login" if login is None else "does not accept the login"
        problems = [] if self._credentials is None else self._credentials.problems
        told = f" ({'; '.join(problems)})" if problems else ""
        return Denied(f"{host.name}: {reason} for {repository}, or has no such image{told}")

    def _fetch(
        self, host: Host, repository: str, challenge: Challenge, login: Login | None
    ) -> _Pass:
        realm = challenge.parameters.get("realm")
        if not realm:
            raise Unusable(f"{host.name}: names no server that gives tokens")
        realm = address(realm, beside=host.url)
        # The scope is ours: what the challenge says could be more than is needed.
        wanted = {"scope": f"repository:{repository}:pull"}
        if service := challenge.parameters.get("service"):
            wanted["service"] = service
        if login is not None and login.identity_token:
            form = {
                **wanted,
                "grant_type": "refresh_token",
                "client_id": "dfix",
                "refresh_token": login.identity_token,
            }
            question = Question("POST", realm, _LARGEST, form=form)
        else:
            basic = None if login is None else login.basic
            question = Question(
                "GET",
                with_query(realm, wanted),
                _LARGEST,
                authorization=None if basic is None else f"Basic {basic}",
            )
        answer = self._wire.ask(question)
        if answer.status in (400, 401, 403, 404):
            raise self.denied(host, repository)
        if answer.status != 200:
            raise Unusable(f"{host.name}: its token server answers with status {answer.status}")
        return self._read(host, answer)

    def _read(self, host: Host, answer: Answer) -> _Pass:
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Unusable(f"{host.name}: its token server does not answer with a JSON object")
        token = value.get("token") or value.get("access_token")
        if not isinstance(token, str):
            raise Unusable(f"{host.name}: its token server gives no token")
        header = _bearer(token, host)
        self.secrets.add(token)
        life = value.get("expires_in")
        # Its own clock may be wrong, so `issued_at` is not looked at.
        if isinstance(life, bool) or not isinstance(life, int | float) or not life > 0:
            life = _USUAL_LIFE
        return _Pass(header, self._clock() + min(life, _LONGEST_LIFE) - _MARGIN)


def _bearer(token: str, host: Host) -> str:
    if len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        raise Unusable(f"{printable(host.name)}: the token for it is not one")
    return f"Bearer {token}"
