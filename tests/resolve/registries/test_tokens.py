"""Registries that want a login: a real one that checks signed tokens, and scripted ones."""

import base64
import json
import logging
import pickle
import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dfix.resolve.cache import Cache
from dfix.resolve.credentials import Credentials
from dfix.resolve.registry import Denied, RegistryError, Unreachable, Unusable
from dfix.resolve.tokens import Challenge
from dfix.resolve.wire import address
from tests.resolve.registries.conftest import Asking, Clock, ref
from tests.resolve.registries.daemon import Daemon
from tests.resolve.registries.images import image, index
from tests.resolve.registries.scripted import Reply, Script, Seen, Server, holding, serving

AMD = image("amd64", User="app")
BOTH = index(AMD, image("arm64"))
WHOLE = holding(latest=BOTH, other=BOTH)
PASSWORD = "correct-horse-battery"
BASIC = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
IDENTITY = "identity-token-of-mine"


def logins(authority: str, **entry: str) -> Credentials:
    return Credentials({"auths": {authority: entry or {"username": "me", "password": PASSWORD}}})


class TokenServer:
    """Gives tokens for a real registry, signed as it wants them."""

    def __init__(self, authority: trustme.CA) -> None:
        leaf = authority.issue_cert("tokens.test")
        certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
        self._key = leaf.private_key_pem.bytes()
        self._chain = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
        self.private = True
        self.expired = False
        self.name_of_token = "token"

    def __call__(self, seen: Seen) -> Reply:
        scope = seen.query["scope"].split(":")
        assert seen.query["service"] == "test-registry"
        if seen.method == "POST":
            allowed = f"refresh_token={IDENTITY}" in seen.body.decode().split("&")
        else:
            allowed = seen.authorization == BASIC
        if seen.authorization is not None and not allowed:
            return Reply(401)
        actions = scope[2].split(",") if allowed or not self.private else []
        now = int(time.time())
        claims = {
            "iss": "test-tokens",
            "aud": "test-registry",
            "sub": "me" if allowed else "",
            "iat": now,
            "nbf": now - 7200,
            "exp": now - 3600 if self.expired else now + 300,
            "jti": str(time.monotonic_ns()),
            "access": [{"type": scope[0], "name": scope[1], "actions": actions}],
        }
        token = jwt.encode(claims, self._key, "ES256", {"x5c": [self._chain]})
        return Reply(200, json.dumps({self.name_of_token: token, "expires_in": 300}).encode())


@pytest.fixture(scope="module")
def guarded(
    registry_program: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Daemon, Server, TokenServer]]:
    """A registry that wants tokens, its token server, and what that answers."""
    folder = tmp_path_factory.mktemp("guarded")
    filling = Daemon(registry_program, folder)
    filling.push("shop/app", "latest", BOTH)
    filling.push("shop/app", "2", BOTH)
    filling.push("shop/other", "latest", BOTH)
    filling.stop()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "roots.pem"))
    script = TokenServer(authority)
    with serving(script) as tokens:
        settings = (
            f"auth: {{token: {{realm: '{tokens.url}/token', service: test-registry,"
            f" issuer: test-tokens, rootcertbundle: '{folder / 'roots.pem'}'}}}}\n"
        )
        daemon = Daemon(registry_program, folder, settings)
        yield daemon, tokens, script
        daemon.stop()


@pytest.fixture
def real(guarded: tuple[Daemon, Server, TokenServer]) -> tuple[Daemon, Server, TokenServer]:
    _, tokens, script = guarded
    tokens.seen.clear()
    script.private, script.expired, script.name_of_token = True, False, "token"
    return guarded


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_a_real_registry_with_tokens(
    real: tuple[Daemon, Server, TokenServer], asking: Asking, name: str
) -> None:
    daemon, tokens, script = real
    script.name_of_token = name
    registry = asking(credentials=logins(daemon.authority))
    app = ref(f"{daemon.authority}/shop/app")
    assert registry.digest(app) == BOTH.manifest.digest
    # Turned away, a token, and the answer.
    assert registry.requests == 3
    assert registry.config(app).user == "app"
    assert registry.tags(app) == ("2", "latest")
    assert registry.requests == 7  # one token for all
    registry.digest(ref(f"{daemon.authority}/shop/other"))
    scopes = [each.query["scope"] for each in tokens.seen]
    assert scopes == ["repository:shop/app:pull", "repository:shop/other:pull"]


