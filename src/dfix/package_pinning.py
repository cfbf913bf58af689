"""Locking the versions of packages: which ones a tree installs, and what each of them has.

The packages are those that `pin-packages` asks about, as with images: whatever it understands is
locked, and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from dfix.facts.package_versions import NoVersion, Package, Packages, PackageVersion
from dfix.resolve.lock import Lock
from dfix.resolve.lockedpackages import LockedPackage
from dfix.runner import Runner, Work

FIXER = "pin-packages"
"""The fixer that writes the versions."""


class Wanted:
    """Notes the packages that are asked about, and answers for none of them."""

    def __init__(self) -> None:
        self.packages: set[Package] = set()

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """Nothing yet."""
        self.packages.add(package)
        return NoVersion("nobody was asked yet")


def packages_in(
    paths: Sequence[Path], work: Work, *, exclude: Sequence[str], gitignore: bool
) -> frozenset[Package]:
    """The packages that the Dockerfiles below `paths` install, with `work` done before.

    Raises ValueError for a wrong pattern.
    """
    wanted = Wanted()
    looking = replace(work, packages=wanted)
    for _ in Runner(paths, looking, exclude=exclude, gitignore=gitignore, jobs=1).reports():
        pass  # What is wrong with a file is told when it is to be written.
    return frozenset(wanted.packages)


def lock_packages(
    lock: Lock,
    wanted: Iterable[Package],
    indices: Packages | None,
    *,
    update: bool,
    today: date | None = None,
) -> tuple[Lock, dict[Package, NoVersion]]:
    """The lock with answers for all that is wanted, and what there is no answer for.

    What is locked is asked again only to `update` it, and stays where there is no newer answer. Without
    `indices` nobody is asked.
    """
    answers = dict(lock.packages)
    unanswered: dict[Package, NoVersion] = {}
    day = (today or date.today()).isoformat()
    asked = {*wanted, *(answers if update else ())}
    for package in sorted(asked):
        if package in answers and (not update or indices is None):
            continue
        if indices is None:
            found: PackageVersion | NoVersion = NoVersion(
                "not locked: see `dfix pin --online --packages`"
            )
        else:
            found = indices.version(package)
        if isinstance(found, NoVersion):
            unanswered[package] = found
        else:
            answers[package] = LockedPackage(package, found.version, day, found.source)
    return replace(lock, packages=answers), unanswered
