"""Questions over HTTP within bounds: how many, how long, how large, and where they may lead.

The client library is httpx (BSD-3-Clause, 0.28.1 of December 2024, about 0.1 s to import, and only
where the network is asked for). `oras` (Apache-2.0, often released) speaks the same protocol, and
was looked at first: it takes three times as long to import (requests, jsonschema), and gives no
say in what matters here. It has no bounds on time and size, repeats what failed after fixed
sleeps, follows redirects by itself, runs credential helpers without a time limit, asks for tokens
wherever a challenge sends it, keeps no cache, and has no HEAD of a manifest.

httpx has no limit on a whole answer, only on each read, which a server that sends a byte now and
then never exceeds; asyncio's timeout ends everything, the look-up of names and TLS included. So the
questions are asynchronous inside, and one at a time to the outside.
"""

import math
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfix.resolve.failures import (
    ClientMissing,
    RateLimited,
    RegistryError,
    TooManyRequests,
    Unreachable,
    Unusable,
    printable,
)
from dfix.resolve.hosts import is_loopback
from dfix.version import __version__

if TYPE_CHECKING:
    import asyncio
    import ssl

    import httpx

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
_AGAIN = frozenset({429, 500, 502, 503, 504})
_FIRST_WAIT = 1.0  # seconds, doubled each time
_LONGEST_WAIT = 30.0  # seconds; whoever asks for more patience is not asked again
_LIMITED_FOR = 300.0  # seconds for which a registry that said 429 is left alone
_BROKEN_FOR = 60.0  # seconds, after 5xx or broken answers to every try
_LAST_PORT = 65535
_COMPLAINT = 64 * 1024  # bytes read of an answer that is an error


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be asked: `requests` in all, each of which is answered in `timeout` seconds.

    A question is sent at most `tries` times where the registry is busy or breaks off.
    """

    requests: int = 200
    timeout: float = 30.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A request: `limit` is how many bytes of an answer are taken; the last two are secret."""

    method: str
    url: str
    limit: int
    headers: Mapping[str, str] = field(default_factory=dict)
    authorization: str | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: names of headers are in lower case.

    `elsewhere` names the host, if it was another than the one asked; nothing secret was sent there.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elsewhere: str | None = None


class _BrokenOff(Exception):
    """There was no whole answer; the next try may get one."""


