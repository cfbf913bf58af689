"""What an init process changes: where it is installed, and the command line that it stands in front of."""

from msgspec.structs import replace

from dfix import (
    Add,
    Cmd,
    Copy,
    Element,
    Entrypoint,
    ExecForm,
    Healthcheck,
    Insert,
    Instruction,
    Leaf,
    Run,
    Stage,
    User,
    above,
)

_AFTER_INSTALLS = (Copy, Add, User, Cmd, Entrypoint, Healthcheck)


def place_in(stage: Stage) -> Instruction:
    """The instruction above which to install: before sources change the cache, and before users."""
    for instruction in stage.instructions:
        if isinstance(instruction, _AFTER_INSTALLS):
            return instruction
    return (stage.start, *stage.instructions)[-1]


def installed_at(place: Instruction, run: Run, change: Instruction | Insert | None) -> Insert:
    """What happens at `place` with `run` put in, whatever else changes there."""
    if not isinstance(place, _AFTER_INSTALLS):
        return Insert(below=(run, *(change.below if isinstance(change, Insert) else ())))
    if isinstance(change, Insert) and change.above:
        # The new ENTRYPOINT took the empty lines with it.
        apart = run.with_changes(leading_lines=change.above[0].leading_lines)
        return replace(change, above=(apart, *change.above))
    target = change if isinstance(change, Instruction) else place
    apart_from = above(target, run, paragraph=True)
    return replace(apart_from, below=change.below) if isinstance(change, Insert) else apart_from


def behind(command: ExecForm, path: str) -> ExecForm:
    """An exec form behind tini, with its own words as they are written."""
    first, *rest = command.elements
    moved = first.with_changes(string=first.string.with_changes(prefix=" "))
    front = Element(Leaf(first.string.prefix, f'"{path}"'), Leaf("", ","))
    return command.with_changes(
        elements=(front, Element(Leaf(" ", '"--"'), Leaf("", ",")), moved, *rest)
    )
