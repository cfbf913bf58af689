"""Where COPY and ADD put things, and what may come from there."""

import pytest

from dfix import Facts, Surroundings, parse
from dfix.facts.placements import placements
from dfix.surroundings import EmbeddedImages

A = "FROM alpine:3.20\n"


def facts_of(text: str) -> Facts:
    return Facts(parse(text), Surroundings(images=EmbeddedImages()))


DESTINATIONS = {
    "variable": (A + "ARG D\nCOPY a $D\n", [None]),
    "variable-directory": (A + "ARG D\nWORKDIR $D\nCOPY a b\n", [None]),
    "unknown-base": ("FROM example.com/x\nCOPY a b\n", [None]),
    "unknown-base-absolute": ("FROM example.com/x\nCOPY a /b\n", ["/b"]),
    "base-directory": (A + "COPY a b\n", ["/b"]),
    "base-with-a-directory": ("FROM golang:1.25\nCOPY a b/\n", ["/go/b/"]),
    "own-directory": (A + "WORKDIR /w\nCOPY a b\nCOPY c ./\n", ["/w/b", "/w/"]),
    "known-variable": (A + "ENV D=/d\nCOPY a $D/b\n", ["/d/b"]),
    "lineage": (A.replace("\n", " AS a\n") + "COPY a /1\nFROM a\nADD b /2\n", ["/1", "/2"]),
    "other-stage": (A.replace("\n", " AS a\n") + "COPY a /1\nFROM scratch\nADD b /2\n", ["/2"]),
    "below-a-trigger": (
        A.replace("\n", " AS a\n") + "ONBUILD COPY x /x\nFROM a\nCOPY b /2\n",
        ["/2"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), DESTINATIONS.values(), ids=DESTINATIONS)
def test_destinations(text: str, expected: list[str | None]) -> None:
    facts = facts_of(text)
    found = placements(facts, facts.tree.stages[-1])
    assert [each.destination for each in found] == expected


def test_origins() -> None:
    facts = facts_of(
        A.replace("\n", " AS a\n")
        + "FROM scratch\nCOPY a /1\nCOPY --from=a a /2\nCOPY --from=0 a /3\nCOPY --from=x/y a /4\n"
    )
    first, last = facts.tree.stages
    found = list(placements(facts, last))
    assert [each.origin for each in found] == [None, first, first, None]
    assert [each.image for each in found] == [None, None, None, "x/y"]


def test_owner_and_mode() -> None:
    facts = facts_of(A + "ARG M=644\nCOPY --chown=1:2 --chmod=$M a /a\nADD https://x/y /y\n")
    copy, add = placements(facts, facts.tree.stages[-1])
    assert (copy.owner, copy.mode, copy.does) == ("1:2", "644", "copy")
    assert (add.owner, add.mode, add.does) == (None, None, "fetch")


HOLDS = {
    "beside": ("COPY a /x/a", "/x/b", False),
    "longer-name": ("COPY a /x", "/xy", False),
    "file-is-no-folder": ("COPY a.txt /x/", "/x/b", False),
    "glob-of-others": ("COPY *.py /x/", "/x/a.js", False),
    "unknown-destination": ("COPY a $A", "/a", False),
    "the-same": ("COPY a /x/a", "/x/a", True),
    "in-the-folder": ("COPY a /x/", "/x/a", True),
    "below-a-folder": ("COPY src /x/", "/x/a/b", True),
    "whole-context": ("COPY . /x", "/x/a/b.js", True),
    "glob": ("COPY *.py /x/", "/x/a.py", True),
    "several": ("COPY a.txt b.txt /x/", "/x/b.txt", True),
    "root": ("COPY app /", "/app", True),
}


@pytest.mark.parametrize(("line", "path", "expected"), HOLDS.values(), ids=HOLDS)
def test_holds(line: str, path: str, expected: bool) -> None:
    facts = facts_of(A + line + "\n")
    (found,) = placements(facts, facts.tree.stages[-1])
    assert found.holds(path) is expected


SOURCES = {
    "folder": ("COPY . /x", "/x/a", None),
    "another": ("COPY a /x/", "/x/b", None),
    "several-to-a-name": ("COPY a b /x", "/x", None),
    "by-name": ("COPY a /x/", "/x/a", "a"),
    "renamed": ("COPY dir/a /x/b", "/x/b", "dir/a"),
    "one-of-several": ("COPY a dir/b /x/", "/x/b", "dir/b"),
}


@pytest.mark.parametrize(("line", "path", "expected"), SOURCES.values(), ids=SOURCES)
def test_source_of(line: str, path: str, expected: str | None) -> None:
    facts = facts_of(A + line + "\n")
    (found,) = placements(facts, facts.tree.stages[-1])
    assert found.source_of(path) == expected
