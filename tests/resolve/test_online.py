"""What floating tags stand for by a registry: the tag with the same digest, by few questions."""

from collections.abc import Mapping

import pytest

from dfix.image import ImageReference
from dfix.resolve.failures import NotFound
from dfix.resolve.online import resolve
from dfix.resolve.tags import Pin, Policy, Unpinned

NODE = {
    "latest": "b2", "current": "b2", "26": "b2", "26.7": "b2", "26.7.0": "b2", "26.6.1": "b1",
    "26.6": "b1", "lts": "a9", "24": "a9", "24.6": "a9", "24.6.3": "a9", "24.5": "a8",
    "lts-slim": "s9", "24-slim": "s9", "24.6-slim": "s9", "24.6.3-slim": "s9", "26-slim": "s26",
    "20240923": "b2", "99-rc1": "b2", "slim": "s26", "24.6-alpine3.19": "x", "lts-alpine": "x",
}  # fmt: skip


class Held:
    """A registry that counts what it is asked."""

    def __init__(self, digests: Mapping[str, str], listed: Mapping[str, str] | None = None) -> None:
        self.digests = digests
        self.listed = digests if listed is None else listed
        self.asked: list[str] = []

    def digest(self, image: ImageReference) -> str:
        tag = image.tag or "latest"
        self.asked.append(tag)
        if tag not in self.digests:
            raise NotFound(f"there is no {image}")
        return self.digests[tag]

    def tags(self, image: ImageReference) -> tuple[str, ...]:
        return tuple(sorted(self.listed))


def answer(name: str, policy: Policy, held: Held) -> Pin | Unpinned:
    image = ImageReference.parse(name)
    assert image is not None
    return resolve(image, policy, held)


@pytest.mark.parametrize(
    ("name", "policy", "tag", "digest"),
    [
        ("node", Policy.MAJOR, "26", "b2"),
        ("node", Policy.MINOR, "26.7", "b2"),
        ("node:latest", Policy.PATCH, "26.7.0", "b2"),
        ("node:lts", Policy.MINOR, "24.6", "a9"),
        ("node:lts-slim", Policy.PATCH, "24.6.3-slim", "s9"),
        ("me/node:lts-slim", Policy.MAJOR, "24-slim", "s9"),
        ("registry.example.com/node:lts", Policy.MAJOR, "24", "a9"),
    ],
)
def test_the_tag_with_the_same_digest(name: str, policy: Policy, tag: str, digest: str) -> None:
    found = answer(name, policy, Held(NODE))
    assert isinstance(found, Pin)
    assert (found.tag, found.digest) == (tag, digest)


@pytest.mark.parametrize(
    ("name", "policy", "reason"),
    [
        ("node:slim", Policy.MINOR, "has no minor version"),
        ("node:lts-alpine", Policy.MINOR, "has no version"),
    ],
)
def test_without_an_equal_one_there_is_none(name: str, policy: Policy, reason: str) -> None:
    found = answer(name, policy, Held({**NODE, "26.7-slim": "other", "24.6-slim": "s9"}))
    assert isinstance(found, Unpinned)
    assert reason in found.reason


@pytest.mark.parametrize("name", ["node:24", "debian:bookworm", "node@sha256:" + "0" * 64])
def test_nobody_is_asked_about_what_is_settled(name: str) -> None:
    held = Held(NODE)
    found = answer(name, Policy.MINOR, held)
    assert isinstance(found, Unpinned) and found.settled
    assert held.asked == []


def test_few_questions() -> None:
    many = {f"{major}.{minor}.{patch}": f"{major}.{minor}.{patch}" for major in range(40)
            for minor in range(20) for patch in range(10)}  # fmt: skip
    many |= {f"{major}.{minor}": f"{major}.{minor}.9" for major in range(40) for minor in range(20)}
    many |= {f"{major}": f"{major}.19.9" for major in range(40)} | {"stable": "37.19.9"}
    held = Held(many)
    found = answer("x:stable", Policy.PATCH, held)
    assert isinstance(found, Pin)
    assert found.tag == "37.19.9"
    assert len(held.asked) < 10


def test_a_tag_that_was_taken_away_meanwhile() -> None:
    held = Held({"latest": "a", "2": "a", "2.0": "a"}, {"3": "", "2": "", "2.0": "", "latest": ""})
    found = answer("x", Policy.MINOR, held)
    assert isinstance(found, Pin)
    assert found.tag == "2.0"
