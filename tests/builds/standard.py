"""A file and what one fixer of the level `standard` makes of it."""

import os
from collections.abc import Mapping
from pathlib import Path

from dfix import Level, fix


def fixed(
    name: str, text: str, context: Path, options: Mapping[str, str] | None = None
) -> tuple[bytes, bytes]:
    """A file, and what the fixer `name` makes of it."""
    before = text.encode()
    given = {name: dict(options)} if options else {}
    result = fix(before, level=Level.STANDARD, select=[name], context=context, options=given)
    assert result.changed, result.findings
    return before, result.after


def filled(context: Path, files: Mapping[str, str]) -> Path:
    """A build context of programs, all of one day."""
    for name, text in files.items():
        path = context / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    for path in context.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return context
