"""How two plans differ.

Effects are aligned by what they are; what they run under and do is compared field by field.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from dfix.ends import common_ends
from dfix.plan.model import (
    BOUNDARY,
    Boundary,
    Change,
    Config,
    Directory,
    Effect,
    Plan,
    Rejected,
    StagePlan,
    Statement,
    Symbolic,
    Transfer,
)

_SHOWN_AS = {"origin": "from"}
_FIELDS = {
    kind: tuple(name for name in kind.__struct_fields__ if name not in key)
    for kind, key in (
        (Statement, {"text"}),
        (Boundary, set()),
        (Transfer, {"sources", "destination"}),
        (Directory, {"path"}),
        (Rejected, {"text"}),
    )
}

#: Aligning takes up to cubic time: beyond this many pairs, all that differs counts as replaced.
_MOST_PAIRS = 40_000


def difference(before: Plan, after: Plan) -> tuple[Change, ...]:
    """All differences, in the order of the file; empty exactly if the plans are equal."""
    return tuple(_plans(before.stages, after.stages))


def between(before: Sequence[Effect], after: Sequence[Effect]) -> tuple[Change, ...]:
    """How two sequences of effects differ that stand in the same place of a stage."""
    return tuple(_Stage(0, "").effects(before, after))


def stage_label(stage: StagePlan, count: int) -> str:
    """What a stage of a file with `count` stages is called: its name, `final`, or its number."""
    if stage.name is not None:
        return stage.name
    return "final" if stage.index == count - 1 else str(stage.index)


def effect_text(effect: Effect) -> str:
    """An effect as one line."""
    match effect:
        case Statement() | Rejected():
            return effect.text
        case Boundary():
            return BOUNDARY
        case Directory():
            return f"WORKDIR {effect.path}"
        case Transfer():
            documents = [f"<<{each.name}" for each in effect.documents]
            return " ".join((effect.kind, *effect.sources, *documents, effect.destination))


def value_text(value: object) -> str | None:
    """A field's value as one text; None for what is not set."""
    match value:
        case None:
            return None
        case str():
            return str(value)  # a plain text, also of a symbolic one
        case bool():
            return str(value).lower()
        case Mapping():
            return (
                " ".join(f"{name}={value[name]}" for name in sorted(value)) or None
            )  # a variable that only the other side has
        case tuple():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _plans(before: Sequence[StagePlan], after: Sequence[StagePlan]) -> Iterator[Change]:
    for at in range(max(len(before), len(after))):
        if at >= len(after):
            yield Change(at, "stage", before[at].base, None, stage_label(before[at], len(before)))
        elif at >= len(before):
            yield Change(at, "stage", None, after[at].base, stage_label(after[at], len(after)))
        elif before[at] != after[at]:
            yield from _Stage(at, stage_label(before[at], len(before))).changes(
                before[at], after[at]
            )