def test_a_real_registry_lets_nobody_in(
    real: tuple[Daemon, Server, TokenServer], asking: Asking
) -> None:
    daemon, _, _ = real
    with pytest.raises(Denied) as caught:
        asking().digest(ref(f"{daemon.authority}/shop/app"))
    told = f"{daemon.authority}: wants a login for shop/app, or has no such image"
    assert str(caught.value) == told


def test_a_real_registry_for_everybody(
    real: tuple[Daemon, Server, TokenServer], asking: Asking
) -> None:
    daemon, _, script = real
    script.private = False
    app = ref(f"{daemon.authority}/shop/app")
    assert asking().digest(app) == BOTH.manifest.digest


def test_a_wrong_password(real: tuple[Daemon, Server, TokenServer], asking: Asking) -> None:
    daemon, _, _ = real
    wrong = logins(daemon.authority, username="me", password="wrong-secret")
    with pytest.raises(Denied, match="does not accept the login for shop/app") as caught:
        asking(credentials=wrong).digest(ref(f"{daemon.authority}/shop/app"))
    assert "wrong-secret" not in str(caught.value)


def test_an_identity_token(real: tuple[Daemon, Server, TokenServer], asking: Asking) -> None:
    daemon, tokens, _ = real

    class Forms:
        """The form of a POST is what the query of a GET is."""

        def __init__(self, script: Script) -> None:
            self.script = script

        def __call__(self, seen: Seen) -> Reply:
            form = seen.body.decode()
            return self.script(Seen(seen.method, f"{seen.path}?{form}", seen.headers, seen.body))

    before = tokens.script
    tokens.script = Forms(before)
    try:
        credentials = logins(daemon.authority, identitytoken=IDENTITY)
        registry = asking(credentials=credentials)
        assert registry.digest(ref(f"{daemon.authority}/shop/app")) == BOTH.manifest.digest
    finally:
        tokens.script = before
    assert [each.method for each in tokens.seen] == ["POST"]
    assert "grant_type=refresh_token" in tokens.seen[0].body.decode()
    assert IDENTITY not in tokens.seen[0].target


def test_an_expired_token_is_told_and_not_kept(
    real: tuple[Daemon, Server, TokenServer], asking: Asking
) -> None:
    daemon, _, script = real
    script.expired = True
    registry = asking(credentials=logins(daemon.authority))
    with pytest.raises(Denied):
        registry.digest(ref(f"{daemon.authority}/shop/app"))
    script.expired = False
    assert registry.digest(ref(f"{daemon.authority}/shop/app:2")) == BOTH.manifest.digest


class Gate:
    """A registry and its token server in one: lets in whoever shows a token that is good now."""

    def __init__(self, life: object = 300) -> None:
        self.good: set[str] = set()
        self.given = 0
        self.life = life
        self.realm = ""

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/token":
            self.given += 1
            token = f"token-{self.given}"
            self.good = {f"Bearer {token}"}
            value = {"token": token, "expires_in": self.life}
            return Reply(200, json.dumps(value).encode())
        if seen.authorization not in self.good:
            wanted = f'Bearer realm="{self.realm}",service="s",scope="repository:app:pull,push"'
            return Reply(401, headers={"WWW-Authenticate": wanted})
        return WHOLE(seen)


