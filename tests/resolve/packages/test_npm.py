"""Registries of npm: what is tagged `latest`, if it is a release for that Node.js."""

import json

import pytest

from dfix.facts.package_versions import Package
from dfix.resolve.failures import RegistryError
from dfix.resolve.packageindices import PackageIndices, Places
from tests.resolve.packages.conftest import Asking, reason_of, version_of
from tests.resolve.packages.indices import package, registry
from tests.resolve.registries.scripted import Reply, Server


def npm(name: str = "tool", platform: str = "node 20") -> Package:
    return Package("npm", platform, name)


@pytest.fixture
def indices(asking: Asking, server: Server) -> PackageIndices:
    return asking(Places(npm=server.url))


NONE = {
    "pre-release": (package("tool", "2.0.0-rc.1"), "no release"),
    "odd": (package("tool", "2.0.0;id"), "no release"),
    "short": (package("tool", "2.0"), "no release"),
    "deprecated": (package("tool", "2.0.0", deprecated="use another"), "is deprecated"),
    "newer-node": (package("tool", "2.0.0", engines={"node": ">=22"}), "wants another Node.js than 20"),
    "older-node": (package("tool", "2.0.0", engines={"node": "^18"}), "wants another Node.js than 20"),
    "odd-range": (package("tool", "2.0.0", engines={"node": "a\x1b[31m"}), "may want another Node.js"),
}  # fmt: skip


@pytest.mark.parametrize("case", NONE)
def test_no_version(case: str, indices: PackageIndices, server: Server) -> None:
    found, reason = NONE[case]
    server.script = registry(found)
    assert reason in reason_of(indices.version(npm()), failed=False)


def test_no_such_package(indices: PackageIndices, server: Server) -> None:
    assert "no such package" in reason_of(indices.version(npm()), failed=False)
    assert server.seen[0].authorization is None


ANSWERS = {
    "no-json": (Reply(200, b"<html>"), "is not JSON"),
    "another": (Reply(200, json.dumps(package("other", "1.0.0")).encode()), "another package"),
    "no-tags": (Reply(200, b'{"name": "tool"}'), "has no latest version"),
    "odd-tags": (Reply(200, b'{"name": "tool", "dist-tags": {"latest": [1]}}'), "has no latest version"),
    "tag-of-nothing": (Reply(200, b'{"name": "tool", "dist-tags": {"latest": "1.0.0"}, "versions": {}}'), "has no latest version"),
    "odd-version": (Reply(200, b'{"name": "tool", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": 1}}'), "has no latest version"),
    "login": (Reply(401), "status 401"),
    "too-many": (Reply(429, b"", {"Retry-After": "0"}), "429"),
    "broken": (Reply(502), "status 502"),
    "broken-off": (Reply(200, b"{", length=100), "broke off"),
    "elsewhere": (Reply(302, b"", {"Location": "ftp://example.com/"}), "not of the web"),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_a_registry_that_fails(case: str, indices: PackageIndices, server: Server) -> None:
    reply, reason = ANSWERS[case]
    server.script = lambda seen: reply
    assert reason in reason_of(indices.version(npm()), failed=True)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"engines": {"node": ">=18"}},
        {"engines": {"node": ""}},
        {"engines": {"npm": ">=99"}},
        {"engines": ["node >= 99"]},
        {"deprecated": False},
    ],
)
def test_the_latest_version(
    more: dict[str, object], indices: PackageIndices, server: Server
) -> None:
    server.script = registry(package("tool", "2.0.0", ["1.0.0", "99.0.0"], **more))
    assert version_of(indices.version(npm())) == "2.0.0"
    assert version_of(indices.version(npm())) == "2.0.0"
    assert len(server.seen) == 1


def test_without_a_known_node_its_wish_does_not_count(
    indices: PackageIndices, server: Server
) -> None:
    server.script = registry(package("tool", "2.0.0", engines={"node": ">=22"}))
    assert version_of(indices.version(npm(platform="node"))) == "2.0.0"
    assert "wants another" in reason_of(indices.version(npm()), failed=False)


def test_a_scope(indices: PackageIndices, server: Server) -> None:
    server.script = registry(package("@me/tool", "2.0.0"))
    assert version_of(indices.version(npm("@me/tool"))) == "2.0.0"
    assert server.seen[0].target == "/@me%2Ftool"


WRONG = (
    "http://example.com/",
    "ftp://example.com/",
    "example.com",
    "https://",
    "https://me:secret@example.com/",
    "https://example.com/?x=1",
    "https://example.com/#x",
    "https://example.com:99999999/",
    "file:///etc",
    "",
)


@pytest.mark.parametrize("place", WRONG)
def test_places_that_are_not_asked(place: str, asking: Asking) -> None:
    for places in (Places(npm=place), Places(pip=place)):
        with pytest.raises(RegistryError, match="not an address of packages") as caught:
            asking(places)
        assert "secret" not in str(caught.value)


def test_only_what_is_signed_comes_over_plain_http(asking: Asking) -> None:
    Places(apt="http://example.com/").check()
    Places(npm="http://127.0.0.1:1/", pip="http://localhost/simple").check()
