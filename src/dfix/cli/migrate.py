"""`dfix migrate`: the same rewrite over many repositories."""

from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from dfix.cli.fix import names_of, settings_of
from dfix.cli.values import FILLED

#: Options that say what a campaign is; one that is resumed has its own.
_KEPT = (
    "sources", "files", "path_column", "content_column", "part_files", "level", "select",
    "extend_select", "ignore", "options", "config", "exclude", "group", "branch", "commit", "push",
    "open_pr", "credentials",
)  # fmt: skip

_OF_FILES = {"path_column", "content_column", "part_files"}
_ALONE = {"sources", "exclude", "group", "branch", "commit", "push", "open_pr", "credentials"}


@click.command("migrate")
@click.argument("sources", nargs=-1, type=FILLED, metavar="SOURCE...")
@click.option(
    "--files",
    type=FILLED,
    metavar="LIST|TAR|PARQUET",
    help="Rewrite a set of files in place of repositories; results go to DIR/results.",
)
@click.option(
    "--path-column",
    type=FILLED,
    metavar="NAME",
    help="The column of a table that names files.",
)
@click.option(
    "--content-column",
    type=FILLED,
    metavar="NAME",
    help="The column of a table that holds files.",
)
@click.option(
    "--part-files",
    type=click.IntRange(min=1, max=100_000),
    metavar="N",
    default=100,
    help="Files in one part of the results.  [default: 100]",
)
@click.option(
    "--out",
    type=FILLED,
    metavar="DIR",
    help="The campaign's folder: journal, patches and reports.",
)
@click.option(
    "--level",
    type=click.Choice(["safe", "standard", "aggressive"]),
    help="How bold changes may be.  [default: as configured, else standard]",
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
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the repositories' own.",
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Pass over files that match.")
@click.option(
    "--group",
    type=click.Choice(["repository", "file", "fixer"]),
    default="repository",
    help="What gets a commit of its own.  [default: repository]",
)
@click.option(
    "--branch", metavar="NAME", default="dfix/migrate", help="The branch.  [default: dfix/migrate]"
)
@click.option("--commit", is_flag=True, help="Make the branch in each repository.")
@click.option(
    "--push",
    type=FILLED,
    metavar="REMOTE",
    help="Push the branch to a remote, by name or address.",
)
@click.option("--open-pr", is_flag=True, help="Open pull requests with gh or glab; needs --push.")
@click.option("--patch-only", is_flag=True, help="Make patches, and no branch; the default.")
@click.option(
    "--credentials",
    is_flag=True,
    help="Let git use your credential helpers, proxies and address rules.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many repositories at once."
)
@click.option(
    "--executor",
    "where",
    metavar="local|dask://HOST:PORT",
    default="local",
    help="Where the work is done.  [default: local]",
)
@click.option("--resume", is_flag=True, help="Go on with the campaign in DIR.")
@click.option("--retry-failed", is_flag=True, help="With --resume: try again what failed.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N repositories.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done; write nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help="What is printed: lines for people, or one JSON object each.  [default: text]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    out: str | None,
    patch_only: bool,
    jobs: int | None,
    where: str,
    resume: bool,
    retry_failed: bool,
    limit: int | None,
    dry_run: bool,
    form: str,
    quiet: bool,
    no_color: bool,
    **asked: Any,
) -> None:
    """Rewrite the Dockerfiles of many repositories, as patches or branches, with a report.

    SOURCE is a repository, a folder that holds repositories, an address (file, https, ssh), or a text file
    that lists such things, one a line, each with an optional branch, tag or commit; `-` is such a list on
    standard input. What is looked at is what is committed, never a work tree.
    """
    from dfix.cli.campaigns import Journey, Manner
    from dfix.cli.ending import ended_in_order

    given = {
        name: asked[name]
        for name in _KEPT
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    _require_sense(given, out, patch_only, resume, retry_failed, dry_run)
    manner = Manner(jobs, where, limit, retry_failed, form == "jsonl", quiet, no_color)
    with ended_in_order():
        journey = Journey(manner)
        if dry_run:
            code = journey.rehearse(given)
        elif resume:
            code = journey.resume(out or "", given)
        else:
            code = journey.begin(out or "", given)
    ctx.exit(code)


def _require_sense(
    given: Mapping[str, Any],
    out: str | None,
    patch_only: bool,
    resume: bool,
    retry_failed: bool,
    dry_run: bool,
) -> None:
    """Raises click.UsageError for options that do not go together."""
    if patch_only and ("commit" in given or "push" in given):
        raise click.UsageError("--patch-only makes no branch: leave out --commit and --push, or it")
    if patch_only and resume:
        raise click.UsageError("--resume goes as far as the campaign does: leave --patch-only out")
    if given.get("open_pr") and not resume and "push" not in given:
        raise click.UsageError(
            "--open-pr needs --push: a pull request is about a branch of a remote"
        )
    if dry_run and resume:
        raise click.UsageError("--dry-run keeps nothing that --resume could go on with")
    if retry_failed and not resume:
        raise click.UsageError("--retry-failed goes with --resume")
    if not dry_run and not out:
        raise click.UsageError(
            "--out DIR is needed: the folder for the journal, patches and reports"
        )
    if "files" in given and not _ALONE.isdisjoint(given):
        raise click.UsageError(
            "--files is about files alone: leave out SOURCE, --exclude and all about branches"
        )
    if not resume and "files" not in given and not _OF_FILES.isdisjoint(given):
        raise click.UsageError("--path-column, --content-column and --part-files go with --files")
    if "files" in given and dry_run:
        raise click.UsageError(
            "--files has no --dry-run: --limit 1 shows what comes of the first files"
        )
    if not resume and not given.get("sources") and "files" not in given:
        raise click.UsageError(
            "SOURCE is needed: a repository, a folder of them, an address, a list, or -"
        )