def test_a_token_that_is_good_no_more(server: Server, asking: Asking) -> None:
    gate = Gate()
    server.script, gate.realm = gate, f"{server.url}/token"
    registry = asking()
    registry.digest(ref(f"{server.authority}/app"))
    gate.good.clear()
    registry.digest(ref(f"{server.authority}/app:other"))
    assert gate.given == 2
    assert registry.requests == 6


@pytest.mark.parametrize(
    ("life", "known"),
    [(300, 290), (None, 50), ("soon", 50), (-5, 50), (True, 50), (1e308, 3000), (10**400, 3000)],
)
def test_how_long_a_token_is_used(
    server: Server, asking: Asking, clock: Clock, life: object, known: float
) -> None:
    gate = Gate(life)
    server.script, gate.realm = gate, f"{server.url}/token"
    registry = asking()
    registry.digest(ref(f"{server.authority}/app"))
    clock.now += known
    registry.digest(ref(f"{server.authority}/app:other"))
    assert gate.given == 1
    clock.now += 3600
    registry.digest(ref(f"{server.authority}/app@{BOTH.manifest.digest}"))
    assert gate.given == 2


def test_the_scope_is_no_more_than_needed(server: Server, asking: Asking) -> None:
    gate = Gate()
    server.script, gate.realm = gate, f"{server.url}/token?kept=1"
    asking().digest(ref(f"{server.authority}/app"))
    asked = next(each for each in server.seen if each.path == "/token")
    assert asked.query == {"kept": "1", "service": "s", "scope": "repository:app:pull"}


def challenging(header: str) -> Script:
    return lambda seen: Reply(401, headers={"WWW-Authenticate": header})


@pytest.mark.parametrize(
    ("realm", "told"),
    [
        ("http://tokens.example/token", "leads to plain HTTP (tokens.example)"),
        ("ftp://tokens.example/token", "leads to an address that is not of the web"),
        (
            "https://me:pw@tokens.example/",
            "leads to an address with a user, or without a usable host",
        ),
        ("/token", "not an address that can be asked: /token"),
        ("", "names no server that gives tokens"),
    ],
)
def test_a_realm_that_must_not_be_asked(
    server: Server, asking: Asking, realm: str, told: str
) -> None:
    server.script = challenging(f'Bearer realm="{realm}",service="s"')
    with pytest.raises(Unusable) as caught:
        asking(credentials=logins(server.authority)).digest(ref(f"{server.authority}/app"))
    assert str(caught.value).removeprefix(f"{server.authority}: ") == told
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "its token server does not answer with a JSON object"),
        (b"[1]", "its token server does not answer with a JSON object"),
        (b"[" * 200_000, "its token server does not answer with a JSON object"),
        (b"{}", "its token server gives no token"),
        (b'{"token": 5}', "its token server gives no token"),
        (b'{"token": "a\\r\\nX-Evil: 1"}', "the token for it is not one"),
        (b'{"token": "a b"}', "the token for it is not one"),
        (b'{"token": "' + b"a" * 200_000 + b'"}', "the token for it is not one"),
    ],
    ids=range(8),
)
def test_a_token_that_is_none(server: Server, asking: Asking, body: bytes, told: str) -> None:
    def script(seen: Seen) -> Reply:
        if seen.path == "/token":
            return Reply(200, body)
        return challenging(f'Bearer realm="{server.url}/token"')(seen)

    server.script = script
    with pytest.raises(Unusable) as caught:
        asking().digest(ref(f"{server.authority}/app"))
    assert told in str(caught.value)


def test_basic(server: Server, asking: Asking) -> None:
    def script(seen: Seen) -> Reply:
        return WHOLE(seen) if seen.authorization == BASIC else challenging('Basic realm="r"')(seen)

    server.script = script
    app = ref(f"{server.authority}/app")
    with pytest.raises(Denied, match="wants a login"):
        asking().digest(app)
    registry = asking(credentials=logins(server.authority))
    assert registry.config(app).user == "app"
    assert registry.requests == 5  # turned away once


