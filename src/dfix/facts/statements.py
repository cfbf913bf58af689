"""Which statements of the build plan a RUN contributes, and how changing a flag shows in them."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from dfix.nodes import Cmd, Entrypoint, Run, Stage
from dfix.plan import BASE_SHELL, Change, Statement
from dfix.plan.difference import value_text
from dfix.plan.memory import options_of

if TYPE_CHECKING:
    from dfix.facts import Facts


def statements_of(facts: "Facts", run: Run) -> tuple[Statement, ...]:
    """The statements of `run`, in order; empty above the first FROM, and inside an ONBUILD."""
    return facts.statements.get(run, ())


def statements_by_run(facts: "Facts") -> dict[Run, tuple[Statement, ...]]:
    """The statements of each RUN that stands in a stage itself."""
    found: dict[Run, tuple[Statement, ...]] = {}
    for stage in facts.tree.stages:
        runs = [each for each in stage.instructions if isinstance(each, Run)]
        effects = facts.plan.stages[stage.index].effects
        blocks = [
            tuple(each for each in block if isinstance(each, Statement))
            for is_run, block in groupby(effects, lambda each: isinstance(each, Statement))
            if is_run
        ]
        # What the ONBUILD of a parent runs stands in front: so the blocks count from the end.
        found.update(zip(reversed(runs), reversed(blocks), strict=False))
    return found


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
    words from the first of them on, also in the stages that are FROM this one, and for commands in
    shell form. `left` is what stays in force at the end of the stage where nothing is restored.
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
    first = next(iter(argvs), None)
    for run in stage.instructions:
        if not isinstance(run, Run):
            continue
        if run in argvs and not begun:
            begun, first = True, run
        for each in statements_of(facts, run):
            if run in argvs:
                yield from _under(stage.index, each, argvs[run])
            elif begun and each.shell is None:
                yield from _under(stage.index, each, default)
    commands = dict(_commands(facts, stage.index, default, first, frozenset()))
    yield from commands.values()
    config = facts.plan.stages[stage.index].config
    if left is not None:
        yield Change(stage.index, "config.shell", value_text(config.shell), value_text(left))
        return
    if config.shell is None:
        yield Change(stage.index, "config.shell", None, value_text(default))
    yield from _inherited(facts, stage.index, default, frozenset(commands))


def _inherited(
    facts: "Facts", stage: int, default: tuple[str, ...], changed: frozenset[str]
) -> Iterator[Change]:
    """What the stages that are FROM `stage` see of a SHELL that is now written, and of commands."""
    written = facts.plan.stages[stage].config.shell is None
    for child in facts.plan.stages:
        if child.base != f"stage {stage}":
            continue
        if written:
            for each in child.effects:
                if isinstance(each, Statement) and each.shell is None:
                    yield from _under(child.index, each, default)
        commands = dict(_commands(facts, child.index, default, None, changed))
        yield from commands.values()
        if written and child.config.shell is None:
            yield Change(child.index, "config.shell", None, value_text(default))
        yield from _inherited(facts, child.index, default, frozenset(commands))


def _commands(
    facts: "Facts",
    stage: int,
    default: tuple[str, ...],
    behind: Run | None,
    changed: frozenset[str],
) -> Iterator[tuple[str, Change]]:
    """Commands in shell form that the shell of the base ran, and that now name their shell.

    They stand below `behind`, or come from a parent where those of `changed` do.
    """
    instructions = facts.tree.stages[stage].instructions
    start = -1 if behind is None else instructions.index(behind)
    config = facts.plan.stages[stage].config
    for name, kind, words in (
        ("entrypoint", Entrypoint, config.entrypoint),
        ("cmd", Cmd, config.cmd),
    ):
        if not words or words[0] != BASE_SHELL:
            continue
        own = [at for at, each in enumerate(instructions) if isinstance(each, kind)]
        if own[-1] > start if own else name in changed:
            new = value_text((*default, *words[1:]))
            yield name, Change(stage, f"config.{name}", value_text(words), new)


def _under(stage: int, statement: Statement, argv: tuple[str, ...]) -> Iterator[Change]:
    """How a statement differs under another SHELL."""
    old, new = value_text(statement.shell), value_text(argv)
    if old != new:
        yield Change(stage, "effect.shell", old, new)
    before = set(options_of(statement.shell or ()))
    options = tuple(sorted({*statement.options} - before | {*options_of(argv)}))
    if options != statement.options:
        yield Change(stage, "effect.options", value_text(statement.options), value_text(options))
