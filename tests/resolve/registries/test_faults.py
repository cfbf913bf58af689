"""Registries that do wrong: each fault is one clear line, and nothing of it stays in the cache."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path

import pytest

from dfix.resolve.cache import Cache
from dfix.resolve.registry import (
    Denied,
    NotFound,
    RateLimited,
    Registry,
    RegistryError,
    TooManyRequests,
    Unreachable,
    Unusable,
)
from tests.resolve.registries.conftest import Asking, Clock, ref
from tests.resolve.registries.images import (
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Text,
    as_text,
    image,
    index,
)
from tests.resolve.registries.scripted import Reply, Script, Seen, Server, holding, serving, text

AMD = image("amd64", User="app")
BOTH = index(AMD, image("arm64"))
WHOLE = holding(latest=BOTH)
DIGEST = BOTH.manifest.digest
Ask = Callable[[Registry, str], object]


def digest(registry: Registry, authority: str) -> object:
    return registry.digest(ref(f"{authority}/app"))


def tags(registry: Registry, authority: str) -> object:
    return registry.tags(ref(f"{authority}/app"))


def config(registry: Registry, authority: str) -> object:
    return registry.config(ref(f"{authority}/app"))


def always(reply: Reply) -> Script:
    return lambda seen: reply


def instead(of: str, reply: Reply | Script, method: str = "GET") -> Script:
    """The whole registry, but for what is asked of the path that ends so."""

    def script(seen: Seen) -> Reply:
        if seen.method == method and seen.path.endswith(of):
            return reply(seen) if callable(reply) else reply
        return WHOLE(seen)

    return script


def of_type(kind: str) -> Script:
    def script(seen: Seen) -> Reply:
        found = WHOLE(seen)
        return replace(found, headers={**found.headers, "Content-Type": kind})

    return script


def bomb(depth: int = 100_000) -> bytes:
    return b'{"manifests":' + b"[" * depth + b"]" * depth + b"}"


def link(target: str, body: bytes = b'{"tags": ["1"]}') -> Reply:
    return Reply(200, body, {"Link": f'<{target}>; rel="next"'})


def manifest(**changes: object) -> Script:
    """A registry with a manifest that was changed, under its right digest."""
    value = {**json.loads(AMD.manifest.body), **changes}
    held = replace(AMD, manifest=as_text(OCI_MANIFEST, value))
    return holding(latest=held)


def listed(**changes: object) -> Script:
    value = {**json.loads(BOTH.manifest.body), **changes}
    return holding(latest=replace(BOTH, manifest=as_text(OCI_INDEX, value)))


def configured(body: bytes) -> Script:
    """A registry with a config of that text, under its right digest."""
    kept = replace(AMD.config, body=body)
    value = {**json.loads(AMD.manifest.body), "config": kept.descriptor}
    held = replace(AMD, config=kept, manifest=as_text(OCI_MANIFEST, value))
    return holding(latest=held)


def config_of(**settings: object) -> Script:
    value = {"os": "linux", "architecture": "amd64", "config": settings}
    return configured(json.dumps(value).encode())


@dataclass(frozen=True)
class Fault:
    ask: Ask
    script: Script
    error: type[RegistryError]
    told: str
    requests: int = 1
    slept: tuple[float, ...] = ()


SERVER_ERROR = b'{"errors": [{"code": "UNKNOWN", "message": "out\\u001b[2J\\nof \\u202eorder"}]}'
OLD_FORM = as_text(
    "application/vnd.docker.distribution.manifest.v1+prettyjws", {"schemaVersion": 1}
)
FAULTS = {
    "429": Fault(digest, always(Reply(429)), RateLimited, "has had enough questions for now (429)", 3, (1, 2)),
    "429 with seconds": Fault(
        digest, always(Reply(429, headers={"Retry-After": "7"})), RateLimited, "has had enough questions for now (429); it asks to come back in 7 s", 3, (7, 7),
    ),
    "429 with too many seconds": Fault(
        digest, always(Reply(429, headers={"Retry-After": "9" * 400})), RateLimited, "has had enough questions for now (429); it asks to come back in 999999999 s",
    ),
    "429 with nonsense": Fault(
        digest, always(Reply(429, headers={"Retry-After": "soon, 99 Foo 99999"})), RateLimited, "has had enough questions for now (429)", 3, (1, 2),
    ),
    "500": Fault(digest, always(Reply(500)), Unreachable, "answers with status 500 again and again", 3, (1, 2)),
    "503 with seconds": Fault(
        tags, always(Reply(503, headers={"Retry-After": "20"})), Unreachable, "answers with status 503 again and again", 3, (20, 20),
    ),
    "418": Fault(digest, always(Reply(418)), Unusable, "answers with status 418"),
    "what it says is made printable": Fault(
        tags, always(Reply(418, SERVER_ERROR)), Unusable, "answers with status 418 (UNKNOWN: out [2J of order)",
    ),
    "what it says is cut": Fault(
        tags, always(Reply(418, json.dumps({"errors": [{"code": "A", "message": "b" * 999}]}).encode())), Unusable, f"answers with status 418 (A: {'b' * 154}...)",
    ),
    "silent": Fault(digest, always(Reply(silent=True)), Unreachable, "no answer within 0.3 s"),
    "slow drip of headers": Fault(digest, always(Reply(drips="headers")), Unreachable, "no answer within 0.3 s"),
    "slow drip": Fault(tags, always(Reply(length=9999, drips="body")), Unreachable, "no answer within 0.3 s"),
    "slow drip of an error": Fault(tags, always(Reply(404, length=9999, drips="body")), Unreachable, "no answer within 0.3 s"),
    "truncated": Fault(
        tags, always(Reply(200, b'{"tags": []', length=99)), Unreachable, "the answer broke off or is not HTTP (…", 3, (1, 2),
    ),
    "truncated manifest": Fault(
        config, instead(DIGEST, Reply(200, BOTH.manifest.body[:-9], {"Content-Type": OCI_INDEX})), Unusable, "@IMAGE is not what its digest says", 2,
    ),
    "wrong digest of a manifest": Fault(
        config, instead(DIGEST, text(AMD.manifest)), Unusable, "@IMAGE is not what its digest says", 2,
    ),
    "wrong digest of a config": Fault(
        config, instead(AMD.config.digest, Reply(200, b"{}")), Unusable, "@IMAGE is not what its digest says", 4,
    ),
    "not a digest": Fault(
        digest, always(Reply(200, headers={"Content-Type": OCI_INDEX, "Docker-Content-Digest": "sha256:XYZ"})), Unusable, "gives @IMAGE what is not a sha256 digest",
    ),
    "a digest of another kind": Fault(
        digest, always(Reply(200, headers={"Content-Type": OCI_INDEX, "Docker-Content-Digest": f"sha512:{'0' * 128}"})), Unusable, "gives @IMAGE what is not a sha256 digest",
    ),
    "a path for a digest": Fault(
        digest, always(Reply(200, headers={"Content-Type": OCI_INDEX, "Docker-Content-Digest": f"{DIGEST}/../../x"})), Unusable, "gives @IMAGE what is not a sha256 digest",
    ),
    "a page for people": Fault(digest, of_type("text/html; charset=utf-8"), Unusable, "answers with what is not a manifest (text/html)"),
    "no type": Fault(digest, of_type(""), Unusable, "answers with what is not a manifest (no type)"),
    "the old form": Fault(digest, of_type(OLD_FORM.kind), Unusable, f"answers with what is not a manifest ({OLD_FORM.kind})"),
    "the old form under a new type": Fault(
        config, holding(latest=replace(AMD, manifest=replace(OLD_FORM, kind=DOCKER_MANIFEST))), Unusable, "the manifest of @IMAGE is of the old form, whose digest is not that of the image", 2,
    ),
    "huge manifest": Fault(
        config, instead(DIGEST, Reply(200, b" " * (4 * 2**20 + 1), {"Content-Type": OCI_INDEX})), Unusable, "answers with more than 4194304 bytes", 2,
    ),
    "huge config": Fault(
        config, instead(AMD.config.digest, Reply(200, b" " * (8 * 2**20 + 1), length=-1)), Unusable, "answers with more than 8388608 bytes", 4,
    ),
    "huge page, by what it states": Fault(
        tags, always(Reply(200, b"", length=10**15)), Unusable, "answers with more than 16777216 bytes",
    ),
    "packed": Fault(
        tags, always(Reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})), Unusable, "answers in the coding gzip",
    ),
    "not JSON": Fault(tags, always(Reply(200, b"<html>")), Unusable, "the list of tags of app is not JSON"),
    "not UTF-8": Fault(tags, always(Reply(200, b'{"tags": ["\xff"]}')), Unusable, "the list of tags of app is not JSON"),
    "not an object": Fault(tags, always(Reply(200, b'["1"]')), Unusable, "the list of tags of app is not a JSON object"),
    "deep": Fault(tags, always(Reply(200, bomb())), Unusable, "the list of tags of app is not JSON"),
    "a number without end": Fault(
        tags, always(Reply(200, b'{"tags": [' + b"9" * 100_000 + b"]}")), Unusable, "the list of tags of app is not JSON",
    ),
    "no number": Fault(tags, always(Reply(200, b'{"tags": NaN}')), Unusable, "the list of tags of app is not JSON"),
    "tags that are none": Fault(tags, always(Reply(200, b'{"tags": ["1", "a b"]}')), Unusable, "the list of tags of app holds what is not a tag"),
    "tags with a line": Fault(tags, always(Reply(200, b'{"tags": ["1\\n"]}')), Unusable, "the list of tags of app holds what is not a tag"),
    "tags that are numbers": Fault(tags, always(Reply(200, b'{"tags": [1]}')), Unusable, "the list of tags of app holds what is not a tag"),
    "pages elsewhere": Fault(
        tags, always(link("https://elsewhere.example/v2/app/tags/list")), Unusable, "leads to another host (elsewhere.example)",
    ),
    "pages elsewhere, slyly": Fault(
        tags, always(link("//elsewhere.example/v2/app/tags/list")), Unusable, "leads to another host (elsewhere.example)",
    ),
    "redirect to plain HTTP elsewhere": Fault(
        digest, always(Reply(302, headers={"Location": "http://elsewhere.example/"})), Unusable, "leads to plain HTTP (elsewhere.example)",
    ),
    "redirect to a file": Fault(
        digest, always(Reply(302, headers={"Location": "file:///etc/passwd"})), Unusable, "leads to an address with a user, or without a usable host",
    ),
    "redirect to another protocol": Fault(
        digest, always(Reply(302, headers={"Location": "ftp://elsewhere.example/x"})), Unusable, "leads to an address that is not of the web",
    ),
    "redirect to a user": Fault(
        digest, always(Reply(302, headers={"Location": "https://me:pw@elsewhere.example/"})), Unusable, "leads to an address with a user, or without a usable host",
    ),
    "redirect to nonsense": Fault(
        digest, always(Reply(302, headers={"Location": "http://[::1"})), Unreachable, "the answer broke off or is not HTTP (…", 3, (1, 2),
    ),
    "redirect to no port": Fault(
        digest, always(Reply(302, headers={"Location": "https://elsewhere.example:65536/"})), Unusable, "leads to an address with a user, or without a usable host",
    ),
    "redirects in a circle": Fault(
        digest, lambda seen: Reply(307, headers={"Location": seen.target}), Unusable, "redirects more than 5 times", 6,
    ),
    "a redirect without a place": Fault(digest, always(Reply(302)), Unusable, "answers with status 302"),
    "neither manifest nor index": Fault(
        config, holding(latest=replace(AMD, manifest=as_text(OCI_MANIFEST, {}))), Unusable, "the manifest of @IMAGE is neither a manifest nor an index", 2,
    ),
    "manifest and index": Fault(config, manifest(manifests=[]), Unusable, "the manifest of @IMAGE is neither a manifest nor an index", 2),
    "a config of something else": Fault(
        config, manifest(config={**AMD.config.descriptor, "mediaType": "application/vnd.cncf.helm.config.v1+json"}), Unusable, "the manifest of @IMAGE is not that of a container image", 2,
    ),
    "a config that is a path": Fault(
        config, manifest(config={**AMD.config.descriptor, "digest": "../../../v2/"}), Unusable, "the manifest of @IMAGE names no config", 2,
    ),
    "an index of anything": Fault(config, listed(manifests=["x"]), Unusable, "the manifest of @IMAGE names an image without a digest", 2),
    "an index of very many": Fault(config, listed(manifests=[{}] * 1001), Unusable, "the manifest of @IMAGE is not a usable index", 2),
    "an index of indexes": Fault(
        config, holding(latest=index(replace(AMD, manifest=as_text(OCI_INDEX, {"manifests": []})))), Unusable, "@IMAGE is an index of indexes", 3,
    ),
    "a config that is not JSON": Fault(config, configured(b"{"), Unusable, "the config of @IMAGE is not JSON", 3),
    "a config without settings": Fault(config, config_of(Env="A=b"), Unusable, "the config of @IMAGE has a Env that is not of the right form", 3),
    "a user that is none": Fault(config, config_of(User=["root"]), Unusable, "the config of @IMAGE has a User that is not of the right form", 3),
    "half a character": Fault(config, config_of(User="\ud800"), Unusable, "the config of @IMAGE has a User that is not of the right form", 3),
    "a zero byte": Fault(config, config_of(Cmd=["a\0b"]), Unusable, "the config of @IMAGE has a Cmd that is not of the right form", 3),
    "labels that are none": Fault(config, config_of(Labels={"a": 1}), Unusable, "the config of @IMAGE has a Labels that is not of the right form", 3),
    "variables without a name": Fault(config, config_of(Env=["=x"]), Unusable, "the config of @IMAGE has a Env that is not of the right form", 3),
    "a login of another kind": Fault(
        digest, always(Reply(401, headers={"WWW-Authenticate": "Negotiate"})), Unusable, "wants a login of an unknown kind",
    ),
    "a login without a kind": Fault(digest, always(Reply(401)), Unusable, "wants a login of an unknown kind"),
    "forbidden": Fault(digest, always(Reply(403)), Denied, "wants a login for app, or has no such image"),
}  # fmt: skip


def unfinished(folder: Path) -> list[str]:
    """What lies in the cache and is not a whole entry that it would give back."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    wrong = []
    for path in files:
        if path.parent.name == "texts":
            good = Text("", path.read_bytes()).digest == f"sha256:{path.name}"
        else:
            first, _, rest = path.read_bytes().partition(b"\n")
            good = Text("", rest).digest == first.decode()
        if not good or path.name.startswith("."):
            wrong.append(path.name)
    return wrong


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault(
    fault: Fault, server: Server, asking: Asking, clock: Clock, tmp_path: Path
) -> None:
    server.script = fault.script
    registry = asking(timeout=0.3 if "no answer" in fault.told else 10.0)
    with pytest.raises(RegistryError) as caught:
        fault.ask(registry, server.authority)
    told = fault.told.replace("@IMAGE", f"{server.authority}/app")
    # What is in brackets after an ellipsis is the client library's own word.
    beginning, ellipsis, _ = f"{server.authority}: {told}".partition("…")
    assert str(caught.value).startswith(beginning) if ellipsis else str(caught.value) == beginning
    assert type(caught.value) is fault.error
    assert str(caught.value).isprintable()
    assert (registry.requests, tuple(clock.slept)) == (fault.requests, fault.slept)
    assert unfinished(tmp_path / "cache") == []
    # What was right before the fault may stay; the fault itself is not what the next run finds.
    server.script = WHOLE
    clock.now += 3600  # The digest of the tag was not wrong, but is another now.
    again = asking()
    if fault.ask is not tags:
        assert again.config(ref(f"{server.authority}/app")) is not None


