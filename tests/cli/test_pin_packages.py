"""`dfix pin --packages`: indices are asked, the lock file keeps it, and the next machine asks nobody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Caller
from tests.resolve.packages import archive as apt
from tests.resolve.packages import indices
from tests.resolve.registries.scripted import Reply, Script, Seen, Server

DOCUMENT = Path(__file__).parents[2] / "docs" / "pinning.md"
TEXT = """FROM debian:12 AS tools
RUN apt-get update && apt-get install -y curl git=1:2.30* nosuch
FROM python:3.13-slim
RUN pip install --no-cache-dir requests
FROM node:24
RUN npm install -g pm2 @me/tool
"""
PINNED = """FROM debian:12 AS tools
RUN apt-get update && apt-get install -y curl=7.88.1-* git=1:2.30* nosuch
FROM python:3.13-slim
RUN pip install --no-cache-dir requests==2.32.5
FROM node:24
RUN npm install -g pm2@6.0.13 @me/tool@1.2.3
"""


pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apt.Signer]:
    apt.require_gpg()
    made = apt.Signer(tmp_path_factory.mktemp("keys"), "cli")
    yield made
    made.close()


def everything(signer: apt.Signer, *suites: apt.Suite, requests: str = "2.32.5") -> Script:
    """An archive, an index and a registry under one address."""
    archive = apt.archive(signer, *(suites or apt.SUITES))
    index = indices.index(indices.page("requests", indices.file(f"requests-{requests}.tar.gz")))
    registry = indices.registry(
        indices.package("pm2", "6.0.13"), indices.package("@me/tool", "1.2.3")
    )

    def script(seen: Seen) -> Reply:
        if seen.path.startswith("/m/"):
            return archive(seen)
        return index(seen) if seen.path.startswith("/simple/") else registry(seen)

    return script


@pytest.fixture
def server(signer: apt.Signer) -> Iterator[Server]:
    made = Server(everything(signer))
    yield made
    made.close()


def places(server: Server, signer: apt.Signer) -> tuple[str, ...]:
    return (
        "--online", "--packages", "--apt-mirror", f"{server.url}/m", "--keyring", str(signer.keyring),
        "--pip-index", f"{server.url}/simple", "--npm-registry", server.url,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the archive's signatures stands where their dates are."""
    monkeypatch.setattr("dfix.resolve.packageindices.time.time", lambda: apt.NOW)


# Nothing is sent, and nothing written.


def test_offline_nobody_is_asked(call: Caller) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", "--packages")
    assert done.code == 0, done.errors
    assert call.text() == TEXT
    assert not (call.folder / "dfix.lock").exists()
    assert "not locked: see `dfix pin --online --packages`" in done.out


def test_without_packages_they_are_none_of_its_business(call: Caller, server: Server) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", "--online")
    assert done.code == 0, done.errors
    assert call.text() == TEXT
    assert "pin-packages" not in done.out
    assert server.seen == []


@pytest.mark.parametrize(
    "words",
    [
        ("--apt-mirror", "https://example.com"),
        ("--packages", "--pip-index", "https://example.com"),
        ("--online", "--npm-registry", "https://example.com"),
        ("--online", "--packages", "--keyring", "nosuch"),
        ("--online", "--packages", "--keyring", "."),
        ("--online", "--packages", "--npm-registry", "http://example.com"),
        ("--online", "--packages", "--pip-index", "https://me:secret@example.com"),
    ],
)
def test_calls_that_make_no_sense(words: tuple[str, ...], call: Caller) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", *words)
    assert done.code == 2
    assert done.errors.count("\n") == 1 and "secret" not in done.errors
    assert call.text() == TEXT


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_indices_that_fail(status: int, call: Caller, server: Server, signer: apt.Signer) -> None:
    server.script = lambda seen: Reply(status, b"", {"Retry-After": "0"})
    call.write({"Dockerfile": TEXT})
    done = call("pin", *places(server, signer))
    # That there is no such package, 404, is an answer of the index and of the registry.
    assert done.code == 2
    assert "apt curl (debian bookworm amd64): " in done.errors
    assert "Traceback" not in done.errors
    assert call.text() == TEXT
    assert not (call.folder / "dfix.lock").exists()


def test_what_could_be_answered_is_written(
    call: Caller, server: Server, signer: apt.Signer, tmp_path: Path
) -> None:
    other = apt.Signer(tmp_path, "stranger")
    try:
        server.script = everything(other)
        call.write({"Dockerfile": TEXT})
        done = call("pin", *places(server, signer))
    finally:
        other.close()
    assert done.code == 2
    assert "the key is another one" in done.errors
    first, rest = TEXT.partition("FROM python")[0], PINNED.partition("FROM python")[2]
    assert call.text() == f"{first}FROM python{rest}"
    assert "curl" not in call.text("dfix.lock")


