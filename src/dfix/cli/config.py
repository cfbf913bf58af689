"""`dfix config`: which configuration holds for a file, and where it was read."""

from pathlib import Path

import click

from dfix.cli.here import current_folder
from dfix.cli.values import FILLED


@click.command("config")
@click.option(
    "--show", "file", type=FILLED, metavar="FILE", help="The file, or folder, to tell about."
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of dfix.toml.")
@click.option(
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the nearest one.",
)
@click.option("--no-color", is_flag=True, help="Print no colours.")
def command(file: str | None, schema: bool, config: str | None, no_color: bool) -> None:
    """Tell which configuration holds for a file and where it was read, or what there is to set."""
    from dfix.cli.terminal import standard_output
    from dfix.config import ConfigError, settings_for
    from dfix.registry import UnknownFixer
    from dfix.regularfile import leads_to_folder
    from dfix.report.styled import Line
    from dfix.selection import OptionError, Selection

    if schema is (file is not None):
        raise click.UsageError("one of --show FILE and --schema")
    out = standard_output(no_color=no_color)
    if file is None:
        from dfix.report.json import dumps
        from dfix.schema import settings_schema

        out.text(dumps(settings_schema()))
        out.require_success()
        return
    # A folder has what the Dockerfile in it would have.
    path = current_folder() / file
    path = path / "Dockerfile" if leads_to_folder(path) else path
    try:
        settings = settings_for(path, config=None if config is None else Path(config))
        choice = Selection().choose(settings, path)
    except (ConfigError, UnknownFixer, OptionError) as error:
        raise click.ClickException(str(error)) from error
    lines: list[Line] = []
    for name in settings.__struct_fields__:
        if name in ("base", "origins", "options"):
            continue
        key = name.replace("_", "-")
        lines.append(_line(key, getattr(settings, name), settings.origins.get(key)))
    for fixer, options in settings.options.items():
        for name, value in options.items():
            key = f"{fixer}.{name}"
            lines.append(_line(key, value, settings.origins.get(key)))
    runs = {
        each.name
        for each in choice.fixers
        if not choice.ignored & {name.lower() for name in (each.name, *each.aliases)}
    }
    lines.append(((_told(runs), "dim"),))
    if settings.excludes(path):
        lines.append((("# the file is excluded: it is passed over unless it is named", "dim"),))
    out.lines(lines)
    out.require_success()


def _told(runs: set[str]) -> str:
    """Which fixers run, or which of those do not that usually do, whichever is shorter."""
    from dfix.registry import all_fixers

    left = {name for name, each in all_fixers().items() if each.default} - runs
    if len(left) > len(runs):
        return f"# fixers that run: {', '.join(sorted(runs)) or 'none'}"
    more = sorted(name for name in runs if not all_fixers()[name].default)
    told = f"# fixers left out: {', '.join(sorted(left)) or 'none'}"
    return f"{told}; further ones that run: {', '.join(more)}" if more else told


def _line(key: str, value: object, origin: str | None) -> tuple[tuple[str, str], ...]:
    return (key, "cyan"), (f" = {_shown(value)}", ""), (f"  # {origin}" if origin else "", "dim")


def _shown(value: object) -> str:
    match value:
        case None:
            return "(not set)"
        case tuple():
            return f"[{', '.join(map(_shown, value))}]"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case Path() | str():
            return f'"{value}"'
        case _ if hasattr(value, "items"):
            held = (f"{_shown(name)} = {_shown(each)}" for name, each in value.items())
            return "{" + ", ".join(held) + "}"
        case _:
            return repr(value)
