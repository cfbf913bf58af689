"""A client of the language server, over standard input and output as editors have it.

It takes whatever comes with the types of lsprotocol, which refuse what the protocol does not know, and
waits for messages and never for time alone.
"""

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lsprotocol import types
from lsprotocol.converters import get_converter

#: Seconds after which a message that does not come never will.
PATIENCE = 120.0
CONVERTER = get_converter()

Message = dict[str, Any]
EVERYTHING: Message = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "configuration": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}},
        },
        "rename": {"prepareSupport": True},
        "publishDiagnostics": {"versionSupport": True},
    },
}


class ServerError(Exception):
    """The server answered with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class Client:
    """A server of its own, and what was said to and by it."""

    def __init__(
        self, *options: str, folder: Path | None = None, command: Sequence[str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "dfix", "lsp", *options],
            cwd=folder,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.heard: list[Message] = []
        """Notifications and requests of the server that nobody has waited for yet."""
        self.capabilities: Message = {}
        self.configuration: object = None
        """What is answered to `workspace/configuration`."""
        self._held: list[bytes] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int | None, Message] = {}
        self._methods: dict[int, str] = {}
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._errors: list[bytes] = []
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._listen_to_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def begin(
        self,
        capabilities: Message = EVERYTHING,
        *,
        options: object = None,
        folders: Sequence[Path] = (),
        **more: object,
    ) -> Message:
        """Introduces itself, and gives what the server can do."""
        said = {
            "processId": os.getpid(),
            "rootUri": folders[0].as_uri() if folders else None,
            "capabilities": capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{"uri": x.as_uri(), "name": x.name} for x in folders],
            **more,
        }
        found: Message = self.ask("initialize", said)
        self.capabilities = found["capabilities"]
        self.tell("initialized", {})
        return found

    def end(self) -> int:
        """Ends the server in order, and gives its exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(PATIENCE)

    def tell(self, method: str, params: object) -> None:
        """A notification."""
        self.say({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> Any:
        """A request, and its answer. Raises ServerError."""
        return self.answer(self.request(method, params))

    def request(self, method: str, params: object) -> int:
        """A request whose answer is not waited for yet."""
        number = next(self._numbers)
        self._methods[number] = method
        self.say({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def answer(self, number: int) -> Any:
        """The answer to a request. Raises ServerError."""
        while number not in self._answers:
            self._take()
        answer = self._answers.pop(number)
        if "error" in answer:
            raise ServerError(answer["error"])
        kind = types.METHOD_TO_TYPES[self._methods[number]][1]
        assert kind is not None
        CONVERTER.structure(answer, kind)  # raises for what the protocol does not know
        return answer["result"]

    def ask_nobody(self) -> Message:
        """The next answer that is to no request, as it is where the server could not read one."""
        while None not in self._answers:
            self._take()
        return self._answers.pop(None)

    def hear(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message of the server that is wanted, and that nobody has heard yet."""
        while True:
            for at, message in enumerate(self.heard):
                if wanted(message):
                    return self.heard.pop(at)
            self._take()

    def diagnostics(self, uri: str, version: int | None = None) -> list[Message]:
        """What is published about a document, and about that version of it."""
        said = self.hear(
            lambda x: (
                x["method"] == "textDocument/publishDiagnostics"
                and x["params"]["uri"] == uri
                and (version is None or x["params"].get("version") == version)
            )
        )
        found: list[Message] = said["params"]["diagnostics"]
        return found

    def open(self, uri: str, text: str, version: int = 1, language: str = "dockerfile") -> None:
        """Opens a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Message) -> None:
        """Edits a document."""
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": list(changes)}
        self.tell("textDocument/didChange", params)

    def say(self, message: object) -> None:
        """A message of any kind."""
        self.write(json.dumps(message).encode())

    def write(self, body: bytes) -> None:
        """Bytes as a message."""
        self.raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """What is said within it is sent at once, at its end."""
        self._held = []
        yield
        data, self._held = b"".join(self._held), None
        self.raw(data)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        if self._held is not None:
            self._held.append(data)
            return
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    @property
    def errors(self) -> str:
        """What was printed on standard error."""
        return b"".join(self._errors).decode(errors="replace")

    def _take(self) -> None:
        """Takes the next message. Raises EOFError where the server has ended."""
        message = self._queue.get(timeout=PATIENCE)
        if message is None:
            self._queue.put(None)
            raise EOFError(f"the server has ended: {self.errors}")
        if "method" not in message:
            self._answers[message["id"]] = message
            return
        CONVERTER.structure(message, types.METHOD_TO_TYPES[message["method"]][0])
        if "id" in message:
            said = [self.configuration] if message["method"] == "workspace/configuration" else None
            self.say({"jsonrpc": "2.0", "id": message["id"], "result": said})
        self.heard.append(message)

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif not line.strip():
                self._queue.put(json.loads(stream.read(length)))
        self._queue.put(None)

    def _listen_to_errors(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        while data := os.read(stream.fileno(), 65536):
            self._errors.append(data)
