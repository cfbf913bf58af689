"""The forms of a report for programs, each written file by file, so that none is held as a whole."""

import importlib
from collections.abc import Iterator
from typing import Protocol

from dfix.report.summary import Summary
from dfix.runner import FileReport

#: The forms by name, each a class `Form` in a module of this package.
FORMS = ("json", "sarif", "github", "gitlab", "junit")


class Form(Protocol):
    """A report that is being written: head, files in their order, tail."""

    def __init__(self, *, written: bool) -> None:
        """`written` says whether what changed was written."""

    def head(self) -> str:
        """What comes before the first file."""

    def file(self, report: FileReport) -> str:
        """What there is to say of one file; may be nothing."""

    def tail(self, summary: Summary) -> Iterator[str]:
        """What comes after the last file, in pieces."""


def form_named(name: str, *, written: bool) -> Form:
    """The form of that name. Raises KeyError for one that is not in `FORMS`."""
    if name not in FORMS:
        raise KeyError(name)
    form: Form = importlib.import_module(f"dfix.report.{name}").Form(written=written)
    return form
