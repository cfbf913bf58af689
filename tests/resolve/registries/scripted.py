"""A server on loopback that answers by a script, rightly or wrongly."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.resolve.registries.images import Image, Index, Text

_DRIP = 0.02  # seconds between two bytes


@dataclass(frozen=True)
class Seen:
    """A request as it came; names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {key: each[0] for key, each in parse_qs(urlsplit(self.target).query).items()}

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")


@dataclass(frozen=True)
class Reply:
    """What is answered. `length` is stated in place of the body's own; -1 states none.

    `silent` says nothing at all, `drips` says each byte after a pause, without an end.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    silent: bool = False
    drips: str = ""  # `headers` or `body`


Script = Callable[[Seen], Reply]


def text(held: Text, **headers: str) -> Reply:
    """A manifest or blob as a registry gives it."""
    usual = {"Content-Type": held.kind, "Docker-Content-Digest": held.digest}
    return Reply(200, held.body, {**usual, **{k.replace("_", "-"): v for k, v in headers.items()}})


def holding(**images: Image | Index) -> Script:
    """A registry with those tags, in whatever repository."""
    texts: dict[str, Text] = {}
    for tag, held in images.items():
        texts[tag] = texts[held.manifest.digest] = held.manifest
        for each in held.images if isinstance(held, Index) else (held,):
            texts.update({one.digest: one for one in (each.manifest, each.config, each.layer)})

    def script(seen: Seen) -> Reply:
        found = texts.get(seen.path.rpartition("/")[2])
        return Reply(404) if found is None else text(found)

    return script


def listing(tags: Mapping[str, Image | Index]) -> Script:
    """A registry that holds these tags in whatever repository, as they are when it is asked."""

    def script(seen: Seen) -> Reply:
        if not seen.path.endswith("/tags/list"):
            return holding(**tags)(seen)
        name = seen.path.removeprefix("/v2/").removesuffix("/tags/list")
        body = json.dumps({"name": name, "tags": sorted(tags)}).encode()
        return Reply(200, body, {"Content-Type": "application/json"})

    return script


class Server:
    """The server; `seen` holds what was asked, `script` what is answered from then on."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.stopped = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a body waits for the receipt of its headers

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                headers = {key.lower(): value for key, value in self.headers.items()}
                seen = Seen(self.command, self.path, headers, self.rfile.read(length))
                outer.seen.append(seen)
                with contextlib.suppress(OSError):  # The other side need not hear it all.
                    outer.answer(self, outer.script(seen))

            do_HEAD = do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass  # A connection that the other side gave up.

        self._server = Quiet(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if context is None else "https"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.authority}"

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {each.target}" for each in self.seen]

    def answer(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.silent:
            self.stopped.wait(20)
            handler.close_connection = True
            return
        if reply.drips == "headers":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            self._drip(handler)
            return
        handler.send_response(reply.status)
        length = len(reply.body) if reply.length is None else reply.length
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if length >= 0:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        if reply.drips == "body":
            self._drip(handler)
        elif handler.command != "HEAD":
            handler.wfile.write(reply.body)
        if length != len(reply.body):
            handler.close_connection = True

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        end = time.monotonic() + 20
        while time.monotonic() < end and not self.stopped.is_set():
            handler.wfile.write(b" ")
            self.stopped.wait(_DRIP)

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def serving(script: Script, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(script, context)
    try:
        yield server
    finally:
        server.close()