class _Stage:
    """Writes the changes of one stage."""

    def __init__(self, index: int, label: str) -> None:
        self.index = index
        self.label = label

    def changes(self, before: StagePlan, after: StagePlan) -> Iterator[Change]:
        for name in ("name", "base", "platform"):
            yield from self.field(name, getattr(before, name), getattr(after, name))
        yield from self.effects(before.effects, after.effects)
        if before.config != after.config:
            yield from self.config(before.config, after.config)

    def config(self, before: Config, after: Config) -> Iterator[Change]:
        for name in Config.__struct_fields__:
            old, new = getattr(before, name), getattr(after, name)
            if name in {"env", "labels"}:
                for key in sorted(_differing(old, new)):
                    yield from self.field(f"config.{name}.{key}", old.get(key), new.get(key))
            else:
                yield from self.field(f"config.{name}", old, new)

    def effects(self, before: Sequence[Effect], after: Sequence[Effect]) -> Iterator[Change]:
        """Aligns the effects; equal heads and tails first, for that is what most edits leave.

        A boundary belongs to the effect behind it: it says nothing of its own to align by.
        """
        olds, news = _placed(before), _placed(after)
        # What stands twice on one side goes with the one of the two that is the same in all.
        head = tail = 0
        for alike in (_whole, _unbounded, _keyed):
            inner = [
                [alike(each) for each in side[head : len(side) - tail]] for side in (olds, news)
            ]
            head, tail = (
                at + more for at, more in zip((head, tail), common_ends(*inner), strict=True)
            )
        for one, other in zip(olds[:head], news[:head], strict=True):
            yield from self.pair(one, other)
        blocks = list(_blocks(olds[head : len(olds) - tail], news[head : len(news) - tail]))
        blocks.append((True, olds[len(olds) - tail :], news[len(news) - tail :]))
        gone_at_all = [each for equal, gone, _ in blocks if not equal for each in gone]
        moved = 0  # a boundary that stands in front of what is left of a RUN, with its head gone
        for at, (equal, gone, come) in enumerate(blocks):
            if equal:
                for one, other in zip(gone, come, strict=True):
                    yield from self.pair(one, other, moved=bool(moved))
                    moved = 0
            else:
                moved = _moved(gone, come, blocks[at + 1][1:])
                yield from self.replaced(gone, come, moved)
                if not _are_pairs(gone, come):
                    yield from self.details(gone, come, gone_at_all, after)

    def pair(self, one: "_Placed", other: "_Placed", *, moved: bool = False) -> Iterator[Change]:
        """Two effects that are the same one; `moved` where its boundary only came from another."""
        if not moved:
            if one.bounded and not other.bounded:
                yield self.change("boundary", BOUNDARY, None, one.at - 1)
            elif other.bounded and not one.bounded:
                yield self.change("boundary", None, BOUNDARY, other.at - 1)
        yield from self.fields(one.at, one.effect, other.effect)

    def replaced(
        self, olds: Sequence["_Placed"], news: Sequence["_Placed"], moved: int = 0
    ) -> Iterator[Change]:
        """Effects that gave way to others: one by one where they are of the same kinds.

        `moved` is 1 for a boundary of the old side that what follows has now, -1 for the reverse.
        """
        if _are_pairs(olds, news):
            for one, other in zip(olds, news, strict=True):
                old, new = effect_text(one.effect), effect_text(other.effect)
                yield self.change("effect", old, new, one.at)
                yield from self.pair(one, other)
            return
        # Of the boundaries within, only those that are surplus on one side came or went.
        kept = min(sum(each.bounded for each in side) for side in (olds, news))
        for at in [each.at - 1 for each in olds if each.bounded][kept + max(moved, 0) :]:
            yield self.change("boundary", BOUNDARY, None, at)
        for one in olds:
            yield self.change("effect", effect_text(one.effect), None, one.at)
        for at in [each.at - 1 for each in news if each.bounded][kept + max(-moved, 0) :]:
            yield self.change("boundary", None, BOUNDARY, at)
        for other in news:
            yield self.change("effect", None, effect_text(other.effect), other.at)

    def details(
        self,
        olds: Sequence["_Placed"],
        news: Sequence["_Placed"],
        gone: Sequence["_Placed"],
        after: Sequence[Effect],
    ) -> Iterator[Change]:
        """What effects came with that nothing had in whose place they are, their texts aside.

        `gone` is all that is gone from the stage: an effect may only have moved.
        """
        for new in news:
            effect = new.effect
            same = [each.effect for each in gone if _key(each.effect) == _key(effect)]
            if isinstance(effect, Statement):
                before = [each.effect for each in olds if isinstance(each.effect, Statement)]
                before = before or [each for each in same if isinstance(each, Statement)]
                for name in ("flags", "user", "shell") if before else ("flags",):
                    known = [getattr(each, name) for each in before]
                    if not known:
                        known = [*_flags_beside(new.at, {each.at for each in news}, after), ()]
                    if getattr(effect, name) not in known:
                        yield from self.field(
                            f"effect.{name}", known[-1], getattr(effect, name), new.at
                        )
            elif isinstance(effect, Transfer) and effect not in same:
                plain = Transfer(effect.kind, effect.sources, effect.destination, effect.does)
                yield from self.fields(new.at, same[-1] if same else plain, effect)

    def fields(self, at: int, before: Effect, after: Effect) -> Iterator[Change]:
        if before == after:
            return
        for name in _FIELDS[type(before)]:
            old, new = getattr(before, name), getattr(after, name)
            if isinstance(old, Mapping) and old != new:
                names = _differing(old, new)
                old = {key: old[key] for key in names if key in old}
                new = {key: new[key] for key in names if key in new}
            yield from self.field(f"effect.{_SHOWN_AS.get(name, name)}", old, new, at)

    def field(self, item: str, old: object, new: object, at: int | None = None) -> Iterator[Change]:
        if old is not new and old != new:
            one, other = value_text(old), value_text(new)
            if one == other:
                # They look alike, and are not: one is a known text, the other stands for something.
                one, other = _marked(one, old), _marked(other, new)
            yield self.change(item, one, other, at)

    def change(self, item: str, old: str | None, new: str | None, at: int | None = None) -> Change:
        return Change(self.index, item, old, new, self.label, at)