def test_a_token_for_the_registry_itself(server: Server, asking: Asking) -> None:
    def script(seen: Seen) -> Reply:
        good = seen.authorization == "Bearer mine"
        return WHOLE(seen) if good else challenging('Bearer realm="http://x.example/"')(seen)

    server.script = script
    credentials = logins(server.authority, registrytoken="mine")
    assert asking(credentials=credentials).digest(ref(f"{server.authority}/app"))


@pytest.mark.parametrize("back", [False, True], ids=["away", "away and back"])
def test_nothing_secret_goes_through_a_redirect(server: Server, asking: Asking, back: bool) -> None:
    with serving(WHOLE) as store:

        def script(seen: Seen) -> Reply:
            if seen.path.startswith("/back/"):
                return WHOLE(Seen(seen.method, seen.target.removeprefix("/back"), seen.headers))
            if seen.authorization != BASIC:
                return challenging('Basic realm="r"')(seen)
            return Reply(307, headers={"Location": store.url + seen.target})

        server.script = script
        if back:
            store.script = lambda seen: Reply(
                307, headers={"Location": f"{server.url}/back{seen.target}"}
            )
        registry = asking(credentials=logins(server.authority))
        assert registry.config(ref(f"{server.authority}/app")).user == "app"
        assert store.seen
        assert {each.authorization for each in store.seen} == {None}
        returned = [each for each in server.seen if each.path.startswith("/back/")]
        assert bool(returned) is back
        assert {each.authorization for each in returned} <= {None}


def test_an_identity_token_is_not_sent_on(server: Server, asking: Asking) -> None:
    with serving(lambda seen: Reply(200, b'{"token": "x"}')) as other:

        def script(seen: Seen) -> Reply:
            if seen.method == "POST":
                return Reply(307, headers={"Location": other.url})
            return challenging(f'Bearer realm="{server.url}/token"')(seen)

        server.script = script
        credentials = logins(server.authority, identitytoken=IDENTITY)
        with pytest.raises(Unusable, match="sends a login elsewhere"):
            asking(credentials=credentials).digest(ref(f"{server.authority}/app"))
        assert other.seen == []


@pytest.mark.parametrize(
    "target",
    ["https://127.0.0.1/x", "https://localhost:8443/", "https://[::1]/", "https://127.9.9.9"],
)
def test_no_registry_leads_to_this_machine(target: str) -> None:
    """What listens on the user's machine alone is not knocked at for somebody else."""
    with pytest.raises(Unusable, match=r"^registry.example.com: leads to this machine itself"):
        address(target, beside="https://registry.example.com/v2/")
    assert address(target, beside="https://127.0.0.1:5000/v2/").startswith("https://")


def test_a_challenge_of_another_host_is_not_met(server: Server, asking: Asking) -> None:
    with serving(challenging('Basic realm="r"')) as other:
        server.script = lambda seen: Reply(307, headers={"Location": other.url + seen.target})
        credentials = Credentials(
            {
                "auths": {
                    each: {"username": "me", "password": PASSWORD}
                    for each in (server.authority, other.authority)
                }
            }
        )
        with pytest.raises(Denied, match=f"leads to {other.authority}, which wants a login"):
            asking(credentials=credentials).digest(ref(f"{server.authority}/app"))
        assert [each.authorization for each in other.seen] == [None]


def test_a_mirror_does_not_get_the_login_of_the_hub(server: Server, asking: Asking) -> None:
    gate = challenging('Basic realm="r"')
    server.script = gate
    credentials = Credentials(
        {
            "auths": {
                "https://index.docker.io/v1/": {"username": "me", "password": PASSWORD},
                "docker.io": {"username": "me", "password": PASSWORD},
            }
        }
    )
    # The limit ends it before the hub itself would be asked.
    registry = asking(mirrors=[server.authority], credentials=credentials, requests=1)
    with pytest.raises(RegistryError):
        registry.digest(ref("node:22"))
    assert [each.authorization for each in server.seen] == [None]
    assert "wants a login" in registry.problems[0]


