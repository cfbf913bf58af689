"""Spoiling what a real fixer proposes: one character or one word of it, or of a line beside it."""

from collections.abc import Mapping
from random import Random
from typing import Any

from msgspec.structs import replace

from dfix import Fix, Fixer, Insert, Remove
from dfix.nodes import Heredoc, Instruction, Leaf, Line, Node

#: Characters that mean something to somebody.
_SIGNS = "\\\"'$`#{}[]()&|;<>=,:@/ \t\n\rax0-.é\udcff"


def corrupted(kind: type[Fixer], random: Random, originals: dict[Fix, Fix]) -> type[Fixer]:
    """The fixer with each of its proposals spoilt; `originals` gets what it had proposed."""

    class Corrupted(kind):  # type: ignore[misc, valid-type]
        def fix(self, node: Node, changes: Mapping[Node, Any], **more: Any) -> None:
            super().fix(node, changes, **more)
            fix = self.proposals.pop()
            spoilt = replace(fix, changes=self._spoilt(fix))
            originals[spoilt] = fix
            self.proposals.append(spoilt)

        def _spoilt(self, fix: Fix) -> dict[Node, Any]:
            changes: dict[Node, Any] = dict(fix.changes)
            places = [each for each, new in changes.items() if not isinstance(new, Remove)]
            others = [each for each in self.facts.tree.instructions if each not in changes]
            if others and (not places or random.random() < 0.2):
                stray = random.choice(others)
                # Where a leaf of it is changed already, that would be lost: an error of the spoiling.
                if not any(each in changes for each in stray.walk()):
                    changes[stray] = _spoilt_node(stray, random)
                    return changes
            if places:
                place = random.choice(places)
                new = changes[place]
                if isinstance(new, Insert):
                    changes[place] = _spoilt_insert(new, random)
                else:
                    changes[place] = _spoilt_node(new, random)
            return changes

    Corrupted.name = kind.name
    Corrupted.__doc__ = kind.__doc__
    return Corrupted


def _spoilt_insert(insert: Insert, random: Random) -> Insert:
    inserted = [*insert.above, *insert.below] + ([insert.node] if insert.node else [])
    if not inserted:
        return insert
    chosen = random.choice(inserted)
    new = _spoilt_node(chosen, random)
    assert isinstance(new, Instruction)

    def swapped(each: Instruction) -> Instruction:
        return new if each is chosen else each

    return Insert(
        tuple(map(swapped, insert.above)),
        swapped(insert.node) if insert.node else None,
        tuple(map(swapped, insert.below)),
    )


def _spoilt_node(node: Node, random: Random) -> Node:
    """The node with the text of one leaf spoilt."""
    leaves = [each for each in node.walk() if isinstance(each, Leaf | Line | Heredoc)]
    weights = [1 + len(each.code) for each in leaves]
    (chosen,) = random.choices(leaves, weights)
    new: Node
    if isinstance(chosen, Heredoc):
        new = chosen.with_changes(body=_spoilt_text(chosen.body, random))
    elif random.random() < 0.2:
        new = chosen.with_changes(prefix=_spoilt_text(chosen.prefix, random))
    elif isinstance(chosen, Leaf):
        new = chosen.with_changes(text=_spoilt_text(chosen.text or "", random), joined=None)
    else:
        new = chosen.with_changes(text=_spoilt_text(chosen.text, random))
    return _with(node, chosen, new)


def _with(node: Node, old: Node, new: Node) -> Node:
    """The node with `new` in the place of `old`, which is below it or itself."""
    if node is old:
        return new
    fields: dict[str, object] = {}
    for name in node.parts:
        value = getattr(node, name)
        if isinstance(value, tuple):
            fields[name] = tuple(_with(each, old, new) for each in value)
        elif value is not None:
            fields[name] = _with(value, old, new)
    return node.with_changes(**fields) if fields else node


def _spoilt_text(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    words = text.split(" ")
    which = random.randrange(len(words))
    return random.choice(
        [
            text[:at] + random.choice(_SIGNS) + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + random.choice(_SIGNS) + text[at + 1 :],
            text[:at] + text[at : at + 1].swapcase() + text[at + 1 :],
            " ".join(words[:which] + words[which + 1 :]),
            " ".join([*words[: which + 1], *words[which:]]),
            " ".join(words[:which] + words[which + 1 :] + words[which : which + 1]),
        ]
    )
