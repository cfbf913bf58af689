"""The files of a program of node, as far as the build context shows them."""

import json
import posixpath
from collections.abc import Iterator

from dfix import Facts, Stage, regex
from dfix.facts.contents import text_of

#: Files of the program itself, as one names the other; packages are named without a dot in front.
_OWN = regex(
    r"""(?:\b(?:require|import)\s*\(\s*|\b(?:from|import)\s*)["'`](\.{1,2}(?:/[^"'`$\n]*)?)["'`]"""
)
_ENDINGS = ("", ".js", ".mjs", ".cjs", ".json", "/index.js", "/index.mjs")
TOO_MANY = "the program has more files than are looked at"
#: More files than are looked at for one question.
_MOST = 200
_MOST_NAMED = 1000


def own_texts(facts: Facts, stage: Stage, path: str) -> Iterator[tuple[str, str | None]]:
    """The file at the absolute `path`, and the others that it loads: their names and texts.

    What cannot be read is passed by. A folder stands for the file that its package.json names. Where
    there are more files than are looked at, the last one has no text.
    """
    waiting = [path]
    asked = {path}
    seen: set[str] = set()
    while waiting and len(seen) < _MOST:
        found = _read(facts, stage, waiting.pop())
        if found is None or found[0] in seen:
            continue
        at, text = found
        seen.add(at)
        yield at, text
        folder = posixpath.dirname(at)
        for each in _OWN.findall(text):
            further = posixpath.normpath(posixpath.join(folder, each))
            if further not in asked and len(asked) < _MOST_NAMED:
                asked.add(further)
                waiting.append(further)
    if waiting or len(asked) == _MOST_NAMED:
        yield path, None


def _read(facts: Facts, stage: Stage, path: str) -> tuple[str, str] | None:
    """The file that a path leads to, as node completes it, and its text."""
    package = text_of(facts, stage, posixpath.join(path, "package.json"))
    try:
        main = json.loads(package or "{}").get("main")
    except (ValueError, AttributeError, RecursionError):
        main = None
    named = [posixpath.normpath(posixpath.join(path, main))] if isinstance(main, str) else []
    for each in (*named, path):
        for ending in _ENDINGS:
            text = text_of(facts, stage, f"{each}{ending}")
            if text is not None:
                return f"{each}{ending}", text
    return None
