"""Prints docs/cli.md: every command with every option, from the commands themselves."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from dfix.cli.group import COMMANDS, group

DOCS = Path(__file__).parent.parent / "docs"
HEAD = """# The command line

<!-- Made by scripts/command_line.py from the commands' own text: do not edit. -->

`dfix PATH...` is short for `dfix fix PATH...`. All commands take `-h` and `--help`; `dfix --version` tells
the version.

| exit code | means |
| --- | --- |
| 0 | nothing to do, or all was done |
| 1 | with `--diff` or `--check`: something would change, or a finding is left |
| 2 | the call was wrong, or some file could not be handled; the others still are |

What a command means by them beyond that stands with it. Where options come from when they are not given is
told in [Configuration](configuration.md), and what is wrong with a file or a call in
[Bad input and faults](faults.md).

| command | does |
| --- | --- |
"""
#: Pages that tell more about a command.
PAGES = {
    "fix": "tutorial.md",
    "rules": "adopting.md",
    "explain": "fixers.md",
    "test": "plugins.md",
    "plan": "plan.md",
    "pin": "pinning.md",
    "verify": "verify.md",
    "config": "configuration.md",
    "migrate": "migrate.md",
    "lsp": "editors.md",
}


def main() -> int:
    """Prints the page."""
    context = click.Context(group, info_name="dfix")
    commands = {name: group.get_command(context, name) for name in COMMANDS}
    out = [HEAD]
    for name, command in commands.items():
        assert command is not None, name
        out.append(f"| [`dfix {name}`](#dfix-{name}) | {_first(command)} |\n")
    for name, command in commands.items():
        assert command is not None
        out += _section(name, command, context)
    sys.stdout.write("".join(out))
    return 0


def _paragraphs(command: click.Command) -> list[str]:
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    return [" ".join(each.split()) for each in re.split(r"\n\s*\n", text)]


def _title(page: str) -> str:
    """What a page of docs/ is called."""
    return (DOCS / page).read_text("utf-8").partition("\n")[0].removeprefix("# ")


def _first(command: click.Command) -> str:
    return _cell(_paragraphs(command)[0])


def _section(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    """A command: how it is called, what it does, and its options."""
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n## dfix {name}\n\n```text\ndfix {name} {usage}\n```\n"
    for paragraph in _paragraphs(command):
        yield f"\n{paragraph}\n"
    if name in PAGES:
        yield f"\nMore of it: [{_title(PAGES[name])}]({PAGES[name]})\n"
    yield "\n| option | means |\n| --- | --- |\n"
    for each in command.get_params(context):
        if isinstance(each, click.Option) and not each.hidden and "--help" not in each.opts:
            yield _row(each, context)


def _row(option: click.Option, context: click.Context) -> str:
    """An option as a row: its names, and its meaning with the values to choose from."""
    value = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    meaning = [option.help or ""]
    if isinstance(option.type, click.Choice):
        value = " VALUE"
        meaning.append("One of " + ", ".join(f"`{each}`" for each in option.type.choices) + ".")
    if bounds := option.get_help_extra(context).get("range"):
        meaning.append(f"[{bounds}]")
    names = ", ".join(f"`{each}{value}`" for each in option.opts)
    if option.secondary_opts:
        names += " / " + ", ".join(f"`{each}`" for each in option.secondary_opts)
    return f"| {_cell(names)} | {_cell(' '.join(filter(None, meaning)))} |\n"


def _cell(text: str) -> str:
    """Text of a cell, in which a bar would end it."""
    return " ".join(text.replace("|", " or ").split())


if __name__ == "__main__":
    raise SystemExit(main())
