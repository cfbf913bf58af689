"""Archives of apt: what is not signed, whole and current is never read."""

import hashlib
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dfix.resolve.packageindices import PackageIndices, Places
from tests.resolve.packages.archive import (
    MAIN,
    SECURITY,
    SUITES,
    UPDATES,
    Signer,
    Suite,
    archive,
    entry,
    with_fields,
)
from tests.resolve.packages.conftest import Asking, Clock, apt, reason_of, version_of
from tests.resolve.registries.scripted import Reply, Script, Seen, Server

Keys = tuple[Signer, Signer]


@pytest.fixture
def places(server: Server, keys: Keys) -> Places:
    return Places(apt=f"{server.url}/m", keyring=keys[0].keyring)


@pytest.fixture
def indices(asking: Asking, places: Places) -> PackageIndices:
    return asking(places)


def refused(indices: PackageIndices) -> str:
    return reason_of(indices.version(apt("curl")), failed=True)


def changing(script: Script, ending: str, change: Callable[[bytes], bytes]) -> Script:
    """The same archive, with a change to what ends so."""

    def changed(seen: Seen) -> Reply:
        reply = script(seen)
        return Reply(reply.status, change(reply.body)) if seen.path.endswith(ending) else reply

    return changed


# What must not be read.

FIELDS: dict[str, tuple[dict[str, str | None], str]] = {
    "of-another-suite": ({"Codename": "trixie"}, "is that of trixie"),
    "of-no-suite": ({"Codename": None, "Suite": None}, "is that of ?"),
    "expired": ({"Valid_Until": "Thu, 15 Jan 2026 12:00:00 UTC"}, "has expired"),
    "of-the-future": ({"Date": "Thu, 22 Jan 2026 12:00:00 UTC"}, "is of the future"),
    "without-date": ({"Date": None}, "a date that cannot be read"),
    "odd-date": ({"Date": "today\x1b"}, "a date that cannot be read"),
    "odd-end": ({"Valid_Until": "never"}, "a date that cannot be read"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_fields(case: str, indices: PackageIndices, server: Server, keys: Keys) -> None:
    fields, reason = FIELDS[case]
    server.script = archive(keys[0], with_fields(MAIN, **fields), UPDATES, SECURITY)
    assert reason in refused(indices)


def test_signed_by_another_key(indices: PackageIndices, server: Server, keys: Keys) -> None:
    server.script = archive(keys[1], *SUITES)
    assert "the key is another one" in refused(indices)


def test_not_signed(indices: PackageIndices, server: Server, keys: Keys) -> None:
    text = MAIN.release().encode()
    server.script = changing(archive(keys[0], *SUITES), "/InRelease", lambda _: text)
    assert "is not one signed text" in refused(indices)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data.replace(b"Origin: Test", b"Origin: Best"), id="changed"),
        pytest.param(lambda data: data.replace(b"SHA256:", b"SHA256:\n x", 1), id="added-to"),
    ],
)
def test_signed_and_changed(
    change: Callable[[bytes], bytes], indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = changing(archive(keys[0], *SUITES), "bookworm/InRelease", change)
    assert "the signature is wrong" in refused(indices)


def test_texts_around_the_signed_one(indices: PackageIndices, server: Server, keys: Keys) -> None:
    server.script = changing(
        archive(keys[0], *SUITES), "bookworm/InRelease", lambda data: b"Date: x\n" + data
    )
    assert "is not one signed text" in refused(indices)


def test_two_signed_texts(indices: PackageIndices, server: Server, keys: Keys) -> None:
    server.script = changing(
        archive(keys[0], *SUITES), "bookworm/InRelease", lambda data: data + data
    )
    assert "is not one signed text" in refused(indices)


def test_what_follows_the_signed_text_is_not_read(
    asking: Asking, places: Places, server: Server, keys: Keys
) -> None:
    false = replace(MAIN, packages={"main": (entry("curl", "9.9-9"),)})
    ((path, data),) = false.indices().items()
    line = f"SHA256:\n {hashlib.sha256(data).hexdigest()} {len(data)} {path}\n".encode()
    server.script = changing(
        archive(keys[0], *SUITES), "bookworm/InRelease", lambda signed: signed + line
    )
    assert version_of(asking(places).version(apt("curl"))) == "7.88.1-10+deb12u14"


def test_a_signed_text_that_is_broken_off(
    indices: PackageIndices, server: Server, keys: Keys
) -> None:
    script = archive(keys[0], *SUITES)
    server.script = changing(script, "bookworm/InRelease", lambda data: data[: len(data) // 2])
    assert "is not one signed text" in refused(indices)


INDICES = {
    "changed": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "broken-off": lambda data: data[:-8],
    "longer": lambda data: data + b"x",
    "empty": lambda _: b"",
    "another": lambda _: lzma.compress(b"Package: curl\nVersion: 9.9-9\n"),
}


@pytest.mark.parametrize("case", INDICES)
def test_indices_that_are_not_what_was_signed(
    case: str, indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = changing(archive(keys[0], *SUITES), "Packages.xz", INDICES[case])
    told = refused(indices)
    assert "is not what the signed InRelease says" in told or "answers with more than" in told


class _Damaged(Suite):
    """A suite whose signed index is no packed text."""

    def indices(self) -> dict[str, bytes]:
        return {path: data[:-12] for path, data in super().indices().items()}


def test_a_signed_index_that_cannot_be_unpacked(
    indices: PackageIndices, server: Server, keys: Keys
) -> None:
    damaged = _Damaged("bookworm", MAIN.packages)
    server.script = archive(keys[0], damaged, UPDATES, SECURITY)
    assert "broken off" in refused(indices)


def test_a_signed_index_that_is_far_too_large(
    indices: PackageIndices, server: Server, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.resolve.aptarchive._LARGEST_TEXT", 100)
    server.script = archive(keys[0], *SUITES)
    assert "far too large" in refused(indices)


def test_an_index_that_is_far_too_large_is_not_fetched(
    indices: PackageIndices, server: Server, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.resolve.aptarchive._LARGEST_INDEX", 10)
    server.script = archive(keys[0], *SUITES)
    assert "is larger than 10 bytes" in refused(indices)
    assert len(server.seen) == 1


@pytest.mark.parametrize("missing", SUITES, ids=lambda each: each.name)
def test_every_suite_is_needed(
    missing: Suite, indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = archive(keys[0], *(each for each in SUITES if each is not missing))
    assert f"does not have the InRelease of {missing.name}" in refused(indices)


def test_an_architecture_that_there_is_none_of(
    indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = archive(keys[0], *SUITES)
    answer = indices.version(apt("curl", "debian bookworm s390x"))
    assert "no packages of main for s390x" in reason_of(answer, failed=True)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_archive_that_fails(
    status: int, indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = lambda seen: Reply(status, b"", {"Retry-After": "0"})
    assert str(status) in refused(indices)
    asked = len(server.seen)
    refused(indices)
    assert len(server.seen) == asked, "it was asked again in the same run"


def test_an_archive_that_says_nothing(asking: Asking, places: Places, server: Server) -> None:
    server.script = lambda seen: Reply(silent=True)
    assert "no answer within" in refused(asking(places, timeout=0.3))


def test_an_answer_without_end(
    indices: PackageIndices, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.resolve.aptarchive._LARGEST_RELEASE", 1000)
    server.script = lambda seen: Reply(200, b"x" * 2000)
    assert "more than 1000 bytes" in refused(indices)


def test_no_more_requests_than_allowed(
    asking: Asking, places: Places, server: Server, keys: Keys
) -> None:
    server.script = archive(keys[0], *SUITES)
    indices = asking(places, requests=3)
    assert "stopped after 3 requests" in refused(indices)
    assert len(server.seen) == indices.requests == 3


def test_without_gpgv(
    indices: PackageIndices,
    server: Server,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    server.script = archive(keys[0], *SUITES)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "gpgv, which is not installed" in refused(indices)


def test_a_gpgv_of_the_tree_is_not_run(
    asking: Asking,
    places: Places,
    server: Server,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    server.script = archive(keys[0], *SUITES)
    program = tmp_path / "tree" / "gpgv"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    told = refused(asking(places, trees=[tmp_path / "tree"]))
    assert "lies in the tree that is rewritten" in told
    assert not (tmp_path / "ran").exists()


def test_a_gpgv_that_says_nothing(
    indices: PackageIndices,
    server: Server,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    server.script = archive(keys[0], *SUITES)
    program = tmp_path / "gpgv"
    program.write_text("#!/bin/sh\ncat\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "gpgv cannot read it" in refused(indices)


def test_without_keyring(
    asking: Asking, server: Server, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script = archive(keys[0], *SUITES)
    monkeypatch.setattr("dfix.resolve.signature._KEYRINGS", {})
    told = refused(asking(Places(apt=f"{server.url}/m")))
    assert "install debian-archive-keyring, or name one by --keyring" in told


def test_a_keyring_that_is_none(asking: Asking, server: Server, keys: Keys, tmp_path: Path) -> None:
    server.script = archive(keys[0], *SUITES)
    (tmp_path / "text").write_text("no keys")
    told = refused(asking(Places(apt=f"{server.url}/m", keyring=tmp_path / "text")))
    assert "is not signed by a key of" in told


# What is read.


def test_the_newest_version_of_all_suites(
    indices: PackageIndices, server: Server, keys: Keys
) -> None:
    server.script = archive(keys[0], *SUITES)
    versions = {
        "curl": "7.88.1-10+deb12u14",
        "git": "1:2.39.5-0+deb12u2",
        "g++": "4:12.2.0-3",
        "tzdata": "2025b-0+deb12u2",
    }
    for name, version in versions.items():
        assert version_of(indices.version(apt(name))) == version
    assert len(server.seen) == 6, "each text is read once"
    for name in ("nosuch", "false", "odd", "odder", "cur", "curl2"):
        told = reason_of(indices.version(apt(name)), failed=False)
        assert told == "debian bookworm has no such package for amd64"
    assert len(server.seen) == 6


def test_what_was_read_is_kept_by_its_digest(
    asking: Asking, places: Places, server: Server, keys: Keys
) -> None:
    server.script = archive(keys[0], *SUITES)
    version_of(asking(places).version(apt("curl")))
    asked = len(server.seen)
    version_of(asking(places).version(apt("curl")))
    again = [each.path.rpartition("/")[2] for each in server.seen[asked:]]
    assert again == ["InRelease"] * 3


def test_an_index_by_its_hash_and_one_packed_otherwise(
    indices: PackageIndices, server: Server, keys: Keys
) -> None:
    suites = [replace(each, by_hash=True, ending=".gz") for each in SUITES]
    server.script = archive(keys[0], *suites)
    assert version_of(indices.version(apt("curl"))) == "7.88.1-10+deb12u14"
    assert any("/by-hash/SHA256/" in each.path for each in server.seen)


def test_an_end_that_is_still_to_come(
    indices: PackageIndices, server: Server, keys: Keys, clock: Clock
) -> None:
    until = with_fields(SECURITY, Valid_Until="Sat, 17 Jan 2026 00:00:00 UTC")
    server.script = archive(keys[0], MAIN, UPDATES, until)
    assert version_of(indices.version(apt("curl")))


def test_ubuntu(indices: PackageIndices, server: Server, keys: Keys) -> None:
    names = ("main", "restricted", "universe", "multiverse")
    empty: dict[str, tuple[dict[str, str], ...]] = dict.fromkeys(names, ())
    curl = {**empty, "universe": (entry("curl", "7.81.0-1ubuntu1.15"),)}
    newer = entry("curl", "7.81.0-1ubuntu1.20", **{"Phased-Update-Percentage": "100"})
    phased = entry("git", "1:2.34.1-1ubuntu1.12", **{"Phased-Update-Percentage": "20"})
    suites = (
        Suite("jammy", curl),
        Suite(
            "jammy-updates",
            {**empty, "main": (newer, phased)},
            fields={"Codename": "jammy", "Suite": "jammy-updates"},
        ),
        Suite("jammy-security", empty),
    )
    server.script = archive(keys[0], *suites)
    platform = "ubuntu jammy amd64"
    assert version_of(indices.version(apt("curl", platform))) == "7.81.0-1ubuntu1.20"
    told = reason_of(indices.version(apt("git", platform)), failed=False)
    assert told == "its newest version is offered to some machines only, as yet"