def test_a_lock_with_more_than_versions(call: Caller) -> None:
    lock = (
        'version = 1\n[[package]]\necosystem = "apt"\nplatform = "debian bookworm amd64"\n'
        'name = "curl"\nversion = "1 && id"\ndate = "2026-01-02"\nsource = "x"\n'
    )
    call.write({"Dockerfile": TEXT, "dfix.lock": lock})
    for words in (["pin"], ["--select", "pin-packages", "--level", "aggressive"]):
        done = call(*words)
        assert done.code == 2
        assert "dfix.lock:2: '1 && id' is not a version of apt" in done.errors
        assert call.text() == TEXT


# What is asked, and kept.


def test_they_are_asked_locked_and_written(
    call: Caller, server: Server, signer: apt.Signer
) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", *places(server, signer))
    assert done.code == 0, done.errors
    assert call.text() == PINNED
    lock = call.text("dfix.lock")
    assert re.findall(r'^version = "(.*)"$', lock, re.MULTILINE) == [
        "7.88.1-10+deb12u14", "1.2.3", "6.0.13", "2.32.5",
    ]  # fmt: skip
    assert "`nosuch`: debian bookworm has no such package for amd64" in done.out
    assert {each.authorization for each in server.seen} == {None}
    # Nobody is asked a second time, on whatever machine.
    asked = len(server.seen)
    call.write({"Dockerfile": TEXT})
    for words in (
        ["pin"],
        ["pin", "--packages"],
        ["--select", "pin-packages", "--level", "aggressive"],
    ):
        call.write({"Dockerfile": TEXT})
        assert call(*words).code == 0
        assert call.text() == PINNED, words
    assert call.text("dfix.lock") == lock
    assert len(server.seen) == asked
    # Nor where what is locked is all that is wanted.
    call.write({"Dockerfile": TEXT.replace(" nosuch", "")})
    assert call("pin", *places(server, signer)).code == 0
    assert len(server.seen) == asked


def test_with_diff_nothing_is_written(call: Caller, server: Server, signer: apt.Signer) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", "--diff", *places(server, signer))
    assert done.code == 1, done.errors
    assert "+RUN npm install -g pm2@6.0.13 @me/tool@1.2.3" in done.out
    assert call.text() == TEXT
    assert not (call.folder / "dfix.lock").exists()


def test_a_second_run_changes_nothing(call: Caller, server: Server, signer: apt.Signer) -> None:
    call.write({"Dockerfile": TEXT})
    call("pin", *places(server, signer))
    before = call.text(), call.text("dfix.lock")
    assert call("pin", *places(server, signer)).code == 0
    assert (call.text(), call.text("dfix.lock")) == before


def test_an_update_asks_again(call: Caller, server: Server, signer: apt.Signer) -> None:
    call.write({"Dockerfile": TEXT})
    call("pin", *places(server, signer))
    server.script = everything(signer, requests="2.33.0")
    call.write({"Dockerfile": TEXT})
    assert call("pin", *places(server, signer)).code == 0
    assert "requests==2.32.5" in call.text()
    call.write({"Dockerfile": TEXT})
    assert call("pin", "--update", *places(server, signer)).code == 0
    assert "requests==2.33.0" in call.text()


def test_what_a_base_image_is_pinned_to_counts(
    call: Caller, server: Server, signer: apt.Signer
) -> None:
    call.write({"Dockerfile": "FROM python:slim\nRUN pip install requests\n"})
    lock = 'version = 1\n[[image]]\nname = "python:slim"\npolicy = "minor"\ntag = "3.13-slim"\n'
    call.write({"dfix.lock": f'{lock}date = "2026-01-02"\nsource = "x"\n'})
    done = call("pin", *places(server, signer))
    assert done.code == 0, done.errors
    assert call.text() == "FROM python:3.13-slim\nRUN pip install requests==2.32.5\n"
    assert "python 3.13 glibc amd64" in call.text("dfix.lock")


def test_no_more_requests_than_allowed(call: Caller, server: Server, signer: apt.Signer) -> None:
    call.write({"Dockerfile": TEXT})
    done = call("pin", "--max-requests", "2", *places(server, signer))
    assert done.code == 2
    assert len(server.seen) == 2


def test_the_transcript(call: Caller) -> None:
    """What the guide shows of packages: from the lock file that it shows."""
    found = re.search(
        r"## Packages\n.*?```toml\n(?P<lock>.*?)```.*?```console\n(?P<shown>.*?)```",
        DOCUMENT.read_text("utf-8"),
        re.DOTALL,
    )
    assert found is not None
    steps = [
        part.partition("\n") for part in re.split(r"^\$ ", found["shown"], flags=re.MULTILINE)[1:]
    ]
    assert [command for command, _, _ in steps] == ["cat Dockerfile", "dfix pin", "cat Dockerfile"]
    call.write({"Dockerfile": steps[0][2], "dfix.lock": found["lock"]})
    for command, _, told in steps[1:]:
        shown = call.text() if command.startswith("cat") else call("pin").out
        assert shown == told, command
