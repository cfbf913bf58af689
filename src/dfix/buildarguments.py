"""Which files of a tree give a build argument a value of their own.

Compose, Bake and devcontainer files are read as what they are. Of workflows, scripts and other callers
of builders only the words are looked at: what one of them puts together nobody can tell.
"""

import functools
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from dfix.buildspecs import UNREADABLE_NAME
from dfix.documents import LIMIT
from dfix.orchestrators import BuildFiles, is_orchestrator, scan
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.text import decode
from dfix.worktree import list_files

_CALLERS = (
    "*.yml", "*.yaml", "*.sh", "*.bash", "*.ps1", "*.bat", "*.cmd", "makefile*", "gnumakefile*", "*.mk",
    "justfile", ".justfile", "taskfile*", "jenkinsfile*", "*.jenkinsfile", "*.groovy", "*.gradle",
    "*.gradle.kts", "*.hcl", "*.tf", "*.toml", "package.json", "project.json", "tiltfile*",
    "earthfile*", "rakefile*",
)  # fmt: skip
#: How a builder's arguments are called: `--build-arg`, `build-args:`, `build_args`, `buildArgs`,
#: `[build.args]`, Bake's `--set target.args.NAME=`; and in a Compose file of another name.
_GIVES = regex(r"build[-_. ]?args?|\.args\.|^[ \t]*args[ \t]*:", re.IGNORECASE | re.MULTILINE)
_COMPUTED = regex(r"--build-arg(?:[=\s]|[\"'],)\s*[\"']?[$%]")
_WORD = regex(r"\w+")


def giving(root: Path, name: str, *, deep: bool = True) -> str | None:
    """The file below `root`, or right in it, that gives builds an argument `name`, or may do so.

    None where there is none. Each tree is read once per process; see `forget`.
    """
    for file, names in _given(root, deep):
        if name in names or UNREADABLE_NAME in names:
            return file
    return None


def forget() -> None:
    """Read the trees anew from now on."""
    _given.cache_clear()


@functools.cache
def _given(root: Path, deep: bool) -> tuple[tuple[str, frozenset[str]], ...]:
    """The files that give arguments, each with the names or with all words that may be one."""
    return tuple((_shown(root, path), names) for path, names in _files(root, deep))


def _files(root: Path, deep: bool) -> Iterator[tuple[Path, frozenset[str]]]:
    builds: BuildFiles = scan(root, deep=deep)
    for name, path in builds.arguments.items():
        yield path, frozenset({name})
    for problem in builds.problems:
        yield problem.path, frozenset({UNREADABLE_NAME})
    try:
        found = list_files(root).files if deep else sorted(each.name for each in root.iterdir())
    except OSError:
        return  # Told among the problems.
    for file in found:
        name = file.rpartition("/")[2].lower()
        if is_orchestrator(name) or not any(fnmatchcase(name, each) for each in _CALLERS):
            continue
        try:
            text = decode(read_regular(root / file, limit=LIMIT, follow=False))
        except OSError:
            continue  # Neither of them is promised to be there and readable.
        if _COMPUTED.search(text):
            yield root / file, frozenset({UNREADABLE_NAME})
        elif _GIVES.search(text):
            yield root / file, frozenset(_WORD.findall(text))


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
