"""A server that the tests of a module share, and texts that it has open."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Message
from tests.lsp.text import edited

_NUMBERS = itertools.count(1)
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 9_999, "character": 0}}


def at(line: int, character: int = 0) -> Message:
    """An empty range."""
    position = {"line": line, "character": character}
    return {"start": position, "end": position}


class Opened:
    """A text that is open at the server."""

    def __init__(self, client: Client, uri: str, text: str) -> None:
        self.client = client
        self.uri = uri
        self.text = text
        self.version = 1
        client.open(uri, text)

    @property
    def place(self) -> Message:
        return {"uri": self.uri}

    def diagnostics(self) -> list[Message]:
        """What is published about this version."""
        return self.client.diagnostics(self.uri, self.version)

    def replace(self, text: str) -> None:
        """Another text in place of this one."""
        self.text, self.version = text, self.version + 1
        self.client.change(self.uri, self.version, {"text": text})

    def actions(self, range_: Message = WHOLE, only: list[str] | None = None) -> list[Message]:
        """What is offered."""
        context: Message = {"diagnostics": []} | ({} if only is None else {"only": only})
        params = {"textDocument": self.place, "range": range_, "context": context}
        found: list[Message] = self.client.ask("textDocument/codeAction", params)
        return found

    def made(self, action: Message) -> str:
        """The text with an action made."""
        if "edit" not in action:
            action = self.client.ask("codeAction/resolve", action)
        return self.with_edit(action["edit"])

    def with_edit(self, edit: Message) -> str:
        """The text with a workspace edit made, which must be about this version of this text."""
        if "changes" in edit:
            assert list(edit["changes"]) == [self.uri]
            return edited(self.text, edit["changes"][self.uri])
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": self.uri, "version": self.version}
        return edited(self.text, change["edits"])

    def formatted(self) -> str:
        """The text with what formatting changes."""
        options = {"tabSize": 4, "insertSpaces": True}
        params = {"textDocument": self.place, "options": options}
        return edited(self.text, self.client.ask("textDocument/formatting", params))

    def ask(self, method: str, line: int, character: int, **more: object) -> Any:
        """Asks about a place."""
        position = {"line": line, "character": character}
        return self.client.ask(method, {"textDocument": self.place, "position": position, **more})


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client() as client:
        client.begin()
        yield client
        assert client.end() == 0
        assert client.errors == ""


@pytest.fixture
def editor(client: Client, tmp_path: Path) -> Iterator["Editor"]:
    editor = Editor(client, tmp_path)
    yield editor
    for uri in editor.uris:
        client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})


class Editor:
    """Opens texts."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.uris: list[str] = []

    def __call__(self, text: str, name: str | None = None) -> Opened:
        """A text that is nowhere but in the editor or, by a name, in a file."""
        uri = f"untitled:Untitled-{next(_NUMBERS)}"
        if name is not None:
            path = self.folder / name
            path.write_bytes(text.encode())
            uri = path.as_uri()
        self.uris.append(uri)
        return Opened(self.client, uri, text)
