"""What the Compose, Bake and devcontainer files of a tree say about its Dockerfiles.

They name Dockerfiles whatever those are called, tell which folder is the build context, and may
put something else in an image name's place. A file that cannot be read as what its name promises
counts as a problem, never as an error.
"""

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from dfix.buildspecs import (
    UNREADABLE_NAME,
    BuildSpec,
    Values,
    bake_specs,
    compose_specs,
    devcontainer_specs,
)
from dfix.documents import LIMIT, DocumentError, read_hcl, read_json, read_yaml
from dfix.patterns import is_like, regex
from dfix.regularfile import read_regular, read_within, real_within
from dfix.text import decode
from dfix.worktree import PRUNED, project_files

Orchestrator = Literal["compose", "bake", "devcontainer"]

_NAMES: tuple[tuple[Orchestrator, tuple[str, ...]], ...] = (
    ("compose", ("compose*.yml", "compose*.yaml", "docker-compose*.yml", "docker-compose*.yaml")),
    ("bake", ("docker-bake*.hcl", "docker-bake*.json")),
    ("devcontainer", ("devcontainer.json", ".devcontainer.json")),
)
#: What is kept of the trees of a run, which may be without end.
_TREES = 256
#: What calls a builder, or describes its calls. A name without a dot is looked at for a `#!`.
_CALLERS_END = (
    ".yml", ".yaml", ".sh", ".bash", ".zsh", ".ksh", ".fish", ".ps1", ".bat", ".cmd", ".mk", "justfile",
    ".just", ".jenkinsfile", ".groovy", ".hcl",
)  # fmt: skip
_CALLERS_BEGIN = ("makefile", "gnumakefile", "taskfile", "jenkinsfile", "tiltfile", "earthfile")
_SHEBANG = "#!"


