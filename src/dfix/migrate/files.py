"""One file of a set: its name, and its bytes or why there are none."""

from dataclasses import dataclass

from dfix.runner import LIMIT


class FileSetError(ValueError):
    """A set that cannot be read; says which and why, in one line."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a set: its name, and its bytes or why there are none."""

    name: str
    data: bytes = b""
    failed: str | None = None
    skipped: str | None = None

    @classmethod
    def too_large(cls, name: str) -> "File":
        """A file that has more bytes than are read."""
        return cls(name, failed=f"larger than {LIMIT // 1024**2} MiB: no Dockerfile")
