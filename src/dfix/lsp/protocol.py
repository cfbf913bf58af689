"""The protocol as pygls has it, with texts kept by `dfix.lsp.documents`.

pygls cuts lines where Python does, at form feeds and U+2028 too; the protocol does not, and an edit would
go to another place than the editor meant.
"""

from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import RPCMessage, RPCRequest

from dfix.lsp.positions import Encoding

if TYPE_CHECKING:
    from dfix.lsp.server import Server

_NOT_INITIALIZED, _INVALID_REQUEST = -32002, -32600


class Protocol(LanguageServerProtocol):
    """Passes what happens to documents on to the server."""

    _server: "Server"

    def handle_message(self, message: RPCMessage) -> None:
        """Handles a message, if it comes when it may come."""
        method = getattr(message, "method", "")
        if isinstance(message, RPCRequest):
            code, why = 0, ""
            if self._workspace is None and method != types.INITIALIZE:
                code, why = _NOT_INITIALIZED, "`initialize` comes first"
            elif self._workspace is not None and method == types.INITIALIZE:
                code, why = _INVALID_REQUEST, "`initialize` comes once"
            elif self._shutdown:
                code, why = _INVALID_REQUEST, "nothing comes after `shutdown` but `exit`"
            if code:
                self._send_response(message.id, None, types.ResponseError(code, why))
                return
        elif method not in ("", types.EXIT) and self._workspace is None:
            return
        super().handle_message(message)

    def is_shut_down(self) -> bool:
        """Whether the client has said that it will end the server."""
        return self._shutdown

    def encoding(self) -> Encoding:
        """What positions are counted in: the client's first choice of those that there are."""
        chosen = self.workspace.position_encoding
        known: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
        return next((each for each in known if each == chosen), "utf-16")

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """A document was opened."""
        self._server.opened(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document was edited."""
        self._server.changed(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """A document was closed."""
        self._server.closed(params.text_document.uri)


def plain(settings: object) -> object:
    """Settings as Python has JSON, whatever pygls made of them."""
    if hasattr(settings, "_asdict"):
        return {name: plain(value) for name, value in cast("Any", settings)._asdict().items()}
    if isinstance(settings, dict):
        return {name: plain(value) for name, value in settings.items()}
    if isinstance(settings, list | tuple):
        return [plain(value) for value in settings]
    return settings
