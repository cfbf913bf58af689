"""Texts at the server stay those of the editor, through many edits of every kind."""

import random
from pathlib import Path

import pytest

from tests.lsp.client import EVERYTHING, Client, Message, ServerError
from tests.lsp.conftest import Editor
from tests.lsp.text import changed, place, units

START = (
    "# 😀 the first line\r\nFROM debian:12 AS build\r\nADD things.py /app/\n"
    "RUN apt-get update && \\\r\n    apt-get install -y curl\rENV a b\n\nADD é😀.py /b\nCMD node a.js"
)
PIECES = [
    "x", " ", "\n", "\r\n", "\r", "😀", "é", "\u2028", "\f", "\v", "\x85", "\\\n", "ADD a.py /\n",
    "RUN cd /x && y\r\n", "FROM debian:12\n", "# c\n", "ENV 😀 b\n", "<<E\n", "E\n", "", "", "",
]  # fmt: skip


def random_change(text: str, random: random.Random) -> Message:
    """An edit somewhere, of any length; now and then of a place that is not there, or of everything."""
    if random.random() < 0.03:
        return {"text": text + random.choice(PIECES)}
    length = len(units(text)) // 2
    start = random.randint(0, length)
    end = min(length, start + random.choice([0, 0, 0, 1, 2, 5, 40]))
    if random.random() < 0.05:
        first = place(text, start)
        wild = {"line": first["line"], "character": 10_000}
        return {"range": {"start": first, "end": wild}, "text": random.choice(PIECES)}
    if random.random() < 0.03:
        wild = {"line": 100_000, "character": 7}
        return {"range": {"start": wild, "end": wild}, "text": random.choice(PIECES)}
    return {
        "range": {"start": place(text, start), "end": place(text, end)},
        "text": "".join(random.choices(PIECES, k=random.choice([0, 1, 1, 2]))),
    }


@pytest.mark.parametrize("seed", range(6))
def test_random_edits(client: Client, editor: Editor, seed: int) -> None:
    chance = random.Random(seed)
    edited = editor(START)
    for _ in range(12):
        for _ in range(chance.randint(1, 25)):
            changes = []
            for _ in range(chance.choice([1, 1, 1, 3])):
                changes.append(random_change(edited.text, chance))
                edited.text = changed(edited.text, changes[-1])
            edited.version += 1
            client.change(edited.uri, edited.version, *changes)
        # What is said about this text is what is said about one that was opened as it is now.
        other = editor(edited.text)
        assert without_versions(edited.diagnostics()) == without_versions(other.diagnostics())
        assert edited.formatted() == other.formatted()
        everything = [
            [each.made(action) for action in each.actions(only=["source"])]
            for each in (edited, other)
        ]
        assert everything[0] == everything[1]
        if chance.random() < 0.3:
            edited.replace(START)


def without_versions(found: list[Message]) -> list[Message]:
    for each in found:
        each.get("data", {}).pop("version", None)
    return found


def test_only_the_newest_version_is_told_about(client: Client, editor: Editor) -> None:
    opened = editor("FROM debian:12\n")
    for _ in range(50):
        opened.text += "ADD a.py /\n"
        opened.version += 1
        client.change(opened.uri, opened.version, {"text": opened.text})
    versions: list[int] = []
    while not versions or versions[-1] < opened.version:
        said = client.hear(lambda x: x["params"].get("uri") == opened.uri)["params"]
        versions.append(said["version"])
        lines = {x["data"]["line"] for x in said["diagnostics"] if x["code"] == "add-to-copy"}
        assert lines == set(range(2, said["version"] + 1))
    assert versions == sorted(set(versions))
    assert len(versions) < 50, "not each key is looked at"


def test_an_answer_to_a_text_that_has_changed_is_none(client: Client, editor: Editor) -> None:
    # Both come in one piece: the edit is there before the server can answer.
    opened = editor("FROM debian:12\nADD . /app\n")
    opened.diagnostics()
    params = {"textDocument": opened.place, "options": {"tabSize": 1, "insertSpaces": True}}
    with client.in_one_piece():
        number = client.request("textDocument/formatting", params)
        client.change(opened.uri, 2, {"text": "FROM debian:12\n\n\nADD . /app\n"})
    with pytest.raises(ServerError) as error:
        client.answer(number)
    assert error.value.code == -32801


def test_requests_can_be_taken_back(client: Client, editor: Editor) -> None:
    opened = editor("FROM debian:12\nADD . /app\n")
    params = {"textDocument": opened.place, "options": {"tabSize": 1, "insertSpaces": True}}
    numbers = [client.request("textDocument/formatting", params) for _ in range(20)]
    for number in numbers[1:]:
        client.tell("$/cancelRequest", {"id": number})
    assert len(client.answer(numbers[0])) == 1
    for number in numbers[1:]:
        try:
            assert len(client.answer(number)) == 1
        except Exception as error:
            assert getattr(error, "code", None) == -32800
    assert opened.formatted() == "FROM debian:12\nCOPY . /app\n"


def test_many_documents_at_once(tmp_path: Path) -> None:
    with Client() as client:
        client.begin(EVERYTHING)
        editor = Editor(client, tmp_path)
        opened = [editor(f"FROM debian:12\n{'# x' * number}\nADD . /app\n") for number in range(40)]
        # An editor that asks for something need not wait for all that is looked at by itself.
        assert "COPY" in opened[-1].formatted()
        told: set[str] = set()
        while len(told) < 40:
            said = client.hear(lambda x: x["method"] == "textDocument/publishDiagnostics")["params"]
            assert "add-to-copy" in [each["code"] for each in said["diagnostics"]]
            told.add(said["uri"])
        assert client.end() == 0


def test_a_file_that_takes_long_holds_up_no_other(client: Client, editor: Editor) -> None:
    small = editor("FROM debian:12\nADD . /app\n")
    small.diagnostics()
    small.formatted()
    lines = (f"RUN apt-get update && apt-get install -y a{number} | b\n" for number in range(150))
    large = editor("FROM debian:12\n" + "".join(lines))
    assert small.formatted() == "FROM debian:12\nCOPY . /app\n"
    small.replace("FROM debian:12\n")
    assert small.formatted() == "FROM debian:12\n"
    assert not [x for x in client.heard if x["params"].get("uri") == large.uri]
    assert large.diagnostics() != []
