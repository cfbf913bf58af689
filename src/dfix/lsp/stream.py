"""The protocol's messages over standard input and output."""

import asyncio
import contextlib
import json
import os
import re
import sys
import threading
from typing import Any

from pygls.exceptions import JsonRpcInvalidParams
from pygls.protocol import JsonRPCProtocol

_LENGTH = re.compile(rb"content-length:\s*(\d+)\s*", re.IGNORECASE)
#: Bytes of a message that are still taken.
_MOST = 256 * 1024 * 1024
_PARSE_ERROR, _INVALID_REQUEST, _INVALID_PARAMS = -32700, -32600, -32602


class Output:
    """Standard output for messages alone: whatever else is printed goes to standard error."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._number = os.dup(1)
        self._is_read = True
        os.dup2(2, 1)

    def write(self, data: bytes) -> None:
        """Sends a message. A client that has gone gets none, and is noticed where it is read from."""
        left = memoryview(data)
        while left and self._is_read:
            try:
                left = left[os.write(self._number, left) :]
            except OSError:
                self._is_read = False

    def close(self) -> None:
        """Nothing: the process ends it."""


async def serve(protocol: JsonRPCProtocol) -> None:
    """Handles messages until standard input ends."""
    stream = _listening()
    while True:
        body = await _message(stream)
        if body is None:
            return
        message = _understood(body, protocol)
        if message is None:
            continue
        protocol.handle_message(message)
        # What this message began is begun before the next one changes what it is about.
        await asyncio.sleep(0)


async def _message(stream: asyncio.StreamReader) -> bytes | None:
    """The next message; None at the end of the stream, or where it is none of ours."""
    length: int | None = None
    try:
        while line := await stream.readline():
            if line.strip():
                found = _LENGTH.fullmatch(line)
                length = int(found[1]) if found else length
            elif length is not None:
                return await stream.readexactly(length) if length <= _MOST else None
    except (asyncio.IncompleteReadError, ValueError):
        pass
    return None


def _listening() -> asyncio.StreamReader:
    """What comes from standard input. A thread waits for it, which the end of the process need not."""
    loop = asyncio.get_running_loop()
    stream = asyncio.StreamReader()
    own = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)

    def listen() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            # What cannot be read has come to its end as well: a terminal may be gone, for one.
            with contextlib.suppress(OSError):
                while data := os.read(own, 65536):
                    loop.call_soon_threadsafe(stream.feed_data, data)
            loop.call_soon_threadsafe(stream.feed_eof)

    threading.Thread(target=listen, daemon=True).start()
    return stream


def _understood(body: bytes, protocol: JsonRPCProtocol) -> Any:
    """A message as the protocol has it; None for one that is none, which is answered right here."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return _answered(protocol, None, _PARSE_ERROR, "a message is no JSON")
    if not isinstance(said, dict) or said.get("jsonrpc") != "2.0":
        return _answered(protocol, None, _INVALID_REQUEST, "a message is no JSON-RPC 2.0")
    try:
        return protocol.structure_message(said)
    except Exception:  # whatever of it is not as it should be
        method = said.get("method")
        if "id" in said and method is not None:
            return _answered(protocol, said["id"], _INVALID_PARAMS, f"{method}: wrong parameters")
        protocol._server._report_server_error(  # nobody waits for an answer
            ValueError(f"{method}: not as the protocol has it"), JsonRpcInvalidParams
        )
        return None


def _answered(protocol: JsonRPCProtocol, number: Any, code: int, message: str) -> None:
    error = {"code": code, "message": message}
    protocol._send_data({"jsonrpc": "2.0", "id": number, "error": error})
