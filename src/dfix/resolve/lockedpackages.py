"""Versions of packages as the lock file keeps them.

Whoever may write to a repository may write its lock file, so names and versions are taken only where
they hold nothing that a shell or a package manager would read as more than that.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from dfix.facts.package_versions import (
    ECOSYSTEMS,
    NoVersion,
    Package,
    PackageVersion,
    is_name,
    is_platform,
    is_together,
    is_version,
)
from dfix.resolve.locktables import table_text, texts_of

KIND = "package"
"""What its tables are called."""

_KEYS = ("ecosystem", "platform", "name", "together", "version", "date", "source")


class LockedPackage(Struct, frozen=True):
    """One answer: the version that `package` has."""

    package: Package
    version: str
    date: str
    """The day of the answer, `YYYY-MM-DD`."""
    source: str

    @classmethod
    def of(cls, table: object) -> "LockedPackage":
        """The answer that a table of the lock file holds. Raises ValueError for what is none."""
        values = texts_of(table, KIND, _KEYS, ("together",))
        package = Package(
            values["ecosystem"], values["platform"], values["name"], values.get("together", "")
        )
        kind = package.ecosystem
        if kind not in ECOSYSTEMS:
            raise ValueError(f"{kind!r} is not an ecosystem: {', '.join(ECOSYSTEMS)}")
        if not is_platform(kind, package.platform):
            raise ValueError(f"{package.platform!r} is not a platform of {kind}")
        if not is_name(kind, package.name):
            raise ValueError(f"{package.name!r} is not the name of a package of {kind}")
        if not is_together(kind, package.name, package.together):
            raise ValueError(f"{package.together!r} are no packages of {kind} with {package.name}")
        if not is_version(kind, values["version"]):
            raise ValueError(f"{values['version']!r} is not a version of {kind}")
        return cls(package, values["version"], values["date"], values["source"])

    @property
    def key(self) -> Package:
        """What it answers."""
        return self.package

    @property
    def said(self) -> tuple[str, ...]:
        """The answer, without when and by whom."""
        return (self.version,)

    @property
    def text(self) -> str:
        """The table that holds it."""
        return table_text(
            KIND,
            {
                "ecosystem": self.package.ecosystem,
                "platform": self.package.platform,
                "name": self.package.name,
                "together": self.package.together or None,
                "version": self.version,
                "date": self.date,
                "source": self.source,
            },
        )


class LockedPackages:
    """What a lock file says of packages; `reasons` are for those of which it says nothing."""

    def __init__(
        self, answers: Mapping[Package, LockedPackage], reasons: Iterable[tuple[Package, str]] = ()
    ) -> None:
        self._answers = answers
        self._reasons = dict(reasons)

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The version that is locked for `package`, or why there is none."""
        found = self._answers.get(package)
        if found is not None:
            return PackageVersion(found.version, f"{found.source} (dfix.lock)")
        reason = self._reasons.get(package)
        return NoVersion(reason or "not locked: see `dfix pin --online --packages`")
