"""Holds one reader's answer against the tree, and asks the tables about what differs.

A reader stops at the first thing that it refuses. So that this hides nothing else, the refusal must be
explained by an instruction of the tree (`REFUSALS`), whose lines are then emptied, and the reader is
asked again. What ONBUILD holds is read once more, as a file of its own.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from dfix.nodes import BLANKS, Dockerfile, Instruction, Onbuild
from dfix.parser import parse

from .known import ABSENT, KNOWN, REFUSALS, SKIPPED
from .readers import Reader
from .reading import FIELDS, Reading, readings_of

_REFUSED_LINE = re.compile(r"on line (\d+)")
#: What the Go library's C strings and JSON cannot carry.
_UNSPEAKABLE = re.compile("[\udc80-\udcff\0]")


@dataclass(slots=True)
class Comparison:
    """The outcome for one file: instructions compared, known differences by name, all others."""

    compared: int = 0
    known: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)


def speakable(text: str) -> str:
    """`text` with bytes that are not UTF-8 and NULs replaced, which not every reader takes."""
    return _UNSPEAKABLE.sub("\ufffd", text)


def compare(text: str, reader: Reader) -> Comparison:
    """Holds the tree of `text` against what `reader` makes of it."""
    outcome = Comparison()
    tree = parse(text)
    _compare(tree, text, reader, outcome)
    start = "# escape=`\n" if tree.escape == "`" else ""
    for outer in tree.instructions:
        inner = outer.instruction if isinstance(outer, Onbuild) else None
        # A comment, and a chain of ONBUILDs, would not be what they are in an ONBUILD.
        if inner and inner.name != "ONBUILD" and not inner.name.startswith("#"):
            text = start + inner.code.lstrip(BLANKS)
            again = parse(text)
            if _shape(again.instructions[0]) != _shape(inner):
                outcome.unknown.append(f"reads otherwise outside of ONBUILD: {text!r}")
            _compare(again, text, reader, outcome)
    return outcome


def _shape(node: Instruction) -> list[tuple[object, ...]]:
    """The node with all below it; not the blanks, the first of which differ."""
    return [
        (type(each), getattr(each, "text", None), getattr(each, "joined", None))
        for each in node.walk()
    ]


def _compare(tree: Dockerfile, text: str, reader: Reader, outcome: Comparison) -> None:
    for skipped in SKIPPED:
        if skipped.reader == reader.name and skipped.explains(tree):
            outcome.known[skipped.name] += 1
            return
    ours = readings_of(tree)
    lines = text.split("\n")
    for known in ABSENT:
        if known.reader == reader.name:
            for node, reading in ours:
                if known.explains(node, reading):
                    outcome.known[known.name] += 1
                    _empty(lines, reading)
            ours = [each for each in ours if not known.explains(*each)]
    answer = reader.read("\n".join(lines))
    while answer.refusal:
        for refusal in REFUSALS:
            if re.search(refusal.message, answer.refusal):
                break
        else:
            outcome.unknown.append(f"refused: {answer.refusal}")
            return
        outcome.known[refusal.name] += 1
        if refusal.explains is None:
            if ours and not refusal.explains_file(tree, text):
                outcome.unknown.append(f"refused: {answer.refusal}")
            return
        line = _REFUSED_LINE.search(answer.refusal)
        guilty = [
            each
            for each in ours
            if (not line or each[1].start == int(line[1])) and refusal.explains(*each)
        ]
        if not guilty:
            outcome.unknown.append(f"refused: {answer.refusal}")
            return
        ours.remove(guilty[0])
        _empty(lines, guilty[0][1])
        answer = reader.read("\n".join(lines))
    starts = [reading.start for _, reading in ours]
    if starts != [reading.start for reading in answer.readings]:
        outcome.unknown.append(f"begins {starts}, not {[each.start for each in answer.readings]}")
        return
    outcome.compared += len(ours)
    for (node, mine), theirs in zip(ours, answer.readings, strict=True):
        _differ(node, mine, theirs, reader.name, outcome)


def _empty(lines: list[str], reading: Reading) -> None:
    for at in range(reading.start - 1, reading.end):
        lines[at] = ""


def _differ(
    node: Instruction, mine: Reading, theirs: Reading, reader: str, outcome: Comparison
) -> None:
    fields = {each for each in FIELDS if getattr(mine, each) != getattr(theirs, each)}
    if not fields:
        return
    for known in KNOWN:
        if known.reader == reader and fields <= known.fields and known.explains(node, mine, theirs):
            outcome.known[known.name] += 1
            return
    for each in sorted(fields):
        pair = getattr(mine, each), getattr(theirs, each)
        outcome.unknown.append(f"line {mine.start}, {each}: {pair[0]!r} but {pair[1]!r}")
