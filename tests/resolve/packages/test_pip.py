"""Indices of Python packages: the version that pip would choose, if that is certain."""

import json
from typing import Any

import pytest

from dfix.facts.package_versions import Package
from dfix.resolve.packageindices import PackageIndices, Places
from tests.resolve.packages.conftest import Asking, reason_of, version_of
from tests.resolve.packages.indices import SIMPLE, file, index, page
from tests.resolve.registries.scripted import Reply, Server

PLATFORM = "python 3.11 glibc amd64"


def pip(name: str = "tool", platform: str = PLATFORM) -> Package:
    return Package("pip", platform, name)


@pytest.fixture
def indices(asking: Asking, server: Server) -> PackageIndices:
    return asking(Places(pip=f"{server.url}/simple/"))


def wheel(version: str, tags: str = "py3-none-any") -> str:
    return f"tool-{version}-{tags}.whl"


NONE: dict[str, list[dict[str, Any]]] = {
    "no-files": [],
    "yanked": [file(wheel("2.0"), yanked=True)],
    "yanked-with-a-reason": [file(wheel("2.0"), yanked="broken")],
    "pre-release": [file(wheel("2.0rc1"))],
    "development": [file(wheel("2.0.dev1"))],
    "local": [file(wheel("2.0+cuda"))],
    "newer-python": [file(wheel("2.0"), ">=3.12")],
    "older-python": [file(wheel("2.0"), "<3.11")],
    "python-2": [file(wheel("2.0", "py2-none-any"))],
    "wheel-of-another-python": [file(wheel("2.0", "cp312-cp312-manylinux_2_17_x86_64"))],
    "wheel-of-a-newer-abi": [file(wheel("2.0", "cp312-abi3-manylinux_2_17_x86_64"))],
    "wheel-without-the-lock": [file(wheel("2.0", "cp311-cp311t-manylinux_2_17_x86_64"))],
    "wheel-of-another-machine": [file(wheel("2.0", "cp311-cp311-manylinux_2_17_aarch64"))],
    "wheel-of-another-system": [file(wheel("2.0", "cp311-cp311-win_amd64"))],
    "wheel-of-another-system-too": [file(wheel("2.0", "cp311-cp311-macosx_11_0_x86_64"))],
    "wheel-for-musl": [file(wheel("2.0", "cp311-cp311-musllinux_1_2_x86_64"))],
    "wheel-for-a-newer-glibc": [file(wheel("2.0", "cp311-cp311-manylinux_2_39_x86_64"))],
    "wheel-of-no-name": [file("tool.whl"), file("-.whl")],
    "egg": [file("tool-2.0-py3.11.egg"), file("tool-2.0.exe"), file("tool-2.0.rpm")],
    "odd-requirement": [file(wheel("2.0"), "three")],
    "odd-version": [file(wheel("$(id)")), file("tool-;id.tar.gz")],
    "no-name": [{"url": "https://files.example.com/x"}, {"filename": 1}],
}


@pytest.mark.parametrize("case", NONE)
def test_no_version(case: str, indices: PackageIndices, server: Server) -> None:
    server.script = index(page("tool", *NONE[case]))
    told = reason_of(indices.version(pip()), failed=False)
    assert told == "no version of it is known to work with Python 3.11"


@pytest.mark.parametrize("case", NONE)
def test_an_older_one_is_taken_where_the_newest_is_none(
    case: str, indices: PackageIndices, server: Server
) -> None:
    server.script = index(page("tool", file(wheel("1.9")), *NONE[case], file(wheel("1.10"))))
    assert version_of(indices.version(pip())) == "1.10"


def test_no_such_package(indices: PackageIndices, server: Server) -> None:
    server.script = index(page("other"))
    assert "no such package" in reason_of(indices.version(pip()), failed=False)
    assert [each.path for each in server.seen] == ["/simple/tool/"]
    assert server.seen[0].headers["accept"] == SIMPLE
    assert server.seen[0].authorization is None


def test_a_version_that_cannot_be_written(indices: PackageIndices, server: Server) -> None:
    server.script = index(page("tool", file("tool-1!2.0.tar.gz")))
    assert "cannot be written" in reason_of(indices.version(pip()), failed=False)


