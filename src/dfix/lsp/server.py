"""The server: what the editor tells and asks, and who answers."""

import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from dfix.lsp.actions import Actions, touched
from dfix.lsp.client import Client
from dfix.lsp.diagnostics import diagnostics, remark
from dfix.lsp.documents import Document, Documents
from dfix.lsp.edits import Edit, edits
from dfix.lsp.hover import hover
from dfix.lsp.lane import WorkFailed
from dfix.lsp.process import Worker
from dfix.lsp.protocol import Protocol, plain
from dfix.lsp.publisher import Publisher
from dfix.lsp.settings import SettingsError, own_part, wishes_of
from dfix.lsp.subject import Declined, Report, Rule, Subject, Wishes
from dfix.version import __version__

_REQUEST_FAILED, _CONTENT_MODIFIED, _INVALID_PARAMS = -32803, -32801, -32602


class Server(LanguageServer):
    """A server for one editor; `limit` is how many seconds may be spent on one file."""

    protocol: Protocol

    def __init__(self, limit: float) -> None:
        super().__init__("dfix", __version__, protocol_cls=Protocol)
        self.client = Client()
        self.documents = Documents()
        self.worker = Worker(limit)
        self.publisher = Publisher(
            self.documents, self.worker, self.subject, self.publish, self.complain
        )
        self.wishes = self._first_wishes = Wishes()
        self._rules: dict[str, Rule] = {}

    # What the editor tells

    def began(self, params: types.InitializeParams) -> None:
        """The editor said who it is."""
        self.client = Client.of(params.capabilities)
        self.documents.encoding = self.protocol.encoding()
        try:
            self.wishes = self._first_wishes = wishes_of(plain(params.initialization_options))
        except SettingsError as error:
            self.tell(types.MessageType.Error, f"dfix: {error}")

    def opened(self, item: types.TextDocumentItem) -> None:
        """A document is open."""
        document = self.documents.open(item)
        if document.is_dockerfile:
            self.publisher.changed(document, 0.0)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document has a new version."""
        document = self.documents.change(params)
        if document is None:
            self.complain(f"{params.text_document.uri} is not open, and was changed")
        elif document.is_dockerfile:
            self.publisher.changed(document)

    def closed(self, uri: str) -> None:
        """A document is no longer open."""
        document = self.documents.close(uri)
        self.publisher.closed(uri)
        if document is not None and document.is_dockerfile:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    async def checked(self) -> None:
        """The settings that the editor began with hold, unless they cannot be followed."""
        try:
            for left_out in await self.worker.check(self.wishes):
                self.tell(types.MessageType.Warning, f"dfix: {left_out}")
        except (Declined, WorkFailed) as error:
            self.tell(types.MessageType.Error, f"dfix: {error}")
            self.wishes = self._first_wishes = Wishes()
            self.publisher.renew()

    async def configured(self, settings: object) -> None:
        """The editor's settings are these from now on, unless they cannot be followed.

        Without any of dfix's own, those that it began with hold.
        """
        own = own_part(settings)
        try:
            wishes = self._first_wishes if own is None else wishes_of(own)
            await self.worker.check(wishes)
        except (SettingsError, Declined, WorkFailed) as error:
            self.tell(types.MessageType.Error, f"dfix: {error}")
            return
        if wishes != self.wishes:
            self.wishes = wishes
            self.publisher.renew()

    async def renewed(self) -> None:
        """Something beside the documents may have changed."""
        try:
            await self.worker.forget()
        except WorkFailed as error:
            self.complain(str(error))
        self.publisher.renew()

    # What the editor is told

    def publish(self, document: Document, report: Report | None, note: str) -> None:
        """Shows what was found in a version of a document; a `note` where nothing could be."""
        found = [] if report is None else diagnostics(document, report)
        if note:
            found = [remark(document, note)]
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, found, document.version)
        )

    def complain(self, message: str) -> None:
        """What went wrong, for the editor's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def tell(self, kind: types.MessageType, message: str) -> None:
        """What a person has to know."""
        self.window_show_message(types.ShowMessageParams(kind, message))

    def report_server_error(self, error: Exception, source: object) -> None:
        """An error of the server itself goes to the log; what a request is answered is no such error."""
        if source is FeatureRequestError and not isinstance(error, JsonRpcInternalError):
            return
        self.complain(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")

    # What the editor asks

    def subject(self, document: Document) -> Subject:
        """A document with all that decides what is found in it."""
        folders = (to_fs_path(uri) for uri in self._folders())
        roots = tuple(Path(os.path.realpath(folder)) for folder in folders if folder)
        return Subject(document.text, document.path, roots, self.wishes)

    def document(self, uri: str) -> Document | None:
        """The open Dockerfile of that address; None for anything else."""
        document = self.documents.get(uri)
        return document if document is not None and document.is_dockerfile else None

    def actions(self, document: Document) -> Actions:
        """The actions for a document."""
        return Actions(document, self.subject(document), self.worker, self.client)

    def still(self, document: Document) -> None:
        """Raises the protocol's error for an answer to a version that is no longer there."""
        if self.documents.get(document.uri) is not document:
            raise JsonRpcException("the document was changed meanwhile", _CONTENT_MODIFIED)

    async def rule(self, name: str) -> Rule:
        """A fixer, for people. Raises WorkFailed."""
        if name not in self._rules:
            self._rules[name] = await self.worker.rule(name)
        return self._rules[name]

    async def close(self) -> None:
        """Ends everything that was begun."""
        await self.publisher.close()
        await self.worker.close()

    def _folders(self) -> Sequence[str]:
        workspace = self.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        return uris or ([workspace.root_uri] if workspace.root_uri else [])


def failed(error: Exception) -> JsonRpcException:
    """An error as the answer to a request."""
    return JsonRpcException(str(error), _REQUEST_FAILED)


async def code_action(
    server: Server, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    """What there is to do at a range."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    only = params.context.only
    try:
        report = await server.publisher.report(document)
        found = await server.actions(document).offered(report, params.range, only)
    except WorkFailed as error:
        raise failed(error) from error
    server.still(document)
    return found


async def resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    """An action with its edit."""
    data = action.data
    if not isinstance(data, dict):
        return action
    document = server.document(str(data.get("uri")))
    if document is None or document.version != data.get("version"):
        raise JsonRpcException("the document was changed meanwhile", _CONTENT_MODIFIED)
    try:
        report = await server.publisher.report(document)
        done = await server.actions(document).resolved(action, report)
    except (Declined, WorkFailed) as error:
        raise failed(error) from error
    except KeyError as error:
        raise JsonRpcException("no action of dfix", _INVALID_PARAMS) from error
    server.still(document)
    return done


async def formatting(
    server: Server, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    """The safe fixes."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    try:
        after = await server.worker.formatted(server.subject(document))
    except WorkFailed as error:
        raise failed(error) from error
    server.still(document)
    return document.text_edits([] if after is None else edits(document.text, after))


async def hovering(server: Server, params: types.HoverParams) -> types.Hover | None:
    """What is told about the findings at a place."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    try:
        report = await server.publisher.report(document)
        here = touched(document, report, types.Range(params.position, params.position))
        told = [(found, await server.rule(found.fixer)) for found in here]
    except WorkFailed as error:
        raise failed(error) from error
    server.still(document)
    return hover(document, told, server.client.hover) if told else None


async def prepare_rename(
    server: Server, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """The name of a stage at a place; None where there is none."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.offset(params.position)
    try:
        mention = await server.worker.mention(server.subject(document), offset)
    except Declined:
        return None
    except WorkFailed as error:
        raise failed(error) from error
    server.still(document)
    name = document.text[mention.start : mention.end]
    return types.PrepareRenamePlaceholder(document.range(mention.start, mention.end), name)


async def rename(server: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """What gives a stage another name."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.offset(params.position)
    try:
        changes: list[Edit] = await server.worker.rename(
            server.subject(document), offset, params.new_name
        )
    except (Declined, WorkFailed) as error:
        raise failed(error) from error
    server.still(document)
    return server.client.edit(document.uri, document.version, document.text_edits(changes))
