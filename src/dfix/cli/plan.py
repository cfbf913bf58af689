"""`dfix plan`: what a build would do, and how two files differ in that."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dfix.cli.errors import FileError
from dfix.cli.values import FILLED

if TYPE_CHECKING:
    from dfix.plan import Plan


@click.command("plan")
@click.argument("files", nargs=-1, required=True, type=FILLED, metavar="FILE...")
@click.option("--diff", is_flag=True, help="Compare two files; exit with 1 if they differ.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(
    ctx: click.Context, files: tuple[str, ...], diff: bool, form: str, no_color: bool
) -> None:
    """Show what a build of FILE would do; with --diff, how two files differ in that.

    `-` is standard input.
    """
    from dfix.cli.terminal import standard_output
    from dfix.plan import changes_data, changes_text, plan_data, plan_text
    from dfix.report.json import dumps
    from dfix.report.styled import Line

    wanted = 2 if diff else 1
    if len(files) != wanted:
        raise click.UsageError(f"{wanted} {'files are' if diff else 'file is'} needed")
    if files.count("-") > 1:
        raise click.UsageError("standard input can be read once only")
    plans = [_plan(name) for name in files]
    out = standard_output(no_color=no_color)
    code = 0
    data: dict[str, object]
    if diff:
        changes = plans[0].difference(plans[1])
        code = 1 if changes else 0
        text, data = changes_text(changes), {"changes": changes_data(changes)}
    else:
        text, data = plan_text(plans[0]), plan_data(plans[0])
    if form == "json":
        out.text(dumps(data))
    else:
        styles = {"+": "green", "-": "red", "~": "yellow"} if diff else {"s": "bold"}
        lines: list[Line] = [((line, styles.get(line[:1], "")),) for line in text.split("\n")[:-1]]
        out.lines(lines)
    out.require_success()
    ctx.exit(code)


def _plan(name: str) -> "Plan":
    """The plan of a file. Raises click.ClickException for one that has none."""
    from dfix.check import problems
    from dfix.cli.standard_input import read_standard_input
    from dfix.parser import parse
    from dfix.plan import plan
    from dfix.regularfile import TooLargeError, read_regular
    from dfix.runner import LIMIT

    if name == "-":
        data = read_standard_input()
    else:
        try:
            data = read_regular(Path(name), limit=LIMIT)
        except TooLargeError as error:
            raise FileError(name, f"larger than {LIMIT // 1024**2} MiB: no Dockerfile") from error
        except OSError as error:
            raise FileError(name, error.strerror or str(error)) from error
    tree = parse(data)
    for problem in problems(tree):
        raise FileError(name, problem.message, problem.line)
    return plan(tree)