def test_no_cookies(server: Server, asking: Asking) -> None:
    def script(seen: Seen) -> Reply:
        return Reply(200, b'{"tags": ["1"]}', {"Set-Cookie": "mine=1; Path=/"})

    server.script = script
    registry = asking(cache=None)
    registry.tags(ref(f"{server.authority}/app"))
    registry.tags(ref(f"{server.authority}/other"))
    assert [each.headers.get("cookie") for each in server.seen] == [None, None]


def faults(server: Server) -> dict[str, Script]:
    """Ways for a registry to get at what it was shown, and to have it printed."""

    def guarded(script: Script) -> Script:
        def answer(seen: Seen) -> Reply:
            if seen.authorization is None:
                return challenging('Basic realm="r"')(seen)
            return script(seen)

        return answer

    def echoed(status: int, kind: str = "") -> Script:
        def answer(seen: Seen) -> Reply:
            packed = (seen.authorization or "").partition(" ")[2]
            shown = base64.b64decode(packed).decode()
            told = {"errors": [{"code": packed, "message": f"not {shown} {seen.authorization}"}]}
            return Reply(status, json.dumps(told).encode(), {"Content-Type": kind and packed})

        return guarded(answer)

    return {
        "echoed": echoed(418),
        "echoed as a type": echoed(200, "as a type"),
        "echoed as a place": guarded(
            lambda seen: Reply(302, headers={"Location": f"http://{PASSWORD}.example/"})
        ),
        "refused": guarded(lambda seen: Reply(403)),
        "broken": guarded(lambda seen: Reply(500)),
        "truncated": guarded(lambda seen: Reply(200, b"x", length=9)),
        "silent": guarded(lambda seen: Reply(silent=True)),
    }


