"""The texts that are open in the editor, kept as the editor has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from dfix.discovery import named_as
from dfix.lsp.edits import Edit
from dfix.lsp.positions import Encoding, Lines, whole

#: What editors call the language.
_LANGUAGES = frozenset({"dockerfile", "docker", "containerfile"})


@dataclass(frozen=True)
class Document:
    """One version of an open text. Not slotted: it keeps its lines."""

    uri: str
    language: str
    version: int
    text: str
    encoding: Encoding

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text)

    @property
    def path(self) -> Path | None:
        """Where it lies on disk; None for what is in the editor alone, or somewhere else."""
        if not self.uri.lower().startswith("file:"):
            return None
        path = to_fs_path(self.uri)
        return None if not path or "\0" in path or not Path(path).is_absolute() else Path(path)

    @property
    def is_dockerfile(self) -> bool:
        """Whether it is a Dockerfile, by its language or else by its name, and no template of one."""
        named = named_as(self.uri.rpartition("/")[2] if self.path is None else self.path.name)
        if named == "template":
            return False
        return self.language.lower() in _LANGUAGES or named == "dockerfile"

    def changed(
        self, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> "Document":
        """The next version: each change speaks of what those before it made."""
        text = self.text
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = change.range.start, change.range.end
                text = Lines(text).replaced(
                    (start.line, start.character),
                    (end.line, end.character),
                    change.text,
                    self.encoding,
                )
            else:
                text = whole(change.text)
        return replace(self, version=version, text=text)

    def offset(self, position: types.Position) -> int:
        """The offset of a place, in code points."""
        return self.lines.offset(position.line, position.character, self.encoding)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets in code points."""
        first, last = (self.lines.position(each, self.encoding) for each in (start, end))
        return types.Range(types.Position(*first), types.Position(*last))

    def text_edits(self, edits: Sequence[Edit]) -> list[types.TextEdit]:
        """Changes of the text as the protocol has them."""
        return [types.TextEdit(self.range(edit.start, edit.end), edit.new) for edit in edits]


class Documents:
    """The open documents by their addresses, which are taken as the editor writes them."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self._held: dict[str, Document] = {}

    def open(self, item: types.TextDocumentItem) -> Document:
        """Takes in what was opened."""
        document = Document(
            item.uri, item.language_id, item.version, whole(item.text), self.encoding
        )
        self._held[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """The next version of a document; None for one that is not open."""
        document = self._held.get(params.text_document.uri)
        if document is None:
            return None
        changed = document.changed(params.text_document.version, params.content_changes)
        self._held[document.uri] = changed
        return changed

    def close(self, uri: str) -> Document | None:
        """Lets go of a document; None for one that is not open."""
        return self._held.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """The newest version of a document; None for one that is not open."""
        return self._held.get(uri)

    def __iter__(self) -> Iterator[Document]:
        yield from list(self._held.values())
