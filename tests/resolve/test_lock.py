"""The lock file: what is written is read again, and what is no lock is told with its line."""

from pathlib import Path

import pytest

from dfix.config import ConfigError
from dfix.image import ImageReference
from dfix.resolve.lock import Lock, Locked, LockedImages
from dfix.resolve.tags import Pin, Policy
from dfix.surroundings import EmbeddedImages

DIGEST = "sha256:" + "0" * 64
HEAD = "version = 1\n"


def ref(text: str) -> ImageReference:
    image = ImageReference.parse(text)
    assert image is not None
    return image


def answer(name: str = "node:lts-slim", tag: str = "24.6-slim", **more: str) -> Locked:
    return Locked(name, Policy.MINOR, tag, "2026-01-02", "registry docker.io", **more)


def test_it_is_sorted_and_read_again(tmp_path: Path) -> None:
    answers = [
        answer(digest=DIGEST),
        answer("alpine:latest", "3.20"),
        Locked("alpine:latest", Policy.PATCH, "3.20.1", "2026-01-02", 'a "quoted" \\ source'),
        Locked("ubuntu:22.04", None, "22.04", "2026-01-02", "registry docker.io", DIGEST),
    ]
    text = Lock.of(answers).text()
    assert text == Lock.of(reversed(answers)).text()
    names = [line for line in text.splitlines() if line.startswith("name")]
    assert names == sorted(names)
    (tmp_path / "dfix.lock").write_text(text)
    assert Lock.read(tmp_path / "dfix.lock") == Lock.of(answers)


def test_what_it_says_comes_first() -> None:
    images = LockedImages(Lock.of([answer(digest=DIGEST)]), EmbeddedImages())
    found = images.pin(ref("node:lts-slim"), "minor")
    assert isinstance(found, Pin)
    assert (found.tag, found.digest) == ("24.6-slim", DIGEST)
    assert images.pin(ref("docker.io/library/node:lts-slim"), "minor") == found
    assert images.digest(ref("node:24.6-slim")) == DIGEST
    assert images.digest(ref("node:24.5-slim")) is None
    # Another policy, another tag, another image: the tables answer.
    for name, policy in (("node:lts-slim", "patch"), ("node:lts", "minor"), ("alpine", "minor")):
        other = images.pin(ref(name), policy)
        assert other == EmbeddedImages().pin(ref(name), policy)


@pytest.mark.parametrize("name", ["node:24.6-slim", "debian:bookworm", f"node@{DIGEST}"])
def test_what_is_settled_stays(name: str) -> None:
    images = LockedImages(Lock.of([answer()]), EmbeddedImages())
    found = images.pin(ref(name), "minor")
    assert not isinstance(found, Pin) and found.settled


def table(**values: str) -> str:
    whole = {
        "name": "node:lts-slim", "policy": "minor", "tag": "24.6-slim",
        "date": "2026-01-02", "source": "registry docker.io", **values,
    }  # fmt: skip
    lines = "".join(f'{key} = "{value}"\n' for key, value in whole.items() if value)
    return f"{HEAD}\n[[image]]\n{lines}"


WRONG = {
    "": "1: `version` must be 1",
    "version = 2\n": "1: `version` must be 1",
    f"{HEAD}x = 1\n": "1: there must be nothing but",
    f"{HEAD}image = 1\n": "1: there must be nothing but",
    f"{HEAD}\n[[image\n": "3: not TOML",
    f"{HEAD}\n[[image]]\nname = 1\n": "3: an [[image]] holds texts only",
    f"{HEAD}[[image]]\n": "2: an [[image]] needs 'name'",
    table(tag=""): "3: an [[image]] needs 'tag'",
    table(color="red"): "3: an [[image]] has no 'color'",
    table(name="node"): "3: 'node' is not the name of an image with its tag",
    table(name="Node:lts"): "3: 'Node:lts' is not the name",
    table(name="library/node:lts"): "3: 'library/node:lts' is not the name",
    table(name="node:24"): "3: '24.6-slim' is no version with the variant of node:24",
    table(policy="exact"): "3: 'exact' is not a policy",
    table()
    + table(tag="22.1-slim").removeprefix(HEAD): "10: 24.6-slim is locked above for the same",
    table(digest=f"sha256:{'a' * 64}") + table(digest=f"sha256:{'b' * 64}").removeprefix(HEAD): (
        "11: 24.6-slim is locked above for the same"
    ),
    table(tag="24.6"): "3: '24.6' is no version with the variant of node:lts-slim",
    table(tag="24.6-alpine"): "3: '24.6-alpine' is no version",
    table(tag="slim"): "3: 'slim' is no version",
    table(tag="24.6-rc1-slim"): "3: '24.6-rc1-slim' is no version",
    table(tag="20240923-slim"): "3: '20240923-slim' is no version",
    table(tag="1 AS x\\nRUN id #"): "3: '1 AS x",
    table(digest="sha256:0"): "3: 'sha256:0' is not a sha256 digest",
    table(date="today"): "3: 'today' is not a date",
    table(source="a\\u001b[31m"): "3: `source` is not a short text",
    "version = true\n": "1: `version` must be 1",
    "version = 1.0\n": "1: `version` must be 1",
    f"version = {'1' * 5000}\n": "1: not TOML: Exceeds the limit",
    f"{HEAD}\nimage = {'1' * 5000}\n": "1: not TOML: Exceeds the limit",
    table(tag="٢٤.٦-slim"): "3: '٢٤.٦-slim' is no version",
    table(tag="24.6-slim\\n"): "3: '24.6-slim\\n' is no version",
    table(tag=f"{'1' * 5000}-slim"): f"3: '{'1' * 5000}-slim' is no version",
    table(policy=""): "3: without a policy `tag` must be the one of the name",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_lock_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dfix.lock"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        Lock.read(path)
    assert str(caught.value).startswith(f"{path}:{WRONG[text]}")
    assert "\n" not in str(caught.value)


def test_the_same_twice_is_no_contradiction(tmp_path: Path) -> None:
    path = tmp_path / "dfix.lock"
    later = table(date="2026-02-03", digest=f"sha256:{'a' * 64}").removeprefix(HEAD)
    path.write_text(table() + later + table(policy="patch").removeprefix(HEAD), "utf-8")
    assert [each.date for each in Lock.read(path).answers.values()] == ["2026-02-03", "2026-01-02"]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "dfix.lock"
    path.write_bytes(b"version = 1\n\xff\n")
    with pytest.raises(ConfigError, match=":2: not UTF-8"):
        Lock.read(path)
