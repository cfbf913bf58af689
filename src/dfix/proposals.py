"""What a fixer hands over is looked at before it is used: a fixer may come from anywhere."""

from collections.abc import Iterator, Mapping

from dfix.edit import Insert, Remove
from dfix.facts import Facts
from dfix.fixer import Fix, Fixer, Level, Refusal
from dfix.nodes import Instruction, Node
from dfix.plan import Change


def fault(proposal: object, facts: Facts) -> str:
    """What is wrong with something that was proposed, whatever it says; empty for nothing.

    That a change is right is for the guards to find; here is asked whether it is one at all.
    """
    return next(_faults(proposal, facts), "")


def _faults(proposal: object, facts: Facts) -> Iterator[str]:
    if not isinstance(proposal, Fix | Refusal):
        yield f"a {type(proposal).__name__} is no proposal"
        return
    fields: list[tuple[str, object, type]] = [
        ("level", proposal.level, Level),
        ("message", proposal.message, str),
        ("reason", proposal.reason or "", str),
        ("node", proposal.node, Node),
    ]
    if isinstance(proposal, Fix):
        fields.append(("changes", proposal.changes, Mapping))
        if not callable(proposal.expects):
            fields.append(("expects", proposal.expects, tuple))
    for name, given, kind in fields:
        if not isinstance(given, kind):
            yield f"{name} is a {type(given).__name__}"
            return
    fixer: object = proposal.fixer
    if not (isinstance(fixer, type) and issubclass(fixer, Fixer)):
        yield "a proposal of something that is no fixer"
    if not _is_in(facts, proposal.node):
        yield "it reports a node that the tree does not have"
    if isinstance(proposal, Fix):
        yield from _faults_of_changes(proposal)


def _is_in(facts: Facts, node: Node) -> bool:
    try:
        facts.positions.span(node)
    except KeyError:
        return False
    return True


def _faults_of_changes(fix: Fix) -> Iterator[str]:
    keys: tuple[object, ...] = tuple(fix.changes)
    values: tuple[object, ...] = tuple(fix.changes.values())
    for key in keys:
        if not isinstance(key, Node):
            yield f"it changes a {type(key).__name__}"
    for value in values:
        if not isinstance(value, Node | Remove | Insert):
            yield f"a node cannot become a {type(value).__name__}"
        elif isinstance(value, Insert):
            inserted: tuple[object, ...] = (*value.above, *value.below)
            if not all(isinstance(each, Instruction) for each in inserted):
                yield "only instructions can be inserted"
    if callable(fix.expects):
        return  # it is not told yet
    expected: tuple[object, ...] = fix.expects
    for change in expected:
        if not isinstance(change, Change):
            yield f"it announces a {type(change).__name__}"
