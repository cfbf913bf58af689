"""Where the lines of an edited text stood before."""

import difflib


def line_map(before: str, after: str) -> list[int]:
    """For each line of `after`, the line (1-based) of `before` that stands in its place."""
    old, new = before.split("\n"), after.split("\n")
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle: list[int] = []
    matcher = difflib.SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail]
    )
    for _, first, last, start, end in matcher.get_opcodes():
        nearest = min(head + max(last - 1, first), len(old) - 1)
        middle += [min(head + first + at, nearest) + 1 for at in range(end - start)]
    return [*range(1, head + 1), *middle, *range(len(old) - tail + 1, len(old) + 1)]
