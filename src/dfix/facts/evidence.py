"""What the build context shows about the sources of COPY and ADD."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

#: `mixed` is a pattern that matches folders and files, none of them an archive.
Kind = Literal["directory", "file", "mixed", "archive", "unknown"]


class Evidence(Protocol):
    """The build context of a file, or the folders that may be it.

    A fact counts only where all candidates that have the source agree on it.
    """

    def kind(self, source: str, *, level_is_safe: bool) -> Kind:
        """What a source, as COPY names it, is; with `level_is_safe` only a context that was named counts."""

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        """The permission bits of a source that is one file; None if not known."""

    def modes_below(self, source: str) -> frozenset[int]:
        """The permission bits of the files that a source is or holds, as far as any context shows."""

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        """The text of a source that is one file of at most `limit` bytes; None if not known.

        What is no UTF-8 in it is kept as surrogates. A link that leaves the context is not followed.
        """

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        """The files that `sources` are or hold and whose paths are `wanted`, each with its text.

        They are those of the context that has most of the sources, and such a file. Other people's
        code and tests are passed over. The last text is None where there are too many files to look at.
        """

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        """Whether a source is there, and `.dockerignore` keeps it from the builder."""
