"""`dfix verify`: builds before and after with a real builder, and compares."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from dfix.cli.fix import names_of, settings_of
from dfix.cli.here import current_folder
from dfix.cli.values import FILLED, SECONDS

#: As `dfix.verify.NAMES`, which is not loaded for the help.
_BUILDERS = ("docker", "buildah", "podman")


@click.command("verify")
@click.argument("paths", nargs=-1, type=FILLED, metavar="[PATH]...")
@click.option(
    "--against",
    type=FILLED,
    metavar="FILE",
    help="Judge FILE in place of what dfix would write.",
)
@click.option(
    "--builder",
    type=click.Choice(_BUILDERS),
    help="Which builder to use.  [default: the first that is there and answers]",
)
@click.option(
    "--builder-option",
    "builder_options",
    multiple=True,
    metavar="WORD",
    help="A word for the builder, in front of each of its commands: --storage-driver=vfs.",
)
@click.option(
    "--build-option",
    "build_options",
    multiple=True,
    metavar="WORD",
    help="A word for the builder's command that builds: --isolation=chroot.",
)
@click.option(
    "--context", type=FILLED, metavar="DIR", help="The build context, in place of a guess."
)
@click.option(
    "--build-arg",
    "arguments",
    multiple=True,
    type=FILLED,
    metavar="NAME=VALUE",
    help="An argument of the build.",
)
@click.option(
    "--target",
    type=FILLED,
    metavar="STAGE",
    help="The stage to build.  [default: the last one]",
)
@click.option("--no-network", is_flag=True, help="Build without a network.")
@click.option(
    "--timeout",
    type=SECONDS,
    default=1800,
    metavar="SECONDS",
    help="How long one build may take.  [default: 1800]",
)
@click.option(
    "--ignore-path",
    "ignored",
    multiple=True,
    metavar="GLOB",
    help="Do not compare these paths of the image: 'opt/*/cache/**'.",
)
@click.option("--no-noise-list", is_flag=True, help="Compare also what is known to be noise.")
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
    "--extend-select", multiple=True, metavar="NAME,...", callback=names_of, help="Run these too."
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
    "--exclude", multiple=True, metavar="GLOB", help="Pass over files below a folder that match."
)
@click.option("--no-gitignore", is_flag=True, help="Take files that git ignores, too.")
@click.option(
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the nearest one.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("-q", "--quiet", is_flag=True, help="Do not show what the builder says.")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    against: str | None,
    builder: str | None,
    builder_options: tuple[str, ...],
    build_options: tuple[str, ...],
    context: str | None,
    arguments: tuple[str, ...],
    target: str | None,
    no_network: bool,
    timeout: float,
    ignored: tuple[str, ...],
    no_noise_list: bool,
    level: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    options: Mapping[str, Mapping[str, object]],
    exclude: tuple[str, ...],
    no_gitignore: bool,
    config: str | None,
    form: str,
    quiet: bool,
    no_color: bool,
) -> None:
    """Build each Dockerfile of PATH before and after dfix's fixes, and compare the images.

    PATH is a file or a folder, by default the current one.
    Nothing is written but in the builder, which is cleaned up. Exit codes: 0 what differs is what
    the level promises; 1 it is not; 2 a file could not be built before, or the call was wrong.
    """
    from dfix.cli.verification import VerifySession, VerifyView
    from dfix.fixer import Level
    from dfix.runner import Work
    from dfix.selection import Selection
    from dfix.verify import Terms

    if "-" in paths:
        raise click.UsageError("standard input has no build context: name a file or a folder")
    selection = Selection(
        None if level is None else Level.named(level),
        select or None,
        extend_select,
        ignore,
        options,
    )
    work = Work(
        current_folder(),
        selection,
        config=None if config is None else Path(config).absolute(),
        context=None if context is None else Path(context).absolute(),
    )
    terms = Terms(target, arguments, not no_network, timeout, build_options)
    view = VerifyView(json=form == "json", quiet=quiet, no_color=no_color)
    session = VerifySession(work, terms, view, builder=builder, builder_options=builder_options)
    with _ended_by_signals():
        code = session.files(
            [Path(path) for path in paths or (".",)],
            against=None if against is None else Path(against),
            exclude=exclude,
            gitignore=not no_gitignore,
            ignored=ignored,
            known_noise=not no_noise_list,
        )
    ctx.exit(code)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ends as an interrupt does when somebody asks for the end, so that images are removed."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    former = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, former, strict=True):
            signal.signal(number, handler)
