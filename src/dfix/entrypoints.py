"""Whether any installed distribution has entry points of a group, told without Python's own reader.

`importlib.metadata` takes 12 ms to load, which is felt where one file is looked at; and most people
have no fixers of other packages. What this looks at is what that reads: the folders of the path, and
in them the file `entry_points.txt` of each distribution
(https://packaging.python.org/en/latest/specifications/entry-points/).
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from dfix.regularfile import leads_to_folder

_ENDS = (".dist-info", ".egg-info")


def are_named(group: str) -> bool:
    """Whether a distribution may have entries of a group; True also where that cannot be told."""
    if any(hasattr(each, "find_distributions") for each in sys.meta_path if each is not PathFinder):
        return True  # They may come from anywhere.
    return any(_may_name(Path(folder), group.encode()) for folder in sys.path)


def _may_name(folder: Path, group: bytes) -> bool:
    try:
        if not leads_to_folder(folder):
            return folder.exists()  # An archive is read by Python's own reader alone.
        with os.scandir(folder) as found:
            for each in found:
                name = each.name.lower()
                if name.endswith(".egg"):
                    return True  # An old form, which may lead elsewhere.
                if name.endswith(_ENDS) and group in _entries(Path(each.path)):
                    return True
    except OSError:
        return True
    return folder.suffix.lower() == ".egg"


def _entries(place: Path) -> bytes:
    """The entries of the distribution described in a folder. Raises OSError."""
    try:
        return (place / "entry_points.txt").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
