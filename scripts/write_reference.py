"""Writes what is made from dfix itself: docs/fixers.md and the configuration's schema from the fixers,
docs/cli.md from the commands, and the examples and the picture of the READMEs from what dfix prints.

usage: write_reference.py [--check]     with --check nothing is written; 1 if a page is stale
"""

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from dfix.fixer import Fixer
from dfix.registry import all_fixers, own_names
from dfix.report.json import dumps
from dfix.schema import settings_schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "fixers.md"
SCHEMA = ROOT / "src" / "dfix" / "dfix.schema.json"
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
COMMANDS = ROOT / "docs" / "cli.md"
PICTURE = ROOT / "docs" / "images" / "shop.svg"
#: A marker, and the fenced block below it.
_EXAMPLE = re.compile(r"(<!-- example: ([^>]+?) -->\n```\w+\n)(?:.*?)(```\n)", re.DOTALL)
HEAD = """# The fixers

<!-- Made by scripts/write_reference.py from the fixers' own text: do not edit. -->

Each fixer has one name: its option, its module, its anchor here and its folder under `examples/`.
Levels and what they promise: see the [README](../README.md#levels).

| fixer | level | what it sees | other tools' codes |
| --- | --- | --- | --- |
"""

#: The sections of the page of practices.
SUBJECTS = {
    "01": "one process, PID 1, signals",
    "02": "least privilege, trusted images",
    "03": "no `latest`",
    "04": "small images, few layers",
    "05": "logs",
    "06": "registries' space",
    "07": "networks",
    "08": "checks in CI",
    "09": "order of start",
}
TOOLS = (("DL", "hadolint"), ("SC", "ShellCheck"))


def reference() -> str:
    """The whole page."""
    fixers = [fixer for name, fixer in all_fixers().items() if name in own_names()]
    rows = [
        f"| [`{each.name}`](#{each.name}) | {_level(each)} | {each.message} | "
        f"{', '.join(each.aliases)} |\n"
        for each in fixers
    ]
    tables = _practices(fixers) + _codes(fixers)
    return HEAD + "".join(rows) + tables + "".join(map(section, fixers))


def _practices(fixers: Iterable[type[Fixer]]) -> str:
    """Which fixers stand for which section of the page of practices."""
    found: dict[str, list[str]] = {}
    for each in fixers:
        for number in each.practices:
            found.setdefault(number, []).append(f"[`{each.name}`](#{each.name})")
    out = ["\n## By practice\n\n| section | subject | fixers |\n| --- | --- | --- |\n"]
    for number, names in sorted(found.items()):
        out.append(f"| {number} | {SUBJECTS[number]} | {', '.join(names)} |\n")
    return "".join(out)


def _codes(fixers: Iterable[type[Fixer]]) -> str:
    """Which fixers answer to which code of another tool."""
    found: dict[str, list[str]] = {}
    for each in fixers:
        for code in each.aliases:
            found.setdefault(code, []).append(f"[`{each.name}`](#{each.name})")
    out = ["\n## By another tool's code\n\n| code | tool | fixers |\n| --- | --- | --- |\n"]
    for code, names in sorted(found.items()):
        tool = next((name for start, name in TOOLS if code.startswith(start)), "BuildKit")
        out.append(f"| `{code}` | {tool} | {', '.join(names)} |\n")
    return "".join(out)


def _level(fixer: type[Fixer]) -> str:
    return str(fixer.level) if fixer.INVALID else "report"


def section(fixer: type[Fixer]) -> str:
    """One fixer's part of the page."""
    out = [f"\n## {fixer.name}\n\n{inspect.cleandoc(fixer.__doc__ or '')}\n"]
    off = "" if fixer.default else " Off unless selected."
    out.append(f"\nLevel: `{_level(fixer)}`.{off} Reference: <{fixer.reference}>\n")
    if fixer.INVALID:
        paths = ", ".join(f"`{each}`" for each in fixer.plan_paths) or "nothing"
        out.append(f"\nMay change of the build plan: {paths}.\n")
    if fixer.options:
        out.append("\n| option | default | meaning |\n| --- | --- | --- |\n")
        for name, option in fixer.options.items():
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            out.append(f"| `{name}` | `{option.default}` | {option.meaning}{choices} |\n")
    for invalid in fixer.INVALID:
        why = f", {invalid.why}" if invalid.why else ""
        out.append(f"\nChanged at `{max(invalid.level, fixer.level)}`{why}:\n")
        out.append(f"\n```dockerfile\n{invalid.before}```\n\n```dockerfile\n{invalid.after}```\n")
    for reported in fixer.REPORTED:
        why = f": {reported.why}" if reported.why else ""
        out.append(f"\nReported in line {reported.line}{why}\n")
        out.append(f"\n```dockerfile\n{reported.code}```\n")
    for valid in fixer.VALID:
        why = f": {valid.why}" if valid.why else ""
        out.append(f"\nLeft alone{why}\n\n```dockerfile\n{valid.code}```\n")
    return "".join(out)


def _printed(script: str, *arguments: str) -> str:
    """What another script prints; raises CalledProcessError where it fails."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def readme(text: str) -> str:
    """A README with its examples as they come out now."""
    return _EXAMPLE.sub(lambda found: f"{found[1]}{_output(found[2])}{found[3]}", text)


def _output(marker: str) -> str:
    """What the command of an example's marker prints; a path alone stands for its diff."""
    words = marker.removeprefix("dfix ").split()
    arguments = words if marker.startswith("dfix ") else ["--diff", *words]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "dfix", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def main(arguments: list[str]) -> int:
    """Writes or checks the pages."""
    stale = 0
    pages = (
        (PAGE, reference()),
        (SCHEMA, dumps(settings_schema())),
        (COMMANDS, _printed("command_line.py")),
        (PICTURE, _printed("terminal_picture.py", "--diff", "--check", "examples/shop")),
        *((page, readme(page.read_text("utf-8"))) for page in READMES),
    )
    for page, text in pages:
        if arguments == ["--check"]:
            fresh = page.exists() and page.read_text() == text
            name = page.relative_to(ROOT)
            print(f"{name} is {'fresh' if fresh else 'stale: run scripts/write_reference.py'}")
            stale += not fresh
        else:
            page.parent.mkdir(exist_ok=True)
            page.write_text(text)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
