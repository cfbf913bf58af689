"""What the editor on the other side can do, as it said when it began."""

from dataclasses import dataclass

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """The abilities that the server asks about; without any until the editor has told."""

    versions: bool = False
    """Whether edits may say for which version of a document they are."""
    resolves: bool = False
    """Whether the edit of an action may come later."""
    watches: bool = False
    """Whether it can be asked to watch files."""
    configures: bool = False
    """Whether it can be asked for its settings."""
    hover: types.MarkupKind = types.MarkupKind.PlainText

    @classmethod
    def of(cls, said: types.ClientCapabilities) -> "Client":
        """What the capabilities of a client come to."""
        workspace, document = said.workspace, said.text_document
        edit = workspace.workspace_edit if workspace else None
        action = document.code_action if document else None
        resolve = action.resolve_support if action else None
        watched = workspace.did_change_watched_files if workspace else None
        formats = (document.hover.content_format if document and document.hover else None) or ()
        known = [each for each in formats if each in set(types.MarkupKind)]
        return cls(
            versions=bool(edit and edit.document_changes),
            resolves=bool(
                action and action.data_support and resolve and "edit" in resolve.properties
            ),
            watches=bool(watched and watched.dynamic_registration),
            configures=bool(workspace and workspace.configuration),
            hover=types.MarkupKind(known[0]) if known else types.MarkupKind.PlainText,
        )

    def edit(self, uri: str, version: int, edits: list[types.TextEdit]) -> types.WorkspaceEdit:
        """Changes of one document."""
        if not self.versions:
            return types.WorkspaceEdit(changes={uri: edits})
        document = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])
