"""Writes docs/fixers.md from the fixers themselves.

usage: write_reference.py [--check]     with --check nothing is written; 1 if the page is stale
"""

import inspect
import sys
from pathlib import Path

from dfix.fixer import Fixer
from dfix.registry import all_fixers

PAGE = Path(__file__).parent.parent / "docs" / "fixers.md"
HEAD = """# The fixers

<!-- Made by scripts/write_reference.py from the fixers' own text: do not edit. -->

Each fixer has one name: its option, its module, its anchor here and its folder under `examples/`.
Levels and what they promise: see the [README](../README.md#levels).

| fixer | level | what it sees | other tools' codes |
| --- | --- | --- | --- |
"""


def reference() -> str:
    """The whole page."""
    fixers = all_fixers().values()
    rows = [
        f"| [`{each.name}`](#{each.name}) | {each.level} | {each.message} | "
        f"{', '.join(each.aliases)} |\n"
        for each in fixers
    ]
    return HEAD + "".join(rows) + "".join(map(section, fixers))


def section(fixer: type[Fixer]) -> str:
    """One fixer's part of the page."""
    out = [f"\n## {fixer.name}\n\n{inspect.cleandoc(fixer.__doc__ or '')}\n"]
    out.append(f"\nLevel: `{fixer.level}`. Reference: <{fixer.reference}>\n")
    if fixer.options:
        out.append("\n| option | default | meaning |\n| --- | --- | --- |\n")
        for name, option in fixer.options.items():
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            out.append(f"| `{name}` | `{option.default}` | {option.meaning}{choices} |\n")
    for invalid in fixer.INVALID:
        why = f", {invalid.why}" if invalid.why else ""
        out.append(f"\nChanged at `{max(invalid.level, fixer.level)}`{why}:\n")
        out.append(f"\n```dockerfile\n{invalid.before}```\n\n```dockerfile\n{invalid.after}```\n")
    for valid in fixer.VALID:
        why = f": {valid.why}" if valid.why else ""
        out.append(f"\nLeft alone{why}\n\n```dockerfile\n{valid.code}```\n")
    return "".join(out)


def main(arguments: list[str]) -> int:
    """Writes or checks the page."""
    text = reference()
    if arguments == ["--check"]:
        fresh = PAGE.exists() and PAGE.read_text() == text
        print(f"docs/fixers.md is {'fresh' if fresh else 'stale: run scripts/write_reference.py'}")
        return 0 if fresh else 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
