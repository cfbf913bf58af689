"""Reports to print, made without running anything."""

from pathlib import Path

from dfix.engine import Error, Result
from dfix.findings import Finding
from dfix.fixer import Level
from dfix.runner import FileReport


def finding(
    status: str = "fixed", reason: str | None = None, fixer: str = "add-to-copy"
) -> Finding:
    return Finding(fixer, ("DL3020",), Level.SAFE, "a message", 2, 1, 2, 11, status, reason)


def report(
    before: bytes = b"",
    after: bytes | None = None,
    *findings: Finding,
    name: str = "Dockerfile",
    note: str | None = None,
) -> FileReport:
    """A file that was handled; `after` is None where nothing changes."""
    result = Result(before, before if after is None else after, findings, note=note)
    return FileReport(Path("/project") / name, name, name, result)


def failed(message: str, line: int | None = None, name: str = "Dockerfile") -> FileReport:
    return FileReport(Path("/project") / name, name, name, error=Error(message, line))


def skipped(reason: str, name: str = "Dockerfile") -> FileReport:
    return FileReport(Path("/project") / name, name, name, skipped=reason)
