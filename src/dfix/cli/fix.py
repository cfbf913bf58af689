"""`dfix fix`, or `dfix` alone: rewrites, or shows what it would rewrite."""

from collections.abc import Mapping
from pathlib import Path

import click

from dfix.cli import registries
from dfix.cli.here import current_folder
from dfix.cli.values import FILLED
from dfix.version import __version__


def names_of(
    _ctx: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of an option that takes several, each time or with commas."""
    names = tuple(name.strip() for each in given for name in each.split(",") if name.strip())
    if given and not names:
        raise click.BadParameter("names no fixer", param=option)
    return names


def settings_of(
    _ctx: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> Mapping[str, Mapping[str, object]]:
    """The options of fixers, by fixer."""
    options: dict[str, dict[str, object]] = {}
    for each in given:
        key, equals, value = each.partition("=")
        fixer, dot, name = key.strip().partition(".")
        if not (equals and dot and fixer and name):
            raise click.BadParameter(f"{each!r} is not FIXER.OPTION=VALUE", param=option)
        options.setdefault(fixer, {})[name] = value
    return options


def _paths(_ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    if "" in given:  # an unset variable must not stand for the current folder
        raise click.BadParameter("an empty path", param=option)
    if "-" in given and len(given) > 1:
        raise click.BadParameter("- cannot be mixed with paths", param=option)
    return given or (".",)


@click.command("fix")
@click.argument("paths", nargs=-1, metavar="[PATH]...", callback=_paths)
@click.option("--diff", is_flag=True, help="Write nothing; print the changes as a unified diff.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if anything is found.")
@click.option(
    "--level",
    type=click.Choice(["safe", "standard", "aggressive"]),
    help="How bold changes may be.  [default: standard]",
)
@click.option(
    "--select", multiple=True, metavar="NAME,...", callback=names_of, help="Run these fixers only."
)
@click.option(
    "--ignore", multiple=True, metavar="NAME,...", callback=names_of, help="Leave these fixers out."
)
@click.option(
    "--extend-select",
    multiple=True,
    metavar="NAME,...",
    callback=names_of,
    help="Run these fixers too.",
)
@click.option(
    "--set",
    "options",
    multiple=True,
    metavar="FIXER.OPTION=VALUE",
    callback=settings_of,
    help="Set an option of a fixer.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "full", "json", "sarif", "github", "gitlab", "junit"]),
    default="text",
    help="The form of the report; full: text with lines of the files.  [default: text]",
)
@click.option("--output", type=FILLED, metavar="FILE", help="Write the report to a file.")
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Pass over files below a folder that match."
)
@click.option("--no-gitignore", is_flag=True, help="Look at files that git ignores, too.")
@click.option(
    "--stdin-filename", type=FILLED, metavar="NAME", help="What standard input is called."
)
@click.option(
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the nearest one.",
)
@click.option(
    "--context", type=FILLED, metavar="DIR", help="The build context, in place of a guess."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many files to work on at once."
)
@registries.options
@click.option(
    "--write-neighbours",
    is_flag=True,
    help="Also write what belongs beside a Dockerfile: .dockerignore, a workflow, health checks.",
)
@click.option("--statistics", is_flag=True, help="Count findings by fixer.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although something is found.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.version_option(__version__, prog_name="dfix", message="%(prog)s %(version)s")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    diff: bool,
    check: bool,
    level: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    options: Mapping[str, Mapping[str, object]],
    form: str,
    output: str | None,
    exclude: tuple[str, ...],
    no_gitignore: bool,
    stdin_filename: str | None,
    config: str | None,
    context: str | None,
    jobs: int | None,
    online: bool,
    mirrors: tuple[str, ...],
    max_requests: int,
    write_neighbours: bool,
    statistics: bool,
    exit_zero: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Rewrite Dockerfiles in place; the default command.

    PATH is a file or a folder, by default the current one; `-` is standard input, whose result
    goes to standard output.
    """
    from dfix.cli.session import Session, View
    from dfix.fixer import Level
    from dfix.runner import Work
    from dfix.selection import Selection

    cwd = current_folder()
    selection = Selection(
        None if level is None else Level.named(level),
        select or None,
        extend_select,
        ignore,
        options,
    )
    work = Work(
        cwd,
        selection,
        config=None if config is None else Path(config).absolute(),
        context=None if context is None else Path(context).absolute(),
    )
    view = View(
        diff=diff,
        check=check,
        form=form,
        output=output,
        neighbours=write_neighbours,
        statistics=statistics,
        exit_zero=exit_zero,
        quiet=quiet,
        no_color=no_color,
    )
    if mirrors and not online:
        raise click.UsageError("--registry-mirror needs --online")
    session = Session(work, view)
    chosen = [Path(path) for path in paths]
    given = None
    if paths == ("-",):
        if write_neighbours:
            raise click.UsageError("standard input has no neighbours: name files or folders")
        given = session.read_standard_input(stdin_filename)
    unanswered = False
    if online:
        from dfix.asking import questions, questions_of

        with registries.registries(
            [cwd] if given else chosen, mirrors=mirrors, requests=max_requests
        ) as asked:
            try:
                notes = (
                    questions_of(*given, work)
                    if given
                    else questions(
                        chosen, work, exclude=exclude, gitignore=not no_gitignore, jobs=jobs
                    )
                )
            except ValueError as error:
                raise click.UsageError(f"--exclude: {error}") from error
            unanswered = not asked.answer(notes, session)
    if given:
        code = session.standard_input(*given)
    else:
        code = session.files(chosen, exclude=exclude, gitignore=not no_gitignore, jobs=jobs)
    ctx.exit(2 if unanswered else code)
