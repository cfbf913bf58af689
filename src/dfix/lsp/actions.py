"""What the editor offers for a place: the fix of each finding, a comment against it, and all fixes."""

from collections.abc import Sequence

from lsprotocol import types

from dfix.lsp.client import Client
from dfix.lsp.diagnostics import diagnostic
from dfix.lsp.documents import Document
from dfix.lsp.edits import Edit, edits
from dfix.lsp.process import Worker
from dfix.lsp.subject import Declined, Found, Report, Subject

FIX_ALL = "source.fixAll.dfix"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
#: Findings of one answer of which is tried whether they can be fixed alone. For an editor that takes all
#: edits at once, no more are offered.
_TRIED = 20


def touched(document: Document, report: Report, range_: types.Range) -> list[Found]:
    """The findings that a range touches, in the order of the text."""
    start, end = sorted((document.offset(range_.start), document.offset(range_.end)))
    found = [each for each in report.found if each.start <= end and start <= each.end]
    return sorted(found, key=lambda each: (each.start, each.fixer))


def asked_for(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind of action is among those that a request wants; without any it wants all."""
    if only is None:
        return True
    return any(not each or kind == each or kind.startswith(each + ".") for each in only)


class Actions:
    """The actions for one version of a document. What they need is asked of the worker."""

    def __init__(
        self, document: Document, subject: Subject, worker: Worker, client: Client
    ) -> None:
        self._document = document
        self._subject = subject
        self._worker = worker
        self._client = client

    async def offered(
        self, report: Report, range_: types.Range, only: Sequence[str] | None
    ) -> list[types.CodeAction]:
        """What there is to do at a range, each thing with its edit or with what makes it later."""
        actions: list[types.CodeAction] = []
        if asked_for(types.CodeActionKind.QuickFix, only):
            found = touched(self._document, report, range_)
            if not self._client.resolves:
                found = found[:_TRIED]
            actions += await self._fixes([each for each in found if each.status == "fixed"])
            actions += await self._suppressions(found)
        if report.after is not None and asked_for(FIX_ALL, only):
            actions.append(self.all_fixed(report.after))
        return actions

    async def resolved(self, action: types.CodeAction, report: Report) -> types.CodeAction:
        """An action with its edit. Raises Declined where there is none, KeyError for one of no kind."""
        data = action.data
        if not isinstance(data, dict):
            raise KeyError("data")
        fixer, line, message = str(data["fixer"]), data["line"], str(data["message"])
        if not isinstance(line, int):
            raise KeyError("line")
        if data["do"] == "suppress":
            edit = await self._worker.suppressed(self._subject, fixer, line)
            action.edit = self._edit([edit])
            return action
        if data["do"] == "all":
            if report.after is None:
                raise Declined("there is nothing left to fix")
            action.edit = self._edit(edits(self._document.text, report.after))
            return action
        (after,) = await self._worker.fixed_alone(self._subject, ((fixer, line, message),))
        if after is None:
            raise Declined(f"{fixer} cannot be fixed alone here: it rests on other fixes")
        action.edit = self._edit(edits(self._document.text, after))
        return action

    async def _fixes(self, found: Sequence[Found]) -> list[types.CodeAction]:
        marks = [(each.fixer, each.line, each.message) for each in found]
        if len(found) > _TRIED:
            return [self._fix(each, None) for each in found]
        texts = await self._worker.fixed_alone(self._subject, marks) if marks else ()
        return [
            self._fix(each, after)
            for each, after in zip(found, texts, strict=True)
            if after is not None
        ]

    def _fix(self, found: Found, after: str | None) -> types.CodeAction:
        action = self._of(found, f"Fix {found.fixer}: {found.message}", "fix")
        action.is_preferred = True
        if after is not None and not self._client.resolves:
            action.edit = self._edit(edits(self._document.text, after))
        return action

    async def _suppressions(self, found: Sequence[Found]) -> list[types.CodeAction]:
        actions: list[types.CodeAction] = []
        seen: set[tuple[str, int]] = set()
        for each in found:
            if (each.fixer, each.line) in seen:
                continue
            seen.add((each.fixer, each.line))
            action = self._of(each, f"Ignore {each.fixer} here, by a comment", "suppress")
            if not self._client.resolves:
                try:
                    edit = await self._worker.suppressed(self._subject, each.fixer, each.line)
                except Declined:
                    continue
                action.edit = self._edit([edit])
            actions.append(action)
        return actions

    def all_fixed(self, after: str) -> types.CodeAction:
        """All that can be fixed at the level that is set."""
        action = types.CodeAction("Fix all that dfix can fix", FIX_ALL)
        if self._client.resolves:
            action.data = {**self._place(), "do": "all", "fixer": "", "line": 0, "message": ""}
        else:
            action.edit = self._edit(edits(self._document.text, after))
        return action

    def _of(self, found: Found, title: str, do: str) -> types.CodeAction:
        action = types.CodeAction(
            " ".join(title.split()),
            types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(self._document, found)],
        )
        if self._client.resolves:
            said = {"fixer": found.fixer, "line": found.line, "message": found.message}
            action.data = {**self._place(), "do": do, **said}
        return action

    def _place(self) -> dict[str, object]:
        return {"uri": self._document.uri, "version": self._document.version}

    def _edit(self, changes: Sequence[Edit]) -> types.WorkspaceEdit:
        document = self._document
        return self._client.edit(document.uri, document.version, document.text_edits(changes))
