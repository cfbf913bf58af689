"""Which files of a tree give a build argument a value of their own.

Compose, Bake and devcontainer files are read as what they are. Of workflows, scripts and other callers
of builders only the words are looked at: what one of them puts together nobody can tell.
"""

import codecs
import functools
import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path

from dfix.buildspecs import UNREADABLE_NAME
from dfix.documents import LIMIT
from dfix.orchestrators import BuildFiles, is_orchestrator, scan
from dfix.patterns import regex
from dfix.regularfile import TooLargeError, open_regular
from dfix.text import decode
from dfix.worktree import project_files

_CALLERS = (
    "*.yml", "*.yaml", "*.sh", "*.bash", "*.zsh", "*.ksh", "*.fish", "*.nu", "*.ps1", "*.bat", "*.cmd",
    "makefile*", "gnumakefile*", "*.mk", "justfile", ".justfile", "*.just", "taskfile*", "jenkinsfile*",
    "*.jenkinsfile", "*.groovy", "*.gradle", "*.gradle.kts", "*.hcl", "*.tf", "*.toml", "package.json",
    "project.json", "*bake*.json", "tiltfile*", "earthfile*", "rakefile*", "*.rake",
    "*.py", "*.rb", "*.pl", "*.php", "*.js", "*.mjs", "*.cjs", "*.ts", "*.mts", "*.go", "*.rs", "*.kts",
    "*.nix", "*.bzl", "*.star",
)  # fmt: skip
#: Gives the builds all that its `config` holds, and calls nothing an argument.
#: (https://devcenter.heroku.com/articles/build-docker-images-heroku-yml)
_HEROKU = "heroku.yml"
#: Where `args` is a word of the language, and more often than not no builder's.
_PROGRAMS = (
    "*.sh", "*.bash", "*.zsh", "*.ksh", "*.fish", "*.nu", "*.ps1", "*.py", "*.rb", "*.rake", "*.pl",
    "*.php", "*.js", "*.mjs", "*.cjs", "*.ts", "*.mts", "*.go", "*.rs", "*.kts", "*.groovy", "*.gradle",
    "*.nix", "*.bzl", "*.star",
)  # fmt: skip
#: How a builder's arguments are called: `--build-arg`, `build-args:`, `build_args`, `buildArgs`,
#: `[build.args]`, Bake's `--set target.args.NAME=`.
_GIVES = regex(r"build[-_. ]?args?|\.args\.", re.IGNORECASE)
#: In a Compose or Bake file of another name.
_ARGS = regex(r"(?:^[ \t]*|[{,][ \t]*)[\"']?args[\"']?[ \t]*[:=]", re.IGNORECASE | re.MULTILINE)
#: What is no literal name behind an option; `{` begins one of many templates.
_COMPUTED = regex(
    r"""--build-arg-file
    |--build-arg(?:=|[ \t]+(?:[\\`^]\r?\n[ \t]*)?)["']?[$%{]
    |(?P<quote>["'`])--build-arg=?(?P=quote)
        (?![ \t]*,\s*["'`]\w|[ \t]*\r?\n[ \t]*-[ \t]*["']?\w|[ \t]+["'`]?\w)
    |\.args\.["']?[$%{]
    |^[ \t-]*build[-_]?args?[ \t]*:[ \t]*["']?(?:[$%]|\{\{)[^"'\n]*["']?[ \t\r]*$""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_BLOCK = regex(
    r"([ \t]*)(?:-[ \t]+)?build[-_]?args[ \t]*:[ \t]*(?:[|>][-+0-9]*)?[ \t]*", re.IGNORECASE
)
_COMPUTED_LINE = regex(r"(?:-[ \t]+)?[\"']?(?:[$%]|\{\{)")
_SHEBANG = b"#!"
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


@functools.lru_cache(maxsize=256)
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
        found = project_files(root) if deep else sorted(each.name for each in root.iterdir())
    except OSError:
        return  # Told among the problems.
    for file in found:
        name = file.rpartition("/")[2].lower()
        calls = _named(_CALLERS).fullmatch(name) is not None
        if is_orchestrator(name) or not (calls or "." not in name):
            continue
        try:
            text = _text(root / file, is_script=not calls)
        except OSError:
            continue  # Neither of them is promised to be there and readable.
        if name == _HEROKU:
            names = frozenset(_WORD.findall(text))
        else:
            names = _names(text, is_data=calls and not _named(_PROGRAMS).fullmatch(name))
        if names:
            yield root / file, names


def _names(text: str, *, is_data: bool) -> frozenset[str]:
    """What may be the names of arguments that a text gives; none where it gives none."""
    lowered = text.lower()  # To look for these words first takes a fraction of the time.
    gives = ("build" in lowered or ".args." in lowered) and _GIVES.search(text)
    if gives and (_COMPUTED.search(text) or _lists_computed(text)):
        return frozenset({UNREADABLE_NAME})
    if gives or (is_data and "args" in lowered and _ARGS.search(text)):
        return frozenset(_WORD.findall(text))
    return frozenset()


@functools.cache
def _named(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """The names that one of `patterns` fits."""
    return re.compile("|".join(map(translate, patterns)))


def _text(path: Path, *, is_script: bool) -> str:
    """The text of a file; empty where only a script is looked for and it is none. Raises OSError."""
    with open_regular(path, follow=False) as file:
        start = file.read(len(_SHEBANG)) if is_script else b""
        if is_script and start != _SHEBANG:
            return ""
        data = start + file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise TooLargeError(f"more than {LIMIT} bytes")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")  # As PowerShell writes it.
    return "" if is_script and b"\0" in data else decode(data)


def _lists_computed(text: str) -> bool:
    """Whether a list of arguments, as inputs of workflows are, has one whose name is computed."""
    depth: int | None = None
    for line in text.splitlines():
        held = line.strip()
        indent = len(line) - len(line.lstrip())
        if depth is not None and held and indent <= depth:
            depth = None
        if depth is not None and _COMPUTED_LINE.match(held):
            return True
        if depth is None and (found := _BLOCK.fullmatch(line)):
            depth = len(found[1])
    return False


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
