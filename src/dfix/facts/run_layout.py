"""How the commands of a RUN stand on their lines, for what is added to look the same."""

from collections import Counter

from msgspec.structs import replace

from dfix.layout import Habits
from dfix.shell import ShellScript

_OPERATORS = frozenset({"&&", "||"})


def habits_of(file: Habits, *scripts: ShellScript) -> Habits | None:
    """The habits of RUNs with these texts; None where no command of theirs begins a line.

    Only what stands at the top counts, and no indentation is one as well: unlike a file, a RUN has
    a style of its own.
    """
    indents: Counter[str] = Counter()
    leading = trailing = 0
    for script in scripts:
        for statement in script.statements[1:]:
            start = script.text.rfind("\n", 0, statement.span.start) + 1
            before = script.text[start : statement.span.start]
            operator = before.strip(" \t")
            if not start or operator not in {"", *_OPERATORS}:
                continue
            indents[before[: len(before) - len(before.lstrip(" \t"))]] += 1
            leading += operator in _OPERATORS
            trailing += not operator
    if not indents:
        return None
    common = max(indents, key=lambda each: (indents[each], -len(each)))
    return replace(file, indent=common, trailing_operators=trailing > leading)


def gap_before(before: str, escape: str) -> int | None:
    """Where the blanks and continuations at the end of `before` start; None below a comment line."""
    at = len(before)
    while True:
        blanks = before[:at].rstrip(" \t\r")
        if not blanks.endswith("\n"):
            return len(blanks)
        line = blanks[:-1].rstrip(" \t\r")
        is_comment = line.rpartition("\n")[2].lstrip().startswith("#")
        if not escape or not line.endswith(escape) or is_comment:
            return None
        at = len(line) - len(escape)
