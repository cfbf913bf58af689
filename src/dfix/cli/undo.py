"""`dfix undo`: puts back what a run changed."""

from pathlib import Path

import click

_TOLD = {
    "restored": ("restored", "green"),
    "removed": ("removed", "green"),
    "unchanged": ("holds its old text already", "dim"),
    "changed-since": ("left alone: changed since the run", "yellow"),
    "missing": ("left alone: it is gone", "yellow"),
    "failed": ("failed", "red"),
}


@click.command("undo")
@click.argument("run", required=False)
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(ctx: click.Context, run: str | None, no_color: bool) -> None:
    """Put back what the last run changed, or the run of that name.

    A file that was changed since is left alone.
    """
    from dfix.cli.terminal import standard_error, standard_output
    from dfix.journal import JournalError, UnknownRunError, undo
    from dfix.report.styled import Line

    out, err = standard_output(no_color=no_color), standard_error(no_color=no_color)
    try:
        results = undo(run)
    except UnknownRunError as error:
        if run is not None:
            raise click.UsageError(str(error)) from error
        err.lines([((str(error), ""),)])
        return
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    code = 0
    if not results:
        err.lines([((f"the run {run} changed nothing", ""),)])
    for result in results:
        told, style = _TOLD[result.status]
        reason = f": {result.reason}" if result.reason else ""
        line: Line = ((f"{_shown(result.path)}: ", "bold"), (f"{told}{reason}", style))
        if result.status in ("restored", "removed", "unchanged"):
            out.lines([line])
        else:
            err.lines([line])
            code = 2
    out.require_success()
    ctx.exit(code)


def _shown(path: Path) -> Path:
    """A path as a user would write it here: relative where it lies below the current folder."""
    try:
        here = Path.cwd()
    except OSError:  # it is gone, and nothing lies below it
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path
