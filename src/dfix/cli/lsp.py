"""`dfix lsp`: the language server for editors."""

import sys

import click

from dfix.cli.values import SECONDS


@click.command("lsp")
@click.option(
    "--stdio", is_flag=True, expose_value=False, help="What it does anyway; some editors say so."
)
@click.option(
    "--time-limit",
    type=SECONDS,
    default=20.0,
    metavar="SECONDS",
    help="Spend no longer than this on one file.  [default: 20]",
)
@click.pass_context
def command(ctx: click.Context, *, time_limit: float) -> None:
    """Serve an editor on standard input and output, by the Language Server Protocol.

    Findings while a Dockerfile is typed, with their fixes as actions. Editors start this themselves.
    """
    try:
        from dfix.lsp.features import run
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "dfix":
            raise
        raise click.ClickException(
            "the language server needs more: pip install 'dfix[lsp]'"
        ) from error
    if sys.stdin is None or sys.stdout is None:
        raise click.ClickException(
            "standard input or output is closed: by these an editor talks to it"
        )
    ctx.exit(run(time_limit))
