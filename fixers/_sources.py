"""What the sources of a program show, where the build context has them: that it writes, or needs root."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from dfix import Facts, Stage
from dfix.facts.contents import program_path, text_of, workdir_of
from dfix.facts.placements import Placement, placements
from dfix.facts.runtime import Program

from ._handed_over import HandedOver
from ._program_files import Target, target_of
from ._source_signs import COMPILED, JVM, NET, NODE, PHP, PYTHON, RUBY, Language, Sign, signs

#: Languages by the program that runs their sources, and by the endings of scripts.
_BY_PROGRAM = (
    (r"(?:python|pypy)[0-9.]*|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|flask", PYTHON),
    (r"node(?:js)?|bun|deno", NODE),
    (r"ruby[0-9.]*", RUBY),
    (r"php[0-9.]*", PHP),
    (r"java", JVM),
    (r"dotnet", NET),
)
_BY_ENDING = {".py": PYTHON, ".rb": RUBY, ".php": PHP, ".js": NODE, ".mjs": NODE, ".cjs": NODE}
_BY_FIRST_LINE = ((r"python", PYTHON), (r"node|deno|bun", NODE), (r"ruby", RUBY), (r"php", PHP))
_STAGES = 20


def objection(facts: Facts, stage: Stage, found: Program, given: HandedOver) -> str | None:
    """What the sources of the program say against running it without root; None where they do not.

    `given` is what the account is given: where a source leaves open what it writes, that is taken for it.
    """
    evidence = facts.surroundings.evidence
    target = target_of(found.words)
    if evidence is None or isinstance(target, str):
        return None
    language = _language(facts, stage, found, target)
    sources = tuple(dict.fromkeys(_sources(facts, stage, target)))
    workdir = workdir_of(facts, stage) or "/"
    for path, text in evidence.texts_below(sources, language.is_source):
        if text is None:
            return "there are too many sources to see whether the program writes files"
        for sign in signs(language, text):
            if sign.root:
                return f"{path} has `{sign.said}`, which is of use to root alone"
            if not _is_given(sign, workdir, given):
                return f"{path} has `{sign.said}`: the program may write files"
    return None


def _is_given(sign: Sign, workdir: str, given: HandedOver) -> bool:
    """Whether what is written may be in what the account is given."""
    if not given.made and not given.copied:
        return False
    paths = [each for each in sign.paths if "/" in each or "." in each]
    return not paths or any(given.holds(posixpath.join(workdir, each)) for each in paths)


def _language(facts: Facts, stage: Stage, found: Program, target: Target) -> Language:
    name = posixpath.basename(found.words[0] or "")
    for pattern, language in _BY_PROGRAM:
        if re.fullmatch(pattern, name):
            return language
    ending = posixpath.splitext(target.path)[1]
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    path = program_path(facts, stage, target.path)
    text = (text_of(facts, stage, path) if path is not None else None) or ""
    first = text.partition("\n")[0] if text.startswith("#!") else ""
    for pattern, language in _BY_FIRST_LINE:
        if re.search(pattern, first):
            return language
    return COMPILED


def _sources(facts: Facts, stage: Stage, target: Target) -> Iterator[str]:
    """What is copied from the build context for the program: into its stage, and where it is built."""
    path = (program_path(facts, stage, target.path) if target.path else None) or ""
    stages = [stage]
    for at, each in enumerate(stages):
        placed = tuple(placements(facts, each))
        holders = [one for one in placed if path and one.holds(path)] if not at else []
        for one in placed:
            if one.origin is None and one.image is None:
                yield from _named(one)
            elif one.origin is None or one.origin in stages or len(stages) == _STAGES:
                continue
            elif not holders or one is holders[-1]:
                stages.append(one.origin)


def _named(placement: Placement) -> Sequence[str]:
    """The sources of a COPY that are plain names."""
    if placement.node.heredocs or placement.does == "fetch":
        return ()
    return tuple(each for each in placement.node.sources if "$" not in each and "://" not in each)
