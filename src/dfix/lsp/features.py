"""Which handler answers what, and the server's life from its first message to its last."""

import asyncio
import logging
import os
from typing import Any

from lsprotocol import types

from dfix.lsp import server as handlers
from dfix.lsp.actions import KINDS
from dfix.lsp.protocol import plain
from dfix.lsp.server import Server
from dfix.lsp.stream import Output, serve

#: What says something about Dockerfiles that lie beside it.
_WATCHED = (
    "**/{dfix.toml,pyproject.toml,dfix.lock,.dockerignore,.hadolint.yaml,.hadolint.yml}",
    "**/{compose,docker-compose}*.{yml,yaml}",
    "**/docker-bake*.{hcl,json}",
    "**/{devcontainer,.devcontainer}.json",
)
_PARENT_IS_LOOKED_FOR = 5.0  # seconds between two looks


def run(limit: float) -> int:
    """Serves the editor on standard input and output, and gives the exit code.

    0 where the editor ended the server in order, and 1 where it has gone without.
    """
    log = logging.getLogger("pygls")
    log.addHandler(logging.NullHandler())
    log.propagate = False  # What a person has to know goes to the editor.
    return asyncio.run(_run(limit))


async def _run(limit: float) -> int:
    asyncio.get_running_loop().set_exception_handler(_told)
    server = Server(limit)
    _register(server)
    server.protocol.set_writer(Output())
    watch = asyncio.create_task(_watch_parent(server))
    try:
        await serve(server.protocol)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    finally:
        watch.cancel()
        await server.close()
    return 0 if server.protocol.is_shut_down() else 1


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What is under way when the editor goes is cancelled, which pygls has no answer to: no error."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


async def _watch_parent(server: Server) -> None:
    """Ends the process where the editor has gone, although its end of the pipe is held by somebody."""
    while os.name == "posix":
        await asyncio.sleep(_PARENT_IS_LOOKED_FOR)
        try:
            if server.process_id:
                os.kill(server.process_id, 0)
        except ProcessLookupError:
            await server.close()
            os._exit(1)
        except (PermissionError, OverflowError):
            return


def _register(server: Server) -> None:
    feature = server.feature

    @feature(types.INITIALIZE)
    def began(params: types.InitializeParams) -> None:
        server.began(params)

    @feature(types.INITIALIZED)
    async def ready(_params: types.InitializedParams) -> None:
        _watch_files(server)
        await server.checked()

    @feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(_params: types.DidSaveTextDocumentParams) -> None:
        # Beside a Dockerfile that is on disk there is more to know than beside one that is not.
        await server.renewed()

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(_params: types.DidChangeWatchedFilesParams) -> None:
        await server.renewed()

    @feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        await server.renewed()

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def settings_changed(params: types.DidChangeConfigurationParams) -> None:
        settings = plain(params.settings)
        if settings is None and server.client.configures:
            item = types.ConfigurationItem(section="dfix")
            answer = await server.workspace_configuration_async(types.ConfigurationParams([item]))
            settings = plain(answer[0]) if answer else None
        await server.configured(settings)

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True),
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        return await handlers.code_action(server, params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def resolve(params: types.CodeAction) -> types.CodeAction:
        return await handlers.resolve(server, params)

    @feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return await handlers.formatting(server, params)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await handlers.hovering(server, params)

    @feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(
        params: types.PrepareRenameParams,
    ) -> types.PrepareRenamePlaceholder | None:
        return await handlers.prepare_rename(server, params)

    @feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        return await handlers.rename(server, params)


def _watch_files(server: Server) -> None:
    """Asks the editor to tell of files that change, where it can."""
    if not server.client.watches:
        return
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration("dfix-files", method, options)
    server.client_register_capability(types.RegistrationParams([registration]))
