"""Which statements of the build plan a RUN contributes, and how changing a flag shows in them."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from dfix.nodes import Run, Stage
from dfix.plan import Change, Statement
from dfix.plan.difference import value_text
from dfix.plan.memory import options_of

if TYPE_CHECKING:
    from dfix.facts import Facts


def statements_of(facts: "Facts", run: Run) -> tuple[Statement, ...]:
    """The statements of `run`, in order; empty above the first FROM, and inside an ONBUILD."""
    stage = facts.stages.holding(run)
    if stage is None:
        return ()
    runs = [each for each in stage.instructions if isinstance(each, Run)]
    effects = facts.plan.stages[stage.index].effects
    blocks = [
        tuple(each for each in block if isinstance(each, Statement))
        for is_run, block in groupby(effects, lambda each: isinstance(each, Statement))
        if is_run
    ]
    # What the ONBUILD of a parent runs stands in front: so the blocks count from the end.
    behind = len(runs) - runs.index(run)
    return blocks[-behind] if behind <= len(blocks) else ()


def mounting_from(facts: "Facts", run: Run, at: int, old: str, new: str) -> tuple[Change, ...]:
    """How the plan changes when flag number `at` of `run` mounts from image `new`, not `old`."""
    stage = facts.stages.holding(run)
    place = re.compile(rf"(?i:(?<=[=,])from=){re.escape(old)}(?![^,])")
    changes: list[Change] = []
    for statement in statements_of(facts, run):
        flags = list(map(str, statement.flags))
        flags[at] = place.sub(lambda found: found[0].removesuffix(old) + new, flags[at])
        changes.append(
            Change(
                stage.index if stage else 0,
                "effect.flags",
                value_text(statement.flags),
                value_text(tuple(flags)),
            )
        )
    return tuple(changes)


def no_longer_seen(facts: "Facts", run: Run, name: str, flag: str = "") -> tuple[Change, ...]:
    """How the plan changes when `run` sees no variable `name` any more, and gains a flag, if any.

    That is as its environment begins: a RUN that sets the variable itself is for the caller to tell.
    """
    stage = facts.stages.holding(run)
    index = stage.index if stage else 0
    changes: list[Change] = []
    for each in statements_of(facts, run):
        if name in each.env:
            old = value_text({name: each.env[name]})
            changes.append(Change(index, "effect.env", old, None))
        if flag:
            flags = value_text((*each.flags, flag))
            changes.append(Change(index, "effect.flags", value_text(each.flags), flags))
    return tuple(changes)


def reshelled(
    facts: "Facts",
    stage: Stage,
    argvs: Mapping[Run, tuple[str, ...]],
    default: tuple[str, ...],
    left: tuple[str, ...] | None,
) -> tuple[Change, ...]:
    """How the plan changes when RUNs of `stage` get another SHELL, restored behind them.

    `argvs` has the SHELL of each RUN. Where the base's own was in force, it is `default` in so many
    words from the first of them on, also in the stages that are FROM this one. `left` is what stays
    in force at the end of the stage where nothing is restored.
    """
    return tuple(_reshelled(facts, stage, argvs, default, left))


def _reshelled(
    facts: "Facts",
    stage: Stage,
    argvs: Mapping[Run, tuple[str, ...]],
    default: tuple[str, ...],
    left: tuple[str, ...] | None,
) -> Iterator[Change]:
    begun = False
    for run in stage.instructions:
        if not isinstance(run, Run):
            continue
        begun = begun or run in argvs
        for each in statements_of(facts, run):
            if run in argvs:
                yield from _under(stage.index, each, argvs[run])
            elif begun and each.shell is None:
                yield from _under(stage.index, each, default)
    config = facts.plan.stages[stage.index].config
    if left is not None:
        yield Change(stage.index, "config.shell", value_text(config.shell), value_text(left))
    elif config.shell is None:
        yield Change(stage.index, "config.shell", None, value_text(default))
        yield from _inherited(facts, stage.index, default)


def _inherited(facts: "Facts", stage: int, default: tuple[str, ...]) -> Iterator[Change]:
    """What the stages that are FROM `stage` see of a SHELL that is now written."""
    for child in facts.plan.stages:
        if child.base != f"stage {stage}":
            continue
        for each in child.effects:
            if isinstance(each, Statement) and each.shell is None:
                yield from _under(child.index, each, default)
        if child.config.shell is None:
            yield Change(child.index, "config.shell", None, value_text(default))
            yield from _inherited(facts, child.index, default)


def _under(stage: int, statement: Statement, argv: tuple[str, ...]) -> Iterator[Change]:
    """How a statement differs under another SHELL."""
    old, new = value_text(statement.shell), value_text(argv)
    if old != new:
        yield Change(stage, "effect.shell", old, new)
    before = set(options_of(statement.shell or ()))
    options = tuple(sorted({*statement.options} - before | {*options_of(argv)}))
    if options != statement.options:
        yield Change(stage, "effect.options", value_text(statement.options), value_text(options))