@pytest.mark.parametrize("fault", ["429", "500", "truncated"])
def test_a_fault_that_passes(fault: str, server: Server, asking: Asking, clock: Clock) -> None:
    bad = [FAULTS[fault].script] * 2

    def script(seen: Seen) -> Reply:
        return bad.pop()(seen) if bad else Reply(200, b'{"tags": ["1"]}')

    server.script = script
    assert asking().tags(ref(f"{server.authority}/app")) == ("1",)
    assert clock.slept == [1, 2]


def test_a_date_to_come_back(server: Server, asking: Asking, clock: Clock) -> None:
    later = formatdate(clock.now + 9, usegmt=True)
    replies = [Reply(429, headers={"Retry-After": later}), Reply(200, b'{"tags": ["1"]}')]
    server.script = lambda seen: replies.pop(0)
    assert asking().tags(ref(f"{server.authority}/app")) == ("1",)
    assert clock.slept == [9]


@pytest.mark.parametrize("wrong", ["1", "999"])
def test_pages_in_a_circle_end(server: Server, asking: Asking, wrong: str) -> None:
    """Also where what is asked for at once is not what is given."""
    server.script = lambda seen: link(f"/v2/app/tags/list?n={wrong}&last=1")
    assert asking().tags(ref(f"{server.authority}/app")) == ("1",)
    assert len(server.seen) == 2