class BuildEntry(Struct, frozen=True):
    """One build that an orchestrator's file describes; a value of None is not literal there."""

    dockerfile: Path
    context: Path
    orchestrator: Orchestrator
    source: Path
    target: str | None
    args: Values
    additional_contexts: Values
    service: str | None = None
    """The Compose service that runs the image."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    """What the Compose file says of that service."""


class Taken(Struct, frozen=True):
    """A folder of which a build takes what no Dockerfile of the tree says; None for any of them."""

    folder: Path | None
    source: Path
    is_additional: bool
    """Whether it is there by a name of its own; else the Dockerfile is inline, or not in the tree."""


class Problem(Struct, frozen=True):
    """A file that was passed over, and why; `line` is 1-based."""

    path: Path
    message: str
    line: int | None = None


class BuildFiles(Struct, frozen=True):
    """What the orchestrators' files of one tree say."""

    root: Path
    entries: tuple[BuildEntry, ...]
    """Builds whose Dockerfile is a file of the tree, in the order of their files."""
    problems: tuple[Problem, ...]
    overridden: frozenset[str]
    """Names of additional contexts, also of builds that have no entry."""
    arguments: Mapping[str, Path] = field(default_factory=dict)
    """Names of build arguments that are given, also to builds that have no entry, each with a file."""
    taken: tuple[Taken, ...] = ()
    _by_real_path: dict[str, list[BuildEntry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._by_real_path.setdefault(os.path.realpath(entry.dockerfile), []).append(entry)

    def naming(self, dockerfile: Path) -> tuple[BuildEntry, ...]:
        """The entries for one Dockerfile."""
        return tuple(self._by_real_path.get(os.path.realpath(dockerfile), ()))


def read_builds(root: Path, files: Iterable[str]) -> BuildFiles:
    """Read the orchestrators' files among `files`, paths relative to `root`."""
    problems: list[Problem] = []
    grouped: dict[tuple[Path, Orchestrator], dict[str, object]] = {}
    for file in files:
        orchestrator = _orchestrator(file.rpartition("/")[2])
        if orchestrator is None:
            continue
        path = root / file
        try:
            grouped.setdefault((path.parent, orchestrator), {})[path.name] = _document(root, path)
        except (OSError, DocumentError) as error:
            problems.append(Problem(path, str(error), getattr(error, "line", None)))
    entries: list[BuildEntry] = []
    overridden: set[str] = set()
    arguments: dict[str, Path] = {}
    taken: list[Taken] = []
    for (folder, orchestrator), documents in grouped.items():
        try:
            specs = list(_specs(orchestrator, documents))
        except DocumentError as error:
            problems.append(Problem(folder / min(documents), str(error), error.line))
            continue
        for spec in specs:
            overridden.update(spec.additional_contexts)
            for name in spec.args:
                arguments.setdefault(name, folder / spec.file)
            found = tuple(_entries(root, folder, orchestrator, spec))
            entries += found
            taken += _taken(_bases(root, folder, orchestrator), folder, spec, is_known=bool(found))
    return BuildFiles(
        root, tuple(entries), tuple(problems), frozenset(overridden), arguments, tuple(taken)
    )


@functools.lru_cache(maxsize=_TREES)
def scan(root: Path, *, deep: bool = True) -> BuildFiles:
    """The orchestrators' files below `root`, or only those right in it; read once per process.

    A long-lived process forgets what was read with `forget_builds`.
    """
    if deep:
        return read_builds(root, project_files(root))
    try:
        return read_builds(root, sorted(entry.name for entry in root.iterdir()))
    except OSError as error:
        return BuildFiles(root, (), (Problem(root, str(error)),), frozenset())


class NamedContext(Struct, frozen=True):
    """A folder or an image that a call of the builder is given by a name, besides its context."""

    name: str
    """As in COPY --from; `UNREADABLE_NAME` where it is computed."""
    value: str | None
    """None where it is computed."""
    source: Path


def overridden_names(root: Path, *, deep: bool = True) -> frozenset[str]:
    """Image names that some build of the tree, or by a file right in it, takes from elsewhere, as written.

    From Compose's `additional_contexts`, Bake's `contexts`, and `--build-context` or
    `build-contexts:` in workflows, scripts and makefiles. Holds `UNREADABLE_NAME` where a name is
    computed. Once its tag is pinned, a base no longer matches such a name
    (https://docs.docker.com/build/building/context/).
    """
    named = named_contexts(root, deep=deep)
    return scan(root, deep=deep).overridden | {each.name for each in named}


@functools.lru_cache(maxsize=_TREES)
def named_contexts(root: Path, *, deep: bool = True) -> tuple[NamedContext, ...]:
    """The contexts that workflows, scripts and the like below `root` name to a builder.

    Also those of Compose and Bake files whose own names do not say that they are some.
    """
    return tuple(
        NamedContext(name, value, path)
        for path, text in callers(root, "context", deep=deep)
        for name, value in _called_with(path.name.lower(), text)
    )


def callers(root: Path, word: str, *, deep: bool = True) -> Iterator[tuple[Path, str]]:
    """The files below `root` that may call a builder and have a word in them, with their texts."""
    try:
        files = project_files(root) if deep else sorted(each.name for each in root.iterdir())
    except OSError:
        return  # Told where the orchestrators' files are looked for.
    for file in files:
        name = file.rpartition("/")[2].lower()
        is_known = _is_caller(name)
        if not (is_known or "." not in name) or is_orchestrator(name):
            continue
        try:
            text = decode(read_within(root, root / file, limit=LIMIT))
        except OSError:
            continue  # None of them is promised to be there and readable.
        if word in text and (is_known or text.startswith(_SHEBANG)):
            yield root / file, text


def _is_caller(name: str) -> bool:
    """Whether a file's name, in small letters, is that of one that may call a builder."""
    if name.endswith(".json"):
        return name == "package.json" or "bake" in name
    return name.endswith(_CALLERS_END) or name.startswith(_CALLERS_BEGIN)


def forget_builds() -> None:
    """Read the trees anew from now on."""
    for cached in (scan, named_contexts, project_files):
        cached.cache_clear()


def is_compose(name: str) -> bool:
    """Whether a file's name is that of a Compose file."""
    return _orchestrator(name) == "compose"


def is_orchestrator(name: str) -> bool:
    """Whether a file called `name` is one that may describe builds."""
    return _orchestrator(name) is not None


def _orchestrator(name: str) -> Orchestrator | None:
    lowered = name.lower()
    for orchestrator, patterns in _NAMES:
        if any(is_like(lowered, pattern) for pattern in patterns):
            return orchestrator
    return None


def _specs(orchestrator: Orchestrator, documents: Mapping[str, object]) -> Iterator[BuildSpec]:
    match orchestrator:
        case "compose":
            return compose_specs(documents)
        case "bake":
            return bake_specs(documents)
        case "devcontainer":
            return devcontainer_specs(documents)


def _document(root: Path, path: Path) -> object:
    """The value of one orchestrator's file. Raises OSError, also for one elsewhere, and `DocumentError`."""
    real = real_within(root, path)
    status = real.stat()
    return _read(real, path.name.lower(), status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=1024)
def _read(path: Path, name: str, _modified: int, _size: int) -> object:
    """One file's value: discovery and evidence ask for the same files, and YAML takes its time."""
    text = decode(read_regular(path, limit=LIMIT))
    if name.endswith(".hcl"):
        return read_hcl(text)
    if name.endswith(".json"):
        return read_json(text)
    return read_yaml(text) if "build" in text else None  # Most Compose files build nothing.


def _entries(
    root: Path, folder: Path, orchestrator: Orchestrator, spec: BuildSpec
) -> Iterator[BuildEntry]:
    """The entries of one build: one for each place where its Dockerfile is a file of the tree."""
    if spec.dockerfile is None:
        return
    for base in _bases(root, folder, orchestrator):
        for written in spec.contexts:
            context = Path(os.path.normpath(base / written))
            beside = base if spec.beside else context
            dockerfile = Path(os.path.normpath(beside / spec.dockerfile))
            if "://" not in written and _is_file_within(root, dockerfile):
                yield BuildEntry(
                    dockerfile=dockerfile,
                    context=context,
                    orchestrator=orchestrator,
                    source=folder / spec.file,
                    target=spec.target,
                    args=spec.args,
                    additional_contexts=spec.additional_contexts,
                    service=spec.service,
                    attributes=spec.attributes,
                )


def _bases(root: Path, folder: Path, orchestrator: Orchestrator) -> Iterable[Path]:
    """What paths may be relative to: Bake's are to where it is called, beside its file or at the root."""
    return dict.fromkeys([folder, root] if orchestrator == "bake" else [folder])


def _taken(
    bases: Iterable[Path], folder: Path, spec: BuildSpec, *, is_known: bool
) -> Iterator[Taken]:
    """What a build takes besides what its Dockerfile says, or with one that is not known."""
    source = folder / spec.file
    contexts: tuple[str | None, ...] = ()
    if spec.inline:
        contexts = spec.contexts or (None,)
    elif spec.dockerfile is not None and not is_known:
        contexts = spec.contexts
    named = [(each, False) for each in contexts]
    named += [(each, True) for each in spec.additional_contexts.values()]
    for written, is_additional in named:
        if written is None:
            yield Taken(None, source, is_additional)
        elif "://" not in written and "\0" not in written:
            for base in bases:
                yield Taken(Path(os.path.normpath(base / written)), source, is_additional)


def _is_file_within(root: Path, path: Path) -> bool:
    if "\0" in str(path):
        return False
    real = Path(os.path.realpath(path))
    real_root = Path(os.path.realpath(root))
    if not real.is_relative_to(real_root) or PRUNED & set(real.relative_to(real_root).parts):
        return False
    try:
        return real.is_file()
    except OSError:
        return False  # A name that no file can have, or a folder that is closed to us.


#: An option and its value: in one word, in two, or as two texts of a list.
_ON_COMMAND_LINE = regex(
    r"""--build-context(?:=|[ \t]+(?:[\\`^]\r?\n[ \t]*)?|["'][ \t]*,\s*|["']?[ \t]*\r?\n[ \t]*-[ \t]+)
        \\?["']?(?:([^\s=\"']+)=([^\s"']*)|(?=[$%{]))""",
    re.VERBOSE,
)
#: Bake's `--set target.contexts.name=value`.
_SET = regex(r"\.contexts\.([^\s=\"']+)=([^\s\"']*)")
#: An input of docker/build-push-action, one context a line.
_IN_WORKFLOW = regex(r"(?:-[ \t]+)?[\"']?build[-_]contexts?[\"']?[ \t]*:[ \t]*(.*)")
_IN_BRACES = regex(r"[{,][ \t]*[\"']?build[-_]contexts?[\"']?[ \t]*:[ \t]*([^,}\n]*)")
_COMPUTED = ("$", "{", "%", "`")


def _called_with(name: str, text: str) -> Iterator[tuple[str, str | None]]:
    """The additional contexts that a script or a workflow called `name` hands to the builder."""
    for found in (*_ON_COMMAND_LINE.findall(text), *_SET.findall(text)):
        yield _as_known(*found)
    indent: int | None = None
    for line in text.splitlines() if "build" in text else ():
        held = line.strip()
        depth = len(line) - len(line.lstrip())
        if begun := _IN_WORKFLOW.match(held):
            indent, held = depth, begun[1].strip()
        elif held and indent is not None and depth <= indent:
            indent = None
        if indent is not None:
            yield from _in_line(held)
        for braced in _IN_BRACES.findall(line):
            yield from _in_line(braced)
    yield from _described(name, text)


def _in_line(written: str) -> Iterator[tuple[str, str | None]]:
    """The context of a line of an input; of one that is computed as a whole nobody knows how many."""
    bare = written.strip().removeprefix("- ").strip("\"' ")
    name, equals, value = bare.partition("=")
    if equals:
        yield _as_known(name, value)
    elif bare.startswith(("$", "{{")):
        yield UNREADABLE_NAME, None


def _as_known(name: str, value: str) -> tuple[str, str | None]:
    """Neither what is computed of the name counts, nor of a value that may be a folder."""
    computed = not name or any(sign in name for sign in _COMPUTED)
    unknown = computed or ("://" not in value and any(sign in value for sign in _COMPUTED))
    return UNREADABLE_NAME if computed else name, None if unknown else value


def _described(name: str, text: str) -> Iterator[tuple[str, str | None]]:
    """The contexts of a Compose or Bake file that is called otherwise."""
    describe: Callable[[Mapping[str, object]], Iterator[BuildSpec]]
    if name.endswith((".yml", ".yaml")) and "additional_contexts" in text:
        read, describe = read_yaml, compose_specs
    elif name.endswith((".hcl", ".json")) and "contexts" in text and "target" in text:
        read, describe = (read_hcl if name.endswith(".hcl") else read_json), bake_specs
    else:
        return
    try:
        for spec in describe({name: read(text)}):
            yield from spec.additional_contexts.items()
    except DocumentError:
        yield UNREADABLE_NAME, None
