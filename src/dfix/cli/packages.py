"""What a call says about packages and their indices, and the step of `dfix pin` that locks them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dfix.cli.values import FILLED

if TYPE_CHECKING:
    from dfix.facts.package_versions import NoVersion, Package
    from dfix.resolve.lock import Lock
    from dfix.resolve.packageindices import PackageIndices, Places
    from dfix.runner import Work

_Command = TypeVar("_Command", bound=Callable[..., Any])
#: Seconds for one answer: an index of a distribution takes longer than any answer of a registry.
_PATIENCE = 180.0


def options(command: _Command) -> _Command:
    """Gives a command the options that say which packages are pinned, and who is asked for them."""
    for option in reversed(
        (
            click.option(
                "--packages",
                "with_packages",
                is_flag=True,
                help="Also pin what apt, pip and npm install.",
            ),
            click.option(
                "--apt-mirror",
                type=FILLED,
                metavar="URL",
                help="Ask `debian`, `debian-security` and `ubuntu` below this address.",
            ),
            click.option(
                "--keyring",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                metavar="FILE",
                help="The keys that these archives are signed with.  [default: the system's]",
            ),
            click.option(
                "--pip-index",
                type=FILLED,
                metavar="URL",
                help="Ask this index for packages of pip.",
            ),
            click.option(
                "--npm-registry",
                type=FILLED,
                metavar="URL",
                help="Ask this registry for packages of npm.",
            ),
        )
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Wish:
    """Which packages are pinned: those of the files below `paths`; `places` are asked if `online`.

    `requests` bounds the questions, `update` asks again about what is locked.
    """

    paths: list[Path]
    exclude: tuple[str, ...]
    gitignore: bool
    update: bool
    online: bool
    places: "Places"
    requests: int


def pinned(work: "Work", lock: "Lock", wish: Wish) -> "tuple[Work, Lock, dict[Package, NoVersion]]":
    """The work that also writes versions of packages, the lock with these, and what it lacks."""
    from msgspec.structs import replace

    from dfix.fixer import Level
    from dfix.package_pinning import FIXER, lock_packages, packages_in
    from dfix.resolve.lockedpackages import LockedPackages

    selection = work.selection
    both = replace(selection, level=Level.AGGRESSIVE, select=(*(selection.select or ()), FIXER))
    work = replace(work, selection=both)
    with ExitStack() as stack:
        indices = stack.enter_context(_indices(wish)) if wish.online else None
        wanted = packages_in(wish.paths, work, exclude=wish.exclude, gitignore=wish.gitignore)
        lock, missing = lock_packages(lock, wanted, indices, update=wish.update)
    reasons = ((package, answer.reason) for package, answer in missing.items())
    work = replace(work, packages=LockedPackages(lock.packages, reasons))
    return work, lock, missing


def places(
    *, apt: str | None, keyring: Path | None, pip: str | None, npm: str | None, asked: bool
) -> "Places":
    """Where packages are asked for; `asked` tells whether anybody will be.

    Raises click.UsageError for what cannot be asked, and where nobody will be.
    """
    from dfix.resolve.failures import RegistryError
    from dfix.resolve.packageindices import Places

    found = Places(apt, pip, npm, keyring)
    if found != Places() and not asked:
        raise click.UsageError("where packages are asked for needs --online and --packages")
    try:
        found.check()
    except RegistryError as error:
        raise click.UsageError(str(error)) from error
    return found


def _indices(wish: Wish) -> "PackageIndices":
    from dfix.resolve.cache import Cache
    from dfix.resolve.packageindices import PackageIndices
    from dfix.resolve.wire import Limits

    limits = Limits(wish.requests, timeout=_PATIENCE)
    trees = [path.absolute() for path in wish.paths]
    # What is kept is named by its digest, and good for an update, too.
    return PackageIndices(wish.places, limits=limits, cache=Cache.open(), trees=trees)