class Wire:
    """Sends questions and counts them. Threads may share it; they wait for one another."""

    def __init__(
        self, limits: Limits, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.requests = 0
        """How many requests were sent, redirects and repetitions included."""
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.RLock()
        self._runner: asyncio.Runner | None = None
        self._clients: dict[bool, httpx.AsyncClient] = {}
        # Hosts that are asked no more, until when, and what is said instead.
        self._left_alone: dict[str, tuple[float, RegistryError]] = {}

    def ask(self, question: Question) -> Answer:
        """The answer to `question`, whatever its status, unless that is 429 or of a broken server.

        Raises RegistryError: `RateLimited`, `Unreachable`, `Unusable`, `TooManyRequests`.
        """
        with self._lock:
            url = _parse(question.url)
            host = _authority(url)
            until, failure = self._left_alone.get(host, (0.0, None))
            if failure is not None and self._clock() < until:
                raise type(failure)(str(failure))
            for attempt in range(1, max(self._limits.tries, 1) + 1):
                try:
                    answer = self._run(self._follow(question, url))
                except _BrokenOff as error:
                    wait = 0.0
                    failure = Unreachable(f"{host}: {error}")
                else:
                    if answer.status not in _AGAIN:
                        return answer
                    wait = self._wanted_wait(answer)
                    failure = _failure(answer.elsewhere or host, answer.status, wait)
                wait = max(wait, _FIRST_WAIT * 2 ** (attempt - 1))
                if attempt >= self._limits.tries or wait > _LONGEST_WAIT:
                    break
                self._sleep(wait)
            assert failure is not None
            rest = _LIMITED_FOR if isinstance(failure, RateLimited) else _BROKEN_FOR
            self._left_alone[host] = (self._clock() + max(wait, rest), failure)
            raise failure

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            runner, self._runner = self._runner, None
            if runner is None:
                return
            try:
                for client in self._clients.values():
                    runner.run(client.aclose())
            finally:
                self._clients.clear()
                runner.close()

    def _run(self, conversation: Any) -> Answer:
        if self._runner is None:
            import asyncio

            self._runner = asyncio.Runner()
        answer = self._runner.run(conversation)
        assert isinstance(answer, Answer)
        return answer

    async def _follow(self, question: Question, url: "httpx.URL") -> Answer:
        """Send `question`, and again to where it is redirected to, all within the time limit."""
        import asyncio

        import httpx

        first = _origin(url)
        host = _authority(url)
        authorization = question.authorization
        try:
            async with asyncio.timeout(self._limits.timeout):
                for _ in range(_MOST_HOPS + 1):
                    elsewhere = None if _origin(url) == first else _authority(url)
                    answer = await self._send(question, url, authorization, elsewhere)
                    target = answer.headers.get("location")
                    if answer.status not in _REDIRECTS or target is None:
                        return answer
                    if question.method == "POST":
                        raise Unusable(f"{host}: sends a login elsewhere")
                    url = _next(url, target)
                    if _origin(url) != first:
                        authorization = None  # for good, also where it leads back
        except (TimeoutError, httpx.TimeoutException):
            problem = f"{_authority(url)}: no answer within {self._limits.timeout:g} s"
            raise self._leave_alone(host, problem) from None
        except httpx.HTTPError as error:
            raise self._broken(host, error) from None
        except UnicodeError:
            raise Unusable(f"{host}: not the name of a host") from None
        raise Unusable(f"{host}: redirects more than {_MOST_HOPS} times")

    async def _send(
        self,
        question: Question,
        url: "httpx.URL",
        authorization: str | None,
        elsewhere: str | None,
    ) -> Answer:
        if self.requests >= self._limits.requests:
            raise TooManyRequests(f"stopped after {self.requests} requests to registries")
        client = self._client(is_loopback(url.host))
        self.requests += 1
        headers = dict(question.headers)
        if authorization is not None:
            headers["Authorization"] = authorization
        async with client.stream(
            question.method, url, headers=headers, data=question.form, follow_redirects=False
        ) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            good = response.status_code < 300
            body = b""
            if question.method != "HEAD":
                coding = found.get("content-encoding", "identity").lower()
                if good and coding != "identity":
                    raise Unusable(f"{_authority(url)}: answers in the coding {printable(coding)}")
                limit = question.limit if good else _COMPLAINT
                body = await _read(response, limit, whole=good, host=_authority(url))
            return Answer(response.status_code, found, body, elsewhere)

    def _client(self, direct: bool) -> "httpx.AsyncClient":
        """The client; for this machine one without the proxy that the environment names."""
        client = self._clients.get(direct)
        if client is None:
            import http.cookiejar

            import httpx

            try:
                client = httpx.AsyncClient(
                    headers={"User-Agent": f"dfix/{__version__}", "Accept-Encoding": "identity"},
                    timeout=httpx.Timeout(self._limits.timeout, pool=None),
                    trust_env=not direct,
                    verify=_trusted(),
                )
            except (ValueError, ImportError, OSError, httpx.InvalidURL):
                # The reason could quote the proxy's address, with the password in it.
                raise Unusable("the proxy that the environment names cannot be used") from None
            # A registry needs no cookies, and none may go from one question to the next.
            client.cookies.jar.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
            self._clients[direct] = client
        return client

    def _broken(self, host: str, error: "httpx.HTTPError") -> Exception:
        """What is raised for an error of the connection."""
        import httpx

        reason = printable(str(error))
        if isinstance(error, httpx.ProxyError):
            return self._leave_alone(host, f"{host}: the proxy does not let it through ({reason})")
        if isinstance(error, httpx.ConnectError):
            if _is_untrusted(error):
                problem = f"{host}: its certificate cannot be trusted ({reason})"
                return self._leave_alone(host, problem)
            # Not tried again: in a run over many images each would wait for it.
            return self._leave_alone(host, f"{host}: no connection ({reason})")
        if isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError):
            return _BrokenOff(f"the answer broke off or is not HTTP ({reason or 'closed'})")
        return Unusable(f"{host}: cannot be asked ({reason})")

    def _leave_alone(self, host: str, problem: str) -> Unreachable:
        failure = Unreachable(problem)
        self._left_alone[host] = (math.inf, failure)
        return failure

    def _wanted_wait(self, answer: Answer) -> float:
        """How many seconds an answer asks to wait for; 0 where it does not say, or not clearly."""
        text = answer.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            return max(parsedate_to_datetime(text).timestamp() - self._clock(), 0.0)
        except (ValueError, OverflowError, OSError):
            return 0.0


