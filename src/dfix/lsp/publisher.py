"""When findings are looked for: a little after the last key, and of the newest version alone."""

import asyncio
from collections.abc import Callable

from dfix.lsp.documents import Document, Documents
from dfix.lsp.lane import TooLong, WorkFailed
from dfix.lsp.process import Worker
from dfix.lsp.subject import Report, Subject

#: Seconds without a change after which a document is looked at.
PAUSE = 0.2


class Publisher:
    """Keeps the report on the newest version of each open document.

    `publish` is given each report with the version it is about, in the order of the versions; `complain`
    what went wrong. A version that a newer one has replaced is never published.
    """

    def __init__(
        self,
        documents: Documents,
        worker: Worker,
        subject: Callable[[Document], Subject],
        publish: Callable[[Document, Report | None, str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._documents = documents
        self._worker = worker
        self._subject = subject
        self._publish = publish
        self._complain = complain
        self._reports: dict[str, tuple[Document, int, Report]] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._took: dict[str, float] = {}
        self._age = 0

    def changed(self, document: Document, pause: float = PAUSE) -> None:
        """A document has a new version, or something that speaks of it has changed."""
        self._stop(document.uri)
        # What takes long is not begun anew with each pause that somebody makes.
        pause = max(pause, 2 * self._took.get(document.uri, 0.0)) if pause else 0.0
        self._waiting[document.uri] = asyncio.create_task(self._look(document, pause))

    def closed(self, uri: str) -> None:
        """A document is no longer open."""
        self._stop(uri)
        self._reports.pop(uri, None)
        self._took.pop(uri, None)

    def renew(self) -> None:
        """Something beside the documents has changed: all are looked at again."""
        self._age += 1
        self._reports.clear()
        for document in self._documents:
            self.changed(document, 0.0)

    async def report(self, document: Document) -> Report:
        """The report on a version, which is made if there is none yet. Raises as `Worker` does."""
        held = self._held(document)
        return held if held is not None else await self._made(document, urgent=True)

    async def close(self) -> None:
        """Stops looking."""
        waiting = list(self._waiting.values())
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _held(self, document: Document) -> Report | None:
        version, age, report = self._reports.get(document.uri, (None, 0, None))
        return report if version is document and age == self._age else None

    async def _made(self, document: Document, *, urgent: bool) -> Report:
        age = self._age
        try:
            report = await self._worker.report(
                self._subject(document), lambda: self._is_newest(document, age), urgent=urgent
            )
        except TooLong:
            self._took[document.uri] = self._worker.limit
            raise
        self._took[document.uri] = report.seconds
        if self._is_newest(document, age):
            self._reports[document.uri] = (document, age, report)
        return report

    def _is_newest(self, document: Document, age: int) -> bool:
        return self._documents.get(document.uri) is document and age == self._age

    def _stop(self, uri: str) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    async def _look(self, document: Document, pause: float) -> None:
        await asyncio.sleep(pause)
        age = self._age
        report: Report | None = None
        remark = ""
        try:
            report = self._held(document) or await self._made(document, urgent=False)
        except TooLong as failure:
            remark = f"dfix gave up on this file: {failure}"
        except Exception as error:  # it must not be lost, and the next version is another try
            told = error if isinstance(error, WorkFailed) else f"internal error: {error!r}"
            self._complain(f"{document.uri}: {told}")
        if self._is_newest(document, age):
            self._publish(document, report, remark)
