"""The fixers themselves, as a list and one by one."""

import inspect
from collections.abc import Sequence

from dfix.fixer import Fixer
from dfix.patterns import regex
from dfix.registry import origin_of
from dfix.report.styled import Line

_HEADING = regex(r"\*\*(.+)\*\*")


def rule_data(fixer: type[Fixer]) -> dict[str, object]:
    """A fixer as JSON can take it."""
    return {
        "name": fixer.name,
        "origin": {
            "distribution": origin_of(fixer.name).distribution,
            "version": origin_of(fixer.name).version,
        },
        "aliases": list(fixer.aliases),
        "level": str(fixer.level),
        "phase": fixer.phase.name.lower(),
        "default": fixer.default,
        "practices": list(fixer.practices),
        "reports_only": not fixer.INVALID,
        "plan_paths": list(fixer.plan_paths),
        "summary": _text(fixer).partition("\n")[0],
        "message": fixer.message,
        "reference": fixer.reference,
        "options": {
            name: {
                "default": option.default,
                "meaning": option.meaning,
                "choices": list(option.choices),
            }
            for name, option in fixer.options.items()
        },
    }


def foreign_origin(fixer: type[Fixer]) -> str:
    """The other package that a fixer comes from, with its version; empty for dfix's own."""
    origin = origin_of(fixer.name)
    return "" if origin.distribution == "dfix" else str(origin)


def why(fixer: type[Fixer]) -> str:
    """Why a fixer is there, as one paragraph without marks."""
    text = _text(fixer).partition("**Why**")[2].strip()
    paragraph = text.partition("\n\n")[0].partition("\n**")[0]
    return " ".join(paragraph.replace("`", "").split())


def explanation_data(fixer: type[Fixer]) -> dict[str, object]:
    """All about a fixer as JSON can take it."""
    return rule_data(fixer) | {
        "text": _text(fixer),
        "examples": [
            {"before": each.before, "after": each.after, "level": str(each.level), "why": each.why}
            for each in fixer.INVALID
        ],
        "left_alone": [
            {"code": each.code, "refused": each.refused, "why": each.why} for each in fixer.VALID
        ],
        "reported": [
            {"code": each.code, "line": each.line, "why": each.why} for each in fixer.REPORTED
        ],
    }


def rule_lines(fixers: Sequence[type[Fixer]]) -> list[Line]:
    """One line for each fixer."""
    width = max((len(each.name) for each in fixers), default=0)
    return [
        (
            (each.name.ljust(width), "bold"),
            (f"  {str(each.level) if each.INVALID else 'report':<10}  ", "cyan"),
            (_text(each).partition("\n")[0], ""),
            (f" ({', '.join(each.aliases)})" if each.aliases else "", "dim"),
            ("" if each.default else " (off unless selected)", "yellow"),
            (f" (from {origin})" if (origin := foreign_origin(each)) else "", "dim"),
        )
        for each in fixers
    ]


def explanation_lines(fixer: type[Fixer]) -> list[Line]:
    """All about a fixer: why, when, when not, options, before and after."""
    lines: list[Line] = [((fixer.name, "bold"),), ()]
    for text in _text(fixer).split("\n"):
        heading = _HEADING.fullmatch(text)
        lines.append(((heading[1], "bold"),) if heading else ((text, ""),))
    also = f"; also called {', '.join(fixer.aliases)}" if fixer.aliases else ""
    level = str(fixer.level) if fixer.INVALID else "none, it only reports"
    lines += [(), ((f"Level: {level}{also}", ""),)]
    if origin := foreign_origin(fixer):
        lines.append(((f"From: {origin}", ""),))
    if fixer.plan_paths:
        lines.append(((f"May change of the build plan: {', '.join(fixer.plan_paths)}", ""),))
    if fixer.practices:
        lines.append(((f"Practices: section {', '.join(fixer.practices)}", ""),))
    if not fixer.default:
        lines.append((("Off unless selected.", "yellow"),))
    if fixer.reference:
        lines.append(((f"Reference: {fixer.reference}", ""),))
    if fixer.options:
        lines += [(), (("Options", "bold"),), ()]
    for name, option in fixer.options.items():
        choices = f" ({', '.join(option.choices)})" if option.choices else ""
        told = f" = {option.default!r}: {option.meaning}{choices}"
        lines.append(((f"  {fixer.name}.{name}", "cyan"), (told, "")))
    for invalid in fixer.INVALID:
        lines += [(), ((f"Changed{_because(invalid.why)}", "bold"),)]
        lines += _code(invalid.before, "- ", "red") + _code(invalid.after, "+ ", "green")
    for reported in fixer.REPORTED:
        told = f"Reported in line {reported.line}{_because(reported.why)}"
        lines += [(), ((told, "bold"),), *_code(reported.code, "  ", "")]
    for valid in fixer.VALID:
        told = "Refused" if valid.refused else "Left alone"
        lines += [(), ((f"{told}{_because(valid.why)}", "bold"),), *_code(valid.code, "  ", "")]
    return lines


def _text(fixer: type[Fixer]) -> str:
    return inspect.cleandoc(fixer.__doc__ or fixer.message)


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _code(code: str, mark: str, style: str) -> list[Line]:
    return [((f"  {mark}{line}", style),) for line in code.removesuffix("\n").split("\n")]
