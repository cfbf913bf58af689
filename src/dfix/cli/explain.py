"""`dfix explain`: one fixer with its reasons."""

import click


@click.command("explain")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--no-color", is_flag=True, help="Print no colours.")
def command(name: str, form: str, no_color: bool) -> None:
    """Tell why a fixer is there, when it is refused, and what it does.

    NAME is a fixer, or a code of another tool.
    """
    from dfix.cli.tables import tell_date
    from dfix.cli.terminal import standard_error, standard_output
    from dfix.registry import UnknownFixer, all_fixers, resolve
    from dfix.report.json import dumps
    from dfix.report.rules import explanation_data, explanation_lines

    try:
        names = resolve([name])
    except UnknownFixer as error:
        raise click.UsageError(str(error)) from error
    fixers = [fixer for known, fixer in all_fixers().items() if known in names]
    out = standard_output(no_color=no_color)
    if form == "json":
        out.text(dumps([explanation_data(fixer) for fixer in fixers]))
    else:
        for at, fixer in enumerate(fixers):
            out.lines([*([(), ()] if at else []), *explanation_lines(fixer)])
        tell_date(standard_error(no_color=no_color))
    out.require_success()
