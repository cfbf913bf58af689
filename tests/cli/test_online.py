"""`dfix --online`: what is asked of registries, and what is made of the answers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Caller, Serve
from tests.resolve.registries.daemon import Daemon, program
from tests.resolve.registries.images import Image, Index, image, index
from tests.resolve.registries.scripted import Reply

pytestmark = pytest.mark.usefixtures("alone")

SIGNAL = index(
    image("amd64", Cmd=["sh"], StopSignal="SIGQUIT"),
    image("arm64", Cmd=["sh"], StopSignal="SIGQUIT"),
)
DIFFERS = index(image("amd64", Cmd=["sh"], StopSignal="SIGQUIT"), image("arm64", Cmd=["sh"]))
NEW = index(image("amd64", Cmd=["new"]), image("arm64", Cmd=["new"]))
OLD = index(image("amd64", Cmd=["old"]), image("arm64", Cmd=["old"]))
TAGS: dict[str, Image | Index] = {
    "latest": NEW, "2": NEW, "2.1": NEW, "2.1.3": NEW, "2.0": OLD, "1": OLD, "1.9": OLD,
    "signal": SIGNAL, "differs": DIFFERS, "single": image("amd64"), "foreign": index(image("arm64")),
}  # fmt: skip
NGINX = 'CMD ["nginx", "-g", "daemon off;"]\n'
PINNING = ("--select", "pin-base-image", "--online")
ENDING = ("--select", "stop-signal", "--online")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--offline"],
        ["--check"],
        ["--diff", "--offline"],
        ["--online", "--offline"],
        ["--max-requests", "5"],
        ["--level", "aggressive", "--jobs", "2"],
    ],
)
def test_nobody_is_asked_without_the_option(call: Caller, serve: Serve, words: list[str]) -> None:
    server = serve()
    call.write({"Dockerfile": f"FROM {server.authority}/app\n{NGINX}"})
    call("--select", "pin-base-image,stop-signal", *words)
    assert server.seen == []


def test_what_is_settled_is_not_asked(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/app"
    call.write(
        {
            "Dockerfile": f"FROM {name}:1.9 AS a\nFROM a\nFROM scratch\nFROM {name}@sha256:{'0' * 64}\n"
        }
    )
    assert call(*PINNING).code == 0
    assert server.seen == []


def test_a_file_that_is_switched_off_asks_nothing(call: Caller, serve: Serve) -> None:
    server = serve()
    call.write({"Dockerfile": f"# dfix: ignore-file\nFROM {server.authority}/app\n{NGINX}"})
    assert call("--online").code == 0
    assert server.seen == []


def test_a_name_that_a_build_replaces_is_not_asked_for(call: Caller, serve: Serve) -> None:
    server = serve()
    compose = (
        "services:\n  a:\n    build:\n      context: .\n"
        f"      additional_contexts:\n        {server.authority}/app:1.9: ./other\n"
    )
    call.write({"Dockerfile": f"FROM {server.authority}/app:1.9\n{NGINX}", "compose.yaml": compose})
    call(*ENDING)
    assert server.seen == []


@pytest.mark.parametrize("words", [["-"], ["."], ["--check", "."]])
def test_a_mirror_needs_the_option(call: Caller, words: list[str]) -> None:
    done = call("--registry-mirror", "mirror.example.com", *words)
    assert (done.code, done.errors.count("\n")) == (2, 1)
    assert "--registry-mirror needs --online" in done.errors


def test_without_the_client_there_is_a_hint_of_one_line(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\nADD . /app\n", "httpx.py": "raise ImportError\n"})
    code = (
        "import sys\nsys.modules['httpx'] = None\nfrom dfix.cli.group import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    for words in (["--online"], ["--online", "--check"], ["pin", "--online"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=call.folder, env=call.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            done.stderr == "dfix: error: asking registries needs more: pip install 'dfix[online]'\n"
        )
    assert call.text() == "FROM alpine\nADD . /app\n"


def test_floating_tags_are_asked_for(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/shop/app"
    text = f"ARG TAG=latest\nFROM {name} AS a\nFROM {name}:$TAG\nCOPY --from={name} /x /x\n"
    call.write({"Dockerfile": text})
    assert call(*PINNING, "--check").code == 1
    shown = call(*PINNING, "--diff")
    assert (shown.code, call.text()) == (1, text)
    assert f"+FROM {name}:2.1 AS a\n" in shown.out
    done = call(*PINNING)
    assert done.code == 0, done.errors
    assert call.text() == (
        f"ARG TAG=2.1\nFROM {name}:2.1 AS a\nFROM {name}:$TAG\nCOPY --from={name}:2.1 /x /x\n"
    )
    assert "in the registry " + server.authority in done.out
    # Only `dfix pin` writes a lock file.
    assert not (call.folder / "dfix.lock").exists()


@pytest.mark.parametrize(("policy", "tag"), [("patch", "2.1.3"), ("major", "2")])
def test_the_options_of_the_fixer_count(call: Caller, serve: Serve, policy: str, tag: str) -> None:
    name = f"{serve().authority}/app"
    call.write(
        {
            "a/Dockerfile": f"FROM {name}\n",
            "b/Dockerfile": f"FROM {name}\n",
            "b/dfix.toml": f'[pin-base-image]\npolicy = "{policy}"\n',
        }
    )
    done = call(*PINNING)
    assert done.code == 0, done.errors
    assert call.text("a/Dockerfile") == f"FROM {name}:2.1\n"
    assert call.text("b/Dockerfile") == f"FROM {name}:{tag}\n"


def test_what_is_locked_is_not_asked_for(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/app"
    call.write({"Dockerfile": f"FROM {name}\n"})
    call("pin", "--online", "--quiet")
    older = call.text("dfix.lock").replace('tag = "2.1"', 'tag = "2.0"')
    call.write({"Dockerfile": f"FROM {name}\n", "dfix.lock": older})
    asked = len(server.seen)
    assert call(*PINNING).code == 0
    assert call.text() == f"FROM {name}:2.0\n"
    assert len(server.seen) == asked
    assert call.text("dfix.lock") == older


def test_digests_are_asked_for_when_wanted(call: Caller, serve: Serve) -> None:
    name = f"{serve().authority}/app"
    call.write({"Dockerfile": f"FROM {name} AS a\nFROM {name}:1.9\n"})
    assert call(*PINNING, "--set", "pin-base-image.digest=yes").code == 0
    new, old = NEW.manifest.digest, OLD.manifest.digest
    assert call.text() == f"FROM {name}:2.1@{new} AS a\nFROM {name}:1.9@{old}\n"


def test_mirrors_are_asked_for_the_hub(call: Caller, serve: Serve) -> None:
    server = serve()
    call.write({"Dockerfile": "FROM alpine\n"})
    done = call(*PINNING, "--registry-mirror", server.url)
    assert done.code == 0, done.errors
    assert call.text() == "FROM alpine:2.1\n"


@pytest.mark.parametrize(
    ("status", "jobs"), [(401, "1"), (403, "1"), (404, "1"), (429, "1"), (429, "2"), (500, "1")]
)
def test_a_registry_that_fails(call: Caller, serve: Serve, status: int, jobs: str) -> None:
    server = serve()
    server.script = lambda seen: Reply(status, b"", {"Retry-After": "0"})
    name = f"{server.authority}/app"
    call.write(
        {"Dockerfile": f"FROM {name}\nADD . /app\n", "b.Dockerfile": "FROM debian:12\nADD . /\n"}
    )
    done = call("--select", "pin-base-image,add-to-copy", "--online", "--jobs", jobs)
    assert done.code == 2
    assert done.errors.count(f"{name}:latest: ") == 1
    assert "Traceback" not in done.errors
    # All that does not hang on it is done.
    assert call.text() == f"FROM {name}\nCOPY . /app\n"
    assert call.text("b.Dockerfile") == "FROM debian:12\nCOPY . /\n"


def test_no_more_requests_than_allowed(call: Caller, serve: Serve) -> None:
    server = serve()
    call.write(
        {f"{each}.Dockerfile": f"FROM {server.authority}/{each}\n{NGINX}" for each in "abcdef"}
    )
    done = call("--select", "pin-base-image,stop-signal", "--online", "--max-requests", "7")
    assert done.code == 2
    assert len(server.seen) == 7
    assert "stopped after 7 requests" in done.errors


def test_several_processes_ask_each_question_once(call: Caller, serve: Serve) -> None:
    asked = {}
    for jobs in ("1", "3"):
        server = serve()
        name = f"{server.authority}/app"
        files = {f"{n}/Dockerfile": f"FROM {name}\nRUN a{n}\n{NGINX}" for n in range(30)}
        call.write(files)
        words = ("--select", "pin-base-image,stop-signal", "--online", "--jobs", jobs)
        done = call(*words)
        assert done.code == 0, done.errors
        for n in range(30):
            assert call.text(f"{n}/Dockerfile") == (
                f"FROM {name}:2.1\nRUN a{n}\nSTOPSIGNAL SIGQUIT\n{NGINX}"
            )
        asked[jobs] = [(each.method, each.path) for each in server.seen]
        assert len(set(asked[jobs])) == len(asked[jobs])
        (call.folder.parent / "cache").rename(call.folder.parent / f"cache{jobs}")
    assert asked["1"] == asked["3"]


@pytest.mark.parametrize("tag", ["2.1", "single"])
def test_the_config_of_a_base_image_is_evidence(call: Caller, serve: Serve, tag: str) -> None:
    name = f"{serve().authority}/app:{tag}"
    call.write({"Dockerfile": f"FROM {name}\n{NGINX}"})
    offline = call("--select", "stop-signal", "--check")
    assert "whether the base image sets a STOPSIGNAL is not known" in offline.out
    done = call(*ENDING)
    assert done.code == 0, done.errors
    assert call.text() == f"FROM {name}\nSTOPSIGNAL SIGQUIT\n{NGINX}"


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("signal", "the base image sets STOPSIGNAL SIGQUIT itself"),
        ("differs", "whether the base image sets a STOPSIGNAL is not known"),
        ("foreign", "whether the base image sets a STOPSIGNAL is not known"),
        ("none", "whether the base image sets a STOPSIGNAL is not known"),
    ],
)
def test_what_the_config_does_not_tell_is_unknown(
    call: Caller, serve: Serve, tag: str, reason: str
) -> None:
    text = f"FROM {serve().authority}/app:{tag}\n{NGINX}"
    call.write({"Dockerfile": text})
    done = call(*ENDING)
    assert done.code == 0  # No tag floats: what cannot be read of a base image is a warning.
    assert reason in done.out
    assert ("warning: a base image is not read: " in done.errors) is (tag in {"foreign", "none"})
    assert call.text() == text


def test_a_config_that_is_not_what_its_digest_says_is_not_believed(
    call: Caller, serve: Serve
) -> None:
    server = serve()
    honest = server.script
    new = NEW.images[0].config

    def lying(seen: object) -> Reply:
        reply = honest(seen)  # type: ignore[arg-type]
        return Reply(200, reply.body + b" ", reply.headers) if reply.body == new.body else reply

    server.script = lying
    text = f"FROM {server.authority}/app:2.1\n{NGINX}"
    call.write({"Dockerfile": text})
    done = call(*ENDING)
    assert "is not what its digest says" in done.errors
    assert call.text() == text


def test_a_pinned_tag_has_the_config_of_what_it_stands_for(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/app"
    call.write({"Dockerfile": f"FROM {name}\n{NGINX}"})
    assert call("--select", "pin-base-image,stop-signal", "--online").code == 0
    assert call.text() == f"FROM {name}:2.1\nSTOPSIGNAL SIGQUIT\n{NGINX}"
    # It has the same digest, so that nothing of it is asked for twice.
    texts = [each.path for each in server.seen if "sha256:" in each.path]
    assert len(texts) == len(set(texts)) == 5


def test_standard_input_asks_too(call: Caller, serve: Serve) -> None:
    name = f"{serve().authority}/app"
    done = call(
        "--select", "pin-base-image,stop-signal", "--online", "-", stdin=f"FROM {name}\n{NGINX}"
    )
    assert done.code == 0, done.errors
    assert done.out == f"FROM {name}:2.1\nSTOPSIGNAL SIGQUIT\n{NGINX}"


def test_a_real_registry(call: Caller, tmp_path: Path) -> None:
    found = program()
    if found is None:
        pytest.skip(
            "REAL REGISTRIES ARE NOT TESTED: there is no docker-registry (DFIX_REGISTRY names one)"
        )
    (tmp_path / "registry").mkdir()
    daemon = Daemon(found, tmp_path / "registry")
    try:
        for tag in ("latest", "2.1", "2.0", "differs"):
            daemon.push("shop/app", tag, TAGS[tag])
        name = f"{daemon.authority}/shop/app"
        call.write(
            {"Dockerfile": f"FROM {name}\n{NGINX}", "b/Dockerfile": f"FROM {name}:differs\n{NGINX}"}
        )
        done = call("--select", "pin-base-image,stop-signal", "--online")
        assert done.code == 0, done.errors
        assert call.text() == f"FROM {name}:2.1\nSTOPSIGNAL SIGQUIT\n{NGINX}"
        assert "STOPSIGNAL is not known" in done.out
        assert call.text("b/Dockerfile") == f"FROM {name}:differs\n{NGINX}"
    finally:
        daemon.stop()
