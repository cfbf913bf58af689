"""`dfix pin`: writes what floating tags stand for into the lock file, and into the Dockerfiles.

Packages come last: which versions they have depends on what their base image is pinned to.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dfix.cli import packages, registries
from dfix.cli.here import current_folder
from dfix.cli.values import FILLED

if TYPE_CHECKING:
    from dfix.journal import Journal
    from dfix.resolve.lock import Lock


@click.command("pin")
@click.argument("paths", nargs=-1, type=FILLED, metavar="[PATH]...")
@registries.options
@click.option(
    "--policy",
    type=click.Choice(["patch", "minor", "major"]),
    help="How much of a version is kept: 2.0.9, 2.0 or 2.  [default: minor]",
)
@click.option("--digest", is_flag=True, help="Also write the digest of each image's index.")
@packages.options
@click.option("--update", is_flag=True, help="Ask again about what the lock file has already.")
@click.option("--diff", is_flag=True, help="Write nothing; print the changes as a unified diff.")
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Pass over files below a folder that match."
)
@click.option("--no-gitignore", is_flag=True, help="Look at files that git ignores, too.")
@click.option(
    "--config",
    type=FILLED,
    metavar="FILE",
    help="The configuration, in place of the nearest one.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    online: bool,
    policy: str | None,
    digest: bool,
    with_packages: bool,
    update: bool,
    mirrors: tuple[str, ...],
    apt_mirror: str | None,
    keyring: Path | None,
    pip_index: str | None,
    npm_registry: str | None,
    max_requests: int,
    diff: bool,
    exclude: tuple[str, ...],
    no_gitignore: bool,
    config: str | None,
    quiet: bool,
    no_color: bool,
) -> None:
    """Write the versions that floating tags stand for, and remember them in dfix.lock.

    With --packages, and where it has packages already, also those of what is installed in RUN.

    The file lies at the top of the work tree, or in the folder that is named. What it has already is not
    asked again without --update, so that every machine writes the same.
    """
    from msgspec.structs import replace

    from dfix.cli.session import Session, View
    from dfix.cli.tables import warn_if_old
    from dfix.fixer import Level
    from dfix.journal import Journal
    from dfix.pinning import FIXER, Answers, Question, locked, names_in
    from dfix.resolve.lock import LockedImages
    from dfix.runner import Work
    from dfix.selection import Selection

    if mirrors and not online:
        raise click.UsageError("--registry-mirror needs --online")
    asks = online and with_packages
    places = packages.places(
        apt=apt_mirror, keyring=keyring, pip=pip_index, npm=npm_registry, asked=asks
    )
    if "-" in paths:
        raise click.UsageError("standard input is no file to pin: name files or folders")
    cwd = current_folder()
    options: dict[str, object] = {"digest": "yes" if digest else "no"}
    if policy is not None:
        options["policy"] = policy
    work = Work(
        cwd,
        Selection(Level.STANDARD, (FIXER,), (), (), {FIXER: options}),
        config=None if config is None else Path(config).absolute(),
    )
    view = View(diff=diff, quiet=quiet, no_color=no_color)
    session = Session(work, view)
    chosen = [Path(path) for path in paths or (".",)]
    file = _lock_file(chosen, cwd)
    before, text = _read(file)
    try:
        names = names_in(chosen, work, exclude=exclude, gitignore=not no_gitignore)
    except ValueError as error:
        raise click.UsageError(f"--exclude: {error}") from error
    if online:
        with registries.registries(
            chosen, mirrors=mirrors, requests=max_requests, cached=not update
        ) as asked:
            lock, unanswered = locked(before, names, Question(asked.registry, digest, update))
            asked.tell_problems(session.err)
    else:
        lock, unanswered = locked(before, names, Question(None, digest, update))
    for each in unanswered:
        if each.failed or update:  # What the fixer has to decline is told at its place, too.
            session.err.lines([((f"{each.name}: ", "bold"), (each.reason, ""))])
    if not online:
        warn_if_old(session.err)
    session.work = replace(work, images=LockedImages(lock, Answers(unanswered)))
    failed = any(each.failed for each in unanswered)
    if with_packages or lock.packages:
        wish = packages.Wish(chosen, exclude, not no_gitignore, update, asks, places, max_requests)
        session.work, lock, missing = packages.pinned(session.work, lock, wish)
        failed = failed or any(each.failed for each in missing.values())
        for package, answer in missing.items():
            if answer.failed:
                session.err.lines([((f"{package}: ", "bold"), (answer.reason, ""))])
    journal = None if diff else Journal.open()
    if journal is not None:
        ctx.call_on_close(journal.close)
    if journal is not None and lock != before:
        _write(file, text, lock, journal)
        if not quiet:
            count = len(lock.answers) + len(lock.packages)
            answers = f"{count} answer{'' if count == 1 else 's'}"
            session.err.lines([((f"{os.path.relpath(file, cwd)} has {answers}", ""),)])
    code = session.files(chosen, exclude=exclude, gitignore=not no_gitignore, journal=journal)
    ctx.exit(2 if failed else code)


def _lock_file(paths: list[Path], cwd: Path) -> Path:
    """Where the lock file of all `paths` is. Raises click.UsageError where they have none in common."""
    from dfix.regularfile import leads_to_folder
    from dfix.resolve.lock import NAME
    from dfix.worktree import work_tree_root

    folders = set()
    for path in paths:
        real = Path(os.path.realpath(cwd / path))
        folder = real if leads_to_folder(real) else real.parent
        folders.add(work_tree_root(folder) or folder)
    if len(folders) > 1:
        raise click.UsageError(
            "the paths lie in several trees, of which each has its own dfix.lock"
        )
    return folders.pop() / NAME


def _read(file: Path) -> "tuple[Lock, bytes | None]":
    """What a lock file says, and its bytes; None for one that is not there."""
    from dfix.config import ConfigError
    from dfix.resolve.lock import Lock, lock_bytes

    try:
        data = lock_bytes(file)
        return Lock.parse(data, file), data
    except FileNotFoundError:
        return Lock(), None
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror or error}") from error


def _write(file: Path, before: bytes | None, lock: "Lock", journal: "Journal") -> None:
    """Writes the lock file so that `dfix undo` can put it back; `before` is what it holds."""
    from dfix.writer import ChangedOnDisk, WriteFailed

    data = lock.text().encode()
    try:
        if before is None:
            journal.create(file, data, root=file.parent)
        else:
            journal.replace(file, before, data, root=file.parent)
    except ChangedOnDisk as error:
        if _read(file)[1] != data:  # Else a call beside this one had the same answers.
            raise click.ClickException(str(error)) from error
    except WriteFailed as error:
        raise click.ClickException(f"{file}: cannot be written: {error.reason}") from error
