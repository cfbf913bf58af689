"""Plans and their differences, for people and as data for JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from dfix.plan.difference import effect_text, stage_label, value_text
from dfix.plan.model import Boundary, Change, Config, Document, Effect, Plan, StagePlan, Statement

_KINDS = {
    "Statement": "run",
    "Boundary": "boundary",
    "Transfer": "transfer",
    "Directory": "workdir",
    "Rejected": "rejected",
}
#: What a statement runs under, and what is told of it only where it changes.
_SURROUNDINGS = ("cwd", "user", "shell", "flags", "options", "umask", "variables", "after")


def plan_text(plan: Plan) -> str:
    """A plan as lines for people."""
    lines: list[str] = []
    for stage in plan.stages:
        lines += _stage_lines(stage, len(plan.stages))
    return "".join(f"{line}\n" for line in lines)


def plan_data(plan: Plan) -> dict[str, object]:
    """A plan as JSON can take it."""
    return {
        "stages": [
            {
                "index": stage.index,
                "name": stage.name,
                "base": stage.base,
                "platform": stage.platform,
                "effects": [_effect_data(effect) for effect in stage.effects],
                "config": _data(stage.config),
            }
            for stage in plan.stages
        ]
    }


def changes_text(changes: Sequence[Change]) -> str:
    """Differences as lines for people; `-` for what is removed, `+` added, `~` changed.

    One that several effects share is told once.
    """
    alike: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        shared = change.item.startswith("effect.")
        key = (change.stage, change.item, change.old, change.new)
        alike.setdefault(key if shared else (change.path, *key), []).append(change)
    lines: list[str] = []
    for group in alike.values():
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        lines += _change_lines(group[0], more)
    return "".join(f"{line}\n" for line in lines)


def changes_data(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Differences as JSON can take them."""
    return [
        {
            "path": change.path,
            "stage": change.stage,
            "item": change.item,
            "old": change.old,
            "new": change.new,
        }
        for change in changes
    ]


def _change_lines(change: Change, more: str) -> Iterator[str]:
    path = change.path + more
    if change.old is not None and change.new is not None:
        yield f"~ {path}:"
        yield f"    {_one_line(change.old)}"
        yield f" -> {_one_line(change.new)}"
    elif change.old is not None:
        yield f"- {path}: {_one_line(change.old)}"
    else:
        yield f"+ {path}: {_one_line(change.new or '')}"


def _stage_lines(stage: StagePlan, count: int) -> Iterator[str]:
    platform = f" for {stage.platform}" if stage.platform else ""
    yield f"stage {stage.index}, {stage_label(stage, count)}: from {stage.base}{platform}"
    before: Statement | None = None
    for at, effect in enumerate(stage.effects):
        if isinstance(effect, Boundary):
            yield f"  [{at}] ----"
            continue
        if isinstance(effect, Statement):
            for line in _surroundings(before, effect):
                yield f"      {line}"
            before = effect
        yield f"  [{at}] {_kind(effect)} {_one_line(effect_text(effect))}{_remark(effect)}"
    for name in Config.__struct_fields__:
        value = getattr(stage.config, name)
        if isinstance(value, Mapping):
            for key, text in value.items():
                yield f"  {name}.{key} = {_one_line(text)}"
        elif value is not None and value != ():
            yield f"  {name} = {_one_line(value_text(value) or '')}"
        elif value == () and name in {"cmd", "entrypoint"}:
            yield f"  {name} = none"


def _kind(effect: Effect) -> str:
    return "RUN" if isinstance(effect, Statement) else "->"


def _remark(effect: Effect) -> str:
    """What is worth telling of an effect beside its text."""
    if isinstance(effect, Statement):
        told = [] if effect.failure == "aborts" else [f"failure {effect.failure}"]
        if effect.inside == "ignored":
            told.append("failures inside ignored")
        return f"  ({'; '.join(told)})" if told else ""
    fields = (
        (name, getattr(effect, name))
        for name in effect.__struct_fields__
        if name not in {"kind", "sources", "destination", "path", "text", "documents"}
    )
    told = [
        f"{name}={value_text(value)}" for name, value in fields if value not in (None, False, ())
    ]
    return f"  ({', '.join(told)})" if told else ""


def _surroundings(before: Statement | None, now: Statement) -> Iterator[str]:
    """What a statement runs under, as far as it differs from the one before."""
    for name in _SURROUNDINGS:
        value = getattr(now, name)
        if before is not None and getattr(before, name) == value:
            continue
        if before is not None or value not in (None, ()):
            yield f"{name}: {_one_line(value_text(value) or 'of the base')}"
    known = {} if before is None else before.env
    for key, text in now.env.items():
        if known.get(key) != text:
            yield f"env: {key}={_one_line(text)}"
    for key in known.keys() - now.env.keys():
        yield f"env: {key} unset"


def _one_line(text: str) -> str:
    return (text or '""').replace("\n", "\\n").replace("\r", "\\r")


def _effect_data(effect: Effect) -> dict[str, object]:
    data = _data(effect)
    return {"effect": _KINDS[type(effect).__name__], **data}


def _data(value: Effect | Config) -> dict[str, object]:
    data = structs.asdict(value)
    plain: dict[str, object] = json.loads(json.dumps(data, default=_plain))
    return plain


def _plain(value: Mapping[str, str] | Document) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else structs.asdict(value)