def test_pages_without_end(server: Server, asking: Asking) -> None:
    def script(seen: Seen) -> Reply:
        number = len(server.seen)
        body = json.dumps({"tags": [f"t{number}"]}).encode()
        return link(f"/v2/app/tags/list?last=t{number}", body)

    server.script = script
    registry = asking(requests=40)
    with pytest.raises(TooManyRequests, match="stopped after 40 requests"):
        registry.tags(ref(f"{server.authority}/app"))


def test_many_pages_that_ignore_how_many_were_asked_for(server: Server, asking: Asking) -> None:
    names = [f"v{number:03}" for number in range(120)]

    def script(seen: Seen) -> Reply:
        first = names.index(seen.query["last"]) + 1 if "last" in seen.query else 0
        page = names[first : first + 10]
        body = json.dumps({"name": "app", "tags": page[::-1]}).encode()
        more = f'<{server.url}/v2/app/tags/list?last={page[-1]}&n=10>; rel="next"'
        return Reply(200, body, {"Link": more} if page[-1] != names[-1] else {})

    server.script = script
    registry = asking()
    assert registry.tags(ref(f"{server.authority}/app")) == tuple(names)
    assert registry.requests == 12


def test_a_redirect_within_bounds(server: Server, asking: Asking) -> None:
    with serving(holding(latest=BOTH)) as store:
        server.script = lambda seen: Reply(307, headers={"Location": store.url + seen.target})
        registry = asking()
        assert registry.config(ref(f"{server.authority}/app")).user == "app"
        assert registry.requests == 8


