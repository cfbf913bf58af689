"""What of a repository on this machine lies in its own folder.

Git follows links within a repository's folder, and would read and write where they lead: a log of a
branch that is a link has lines added to whatever file it names. So nothing is written through them.
"""

import os
import stat
from pathlib import Path
from urllib.parse import unquote

from dfix.git import Git
from dfix.patterns import regex
from dfix.regularfile import leads_to_file, leads_to_folder, read_regular

_GITFILE_LIMIT = 4096  # bytes of a file that says where the repository is
_FANNED_OUT = regex(r"[0-9a-f]{2}")


class Unusable(Exception):
    """The repository cannot be worked on; says why, and what would help."""


def git_directory(path: Path) -> Path:
    """The folder of a repository's own files, links followed. Raises `Unusable`."""
    held = path / ".git"
    if not os.path.lexists(held):
        return Path(os.path.realpath(path))
    if leads_to_folder(held):
        return Path(os.path.realpath(held))
    try:
        text = os.fsdecode(read_regular(held, limit=_GITFILE_LIMIT))
    except OSError as error:
        raise Unusable(f".git cannot be read: {error.strerror or error}") from error
    if not text.startswith("gitdir: "):
        raise Unusable(".git is neither a repository nor says where one is")
    directory = Path(os.path.realpath(path / text.removeprefix("gitdir: ").rstrip("\r\n")))
    if not leads_to_folder(directory):
        raise Unusable(f".git says that the repository is in {directory}, which is not there")
    return directory


def served_directory(address: str) -> Path:
    """The folder of the repository of this machine that git serves under an address or a path.

    Raises `Unusable`.
    """
    scheme = "file://"
    text = unquote(address[len(scheme) :]) if address.lower().startswith(scheme) else address
    if not Path(text).is_absolute():
        raise Unusable(f"{address} names no folder of this machine")
    # The order in which git itself looks: https://git-scm.com/docs/git-daemon, --strict-paths.
    for ending in ("/.git", "", ".git/.git", ".git"):
        place = Path(text + ending)
        if ending.endswith("/.git") and os.path.lexists(place):
            return git_directory(place.parent)
        if leads_to_file(place / "HEAD") and leads_to_folder(place / "objects"):
            return Path(os.path.realpath(place))
    raise Unusable(f"{address} is no repository")


def common_directory(git: Git) -> Path:
    """Where a repository keeps its objects and branches, links followed. Raises `GitError`."""
    return _place(git, "--git-common-dir")


def objects_directory(git: Git) -> Path:
    """Where its objects are, links followed. Raises `GitError`."""
    return _place(git, "--git-path", "objects")


def require_within(git: Git, folder: str) -> None:
    """Raises `Unusable` where a repository, or what it is made of, is not in `folder`; `GitError`."""
    for place in (git.folder, common_directory(git), objects_directory(git)):
        if not place.is_relative_to(os.path.realpath(folder)):
            raise Unusable(
                "it leads out of the folder that was given, "
                f"to {place}: name that repository if it is meant"
            )


def require_own(git: Git, branch: str) -> None:
    """Raises `Unusable` where git would follow a link to make a branch; `GitError`."""
    common = common_directory(git)
    for kind in ("refs/heads", "logs/refs/heads", "reftable"):
        place = common
        for part in f"{kind}/{branch}".split("/") if kind != "reftable" else [kind]:
            place = place / part
            _require_no_link(place, common)
    _require_no_link(common / "objects", common)
    try:
        with os.scandir(common / "objects") as entries:
            for entry in entries:
                if entry.is_symlink() and _FANNED_OUT.fullmatch(entry.name):
                    _require_no_link(Path(entry.path), common)
    except OSError as error:
        raise Unusable(f"its objects cannot be listed: {error.strerror or error}") from error


def _require_no_link(place: Path, common: Path) -> None:
    try:
        mode = place.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Unusable(f"{place} cannot be looked at: {error.strerror or error}") from error
    if stat.S_ISLNK(mode):
        named = place.relative_to(common).as_posix()
        raise Unusable(
            f"its {named} is a link to {os.path.realpath(place)}: nothing is written through a link"
        )


def _place(git: Git, *question: str) -> Path:
    told = os.fsdecode(git.run("rev-parse", *question)).removesuffix("\n")
    return Path(os.path.realpath(git.folder / told))
