"""What versions an index of Python packages offers, by its JSON form.

The form: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from dfix.facts.package_versions import NoVersion, Package, PackageVersion, is_version
from dfix.resolve.cache import digest_of
from dfix.resolve.failures import NotFound, RegistryError, Unusable
from dfix.resolve.manifests import parse_json
from dfix.resolve.pipfiles import File, Machine, has_metadata, metadata_of, normalized, releases
from dfix.resolve.piptogether import fitting
from dfix.resolve.wire import Question, Wire, address, joined

DEFAULT = "https://pypi.org/simple"
_KIND = "application/vnd.pypi.simple.v1+json"
SOURCE = "index of Python packages"
_LARGEST = 64 * 1024 * 1024  # bytes; the largest that is known has some twenty
_LARGEST_METADATA = 4 * 1024 * 1024  # bytes
_LARGEST_WHEEL = 16 * 1024 * 1024  # bytes of one that is fetched just for its metadata


class PipIndex:
    """Answers for packages of pip; `index` is the address above the names."""

    def __init__(self, wire: Wire, index: str | None) -> None:
        self._wire = wire
        self._index = (index or DEFAULT).rstrip("/")
        self._known: dict[str, list[File] | RegistryError] = {}
        self._together: dict[tuple[str, str], dict[str, str] | str] = {}
        self._texts: dict[str, bytes] = {}

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The newest version that pip would install. Raises RegistryError for no answer.

        Of packages that are installed together each has its newest version, or none has one.
        """
        machine = Machine.of(package.platform)
        if package.together:
            group = package.platform, package.together
            if group not in self._together:
                self._together[group] = fitting(package.together, machine, self)
            found = self._together[group]
            if isinstance(found, str):
                return NoVersion(found)
            return PackageVersion(found[package.name], SOURCE)
        try:
            newest = max(releases(self.files(package.name), machine), default=None)
        except NotFound as error:
            return NoVersion(str(error))
        if newest is None:
            return NoVersion(f"no version of it is known to work with Python {machine.python}")
        if not is_version("pip", str(newest)):
            return NoVersion(f"its version {newest} cannot be written for certain")
        return PackageVersion(str(newest), SOURCE)

    def files(self, name: str) -> list[File]:
        """The files of a package, which is asked for once. Raises RegistryError."""
        known = self._known.get(name)
        if known is None:
            try:
                known = self._files(name)
            except RegistryError as error:
                known = error
            self._known[name] = known
        if isinstance(known, RegistryError):
            raise type(known)(str(known))
        return known

    def metadata(self, name: str, file: File) -> bytes | None:
        """The metadata of a file of a package; None where only a large file has it, or an sdist.

        Raises RegistryError, also where it is not what the index says.
        """
        url, filename = file.get("url"), file.get("filename")
        if not isinstance(url, str) or not isinstance(filename, str):
            return None
        beside = f"{self._index}/{name}/"
        place = address(joined(url, beside=beside), beside=beside)
        if place in self._texts:
            return self._texts[place]
        if has_metadata(file):
            hashes = file.get("core-metadata", file.get("dist-info-metadata"))
            text = self._file(f"{place}.metadata", name, _LARGEST_METADATA, hashes)
        else:
            size = file.get("size")
            if not filename.endswith(".whl") or not isinstance(size, int) or size > _LARGEST_WHEEL:
                return None
            wheel = self._file(place, name, _LARGEST_WHEEL, file.get("hashes"))
            text = metadata_of(wheel, name, _LARGEST_METADATA)
        self._texts[place] = text
        return text

    def _file(self, url: str, name: str, limit: int, hashes: object) -> bytes:
        """A file of a package, which has one of the hashes that the index says, if it says any."""
        answer = self._wire.ask(Question("GET", url, limit))
        if answer.status != 200:
            raise Unusable(f"the index answers with status {answer.status} for a file of {name}")
        digest = hashes.get("sha256") if isinstance(hashes, dict) else None
        if digest is not None and digest_of(answer.body) != f"sha256:{digest}":
            raise Unusable(f"a file of {name} is not what the index says")
        return answer.body

    def _files(self, name: str) -> list[File]:
        what = f"the page of {name}"
        question = Question("GET", f"{self._index}/{name}/", _LARGEST, {"Accept": _KIND})
        answer = self._wire.ask(question)
        if answer.status == 404:
            raise NotFound("the index has no such package")
        if answer.status != 200:
            raise Unusable(f"the index answers with status {answer.status} for {what}")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _KIND:
            raise Unusable(f"the index does not give {what} as JSON ({_KIND})")
        page = parse_json(answer.body, what)
        files = page.get("files")
        if normalized(page.get("name")) != name:
            raise Unusable(f"{what} is that of another package")
        if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
            raise Unusable(f"{what} does not list files")
        return files
