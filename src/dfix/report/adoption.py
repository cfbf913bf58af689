"""Which of hadolint's findings dfix would fix, as a table and as JSON."""

from dfix.adoption import NO_FIXER, Adoption, Code
from dfix.fixer import Level
from dfix.report.styled import Line
from dfix.version import __version__

_WIDEST = 72  # characters of a reason


def adoption_data(adoption: Adoption) -> dict[str, object]:
    """All of it as JSON can take it."""
    return {
        "version": 1,
        "dfix": __version__,
        "measured": adoption.measured,
        "files": adoption.files,
        "unread": sorted(adoption.unread),
        "codes": [
            {
                "code": code,
                "fixers": adoption.fixers(code),
                "found": each.found,
                "fixed": {str(level): each.fixed[level] for level in Level},
                "left": each.left,
                "reasons": [{"reason": reason, "count": count} for reason, count in _ordered(each)],
            }
            for code, each in _rows(adoption)
        ],
        "new": dict(sorted(adoption.new.items())),
    }


def adoption_lines(adoption: Adoption) -> list[Line]:
    """A row for each code, the most frequent first, and the sums."""
    if not adoption.codes:
        return [((f"hadolint finds nothing in {_counted(adoption.files, 'file')}", ""),)]
    rows = _rows(adoption)
    width = max(len("code"), *(len(code) for code, _ in rows))
    head = f"{'code':<{width}}  found  {'  '.join(map(str, Level))}  left  why"
    lines: list[Line] = [((head, "bold"),)]
    for code, each in rows:
        numbers = "  ".join(
            f"{each.fixed[level] if adoption.fixers(code) else '-':>{len(str(level))}}"
            for level in Level
        )
        lines.append(
            (
                (f"{code:<{width}}", "cyan"),
                (f"  {each.found:>5}  ", ""),
                (numbers, "green"),
                (f"  {each.left or '':>4}  {_why(each)}".rstrip(), ""),
            )
        )
    total = sum(each.found for _, each in rows)
    gone = {level: sum(each.fixed[level] for _, each in rows) for level in Level}
    nobodys = sum(each.reasons[NO_FIXER] for _, each in rows)
    shares = ", ".join(
        f"{count} ({100 * count // total} %) at {level}" for level, count in gone.items()
    )
    places = f"{_counted(total, 'finding')} in {_counted(adoption.files, 'file')}"
    lines += [(), ((f"{places}; dfix fixes {shares}", "bold"),)]
    if nobodys:
        lines.append(((f"no fixer answers to the codes of {_counted(nobodys, 'finding')}", ""),))
    if adoption.new:
        told = ", ".join(f"{code} {count}" for code, count in sorted(adoption.new.items()))
        lines.append(((f"new at aggressive: {told}", "yellow"),))
    if not adoption.measured:
        told = (
            "by dfix's own findings of the same code nearby: hadolint did not look at the results"
        )
        lines.append(((told, "dim"),))
    return lines


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _rows(adoption: Adoption) -> list[tuple[str, Code]]:
    return sorted(adoption.codes.items(), key=lambda each: (-each[1].found, each[0]))


def _ordered(code: Code) -> list[tuple[str, int]]:
    return sorted(code.reasons.items(), key=lambda each: (-each[1], each[0]))


def _why(code: Code) -> str:
    """The most frequent reason, and how often it is given."""
    if not code.left or not code.reasons:
        return ""
    reason, count = _ordered(code)[0]
    short = reason if len(reason) <= _WIDEST else f"{reason[: _WIDEST - 3]}..."
    return short if reason == NO_FIXER or count >= code.left else f"{short} ({count})"
