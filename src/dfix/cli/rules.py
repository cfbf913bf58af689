"""`dfix rules`: the fixers there are."""

import click


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--no-color", is_flag=True, help="Print no colours.")
def command(form: str, no_color: bool) -> None:
    """List the fixers, in the order in which they run."""
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
