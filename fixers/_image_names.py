"""Where the name of an image is written: in one piece, or in the default of a build argument."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from dfix import (
    Arg,
    Change,
    Copy,
    Facts,
    Flag,
    From,
    ImageReference,
    Instruction,
    Node,
    Onbuild,
    Pair,
    Run,
    Word,
    regex,
)
from dfix.facts.statements import mounting_from
from dfix.facts.variables import PLATFORM_ARGUMENTS, PREDEFINED

#: An image that is one variable, or whose tag is one, and nothing else is.
_ONE_VARIABLE = regex(
    r"""(?P<quote>"?)(?:(?P<image>[\w./:-]+):)?
    \$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})(?P=quote)""",
    re.VERBOSE,
)
_DEFAULT = regex(r"""(?P<quote>["']?)(?P<text>[\w./:@-]*)(?P=quote)""")


class InOnePiece(Struct, frozen=True):
    """A name that stands in a word or a flag as it is."""

    facts: Facts
    node: From | Copy | Run
    leaf: Word | Flag
    name: str

    def changes(self, new: ImageReference) -> Mapping[Node, Node]:
        """What puts another image in its place."""
        place = _place(self.node, self.name)
        return {self.leaf: self.leaf.with_changes(text=place.sub(rf"\g<1>{new}", self.leaf.text))}

    def expects(self, new: ImageReference) -> tuple[Change, ...]:
        """What that changes of the build."""
        node, leaf = self.node, self.leaf
        if isinstance(node, Run) and isinstance(leaf, Flag):
            return mounting_from(self.facts, node, node.flags.index(leaf), self.name, new.code)
        stage = self.facts.stages.holding(node)
        item = "base" if isinstance(node, From) else "effect.from"
        return (Change(stage.index if stage else 0, item, self.name, new.code),)


class InDefault(Struct, frozen=True):
    """A name of which the default of an argument is all, or the tag; `froms` are all that use it."""

    facts: Facts
    pair: Pair
    part: Literal["image", "tag"]
    froms: tuple[From, ...]
    name: str

    def changes(self, new: ImageReference) -> Mapping[Node, Node]:
        """What puts another image in its place. The words of the FROMs stay: they count as looked at."""
        found = _DEFAULT.fullmatch(self.pair.assigned or "")
        assert found is not None, "the default was read before"
        value = new.code if self.part == "image" else new.tag
        text = f"{self.pair.key}={found['quote']}{value}{found['quote']}"
        changes: dict[Node, Node] = {each.words[0]: each.words[0] for each in self.froms}
        return {self.pair: self.pair.with_changes(text=text), **changes}

    def expects(self, new: ImageReference) -> tuple[Change, ...]:
        """What that changes of the build."""
        stages = (self.facts.stages.holding(each) for each in self.froms)
        return tuple(Change(each.index, "base", self.name, new.code) for each in stages if each)


def written(
    facts: Facts, node: From | Copy | Run, leaf: Word | Flag, name: str
) -> InOnePiece | InDefault | str:
    """Where the name of an image stands that a leaf of `node` comes to, or why it is not told."""
    place = _place(node, name)
    if "$" in leaf.value and not place.search(leaf.value):
        if isinstance(node, From) and leaf.joined is None:
            return _in_default(facts, node, name)
        return _from_a_variable(name)
    if leaf.joined is not None or len(place.findall(leaf.text)) != 1:
        return "the name is not written in one piece"
    return InOnePiece(facts, node, leaf, name)


def _place(node: From | Copy | Run, name: str) -> re.Pattern[str]:
    before = "^" if isinstance(node, From) else "(?i:from)="
    return re.compile(f"({before}[\"']?){re.escape(name)}(?![\\w./:@$-])")


def _from_a_variable(name: str) -> str:
    return f"the name comes from a variable; by default it is {name}"


def _in_default(facts: Facts, node: From, name: str) -> InDefault | str:
    """The argument whose default decides on the image of `node`, and on nothing else in the file."""
    variable = _variable(node)
    if variable is None:
        return _from_a_variable(name)
    argument, part = variable
    if argument in PLATFORM_ARGUMENTS | PREDEFINED or argument.startswith("BUILDKIT_"):
        return f"{argument} is an argument of the builder's own"
    pairs = [
        pair
        for each in facts.tree.global_args
        if isinstance(each, Arg)
        for pair in each.pairs
        if pair.key == argument
    ]
    if len(pairs) != 1:
        return f"{argument} is declared {len(pairs)} times above the first FROM"
    found = None if pairs[0].joined is not None else _DEFAULT.fullmatch(pairs[0].assigned or "")
    image = ImageReference.parse(name)
    if found is None or image is None or found["text"] != (name if part == "image" else image.tag):
        return f"the default of {argument} is not written in one piece"
    froms: list[From] = []
    for each in facts.tree.instructions:
        if any(pair.key == argument and pair is not pairs[0] for pair in _declared(each)):
            return f"a stage declares {argument}, too: what it is for there is not known"
        mentions = _mentions(each, argument)
        if not mentions:
            continue
        same = isinstance(each, From) and mentions == 1 and _variable(each) == variable
        base = facts.plan.stage_of(each)
        if not isinstance(each, From) or not same or base is None or base.base != name:
            return (
                f"{argument} decides on more than this image: line {facts.positions.lines(each)[0]}"
            )
        if facts.bases.is_windows(each):
            return "it may be an image for Windows, where a tag can name another one"
        froms.append(each)
    passed = facts.surroundings.passed
    if passed is not None and (file := passed(argument)) is not None:
        return f"{file} gives builds a {argument} of its own, or may do so"
    return InDefault(facts, pairs[0], part, tuple(froms), name)


def _variable(node: From) -> tuple[str, Literal["image", "tag"]] | None:
    """The one variable that the image of a FROM, or its tag, is made of."""
    found = _ONE_VARIABLE.fullmatch(node.words[0].value) if node.words else None
    if found is None:
        return None
    return found["bare"] or found["braced"], "tag" if found["image"] else "image"


def _declared(instruction: Instruction) -> tuple[Pair, ...]:
    inner = instruction.instruction if isinstance(instruction, Onbuild) else instruction
    return inner.pairs if isinstance(inner, Arg) else ()


def _mentions(instruction: Instruction, argument: str) -> int:
    """How often an instruction, without the comments above it, names a variable."""
    text = "".join(
        each.code for each in instruction.children if each not in instruction.leading_lines
    )
    return len(re.findall(rf"\$\{{?{re.escape(argument)}(?!\w)", text))
