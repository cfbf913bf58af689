"""Which stages have a value of the configuration from another one."""

from dfix import Change, Cmd, Entrypoint, Facts, Healthcheck, Instruction, Stage, Stopsignal

#: What replaces an inherited value; an ENTRYPOINT also clears a CMD.
_REPLACING: dict[str, tuple[type[Instruction], ...]] = {
    "cmd": (Cmd, Entrypoint),
    "entrypoint": (Entrypoint,),
    "healthcheck": (Healthcheck,),
    "stopsignal": (Stopsignal,),
}


def heirs(facts: Facts, stage: Stage, field: str) -> tuple[Stage, ...]:
    """`stage` and all stages FROM it that end with its value of `config.FIELD`."""
    found = [stage]
    for each in found:
        found += [
            child
            for child in facts.stages.children(each)
            if not any(isinstance(one, _REPLACING[field]) for one in child.instructions)
        ]
    return tuple(found)


def descendants(facts: Facts, stage: Stage) -> tuple[Stage, ...]:
    """All stages that are FROM `stage`, or from one of those."""
    found = list(facts.stages.children(stage))
    for each in found:
        found += facts.stages.children(each)
    return tuple(found)


def changed(
    facts: Facts, stage: Stage, field: str, old: str | None, new: str | None
) -> tuple[Change, ...]:
    """The changes to the plan where `config.FIELD` of `stage` becomes another one."""
    return tuple(
        Change(each.index, f"config.{field}", old, new) for each in heirs(facts, stage, field)
    )
