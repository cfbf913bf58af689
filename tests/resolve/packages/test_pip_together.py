"""Several Python packages of one call: their newest versions, if a whole set of packages fits."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from dfix.facts.package_versions import NoVersion, Package, PackageVersion, is_together
from dfix.resolve.packageindices import PackageIndices, Places
from tests.resolve.packages.conftest import Asking, reason_of, version_of
from tests.resolve.packages.indices import SIMPLE
from tests.resolve.registries.scripted import Reply, Script, Seen, Server

PLATFORM = "python 3.12 glibc amd64"
Releases = Mapping[str, Mapping[str, Sequence[str]]]


def metadata(name: str, version: str, requires: Sequence[str]) -> bytes:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    return "\n".join((*lines, "", "Requires-Dist: nothing-of-the-text\n")).encode()


def wheel(name: str, version: str, text: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-{version}.dist-info/METADATA", text)
    return held.getvalue()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def index(releases: Releases, *, beside: bool = True) -> Script:
    """An index of wheels, by name and version what each requires; `beside`: metadata has its own."""
    held: dict[str, bytes] = {}
    for name, versions in releases.items():
        files: list[dict[str, Any]] = []
        for version, requires in versions.items():
            text = metadata(name, version, requires)
            data = wheel(name, version, text)
            filename = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
            file: dict[str, Any] = {
                "filename": filename,
                "url": f"../../files/{filename}",
                "size": len(data),
                "hashes": {"sha256": digest(data)},
            }
            if beside:
                file["core-metadata"] = {"sha256": digest(text)}
                held[f"/files/{filename}.metadata"] = text
            held[f"/files/{filename}"] = data
            files.append(file)
        held[f"/simple/{name}/"] = json.dumps({"name": name, "files": files}).encode()

    def script(seen: Seen) -> Reply:
        found = held.get(seen.path)
        return Reply(404) if found is None else Reply(200, found, {"Content-Type": SIMPLE})

    return script


@pytest.fixture
def indices(asking: Asking, server: Server) -> PackageIndices:
    return asking(Places(pip=f"{server.url}/simple"), requests=60)


def ask(indices: PackageIndices, together: str, name: str = "a") -> PackageVersion | NoVersion:
    assert is_together("pip", name, together)
    return indices.version(Package("pip", PLATFORM, name, together))


# What does not fit, for certain or not.

UNFIT: dict[str, tuple[str, Releases, str]] = {
    "one-holds-back-the-other": (
        "a b",
        {"a": {"1.0": [], "2.0": ["b<2"]}, "b": {"1.5": [], "2.0": []}},
        "a cannot be with b 2.0",
    ),
    "something-in-between": (
        "a b",
        {"a": {"1.0": ["c"]}, "c": {"1.0": ["b<2"]}, "b": {"1.5": [], "2.0": []}},
        "c cannot be with b 2.0",
    ),
    "both-want-another-third": (
        "a b",
        {"a": {"1.0": ["c<2"]}, "b": {"1.0": ["c>=2"]}, "c": {"1.0": [], "2.0": []}},
        "there is no c for all of a, b",
    ),
    "both-want-another-third-further-down": (
        "a b",
        {
            "a": {"1.0": ["d"]}, "d": {"1.0": ["c<2"]},
            "b": {"1.0": ["c>=2"]}, "c": {"1.0": [], "2.0": []},
        },
        "there is no c for all of",
    ),
    "through-an-extra": (
        "a[x] b",
        {"a": {"1.0": ["b<2; extra == 'x'"]}, "b": {"1.0": [], "2.0": []}},
        "a cannot be with b 2.0",
    ),
    "through-an-extra-of-another": (
        "a b",
        {
            "a": {"1.0": ["c[x]"]}, "c": {"1.0": ["b<2; extra == 'x'"]},
            "b": {"1.0": [], "2.0": []},
        },
        "c cannot be with b 2.0",
    ),
    "a-version-that-is-given": (
        "a b==1.0",
        {"a": {"1.0": ["b>=2"]}, "b": {"1.0": [], "2.0": []}},
        "a cannot be with b 1.0",
    ),
    "a-version-that-there-is-none-of": ("a b==3.0", {"a": {"1.0": []}, "b": {"1.0": []}}, "no version of b"),
    "no-such-package": ("a b", {"a": {"1.0": []}}, "no such package"),
    "no-such-requirement": ("a b", {"a": {"1.0": ["c"]}, "b": {"1.0": []}}, "no such package"),
    "a-requirement-by-address": (
        "a b",
        {"a": {"1.0": ["c @ https://example.com/c.whl"]}, "b": {"1.0": []}},
        "requires a file by its address",
    ),
    "a-requirement-that-cannot-be-read": (
        "a b",
        {"a": {"1.0": ["c >= three"]}, "b": {"1.0": []}},
        "what a 1.0 requires cannot be read",
    ),
    "only-for-other-pythons": ("a b", {"a": {"1.0": []}, "b": {}}, "no version of b is known to work"),
    "too-many": (
        "a b",
        {"a": {"1.0": [f"c{each}" for each in range(200)]}, "b": {"1.0": []}, "c0": {"1.0": []}},
        "more packages than are looked at",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_unfit(case: str, indices: PackageIndices, server: Server) -> None:
    together, releases, reason = UNFIT[case]
    server.script = index(releases)
    assert reason in reason_of(ask(indices, together), failed=False)


def test_without_metadata_nothing_is_certain(indices: PackageIndices, server: Server) -> None:
    page = {"name": "a", "files": [{"filename": "a-1.0.tar.gz", "url": "/a-1.0.tar.gz", "size": 1}]}
    body = json.dumps(page).encode()
    server.script = lambda seen: Reply(200, body, {"Content-Type": SIMPLE})
    assert "is not known without fetching it" in reason_of(ask(indices, "a b"), failed=False)
    assert [each.path for each in server.seen] == ["/simple/a/"]


def test_a_large_wheel_is_not_fetched_for_its_metadata(
    indices: PackageIndices, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.resolve.pipindex._LARGEST_WHEEL", 100)
    server.script = index({"a": {"1.0": []}, "b": {"1.0": []}}, beside=False)
    assert "is not known without fetching it" in reason_of(ask(indices, "a b"), failed=False)


CHANGES: dict[str, tuple[bool, Callable[[bytes], bytes], str]] = {
    "metadata": (True, lambda data: data + b"Requires-Dist: c\n", "is not what the index says"),
    "wheel": (False, lambda data: data + b"x", "is not what the index says"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_files_that_are_not_what_the_index_says(
    case: str, indices: PackageIndices, server: Server
) -> None:
    beside, change, reason = CHANGES[case]
    whole = index({"a": {"1.0": []}, "b": {"1.0": []}}, beside=beside)

    def script(seen: Seen) -> Reply:
        reply = whole(seen)
        if seen.path.startswith("/files/"):
            return Reply(reply.status, change(reply.body), reply.headers)
        return reply

    server.script = script
    assert reason in reason_of(ask(indices, "a b"), failed=True)


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"PK no archive", None),
        (b"", None),
        (wheel("b", "1.0", metadata("b", "1.0", [])).replace(b"METADATA", b"METADATE"), None),
        (b"", "http://example.com/a-1.0-py3-none-any.whl"),
        (b"", "file:///etc/passwd"),
        (b"", "https://me:secret@example.com/a-1.0-py3-none-any.whl"),
    ],
)
def test_files_that_cannot_be_read(
    body: bytes, url: str | None, indices: PackageIndices, server: Server
) -> None:
    name = "a-1.0-py3-none-any.whl"
    file = {"filename": name, "url": url or f"/{name}", "size": len(body), "hashes": {}}
    page = json.dumps({"name": "a", "files": [file]}).encode()

    def script(seen: Seen) -> Reply:
        return Reply(200, page if "simple" in seen.path else body, {"Content-Type": SIMPLE})

    server.script = script
    told = reason_of(ask(indices, "a b"), failed=True)
    refused = "leads to" in told or "not an address that can be asked" in told
    assert refused if url else "no metadata that can be read" in told
    assert "secret" not in told


def test_metadata_of_another_package(indices: PackageIndices, server: Server) -> None:
    text = metadata("c", "1.0", [])
    releases = index({"a": {"1.0": []}, "b": {"1.0": []}}, beside=False)
    other = wheel("a", "1.0", text)

    def script(seen: Seen) -> Reply:
        reply = releases(seen)
        if seen.path.startswith("/files/a-"):
            return Reply(200, other)
        return Reply(reply.status, reply.body.replace(b'"hashes"', b'"x"'), reply.headers)

    server.script = script
    assert "is that of another package" in reason_of(ask(indices, "a b"), failed=False)


def test_an_index_that_fails_on_the_way(indices: PackageIndices, server: Server) -> None:
    whole = index({"a": {"1.0": ["c"]}, "b": {"1.0": []}, "c": {"1.0": []}})
    server.script = lambda seen: Reply(500) if "/c" in seen.path else whole(seen)
    assert "status 500" in reason_of(ask(indices, "a b"), failed=True)


# What fits.

FIT: dict[str, tuple[str, Releases, dict[str, str]]] = {
    "nothing-is-required": (
        "a b",
        {"a": {"1.0": [], "1.10": []}, "b": {"2.0": [], "1.9": []}},
        {"a": "1.10", "b": "2.0"},
    ),
    "the-newest-is-good": (
        "a b",
        {"a": {"1.0": ["b>=1.5,<3"]}, "b": {"1.5": [], "2.0": []}},
        {"a": "1.0", "b": "2.0"},
    ),
    "a-third-in-the-middle": (
        "a b",
        {"a": {"1.0": ["c<3"]}, "b": {"1.0": ["c>=2"]}, "c": {"1.0": [], "2.0": [], "3.0": []}},
        {"a": "1.0", "b": "1.0"},
    ),
    "a-third-that-is-taken-back": (
        "a b",
        {
            "a": {"1.0": ["c", "d"]}, "c": {"1.0": [], "2.0": ["e>=2"]}, "d": {"1.0": ["c<2"]},
            "b": {"1.0": ["e<2"]}, "e": {"1.0": [], "2.0": []},
        },
        {"a": "1.0", "b": "1.0"},
    ),
    "other-machines-and-pythons-do-not-count": (
        "a b",
        {
            "a": {
                "1.0": [
                    "b<2; sys_platform == 'win32'", "b<2; python_version < '3.12'",
                    "b<2; platform_machine == 'aarch64'", "b<2; extra == 'x'",
                ]
            },
            "b": {"1.0": [], "2.0": []},
        },
        {"a": "1.0", "b": "2.0"},
    ),
    "a-version-that-is-given": (
        "a b==1.0",
        {"a": {"1.0": ["b"]}, "b": {"1.0": [], "2.0": []}},
        {"a": "1.0"},
    ),
    "in-a-circle": (
        "a b",
        {"a": {"1.0": ["b"]}, "b": {"1.0": ["a>=1"]}},
        {"a": "1.0", "b": "1.0"},
    ),
    "extras-of-itself": (
        "a[all] b",
        {
            "a": {"1.0": ["a[x]; extra == 'all'", "c; extra == 'x'"]},
            "b": {"1.0": []}, "c": {"1.0": []},
        },
        {"a": "1.0", "b": "1.0"},
    ),
    "names-in-other-spellings": (
        "a b-c",
        {"a": {"1.0": ["B_C (>=1)"]}, "b-c": {"1.0": []}},
        {"a": "1.0", "b-c": "1.0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("beside", [True, False], ids=["metadata", "wheels"])
@pytest.mark.parametrize("case", FIT)
def test_fit(case: str, beside: bool, indices: PackageIndices, server: Server) -> None:
    together, releases, versions = FIT[case]
    server.script = index(releases, beside=beside)
    for name, version in versions.items():
        assert version_of(ask(indices, together, name)) == version
    asked = [each.target for each in server.seen]
    assert len(asked) == len(set(asked)), "each page and each file is asked for once"
    assert all(each.endswith(".metadata") is beside for each in asked if "/files/" in each)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a", "a"),
        ("a", "b c"),
        ("a", "a  b"),
        ("a", "a a"),
        ("a", "a a[x]"),
        ("a", "a b;id"),
        ("a", "a b<2"),
        ("a", "a b==1;x"),
        ("a", "a $(id)"),
        ("a", "a b[x"),
        ("a", "A b"),
        ("a", "a " + "b" * 5000),
    ],
)
def test_what_is_not_installed_together(name: str, text: str) -> None:
    assert not is_together("pip", name, text)
    assert not is_together("apt", "a", "a b")
