"""What versions a registry of npm offers.

The form: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from typing import Any
from urllib.parse import quote

from dfix.facts.package_versions import NoVersion, Package, PackageVersion, is_version
from dfix.resolve.failures import NotFound, RegistryError, Unusable, printable
from dfix.resolve.manifests import parse_json
from dfix.resolve.nodeversions import allows, newest_of_line
from dfix.resolve.wire import Question, Wire

DEFAULT = "https://registry.npmjs.org"
_KIND = "application/vnd.npm.install-v1+json"
_LARGEST = 64 * 1024 * 1024  # bytes


class NpmRegistry:
    """Answers for packages of npm; `registry` is the address above the names."""

    def __init__(self, wire: Wire, registry: str | None) -> None:
        self._wire = wire
        self._registry = (registry or DEFAULT).rstrip("/")
        self._known: dict[str, dict[str, Any] | RegistryError] = {}

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The version that npm would install: what is tagged `latest`. Raises RegistryError."""
        known = self._known.get(package.name)
        if known is None:
            try:
                known = self._latest(package.name)
            except RegistryError as error:
                known = error
            self._known[package.name] = known
        if isinstance(known, NotFound):
            return NoVersion(str(known))
        if isinstance(known, RegistryError):
            raise type(known)(str(known))
        version, engines = known["version"], known.get("engines")
        if not is_version("npm", version):
            return NoVersion(f"its latest version is {printable(version)}, which is no release")
        if known.get("deprecated"):
            return NoVersion(f"its latest version {version} is deprecated")
        line = package.platform.removeprefix("node").strip()
        wanted = engines.get("node") if isinstance(engines, dict) else None
        if line and isinstance(wanted, str) and wanted.strip():
            allowed = allows(wanted, newest_of_line(int(line)))
            if not allowed:
                told = "may want" if allowed is None else "wants"
                return NoVersion(
                    f"its latest version {version} {told} another Node.js than {line}: "
                    f"{printable(wanted)}"
                )
        return PackageVersion(version, "registry of npm")

    def _latest(self, name: str) -> dict[str, Any]:
        """What the registry says of the version that is tagged `latest`."""
        what = f"what the registry has of {name}"
        url = f"{self._registry}/{quote(name, safe='@')}"
        answer = self._wire.ask(Question("GET", url, _LARGEST, {"Accept": _KIND}))
        if answer.status == 404:
            raise NotFound("the registry has no such package")
        if answer.status != 200:
            raise Unusable(f"the registry answers with status {answer.status} for {name}")
        page = parse_json(answer.body, what)
        if page.get("name") != name:
            raise Unusable(f"{what} is that of another package")
        tags, versions = page.get("dist-tags"), page.get("versions")
        latest = tags.get("latest") if isinstance(tags, dict) else None
        found = versions.get(latest) if isinstance(versions, dict) and latest else None
        if not isinstance(latest, str) or not isinstance(found, dict):
            raise Unusable(f"{what} has no latest version")
        return {**found, "version": latest}
