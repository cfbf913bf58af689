"""`dfix pin`: the lock file and the files that it is about."""

import re
import tomllib
from pathlib import Path

import pytest

from dfix import pinning
from dfix.resolve.lock import Lock
from tests.cli.conftest import Caller, Serve
from tests.resolve.registries.images import Image, Index, image, index
from tests.resolve.registries.scripted import Reply

DOCUMENT = Path(__file__).parents[2] / "docs" / "pinning.md"
TABLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

pytestmark = pytest.mark.usefixtures("alone")


NEW = index(image("amd64", Cmd=["new"]), image("arm64", Cmd=["new"]))
OLD = index(image("amd64", Cmd=["old"]), image("arm64", Cmd=["old"]))
NEWEST = index(image("amd64", Cmd=["newest"]))
TAGS: dict[str, Image | Index] = {
    "latest": NEW, "2": NEW, "2.1": NEW, "2.1.3": NEW, "2.0": OLD, "1": OLD, "1.9": OLD,
    "3-rc1": NEWEST, "20240101": NEW,
}  # fmt: skip


def answers(call: Caller) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(call.text("dfix.lock"))["image"]
    return found


def test_the_transcript(call: Caller) -> None:
    call.write({"Dockerfile": "FROM node:lts-slim\nCOPY --from=busybox /bin/sh /sh\n"})
    block = re.findall(r"```console\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)[0]
    steps = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    assert len(steps) == 4
    for command, _, told in steps:
        program, *words = command.split()
        shown = call.text(words[0]) if program == "cat" else call(*words).out
        assert shown == told, command


def test_it_writes_with_diff_nothing(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    done = call("pin", "--diff")
    assert done.code == 1
    assert "+FROM alpine:" in done.out
    assert call.text() == "FROM alpine\n"
    assert not (call.folder / "dfix.lock").exists()


def test_what_is_locked_stays(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet")
    pinned, lock = call.text(), call.text("dfix.lock")
    older = re.sub(r'tag = ".*"', 'tag = "3.10"', lock)
    call.write({"Dockerfile": "FROM alpine\n", "dfix.lock": older})
    assert call("pin").code == 0
    assert call.text() == "FROM alpine:3.10\n"
    assert call.text("dfix.lock") == older
    # `dfix` goes by it, too, wherever the file lies in the tree.
    call.write({"a/b/Dockerfile": "FROM alpine\n", ".git/HEAD": ""})
    assert call("--select", "pin-base-image", "a").code == 0
    assert call.text("a/b/Dockerfile") == "FROM alpine:3.10\n"
    # It is the one of the tree: what lies further down is none.
    call.write({"a/dfix.lock": "no lock", "a/b/Dockerfile": "FROM alpine\n"})
    assert call("--select", "pin-base-image", "a").code == 0
    assert call("pin", "a").code == 0
    assert call.text("a/b/Dockerfile") == "FROM alpine:3.10\n"
    # Only an update asks again.
    call.write({"Dockerfile": "FROM alpine\n"})
    assert call("pin", "--update", "Dockerfile").code == 0
    assert (call.text(), call.text("dfix.lock")) == (pinned, lock)


def test_a_second_run_changes_nothing(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\nFROM me/app\n"})
    assert call("pin").code == 0
    before = call.text(), call.text("dfix.lock")
    assert call("pin").code == 0
    assert (call.text(), call.text("dfix.lock")) == before


def test_defaults_of_arguments_are_locked_too(call: Caller) -> None:
    text = "ARG TAG=lts-slim\nARG BASE=alpine\nFROM node:${TAG} AS a\nFROM $BASE\n"
    call.write({"Dockerfile": text})
    assert call("pin").code == 0
    held = {each["name"]: each["tag"] for each in answers(call)}
    assert set(held) == {"node:lts-slim", "alpine:latest"}
    tag, base = held["node:lts-slim"], held["alpine:latest"]
    pinned = f"ARG TAG={tag}\nARG BASE=alpine:{base}\nFROM node:${{TAG}} AS a\nFROM $BASE\n"
    assert call.text() == pinned
    assert call("pin").code == 0
    assert call.text() == pinned
    # `dfix` goes by the lock, too.
    older = call.text("dfix.lock").replace(f'"{tag}"', '"18-slim"')
    call.write({"Dockerfile": text, "dfix.lock": older})
    assert call("--select", "pin-base-image").code == 0
    assert call.text().startswith("ARG TAG=18-slim\n")


def test_an_argument_that_a_compose_file_gives_stays(call: Caller) -> None:
    text = "ARG TAG=lts\nFROM node:${TAG}\n"
    compose = "services:\n  a:\n    build:\n      context: .\n      args: [TAG]\n"
    call.write({"Dockerfile": text, "compose.yaml": compose})
    done = call("pin")
    assert done.code == 0
    assert "compose.yaml gives builds a TAG of its own" in done.out
    assert call.text() == text


def test_a_digest_is_part_of_an_image_and_not_of_a_tag(call: Caller, serve: Serve) -> None:
    name = f"{serve().authority}/shop/app"
    call.write(
        {"Dockerfile": f"ARG TAG=latest\nARG BASE={name}\nFROM {name}:$TAG AS a\nFROM $BASE\n"}
    )
    done = call("pin", "--online", "--digest")
    assert done.code == 0, done.errors
    assert "refused: the argument holds a tag, which a digest is no part of" in done.out
    new = NEW.manifest.digest
    assert call.text() == (
        f"ARG TAG=latest\nARG BASE={name}:2.1@{new}\nFROM {name}:$TAG AS a\nFROM $BASE\n"
    )


def test_policies_have_answers_of_their_own(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet", "--policy", "patch")
    assert re.fullmatch(r"FROM alpine:\d+\.\d+\.\d+\n", call.text())
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet", "--policy", "major")
    assert [each["policy"] for each in answers(call)] == ["major", "patch"]


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        ("version = 2\n", "dfix.lock:1: `version` must be 1"),
        ("version = 1\n[[image]]\nname = 1\n", "dfix.lock:2: an [[image]] holds texts only"),
    ],
)
def test_a_lock_that_is_none(call: Caller, lock: str, told: str) -> None:
    call.write({"Dockerfile": "FROM alpine\n", "dfix.lock": lock})
    for words in (["pin"], ["--select", "pin-base-image"]):
        done = call(*words)
        assert done.code == 2
        assert told in done.errors
        assert "Traceback" not in done.errors
    assert (call.text(), call.text("dfix.lock")) == ("FROM alpine\n", lock)


def test_a_lock_that_leads_out_of_the_tree(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("version = 1\n")
    call.write({"Dockerfile": "FROM alpine\n"})
    (call.folder / "dfix.lock").symlink_to(tmp_path / "other")
    for words in (["pin"], ["--select", "pin-base-image"]):
        done = call(*words)
        assert done.code == 2, done.errors
        assert call.text() == "FROM alpine\n"
    assert (tmp_path / "other").read_text() == "version = 1\n"


def test_calls_that_make_no_sense(call: Caller, tmp_path: Path) -> None:
    call.write({"a/Dockerfile": "FROM alpine\n", "b/Dockerfile": "FROM alpine\n"})
    for words in (["-"], ["a", "b"], ["--registry-mirror", "x.example.com"], ["--policy", "x"]):
        done = call("pin", *words)
        assert done.code == 2, words
        assert done.errors.count("\n") == 1
    assert call.text("a/Dockerfile") == "FROM alpine\n"


def test_a_registry_is_asked(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/shop/app"
    call.write({"Dockerfile": f"FROM {name}\nCOPY --from={name}:latest /x /x\n"})
    done = call("pin", "--online")
    assert done.code == 0, done.errors
    assert call.text() == f"FROM {name}:2.1\nCOPY --from={name}:2.1 /x /x\n"
    (answer,) = answers(call)
    assert answer["name"] == f"{name}:latest"
    assert answer["digest"] == NEW.manifest.digest
    assert answer["source"] == f"registry {server.authority}"
    # Nobody is asked a second time, nor where the answer is locked.
    asked = len(server.seen)
    call.write({"Dockerfile": f"FROM {name}\n"})
    assert call("pin").code == 0
    assert call.text() == f"FROM {name}:2.1\n"
    assert len(server.seen) == asked


def test_digests_are_written_when_wanted(call: Caller, serve: Serve) -> None:
    name = f"{serve().authority}/shop/app"
    text = f"FROM {name} AS a\nFROM {name}:1.9\nRUN --mount=from={name}:2,target=/x true\n"
    call.write({"Dockerfile": text})
    done = call("pin", "--online", "--digest")
    assert done.code == 0, done.errors
    new, old = NEW.manifest.digest, OLD.manifest.digest
    pinned = (
        f"FROM {name}:2.1@{new} AS a\nFROM {name}:1.9@{old}\n"
        f"RUN --mount=from={name}:2@{new},target=/x true\n"
    )
    assert call.text() == pinned
    assert call("pin", "--digest").code == 0
    assert call.text() == pinned
    # Offline the lock file has them.
    call.write({"Dockerfile": text})
    assert call("pin", "--digest").code == 0
    assert call.text() == pinned


def test_a_digest_never_moves_what_is_locked(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/shop/app"
    call.write({"Dockerfile": f"FROM {name}\n"})
    call("pin", "--online", "--quiet")
    older = re.sub(r'tag = "2.1"\ndigest = ".*"\n', 'tag = "2.0"\n', call.text("dfix.lock"))
    assert '"2.0"' in older
    call.write({"Dockerfile": f"FROM {name}\n", "dfix.lock": older})
    assert call("pin", "--online", "--digest").code == 0
    assert call.text() == f"FROM {name}:2.0@{OLD.manifest.digest}\n"
    (answer,) = answers(call)
    assert (answer["tag"], answer["digest"]) == ("2.0", OLD.manifest.digest)


def test_digests_are_asked_for_again_with_an_update(call: Caller, serve: Serve) -> None:
    tags = dict(TAGS)
    name = f"{serve(tags).authority}/shop/app"
    text = f"FROM {name}:1.9\n"
    call.write({"Dockerfile": text})
    call("pin", "--online", "--digest", "--quiet")
    tags["1.9"] = NEWEST
    for update, held in (((), OLD), (("--update",), NEWEST)):
        call.write({"Dockerfile": text})
        assert call("pin", "--online", "--digest", "--quiet", *update).code == 0
        assert call.text() == f"FROM {name}:1.9@{held.manifest.digest}\n"


def test_an_update_follows_the_registry(call: Caller, serve: Serve) -> None:
    tags = dict(TAGS)
    name = f"{serve(tags).authority}/shop/app"
    call.write({"Dockerfile": f"FROM {name}\n"})
    call("pin", "--online", "--quiet")
    tags |= {"latest": NEWEST, "3": NEWEST, "3.0": NEWEST}
    call.write({"Dockerfile": f"FROM {name}\n"})
    call("pin", "--online", "--quiet")
    assert call.text() == f"FROM {name}:2.1\n"
    call.write({"Dockerfile": f"FROM {name}\n"})
    done = call("pin", "--online", "--update", "--quiet")
    assert done.code == 0, done.errors
    assert call.text() == f"FROM {name}:3.0\n"
    assert [each["tag"] for each in answers(call)] == ["3.0"]


def test_mirrors_are_asked_first(call: Caller, serve: Serve) -> None:
    server = serve()
    call.write({"Dockerfile": "FROM alpine\n"})
    done = call("pin", "--online", "--registry-mirror", server.url)
    assert done.code == 0, done.errors
    assert call.text() == "FROM alpine:2.1\n"
    assert {each.path.rpartition("/v2/")[2].split("/")[0] for each in server.seen} <= {
        "",
        "library",
    }


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_registry_that_fails(call: Caller, status: int, serve: Serve) -> None:
    server = serve()
    server.script = lambda seen: Reply(status, b"", {"Retry-After": "0"})
    name = f"{server.authority}/shop/app"
    text = f"FROM {name}\nFROM debian:12\n"
    call.write({"Dockerfile": text})
    done = call("pin", "--online")
    assert done.code == 2
    assert f"{name}:latest: " in done.errors
    assert "Traceback" not in done.errors
    assert call.text() == text
    assert not (call.folder / "dfix.lock").exists()


def test_no_more_requests_than_allowed(call: Caller, serve: Serve) -> None:
    server = serve()
    name = f"{server.authority}/shop/app"
    call.write({"Dockerfile": f"FROM {name}\n"})
    done = call("pin", "--online", "--max-requests", "2")
    assert done.code == 2
    assert len(server.seen) == 2
    assert call.text() == f"FROM {name}\n"


def test_what_a_mirror_cannot_answer_is_not_taken_from_the_table(
    call: Caller, serve: Serve
) -> None:
    server = serve({"latest": NEW, "1.0": OLD})
    call.write({"Dockerfile": "FROM alpine\n"})
    done = call("pin", "--online", "--registry-mirror", server.url)
    assert call.text() == "FROM alpine\n"
    assert "refused: the registry docker.io has no version of alpine:latest" in done.out


def test_a_mirror_that_is_passed_over_is_told(call: Caller, serve: Serve) -> None:
    broken, whole = serve(), serve()
    broken.script = lambda seen: Reply(404)
    call.write({"Dockerfile": "FROM alpine\n"})
    mirrors = ("--registry-mirror", broken.url, "--registry-mirror", whole.url)
    done = call("pin", "--online", *mirrors)
    assert done.code == 0, done.errors
    assert call.text() == "FROM alpine:2.1\n"
    assert "warning: " in done.errors and "(a mirror)" in done.errors


def test_answers_are_counted(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    assert "dfix.lock has 1 answer\n" in call("pin").errors
    call.write({"web/Dockerfile": "FROM busybox\n"})
    assert "dfix.lock has 2 answers\n" in call("pin").errors


def test_undo_takes_a_new_lock_away(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet")
    done = call("undo")
    assert (done.code, done.out.count("\n")) == (0, 2), done.errors
    assert "dfix.lock: removed" in done.out
    assert call.text() == "FROM alpine\n"
    assert not (call.folder / "dfix.lock").exists()


def test_undo_puts_an_older_lock_back(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet")
    # Byte for byte, also what dfix would not write itself.
    older = re.sub(r'tag = ".*"', 'tag = "3.10"', call.text("dfix.lock")) + "\n# ours\n"
    call.write({"Dockerfile": "FROM alpine\nFROM busybox\n", "dfix.lock": older})
    (call.folder / "dfix.lock").chmod(0o640)
    call("pin", "--quiet")
    assert "busybox" in call.text("dfix.lock")
    assert (call.folder / "dfix.lock").stat().st_mode & 0o777 == 0o640
    assert call("undo").code == 0
    assert call.text() == "FROM alpine\nFROM busybox\n"
    assert call.text("dfix.lock") == older


def test_undo_leaves_a_lock_alone_that_was_changed_since(call: Caller) -> None:
    for before in (None, "version = 1\n"):
        call.write(
            {"Dockerfile": "FROM alpine\n"} | ({} if before is None else {"dfix.lock": before})
        )
        call("pin", "--quiet")
        changed = call.text("dfix.lock") + "# reviewed\n"
        call.write({"dfix.lock": changed})
        done = call("undo")
        assert done.code == 2
        assert "dfix.lock: left alone: changed since the run" in done.errors
        assert call.text() == "FROM alpine\n"
        assert call.text("dfix.lock") == changed
        (call.folder / "dfix.lock").unlink()


def test_undo_of_a_run_that_changed_the_lock_alone(call: Caller) -> None:
    text = "# dfix: ignore=pin-base-image\nFROM alpine\n"
    call.write({"Dockerfile": text})
    done = call("pin")
    assert "`dfix undo " in done.errors
    assert (call.folder / "dfix.lock").exists()
    assert call("undo").code == 0
    assert not (call.folder / "dfix.lock").exists()
    assert call.text() == text


def test_a_run_that_changes_nothing_is_none_to_undo(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n"})
    call("pin", "--quiet")
    assert "undo" not in call("pin").errors
    call("pin", "--diff")
    call("undo")
    assert call.text() == "FROM alpine\n"


def test_a_lock_that_cannot_be_written_changes_nothing(call: Caller) -> None:
    call.write({"Dockerfile": "FROM alpine\n", "dfix.lock": "version = 1\n"})
    (call.folder / "dfix.lock").chmod(0o444)
    done = call("pin")
    assert (done.code, done.errors.count("\n")) == (2, 1)
    assert "dfix.lock: cannot be written: the file is read-only" in done.errors
    assert (call.text(), call.text("dfix.lock")) == ("FROM alpine\n", "version = 1\n")


LOCK = 'version = 1\n\n[[image]]\nname = "alpine:latest"\npolicy = "minor"\ntag = "{}"\ndate = "2026-08-21"\nsource = "x"\n'


@pytest.mark.parametrize(
    ("words", "locks", "tag"),
    [
        # In no work tree: the current folder, for what lies below it.
        ([], {"dfix.lock": "3.9"}, "3.9"),
        ([], {"app/dfix.lock": "3.9"}, "3.24"),
        (["app/Dockerfile"], {"dfix.lock": "3.9", "app/dfix.lock": "3.8"}, "3.9"),
        (["new/folder/Dockerfile"], {"dfix.lock": "3.9"}, "3.9"),
        (["../other/Dockerfile"], {"dfix.lock": "3.9", "../other/dfix.lock": "3.8"}, "3.8"),
        (["../other/Dockerfile"], {"dfix.lock": "3.9"}, "3.24"),
        (["../other/a/Dockerfile"], {"../other/dfix.lock": "3.8"}, "3.24"),
        # In a work tree: its top, wherever dfix is called.
        (["app/Dockerfile"], {"app/.git": "", "app/dfix.lock": "3.8", "dfix.lock": "3.9"}, "3.8"),
        (["app/a/Dockerfile"], {"app/.git": "", "app/dfix.lock": "3.8", "app/a/dfix.lock": "3.7"}, "3.8"),
        (["app/a/Dockerfile"], {"app/.git": "", "app/a/dfix.lock": "3.7", "dfix.lock": "3.9"}, "3.24"),
        (["../other/a/Dockerfile"], {"../other/.git": "", "../other/dfix.lock": "3.8"}, "3.8"),
        ([], {"../.git": "", "../dfix.lock": "3.8", "dfix.lock": "3.9"}, "3.8"),
        (["app/Dockerfile"], {"../.git": "", "../dfix.lock": "3.8", "dfix.lock": "3.9"}, "3.8"),
    ],
)  # fmt: skip
def test_standard_input_goes_by_the_lock_of_its_place(
    call: Caller, words: list[str], locks: dict[str, str], tag: str
) -> None:
    call.write({name: LOCK.format(text) if text else "" for name, text in locks.items()})
    named = ["--stdin-filename", *words] if words else []
    done = call("--select", "pin-base-image", "-", *named, stdin="FROM alpine\n")
    assert (done.code, done.out) == (0, f"FROM alpine:{tag}\n"), done.errors


def test_a_lock_that_is_none_fails_standard_input(call: Caller) -> None:
    call.write({"dfix.lock": "version = 2\n"})
    done = call("--select", "pin-base-image", "-", stdin="FROM alpine\n")
    assert (done.code, done.out) == (2, "")
    assert "dfix.lock:1: `version` must be 1" in done.errors
    assert "Traceback" not in done.errors


@pytest.mark.parametrize("other", ["FROM node:lts-slim\n", "FROM busybox\n"])
@pytest.mark.parametrize("there", [False, True])
def test_calls_beside_each_other(
    call: Caller, monkeypatch: pytest.MonkeyPatch, other: str, there: bool
) -> None:
    """A lock that another call wrote meanwhile does for this one if it has the very same answers."""
    call.write({"a/Dockerfile": "FROM node:lts-slim\n", "b/Dockerfile": other, ".git/HEAD": ""})
    if there:
        call.write({"dfix.lock": LOCK.format("3.9")})
    whole = pinning.locked

    def meanwhile(lock: Lock, names: pinning.Names, question: pinning.Question) -> object:
        monkeypatch.setattr(pinning, "locked", whole)
        assert call("pin", "b").code == 0
        return whole(lock, names, question)

    monkeypatch.setattr(pinning, "locked", meanwhile)
    done = call("pin", "a")
    if "node" in other:
        assert done.code == 0, done.errors
        assert call.text("a/Dockerfile") == call.text("b/Dockerfile") != other
    else:
        assert done.code == 2
        assert re.fullmatch(r"dfix: error: \S+dfix\.lock: changed on disk meanwhile\n", done.errors)
        assert call.text("a/Dockerfile") == "FROM node:lts-slim\n"
        assert {each["name"] for each in answers(call)} >= {"busybox:latest"}