def _failure(host: str, status: int, wait: float) -> RegistryError:
    if status != 429:
        return Unreachable(f"{host}: answers with status {status} again and again")
    later = f"; it asks to come back in {wait:.0f} s" if wait else ""
    return RateLimited(f"{host}: has had enough questions for now (429){later}")


async def _read(response: "httpx.Response", limit: int, *, whole: bool, host: str) -> bytes:
    """The body, of which there may be at most `limit` bytes; without `whole` the first of them."""
    declared = response.headers.get("content-length", "")
    too_large = Unusable(f"{host}: answers with more than {limit} bytes")
    if whole and declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
        raise too_large
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > limit:
            if whole:
                raise too_large
            break
    return bytes(body[:limit])


def require_client() -> None:
    """Raises `ClientMissing` where the library that asks is not installed."""
    try:
        import httpx  # noqa: F401
    except ImportError as error:
        raise ClientMissing("asking registries needs more: pip install 'dfix[online]'") from error


def _parse(text: str) -> "httpx.URL":
    require_client()
    import httpx

    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if not url.host or (url.port or 0) > _LAST_PORT:
        raise Unusable(f"not an address that can be asked: {printable(text)}")
    return url


def address(text: str, *, beside: str) -> str:
    """The address `text` that the registry at `beside` names, if it may be asked.

    It must be https, or plain HTTP on this machine where the registry is on it as well, and hold
    no user. So no registry makes dfix knock at what listens on the user's machine alone. Raises
    `Unusable`.
    """
    return str(_allowed(_parse(beside), _parse(text)))


def same_origin(text: str, *, beside: str) -> str:
    """The address `text`, which may be relative, on the same host as `beside`. Raises `Unusable`."""
    base = _parse(beside)
    joined = _join(base, text)
    if _origin(joined) != _origin(base) or joined.userinfo:
        raise Unusable(f"{_authority(base)}: leads to another host ({_authority(joined)})")
    return str(joined)


def joined(text: str, *, beside: str) -> str:
    """The address that `text`, which may be relative, means at `beside`. Raises `Unusable`."""
    return str(_join(_parse(beside), text))


def with_query(text: str, values: Mapping[str, str]) -> str:
    """The address with `values` added to its query."""
    return str(_parse(text).copy_merge_params(dict(values)))


def _next(url: "httpx.URL", target: str) -> "httpx.URL":
    """Where a redirect leads to. Raises `Unusable` for where it must not."""
    return _allowed(url, _join(url, target))


def _join(url: "httpx.URL", target: str) -> "httpx.URL":
    import httpx

    try:
        return url.join(target)
    except (httpx.InvalidURL, ValueError):
        raise Unusable(f"{_authority(url)}: leads to what is not an address") from None


def _allowed(url: "httpx.URL", target: "httpx.URL") -> "httpx.URL":
    """`target`, to which the server of `url` leads."""
    host = _authority(url)
    local = is_loopback(url.host)
    if target.userinfo or not target.host or (target.port or 0) > _LAST_PORT:
        raise Unusable(f"{host}: leads to an address with a user, or without a usable host")
    if target.scheme not in ("https", "http"):
        raise Unusable(f"{host}: leads to an address that is not of the web")
    if target.scheme == "http" and (url.scheme == "https" or not is_loopback(target.host)):
        raise Unusable(f"{host}: leads to plain HTTP ({_authority(target)})")
    if is_loopback(target.host) and not local:
        raise Unusable(f"{host}: leads to this machine itself ({_authority(target)})")
    return target


def _origin(url: "httpx.URL") -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port  # httpx leaves out the usual port


def _authority(url: "httpx.URL") -> str:
    return printable(url.netloc.decode("ascii", "replace"))


def _is_untrusted(error: BaseException) -> bool:
    import ssl

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _trusted() -> "ssl.SSLContext | bool":
    """The system's authorities, as Docker trusts them; httpx's own where the system has none."""
    return _authorities(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache  # Reading them takes longer than most answers.
def _authorities(_file: str | None, _folder: str | None) -> "ssl.SSLContext | bool":
    import ssl

    context = ssl.create_default_context()
    if context.cert_store_stats()["x509_ca"]:
        return context
    # Those of a folder are read when they are needed, and not counted before.
    folder = ssl.get_default_verify_paths().capath or ""
    return context if folder and any(Path(folder).iterdir()) else True
