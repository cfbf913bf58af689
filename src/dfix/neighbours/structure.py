"""A skeleton of a structure test, from what a Dockerfile says of its image.

https://github.com/GoogleContainerTools/container-structure-test. It is written on request alone.
"""

import json
import os
import posixpath
import re
from collections.abc import Iterator, Sequence

from dfix.facts import Facts
from dfix.globs import has_wildcard
from dfix.neighbours.model import Handled, Note, Outcome, Wish
from dfix.neighbours.tree import Tree
from dfix.parser import parse
from dfix.patterns import regex
from dfix.plan.model import Effect, Statement, Symbolic, Transfer

NAME = "structure-test"
_FILE = regex(r"[^.].*\.[^.]+")
_PORT = regex(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/[a-z]+)?", re.IGNORECASE)
_MOST_PORTS = 20  # of a range that are still listed
_MESSAGE = "no test holds the image against what the Dockerfile says"


def structure_tests(tree: Tree, wish: Wish) -> Iterator[Outcome]:
    """One test for each handled Dockerfile that has none."""
    if wish.option(NAME, "write") != "yes":
        return
    for handled in tree.handled.values():
        own = re.sub(
            r"(?i)\A(?:docker|container)file[._-]?|[._-](?:docker|container)file\Z",
            "",
            handled.path.name,
        )
        name = f"container-structure-test.{own}.yaml" if own else "container-structure-test.yaml"
        path = handled.path.parent / name
        text = structure_test(handled)
        if text and not os.path.lexists(path) and path.is_relative_to(tree.root):
            note = Note(NAME, 1, _MESSAGE, "it holds what is known; commands are yours to add")
            yield Outcome(path, tree.root, None, text.encode(), (note,))


def structure_test(handled: Handled) -> str:
    """The test of a Dockerfile's last stage; empty where the file says nothing of its image."""
    facts = Facts(parse(handled.data))
    if not facts.plan.stages:
        return ""
    stage = facts.plan.stages[-1]
    config = stage.config
    lines: list[str] = []
    if _known(config.user):
        lines.append(f"  user: {_quoted(config.user or '')}")
    if _known(config.workdir):
        lines.append(f"  workdir: {_quoted(config.workdir or '')}")
    ports = _numbers(config.ports)
    if ports:
        lines.append(f"  exposedPorts: {_list(ports)}")
    for key, words in (("entrypoint", config.entrypoint), ("cmd", config.cmd)):
        if words and all(map(_known, words)):
            lines.append(f"  {key}: {_list(words)}")
    files = list(_files(stage.effects))
    if not lines and not files:
        return ""
    out = ["schemaVersion: 2.0.0", ""]
    if lines:
        out += ["metadataTest:", *lines, ""]
    if files:
        out.append("fileExistenceTests:")
        for path in files:
            out += [
                f"  - name: {_quoted(path)}",
                f"    path: {_quoted(path)}",
                "    shouldExist: true",
            ]
        out.append("")
    return "\n".join([*out, *_COMMANDS]) + "\n"


_COMMANDS = (
    "# commandTests:",
    '#   - name: "the program starts"',
    '#     command: "/path/of/the/program"',
    '#     args: ["--version"]',
    "#     exitCode: 0",
)


def _files(effects: Sequence[Effect]) -> Iterator[str]:
    """Files that the last COPYs bring, below which nothing runs that could take them away."""
    last = max(
        (at for at, effect in enumerate(effects) if isinstance(effect, Statement)), default=-1
    )
    for effect in effects[last + 1 :]:
        if not isinstance(effect, Transfer) or effect.does != "copy" or effect.parents:
            continue
        folder = effect.destination
        if not _known(folder) or not folder.startswith("/") or not folder.endswith("/"):
            continue
        for source in effect.sources:
            name = posixpath.basename(source)
            if _known(source) and not has_wildcard(source) and _FILE.fullmatch(name):
                yield posixpath.join(folder, name)


def _numbers(ports: Sequence[str]) -> list[str]:
    """The ports as an image has them, each by itself; none where not all are known."""
    found: set[int] = set()
    for port in ports:
        match = _PORT.fullmatch(port) if _known(port) else None
        if match is None:
            return []
        first = int(match[1])
        last = int(match[2] or first)
        if not first <= last <= first + _MOST_PORTS:
            return []
        found.update(range(first, last + 1))
    return [str(port) for port in sorted(found)]


def _known(text: str | None) -> bool:
    return bool(text) and not isinstance(text, Symbolic) and "$" not in (text or "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _list(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=True)
