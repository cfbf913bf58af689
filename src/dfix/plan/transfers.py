"""What COPY and ADD bring into an image."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from dfix import nodes
from dfix.patterns import regex
from dfix.plan.model import Document, Does, Symbolic, Transfer
from dfix.plan.values import clean, joined

_URL = regex(r"https?://", re.IGNORECASE)
_GIT = regex(r"(?:git@|git://|ssh://)|(?:(?!\.{0,2}/).*\.git(?:[#?].*)?\Z)", re.IGNORECASE)
_OPENING = regex(r"[0-9]*<<-?(.*)")
_VARIABLE = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_KNOWN = frozenset(
    {"chown", "chmod", "from", "link", "parents", "exclude", "checksum", "unpack", "keep-git-dir"}
)


def transfer(
    node: nodes.Transfer,
    value: Callable[[str], str],
    cwd: str,
    env: Mapping[str, str],
    source: Callable[[str], str],
) -> Transfer:
    """The effect of `node`.

    `value` expands a text, `cwd` is the working directory, `env` what variables are known, and
    `source` tells what a name after `--from=` means.
    """
    is_add = isinstance(node, nodes.Add)
    sources = tuple(map(value, _sources(node)))
    origin = node.flag("from")
    checksum, unpack = _argument(node, "checksum", value), _argument(node, "unpack", value)
    flags = [flag.value for flag in node.flags if flag.name not in _KNOWN]
    if node.flag("keep-git-dir") is not None:
        flags.append(f"--keep-git-dir={str(_is_set(node, 'keep-git-dir')).lower()}")
    return Transfer(
        "ADD" if is_add else "COPY",
        sources,
        _destination(cwd, value(node.destination)),
        _does(sources, unpack) if is_add else "copy",
        _argument(node, "chown", value),
        _argument(node, "chmod", value),
        source(origin.argument or "") if origin is not None else None,
        _is_set(node, "link"),
        _is_set(node, "parents"),
        tuple(value(flag.argument or "") for flag in node.flags if flag.name == "exclude"),
        checksum,
        unpack,
        tuple(flags),
        tuple(_documents(node, env)),
    )


def _sources(node: nodes.Transfer) -> Iterator[str]:
    """The sources that are no heredocs."""
    if not node.heredocs:
        yield from node.sources
        return
    opened = False
    for word in node.sources:
        opening = _OPENING.match(word)
        if opened:
            opened = False
        elif opening is None:
            yield word
        else:
            # `<< EOF`: the name is a word of its own.
            opened = not opening[1]


def _documents(node: nodes.Transfer, env: Mapping[str, str]) -> Iterator[Document]:
    for heredoc in node.heredocs:
        bindings = None
        if heredoc.expand:
            names = sorted(set(_VARIABLE.findall(heredoc.body)))
            bindings = tuple((name, env.get(name)) for name in names)
        yield Document(heredoc.name, heredoc.content, bindings)


def _argument(node: nodes.Transfer, name: str, value: Callable[[str], str]) -> str | None:
    flag = node.flag(name)
    if flag is None:
        return None
    return "true" if flag.argument is None else value(flag.argument)


def _is_set(node: nodes.Transfer, name: str) -> bool:
    flag = node.flag(name)
    return flag is not None and (flag.argument is None or flag.argument in _TRUE)


def _destination(cwd: str, path: str) -> str:
    """Where things go, absolute; a slash at the end tells that it is a directory, and is kept.

    Source: `pathRelativeToWorkingDir` of BuildKit's `dockerfile2llb/convert.go`.
    """
    found = joined(cwd, path)
    if path in {"", "."} or path.endswith(("/", "/.")):
        slashed = found if found.endswith("/") else f"{found}/"
        found = Symbolic(slashed) if isinstance(found, Symbolic) else slashed
    return found


def _does(sources: Sequence[str], unpack: str | None) -> Does:
    """What ADD makes of its sources; `unknown` where that depends on what they are, or differs.

    Source: https://docs.docker.com/reference/dockerfile/#add
    """
    if unpack is not None and (unpack in _TRUE or isinstance(unpack, Symbolic)):
        return "unknown" if isinstance(unpack, Symbolic) else "unpack"
    found: set[Does] = {_does_with(each) for each in sources} or {"copy"}
    if unpack is not None:
        found = {"copy" if each == "unknown" else each for each in found}
    return found.pop() if len(found) == 1 else "unknown"


def _does_with(source: str) -> Does:
    if isinstance(source, Symbolic):
        return "unknown"
    if _GIT.match(source):
        return "clone"
    if _URL.match(source):
        return "fetch"
    return "copy" if source and clean(f"/{source}") == "/" else "unknown"
