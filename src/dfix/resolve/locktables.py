"""Tables of the lock file: texts by key, as they are read and as they are written."""

import re
from collections.abc import Mapping, Sequence

from dfix.patterns import regex

_DATE = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_SOURCE = 200  # characters


def texts_of(
    table: object, kind: str, keys: Sequence[str], optional: Sequence[str]
) -> dict[str, str]:
    """The values of a table of that kind, which has all `keys` but the optional ones, and no other.

    `date` and `source` of every kind are checked. Raises ValueError for what is no such table.
    """
    if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
        raise ValueError(f"{_a(kind)} holds texts only")
    if unknown := sorted(set(table) - set(keys)):
        raise ValueError(f"{_a(kind)} has no {unknown[0]!r}")
    if missing := [each for each in keys if each not in table and each not in optional]:
        raise ValueError(f"{_a(kind)} needs {missing[0]!r}")
    values: dict[str, str] = dict(table)
    if not _DATE.fullmatch(values["date"]):
        raise ValueError(f"{values['date']!r} is not a date")
    if not values["source"].isprintable() or len(values["source"]) > _LONGEST_SOURCE:
        raise ValueError("`source` is not a short text")
    return values


def table_text(kind: str, values: Mapping[str, str | None]) -> str:
    """A table as it is written; all values are printable, and None is left out."""
    lines = (f'{key} = "{_escaped(value)}"\n' for key, value in values.items() if value is not None)
    return f"\n[[{kind}]]\n" + "".join(lines)


def lines_of(text: str, kind: str) -> list[int]:
    """The lines, from 1 on, in which tables of that kind begin."""
    opens = re.compile(rf"\s*\[\[\s*{kind}\s*\]\]")
    return [number for number, line in enumerate(text.split("\n"), 1) if opens.match(line)]


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} [[{kind}]]"


def _escaped(text: str) -> str:
    # All values were checked to be printable, which leaves two characters to escape.
    return text.replace("\\", "\\\\").replace('"', '\\"')