def test_a_host_that_does_not_answer_is_asked_once(asking: Asking) -> None:
    with serving(lambda seen: Reply()) as gone:
        authority = gone.authority
    registry = asking()
    for name in ("a", "b", "c"):
        with pytest.raises(Unreachable, match=f"^{authority}: no connection"):
            registry.digest(ref(f"{authority}/{name}"))
    assert registry.requests == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("nowhere.invalid/app", "no connection", id="unknown"),
        pytest.param(
            "127.0.0.1:99999/app", "not an address|no connection|cannot be asked", id="port"
        ),
        pytest.param(f"{'a' * 64}.example/app", "no connection|not the name", id="long label"),
    ],
)
def test_a_host_that_cannot_be(asking: Asking, name: str, told: str) -> None:
    with pytest.raises(RegistryError, match=told) as caught:
        asking().digest(ref(name))
    assert "\n" not in str(caught.value)


def test_another_digest_than_the_one_asked_for(server: Server, asking: Asking) -> None:
    server.script = always(text(BOTH.manifest))
    image = ref(f"{server.authority}/app@sha256:{'0' * 64}")
    with pytest.raises(Unusable, match="answers with another digest"):
        asking().digest(image)


def test_a_tag_that_moved_to_nothing(server: Server, asking: Asking) -> None:
    server.script = instead(DIGEST, Reply(404))
    with pytest.raises(NotFound):
        asking().config(ref(f"{server.authority}/app"))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:-1], id="cut"),
        pytest.param(lambda data: data.replace(b"app", b"axx"), id="changed"),
        pytest.param(lambda data: b"\0" * len(data), id="zeros"),
    ],
)
def test_a_damaged_cache_is_asked_past(
    server: Server, asking: Asking, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    server.script = WHOLE
    asking().config(ref(f"{server.authority}/app"))
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(files) == 4
    for path in files:
        path.write_bytes(damage(path.read_bytes()))
    registry = asking()
    assert registry.config(ref(f"{server.authority}/app")).user == "app"
    assert registry.digest(ref(f"{server.authority}/app")) == DIGEST
    assert unfinished(tmp_path / "cache") == []


def test_a_cache_that_cannot_be_written_does_not_matter(
    server: Server, asking: Asking, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    server.script = WHOLE
    cache = Cache(tmp_path / "file")
    assert asking(cache=cache).config(ref(f"{server.authority}/app")).user == "app"
    assert cache.problem is not None
    assert "cache cannot be written" in cache.problem


@pytest.mark.parametrize(
    "mirror",
    [
        "http://mirror.example.com",
        "mirror.example.com/path",
        "ftp://x",
        "https://me:pw@x",
        "",
        "a b",
    ],
)
def test_a_mirror_that_cannot_be_one(asking: Asking, mirror: str) -> None:
    with pytest.raises(RegistryError):
        asking(mirrors=[mirror])