_Block = tuple[bool, Sequence["_Placed"], Sequence["_Placed"]]


def _blocks(olds: Sequence["_Placed"], news: Sequence["_Placed"]) -> Iterator[_Block]:
    """Runs of effects that are equal, or that gave way to others."""
    if not olds or not news or len(olds) * len(news) > _MOST_PAIRS:
        if olds or news:
            yield False, olds, news
        return
    keys = [_key(each.effect) for each in olds], [_key(each.effect) for each in news]
    for tag, first, last, start, end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        yield tag == "equal", olds[first:last], news[start:end]


def _flags_beside(at: int, new: set[int], after: Sequence[Effect]) -> Iterator[tuple[str, ...]]:
    """The flags of what stands in the same RUN and is not new."""
    for step in (-1, 1):
        place = at + step
        while place in new and isinstance(after[place], Statement):
            place += step
        if 0 <= place < len(after) and isinstance(found := after[place], Statement):
            yield found.flags


def _are_pairs(olds: Sequence["_Placed"], news: Sequence["_Placed"]) -> bool:
    """Whether effects gave way to others of their kinds, one by one."""
    return [type(each.effect) for each in olds] == [type(each.effect) for each in news]


def _moved(
    olds: Sequence["_Placed"],
    news: Sequence["_Placed"],
    following: tuple[Sequence["_Placed"], Sequence["_Placed"]],
) -> int:
    """1 where the boundary of an old head of a RUN is now that of what follows, -1 for the reverse."""
    if not following[0] or not following[1]:
        return 0
    surplus = sum(each.bounded for each in olds) - sum(each.bounded for each in news)
    old, new = following[0][0].bounded, following[1][0].bounded
    if surplus > 0 and new and not old and len(olds) != len(news):
        return 1
    if surplus < 0 and old and not new and len(olds) != len(news):
        return -1
    return 0


def _marked(text: str | None, value: object) -> str:
    parts: Iterable[object] = (value,)
    if isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, tuple):
        parts = value
    symbolic = any(isinstance(part, Symbolic) for part in parts)
    return f"{text} ({'symbolic' if symbolic else 'literal'})"


class _Placed(Struct, frozen=True):
    """An effect with its place, and whether a boundary stands in front of it."""

    at: int
    effect: Effect
    bounded: bool


def _placed(effects: Sequence[Effect]) -> list[_Placed]:
    """The effects without the boundaries."""
    return [
        _Placed(at, effect, at > 0 and isinstance(effects[at - 1], Boundary))
        for at, effect in enumerate(effects)
        if not isinstance(effect, Boundary)
    ]


def _whole(placed: _Placed) -> object:
    return placed.effect, placed.bounded


def _unbounded(placed: _Placed) -> object:
    return placed.effect


def _keyed(placed: _Placed) -> object:
    return _key(placed.effect)


def _key(effect: Effect) -> tuple[object, ...]:
    """What makes an effect the same one in two plans."""
    match effect:
        case Statement() | Rejected():
            return type(effect), effect.text
        case Directory():
            return Directory, effect.path
        case Transfer():
            return Transfer, effect.sources, effect.destination
        case Boundary():
            raise TypeError("a boundary is no effect to align by")


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    """The names whose values differ."""
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
