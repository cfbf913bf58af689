"""Renaming a stage, so that the build stays what it is.

Where the builder looks for a stage's name: `dispatchStages` of
https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dfix.check import problems
from dfix.facts import Facts
from dfix.facts.stages import origins
from dfix.lsp.edits import Edit, applied
from dfix.lsp.subject import Declined, Mention
from dfix.nodes import Dockerfile, Onbuild, Stage
from dfix.orchestrators import scan
from dfix.parser import parse
from dfix.plan import plan
from dfix.text import Span, encode
from dfix.worktree import work_tree_root

#: `validStageName` of BuildKit's `frontend/dockerfile/instructions/parse.go`.
_NAME = re.compile(r"[a-z][a-z0-9._-]*")
_RESERVED = ("scratch", "context")
_VARIABLE = re.compile(r"\$\{[^}]*\}+|\$\w*")


def mention_at(tree: Dockerfile, offset: int) -> Mention:
    """The name of a stage at an offset. Raises Declined where there is none that can be changed."""
    facts = Facts(tree)
    for stage in tree.stages:
        if stage.name is None:
            continue
        for span in _mentions(facts, stage, lenient=True):
            if span.start <= offset <= span.end:
                return Mention(span.start, span.end, stage.name)
    raise Declined("here is no name of a stage")


def renamed(
    tree: Dockerfile, offset: int, name: str, path: Path | None, roots: Sequence[Path] = ()
) -> list[Edit]:
    """What gives the stage that is named at `offset` another name.

    `path` is where the file lies; Compose and Bake files of its work tree, or else of the one of `roots`
    that it lies in, may speak of it. Raises Declined.
    """
    mention = mention_at(tree, offset)
    if name == mention.name:
        return []
    facts = Facts(tree)
    stage = _the_one(tree, mention.name)
    _judge(facts, stage, name)
    _look_for_variables(facts, stage, name)
    _ask_around(path, roots, mention.name)
    edits = [Edit(span.start, span.end, name) for span in sorted(_mentions(facts, stage))]
    _compare(tree, stage, parse(encode(applied(tree.text, edits))))
    return edits


def _the_one(tree: Dockerfile, name: str) -> Stage:
    named = [stage for stage in tree.stages if stage.name == name]
    if len(named) > 1:
        raise Declined(f"{len(named)} stages are called {name}: which one is meant cannot be told")
    return named[0]


def _judge(facts: Facts, stage: Stage, name: str) -> None:
    """Raises Declined for a name that the stage cannot have."""
    if name != name.lower() and _NAME.fullmatch(name.lower()):
        raise Declined("names of stages are written in small letters")
    if not _NAME.fullmatch(name):
        raise Declined("a name begins with a letter, and has letters, digits, `.`, `_` and `-`")
    if name in _RESERVED:
        raise Declined(f"{name} means something else to the builder")
    for other in facts.tree.stages:
        if other is not stage and other.name == name:
            raise Declined(f"another stage is called {name}")
    for image in _images(facts):
        if image.lower() == name:
            raise Declined(
                f"the file takes something from the image {image}, which that would hide"
            )


def _look_for_variables(facts: Facts, stage: Stage, name: str) -> None:
    """Raises Declined where a variable may hold the old name or the new one."""
    below = [each.start.image for each in facts.tree.stages[stage.index + 1 :]]
    for written in (*below, *_origins(facts)):
        if "$" in written:
            shape = ".*".join(re.escape(each) for each in _VARIABLE.split(written))
            if any(re.fullmatch(shape, each, re.IGNORECASE) for each in (stage.name or "", name)):
                raise Declined(f"a variable may hold the name: {written}")


def _origins(facts: Facts) -> Iterator[str]:
    """What instructions take files from, as written."""
    for outer in facts.tree.instructions:
        inner = outer.instruction if isinstance(outer, Onbuild) else outer
        for _, written in origins(inner) if inner is not None else ():
            yield written


def _images(facts: Facts) -> Iterator[str]:
    """What stands where a stage or an image can be named, and is no stage."""
    own = {stage.name for stage in facts.tree.stages}
    for stage in facts.tree.stages:
        if facts.stages.parent(stage) is None:
            yield stage.start.image
    for written in _origins(facts):
        if written.lower() not in own:
            yield written


def _ask_around(path: Path | None, roots: Sequence[Path], name: str) -> None:
    """Raises Declined where a file beside it builds the stage by its name."""
    if path is None:
        return
    real = Path(os.path.realpath(path))
    inside = next((root for root in roots if real.is_relative_to(root)), None)
    tree = work_tree_root(path.parent) or inside
    for entry in scan(tree or path.parent, deep=tree is not None).naming(path):
        if entry.target is not None and entry.target.lower() == name:
            raise Declined(f"{entry.source.name} builds the target {name}: change it there first")


def _mentions(facts: Facts, stage: Stage, *, lenient: bool = False) -> Iterator[Span]:
    """Where a stage is named, by AS first.

    Raises Declined for a mention that is not a plain one, which is passed over if `lenient`.
    """
    word = stage.start.words[2]
    if word.joined is None and word.text.lower() == stage.name:
        yield facts.positions.span(word)
    elif not lenient:
        raise Declined("the name is not written in one piece")
    for child in facts.stages.children(stage):
        base = child.start.words[0]
        if base.joined is None and base.text == stage.name:
            yield facts.positions.span(base)
        elif not lenient:
            raise Declined(f"the name is not written in one piece in `FROM {child.start.image}`")
    for outer in facts.tree.instructions:
        inner = outer.instruction if isinstance(outer, Onbuild) else outer
        for flag, written in origins(inner) if inner is not None else ():
            if written.lower() != stage.name:
                continue
            places = list(re.finditer(rf"(?<=from=){re.escape(written)}(?![^,])", flag.text))
            if isinstance(outer, Onbuild):
                if not lenient:
                    raise Declined("an ONBUILD speaks of the name, perhaps to another file's build")
            elif flag.joined is None and len(places) == 1:
                start = facts.positions.span(flag).start
                yield Span(places[0].start(), places[0].end()).shifted(start)
            elif not lenient:
                raise Declined(f"the name is not written in one piece in `{flag.value}`")


def _compare(before: Dockerfile, stage: Stage, after: Dockerfile) -> None:
    """Raises Declined where a build of `after` would be another one."""
    if [each.line for each in problems(before)] != [each.line for each in problems(after)]:
        raise Declined("the builder would refuse the file with that name")
    for given in (False, True):
        changes = plan(before, given=given).difference(plan(after, given=given))
        for change in changes:
            if (change.stage, change.item) != (stage.index, "name"):
                raise Declined(
                    f"the build would differ in {change.path}: a variable may hold the name"
                )
