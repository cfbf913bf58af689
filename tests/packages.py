"""Versions of packages as a test may have them answered."""

from dfix.facts.package_versions import (
    Package,
    PackageVersion,
    is_name,
    is_platform,
    is_together,
    is_version,
)

_VERSIONS = {"apt": "1:1.2.3~rc1-4+deb12u1", "pip": "1.2.3.post1", "npm": "1.2.3"}


class EveryPackage:
    """A lock that has every package; a question that no lock could hold is a fault."""

    def version(self, package: Package) -> PackageVersion:
        kind = package.ecosystem
        assert is_platform(kind, package.platform), package
        assert is_name(kind, package.name), package
        assert is_together(kind, package.name, package.together), package
        assert is_version(kind, _VERSIONS[kind])
        return PackageVersion(_VERSIONS[kind], "lock")
