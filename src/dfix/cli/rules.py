"""`dfix rules`: the fixers there are."""

import click

from dfix.cli.values import FILLED


@click.command("rules")
@click.argument("paths", nargs=-1, type=FILLED, metavar="[PATH]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--adopt-hadolint",
    "adopted",
    is_flag=False,
    flag_value="",
    metavar="[PATH]...",
    help="Tell which of hadolint's findings dfix would fix: in files, folders, or a report of "
    "`hadolint --format json` (`-`: standard input).",
)
@click.option(
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the nearest one.",
)
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    form: str,
    adopted: str | None,
    config: str | None,
    no_color: bool,
) -> None:
    """List the fixers, in the order in which they run."""
    if adopted is not None:
        from dfix.cli.adopt import tell_adoption

        paths = ((adopted,) if adopted else ()) + paths
        ctx.exit(tell_adoption(paths, config=config, form=form, no_color=no_color))
    if paths or config is not None:
        raise click.UsageError("PATH and --config go with --adopt-hadolint")
    from dfix.cli.tables import tell_date
    from dfix.cli.terminal import standard_error, standard_output
    from dfix.registry import all_fixers
    from dfix.report.json import dumps
    from dfix.report.rules import rule_data, rule_lines

    fixers = list(all_fixers().values())
    out = standard_output(no_color=no_color)
    if form == "json":
        out.text(dumps([rule_data(fixer) for fixer in fixers]))
    else:
        out.lines(rule_lines(fixers))
        tell_date(standard_error(no_color=no_color))
    out.require_success()