ANSWERS = {
    "html": (Reply(200, b"<html>", {"Content-Type": "text/html"}), "does not give"),
    "no-type": (Reply(200, b"{}"), "does not give"),
    "no-json": (Reply(200, b"{", {"Content-Type": SIMPLE}), "is not JSON"),
    "list": (Reply(200, b"[]", {"Content-Type": SIMPLE}), "is not a JSON object"),
    "another": (Reply(200, json.dumps(page("other")).encode(), {"Content-Type": SIMPLE}), "of another package"),
    "no-files": (Reply(200, b'{"name": "tool"}', {"Content-Type": SIMPLE}), "does not list files"),
    "odd-files": (Reply(200, b'{"name": "tool", "files": [1]}', {"Content-Type": SIMPLE}), "does not list files"),
    "login": (Reply(401, b"", {"WWW-Authenticate": "Basic"}), "status 401"),
    "denied": (Reply(403), "status 403"),
    "too-many": (Reply(429, b"", {"Retry-After": "0"}), "429"),
    "broken": (Reply(500), "status 500"),
    "broken-off": (Reply(200, b'{"name"', {"Content-Type": SIMPLE}, length=100), "broke off"),
    "elsewhere": (Reply(302, b"", {"Location": "http://example.com/"}), "leads to plain HTTP"),
    "round": (Reply(302, b"", {"Location": "/simple/tool/"}), "redirects more than"),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_an_index_that_fails(case: str, indices: PackageIndices, server: Server) -> None:
    reply, reason = ANSWERS[case]
    server.script = lambda seen: reply
    assert reason in reason_of(indices.version(pip()), failed=True)


def test_an_answer_without_end(
    indices: PackageIndices, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.resolve.pipindex._LARGEST", 1000)
    server.script = index(page("tool", *[file(wheel(f"1.{each}")) for each in range(99)]))
    assert "more than 1000 bytes" in reason_of(indices.version(pip()), failed=True)


TAKEN = {
    "sdist": (PLATFORM, file("tool-2.0.tar.gz")),
    "zip": (PLATFORM, file("tool-2.0.zip", None, yanked=False)),
    "pure": (PLATFORM, file(wheel("2.0", "py2.py3-none-any"), ">=3.8,!=3.9.*")),
    "binary": (PLATFORM, file(wheel("2.0", "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"))),
    "older-binary": (PLATFORM, file(wheel("2.0", "cp311-cp311-manylinux1_x86_64"))),
    "abi3": (PLATFORM, file(wheel("2.0", "cp38-abi3-manylinux_2_28_x86_64"))),
    "no-abi": (PLATFORM, file(wheel("2.0", "py3-none-manylinux2014_x86_64"))),
    "musl": ("python 3.11 musl amd64", file(wheel("2.0", "cp311-cp311-musllinux_1_1_x86_64"))),
    "arm": ("python 3.11 glibc arm64", file(wheel("2.0", "cp311-cp311-manylinux_2_28_aarch64"))),
    "patch-of-the-line": (PLATFORM, file(wheel("2.0"), ">=3.11.4")),
    "that-patch": ("python 3.11.4 glibc amd64", file(wheel("2.0"), ">=3.11.4")),
    "post": (PLATFORM, file(wheel("2.0"))),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
def test_the_newest_that_fits(case: str, indices: PackageIndices, server: Server) -> None:
    platform, newest = TAKEN[case]
    server.script = index(page("Tool", file(wheel("1.9")), newest, file(wheel("0.3"))))
    assert version_of(indices.version(pip(platform=platform))) == "2.0"
    assert version_of(indices.version(pip(platform=platform))) == "2.0"
    assert len(server.seen) == 1


def test_a_patch_that_is_too_old(indices: PackageIndices, server: Server) -> None:
    server.script = index(page("tool", file(wheel("2.0"), ">=3.11.4"), file(wheel("1.0"))))
    assert version_of(indices.version(pip(platform="python 3.11.3 glibc amd64"))) == "1.0"


def test_numbers_are_no_texts(indices: PackageIndices, server: Server) -> None:
    files = [file(f"tool-{each}.tar.gz") for each in ("1.9", "1.10", "1.10.post1", "1.2.3")]
    server.script = index(page("tool", *files))
    assert version_of(indices.version(pip())) == "1.10.post1"
