"""How two plans differ.

Effects are aligned by what they are; what they run under and do is compared field by field.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

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
    kind: tuple(name for name in kind.__slots__ if name not in key)
    for kind, key in (
        (Statement, {"text"}),
        (Boundary, set()),
        (Transfer, {"sources", "destination"}),
        (Directory, {"path"}),
        (Rejected, {"text"}),
    )
}


def difference(before: Plan, after: Plan) -> tuple[Change, ...]:
    """All differences, in the order of the file; empty exactly if the plans are equal."""
    return tuple(_plans(before.stages, after.stages))


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
        case None | "":
            return None
        case str():
            return value
        case bool():
            return str(value).lower()
        case Mapping():
            return " ".join(f"{name}={value[name]}" for name in sorted(value)) or None
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
        for name in Config.__slots__:
            old, new = getattr(before, name), getattr(after, name)
            if name in {"env", "labels"}:
                for key in sorted(_differing(old, new)):
                    yield from self.field(f"config.{name}.{key}", old.get(key), new.get(key))
            else:
                yield from self.field(f"config.{name}", old, new)

    def effects(self, before: Sequence[Effect], after: Sequence[Effect]) -> Iterator[Change]:
        """Aligns the effects; equal heads and tails first, for that is what most edits leave."""
        old, new = [_key(each) for each in before], [_key(each) for each in after]
        shorter = min(len(old), len(new))
        head = 0
        while head < shorter and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        matcher = SequenceMatcher(
            None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
        )
        for at in range(head):
            yield from self.fields(at, before[at], after[at])
        for tag, first, last, start, end in matcher.get_opcodes():
            olds = list(enumerate(before[head + first : head + last], head + first))
            news = list(enumerate(after[head + start : head + end], head + start))
            if tag == "equal":
                for (at, one), (_, other) in zip(olds, news, strict=True):
                    yield from self.fields(at, one, other)
            else:
                yield from self.replaced(olds, news)
        for at in range(tail, 0, -1):
            yield from self.fields(len(old) - at, before[-at], after[-at])

    def replaced(
        self, olds: Sequence[tuple[int, Effect]], news: Sequence[tuple[int, Effect]]
    ) -> Iterator[Change]:
        """Effects that gave way to others: one by one where they are of the same kinds."""
        if [type(each) for _, each in olds] == [type(each) for _, each in news]:
            for (at, one), (_, other) in zip(olds, news, strict=True):
                yield self.change("effect", effect_text(one), effect_text(other), at)
                yield from self.fields(at, one, other)
            return
        for at, one in olds:
            item = "boundary" if isinstance(one, Boundary) else "effect"
            yield self.change(item, effect_text(one), None, at)
        for at, other in news:
            item = "boundary" if isinstance(other, Boundary) else "effect"
            yield self.change(item, None, effect_text(other), at)

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
            yield self.change(item, value_text(old), value_text(new), at)

    def change(self, item: str, old: str | None, new: str | None, at: int | None = None) -> Change:
        """A change; what looks alike and is not, since one is not known, is told apart."""
        if old == new and old is not None:
            old, new = f"{old} (one of them", f"{new} is unknown)"
        return Change(self.index, item, old, new, self.label, at)


def _key(effect: Effect) -> tuple[object, ...]:
    """What makes an effect the same one in two plans."""
    match effect:
        case Statement() | Rejected():
            return type(effect), effect.text
        case Directory():
            return Directory, effect.path
        case Transfer():
            return Transfer, effect.sources, effect.destination
    return (Boundary,)


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    """The names whose values differ."""
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
