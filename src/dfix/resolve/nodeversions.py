"""Which versions of Node.js a package wants: the ranges of `engines` in package.json.

The grammar is that of npm: https://github.com/npm/node-semver#ranges. A range that is not understood
is told as such; it is never taken for a yes or a no.
"""

from dfix.patterns import regex

_LARGE = 999_999
_NUMBER = r"(?:0|[1-9][0-9]{0,5}|[xX*])"
_VERSION = rf"v?({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER}))?)?"
_COMPARATOR = regex(rf"(\^|~>?|>=|<=|>|<|=)?\s*{_VERSION}")
_HYPHEN = regex(rf"{_VERSION}\s+-\s+{_VERSION}")

Version = tuple[int, int, int]


def newest_of_line(major: int) -> Version:
    """A version that stands for the newest one of a line."""
    return major, _LARGE, _LARGE


def allows(wanted: str, version: Version) -> bool | None:
    """Whether the range `wanted` holds `version`; None for a range that is not understood."""
    answers = [_allows_all(part.strip(), version) for part in wanted.split("||")]
    if any(answers):
        return True
    return None if None in answers else False


def _allows_all(text: str, version: Version) -> bool | None:
    """Whether `version` meets all comparators of a part between `||`."""
    if hyphen := _HYPHEN.fullmatch(text):
        low, high = _bounds(hyphen.groups()[:3])[0], _bounds(hyphen.groups()[3:])[1]
        return low <= version < high
    at, inside = 0, True
    while at < len(text):
        found = _COMPARATOR.match(text, at)
        if found is None or text[found.end() : found.end() + 1].strip(" "):
            return None
        inside = inside and _meets(found[1] or "", found.groups()[1:], version)
        at = found.end() + len(text[found.end() :]) - len(text[found.end() :].lstrip(" "))
    return inside


def _meets(operator: str, parts: tuple[str | None, ...], version: Version) -> bool:
    low, high = _bounds(parts)
    if operator == "^":
        first = next((at for at, number in enumerate(low) if number), 2)
        given = sum(1 for _ in _given(parts))
        return low <= version < (_next(low, min(first, max(given - 1, 0))) if given else high)
    if operator.startswith("~"):
        given = sum(1 for _ in _given(parts))
        return low <= version < (_next(low, min(1, given - 1)) if given else high)
    match operator:
        case ">=":
            return version >= low
        case "<":
            return version < low
        case ">":
            return version >= high
        case "<=":
            return version < high
        case _:
            return low <= version < high


def _given(parts: tuple[str | None, ...]) -> list[int]:
    """The numbers of a version up to the first one that is left open."""
    numbers: list[int] = []
    for part in parts:
        if part is None or part in "xX*":
            break
        numbers.append(int(part))
    return numbers


def _bounds(parts: tuple[str | None, ...]) -> tuple[Version, Version]:
    """The first version that a partial one means, and the first that it means no more."""
    numbers = _given(parts)
    if not numbers:
        return (0, 0, 0), (_LARGE + 1, 0, 0)
    low = (*numbers, 0, 0)[:3]
    return (low[0], low[1], low[2]), _next((low[0], low[1], low[2]), len(numbers) - 1)


def _next(version: Version, at: int) -> Version:
    """The version with number `at` raised, and those behind it at 0."""
    numbers = [*version[:at], version[at] + 1, 0, 0][:3]
    return numbers[0], numbers[1], numbers[2]
