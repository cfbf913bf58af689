"""A configuration file's text, in which keys are looked up again to name their lines."""

import os
import re
from pathlib import Path

from msgspec import Struct

from dfix.regularfile import NotRegularError, read_regular
from dfix.text import decode
from dfix.worktree import work_tree_root

_LIMIT = 1024 * 1024  # bytes of a configuration file that are still read


class ConfigError(ValueError):
    """A configuration that cannot be followed; reads `file:line: message`, lines from 1.

    The line is None where there is none: of a file that is not there.
    """

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        super().__init__(f"{path}: {message}" if line is None else f"{path}:{line}: {message}")
        self.path = path
        self.line = line


def config_text(path: Path) -> str | None:
    """The text of a configuration file without a byte order mark; None where there is none.

    Raises `ConfigError`.
    """
    try:
        return decode(read_regular(path, limit=_LIMIT)).removeprefix("\ufeff")
    except (FileNotFoundError, NotADirectoryError, NotRegularError):
        return None
    except OSError as error:
        raise ConfigError(path, 1, f"cannot be read: {error.strerror or error}") from error


def require_in_tree(path: Path) -> None:
    """Raises `ConfigError` for a symbolic link to a file outside of the tree that it stands in.

    The tree is the work tree of git, or else the folder.
    """
    if not path.is_symlink():
        return
    tree = work_tree_root(path.parent) or Path(os.path.realpath(path.parent))
    if not Path(os.path.realpath(path)).is_relative_to(tree):
        raise ConfigError(path, 1, "a symbolic link that leads out of its tree")


class TomlText(Struct, frozen=True):
    """The text of a TOML file."""

    path: Path
    text: str
    table: str
    """The dotted name of the table that is ours; empty for the whole file."""

    def error(self, key: str, message: str) -> ConfigError:
        """The error about a key, with the line where it stands."""
        return ConfigError(self.path, self.line(key), message)

    def place(self, *keys: str) -> str:
        """Where a key stands, as `file:line`; of several, the last within those before."""
        return f"{self.path}:{self.line(*keys)}"

    def line(self, *keys: str) -> int:
        """The 1-based line of a key in our table, as a key or as a table's name; 1 if in doubt."""
        ours = re.search(rf"^[ \t]*\[[ \t]*{re.escape(self.table)}\b", self.text, re.MULTILINE)
        at = ours.start() if self.table and ours else 0
        found = False
        for key in keys:
            start = self._find(key, at)
            if start is not None:
                at, found = start, True
        return self.text.count("\n", 0, at) + 1 if found else 1

    def _find(self, key: str, start: int) -> int | None:
        name = rf"[\"']?{re.escape(key)}[\"']?"
        for pattern in (rf"^[ \t]*{name}[ \t]*[=:.]", rf"^[ \t]*\[[^\]\n]*{name}[ \t]*\]", name):
            if found := re.compile(pattern, re.MULTILINE).search(self.text, start):
                return found.start()
        return None