FAULTS = [
    "echoed",
    "echoed as a type",
    "echoed as a place",
    "refused",
    "broken",
    "truncated",
    "silent",
]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("ask", ["digest", "tags"])
def test_nothing_secret_is_told(
    server: Server,
    asking: Asking,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    name: str,
    ask: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = faults(server)[name]
    credentials = logins(server.authority)
    registry = asking(credentials=credentials, timeout=0.3 if name == "silent" else 10)
    if name == "echoed as a type" and ask == "tags":
        ask = "digest"  # No type is wanted of tags.
    question: Callable[[Any], object] = getattr(registry, ask)
    with pytest.raises(RegistryError) as caught:
        question(ref(f"{server.authority}/app"))
    kept = [each.read_bytes() for each in (tmp_path / "cache").rglob("*") if each.is_file()]
    shown = "\n".join(
        (
            *traceback.format_exception(caught.value),
            repr(caught.value),
            repr(pickle.dumps(str(caught.value))),
            repr(registry.__dict__),
            repr(credentials),
            repr(credentials.login(server.authority)),
            # The client library's own log holds what a registry wrote into a header, for debugging.
            "" if name.startswith("echoed as") else caplog.text,
            repr(kept),
        )
    )
    for secret in (PASSWORD, BASIC.partition(" ")[2]):
        assert secret not in shown
    assert any(each.authorization == BASIC for each in server.seen)


def test_tokens_are_not_told(server: Server, asking: Asking) -> None:
    gate = Gate()
    gate.realm = f"{server.url}/token"

    def script(seen: Seen) -> Reply:
        if seen.path != "/token" and seen.authorization in gate.good:
            told = {"errors": [{"code": "X", "message": f"with {seen.authorization}"}]}
            return Reply(418, json.dumps(told).encode())
        return gate(seen)

    server.script = script
    with pytest.raises(Unusable, match=r"status 418 \(X: with Bearer \*\*\*\)"):
        asking().tags(ref(f"{server.authority}/app"))


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """What a server on loopback needs to be trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_tls(tls: ssl.SSLContext, asking: Asking) -> None:
    with serving(WHOLE, tls) as mirror:
        registry = asking(mirrors=[mirror.url])
        assert registry.config(ref("node")).user == "app"
        assert registry.problems == []


def test_from_tls_to_plain_http(tls: ssl.SSLContext, server: Server, asking: Asking) -> None:
    with serving(lambda seen: Reply(307, headers={"Location": server.url}), tls) as mirror:
        registry = asking(mirrors=[mirror.url], requests=1)
        with pytest.raises(RegistryError):
            registry.digest(ref("node"))
        told = f"{mirror.authority}: leads to plain HTTP ({server.authority}) (a mirror)"
        assert registry.problems == [told]
        assert server.seen == []


def test_a_certificate_that_nobody_vouches_for(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asking: Asking
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "others.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "others.pem"))
    with serving(WHOLE, tls) as mirror:
        registry = asking(mirrors=[mirror.url], requests=1)
        with pytest.raises(RegistryError):
            registry.digest(ref("node"))
        assert "its certificate cannot be trusted" in registry.problems[0]
        assert mirror.seen == []


def test_the_proxy_of_the_environment(
    server: Server, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for other machines, not for this one; the password in its address stays unknown."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@{server.authority}")
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{PASSWORD}@{server.authority}")

    server.script = WHOLE
    registry = asking()
    assert registry.digest(ref(f"{server.authority}/app"))
    assert [each.headers.get("proxy-authorization") for each in server.seen] == [None]
    # CONNECT is a method that this server does not know: the proxy lets nothing through.
    with pytest.raises(Unreachable, match=r"^registry.example.com: the proxy does not let it") as e:
        registry.digest(ref("registry.example.com/app"))
    assert PASSWORD not in "".join(traceback.format_exception(e.value))


def test_a_proxy_that_is_none(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"gopher://me:{PASSWORD}@proxy.example")
    with pytest.raises(Unusable) as caught:
        asking().digest(ref("registry.example.com/app"))
    assert str(caught.value) == "the proxy that the environment names cannot be used"
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('Bearer realm="https://a/t",service=s', [("bearer", {"realm": "https://a/t", "service": "s"})]),
        ('bEaReR  realm = "a,b" , x="q\\"u"', [("bearer", {"realm": "a,b", "x": 'q"u'})]),
        ('Basic realm="r", Bearer realm="t"', [("basic", {"realm": "r"}), ("bearer", {"realm": "t"})]),
        ('Bearer error="see, Basic x=y", realm="t"', [("bearer", {"error": "see, Basic x=y", "realm": "t"})]),
        ('Bearer realm="one",realm="two"', [("bearer", {"realm": "one"})]),
        ("Basic", [("basic", {})]),
        ("", []),
        ('realm="x"', []),
        ('Bearer realm="open', [("bearer", {}), ("realm", {}), ("open", {})]),
    ],
)  # fmt: skip
def test_challenges(header: str, found: list[tuple[str, dict[str, str]]]) -> None:
    assert [(each.scheme, each.parameters) for each in Challenge.parse(header)] == found


def test_an_endless_challenge_is_read_in_no_time() -> None:
    begin = time.process_time()
    for header in ("a" * 10**6, 'a="' * 10**6, "a=\\" * 10**6, " ," * 10**6):
        Challenge.parse(header)
    assert time.process_time() - begin < 1


def test_the_cache_holds_no_secret(server: Server, asking: Asking, cache: Cache) -> None:
    gate = Gate()
    server.script, gate.realm = gate, f"{server.url}/token"
    registry = asking(credentials=logins(server.authority))
    registry.config(ref(f"{server.authority}/app"))
    folder = cache._folder
    assert folder is not None
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert len(kept) > 500
    for secret in (PASSWORD, BASIC.partition(" ")[2], "token-1"):
        assert secret.encode() not in kept
