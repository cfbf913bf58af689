"""Which statements of the build plan a RUN contributes, and how changing a flag shows in them."""

import re
from itertools import groupby
from typing import TYPE_CHECKING

from dfix.nodes import Run
from dfix.plan import Change, Statement
from dfix.plan.difference import value_text

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
