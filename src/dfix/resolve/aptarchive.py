"""What versions the archives of Debian and Ubuntu offer, read as apt reads them.

A suite's InRelease is signed and holds the hashes of its indices; an index lists packages of one
component and architecture. The format: https://wiki.debian.org/DebianRepository/Format
"""

import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from dfix.facts.package_versions import NoVersion, Package, PackageVersion, is_name, is_version
from dfix.patterns import regex
from dfix.resolve.cache import Cache, digest_of
from dfix.resolve.debianversion import by_age
from dfix.resolve.failures import NotFound, RegistryError, Unusable, printable
from dfix.resolve.signature import Keyring
from dfix.resolve.wire import Question, Wire

_LARGEST_RELEASE = 4 * 1024 * 1024  # bytes
_LARGEST_INDEX = 64 * 1024 * 1024  # bytes, compressed
_LARGEST_TEXT = 512 * 1024 * 1024  # bytes, as packed indices may not unpack to without end
_DAY = 24 * 60 * 60.0  # seconds by which two clocks may differ
#: Where the archives are. Ubuntu's have no https; what they say is signed all the same.
ROOTS = {
    "debian": "https://deb.debian.org/debian",
    "debian-security": "https://deb.debian.org/debian-security",
    "ubuntu": "http://archive.ubuntu.com/ubuntu",
    "ubuntu-ports": "http://ports.ubuntu.com/ubuntu-ports",
}
_FIELD = regex(r"^([A-Za-z0-9-]+):[ \t]*(.*)$")
_HASH = regex(r" ([0-9a-f]{64}) +([0-9]{1,12}) ([A-Za-z0-9][A-Za-z0-9._/+-]*)")
#: The fields of an index that count. A description's lines begin with a blank.
_ENTRY = regex(rb"^(Package|Version|Phased-Update-Percentage): *([!-~]+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Suite:
    """One suite of a release: the archive that has it, its name, and the components."""

    archive: str
    name: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The newest version of a package, and whether not everybody is offered it yet."""

    version: str
    phased: bool


class AptArchive:
    """Answers for packages of apt; each index is read once.

    `mirror` has the archives below it under their usual names (`debian`, `debian-security`,
    `ubuntu`, `ubuntu-ports`), and is asked in place of them.
    """

    def __init__(
        self,
        wire: Wire,
        keyring: Keyring,
        *,
        mirror: str | None,
        cache: Cache | None,
        clock: Callable[[], float],
    ) -> None:
        self._wire = wire
        self._keyring = keyring
        self._roots = (
            ROOTS if mirror is None else {name: f"{mirror.rstrip('/')}/{name}" for name in ROOTS}
        )
        self._cache = cache
        self._clock = clock
        self._known: dict[str, dict[str, _Found] | RegistryError] = {}

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The version that apt would install. Raises RegistryError for an archive without answer."""
        known = self._known.get(package.platform)
        if known is None:
            try:
                known = self._read(*package.platform.split(" "))
            except RegistryError as error:
                known = error
            self._known[package.platform] = known
        if isinstance(known, RegistryError):
            raise type(known)(str(known))
        distribution, release, arch = package.platform.split(" ")
        found = known.get(package.name)
        if found is None:
            return NoVersion(f"{distribution} {release} has no such package for {arch}")
        if found.phased:
            return NoVersion("its newest version is offered to some machines only, as yet")
        return PackageVersion(found.version, f"archive of {distribution} {release}")

    def _read(self, distribution: str, release: str, arch: str) -> dict[str, _Found]:
        """The newest version of every package of a release."""
        found: dict[str, _Found] = {}
        for suite in _suites(distribution, release, arch):
            for data in self._indices(distribution, suite, arch):
                for name, each in _entries(data):
                    there = found.get(name)
                    if there is None or by_age(each.version) > by_age(there.version):
                        found[name] = each
        return found

    def _indices(self, distribution: str, suite: _Suite, arch: str) -> Iterator[bytes]:
        """The texts of the indices of a suite."""
        base = f"{self._roots[suite.archive]}/dists/{suite.name}"
        what = f"the InRelease of {suite.name}"
        data = self._get(f"{base}/InRelease", _LARGEST_RELEASE, what)
        signed = self._keyring.signed(data, distribution, what)
        fields, hashes = _release(signed, what)
        self._require_current(fields, suite, what)
        for component in suite.components:
            where = f"{component}/binary-{arch}/Packages"
            ending = next((each for each in (".xz", ".gz") if where + each in hashes), None)
            if ending is None:
                raise NotFound(f"{suite.name} has no packages of {component} for {arch}")
            digest, size = hashes[where + ending]
            path = where + ending
            if fields.get("Acquire-By-Hash") == "yes":
                path = f"{component}/binary-{arch}/by-hash/SHA256/{digest}"
            yield _unpacked(self._index(f"{base}/{path}", digest, size, suite.name), ending)

    def _index(self, url: str, digest: str, size: int, suite: str) -> bytes:
        """A packed index, from the cache where it is there."""
        named = f"sha256:{digest}"
        kept = None if self._cache is None else self._cache.text(named)
        if kept is not None:
            return kept
        if size > _LARGEST_INDEX:
            raise Unusable(f"an index of {suite} is larger than {_LARGEST_INDEX} bytes")
        data = self._get(url, size, f"an index of {suite}")
        if len(data) != size or digest_of(data) != named:
            raise Unusable(f"an index of {suite} is not what the signed InRelease says")
        if self._cache is not None:
            self._cache.keep_text(data)
        return data

    def _get(self, url: str, limit: int, what: str) -> bytes:
        answer = self._wire.ask(Question("GET", url, limit))
        if answer.status == 404:
            raise NotFound(f"the archive does not have {what}")
        if answer.status != 200:
            raise Unusable(f"the archive answers with status {answer.status} for {what}")
        return answer.body

    def _require_current(self, fields: Mapping[str, str], suite: _Suite, what: str) -> None:
        """Raises Unusable for a text that is of another suite, or of another time."""
        if suite.name not in {fields.get("Codename"), fields.get("Suite")}:
            other = printable(fields.get("Codename", "?"))
            raise Unusable(f"{what} is that of {other}")
        now = self._clock()
        if _moment(fields.get("Date", ""), what) > now + _DAY:
            raise Unusable(f"{what} is of the future")
        until = fields.get("Valid-Until")
        if until is not None and _moment(until, what) < now:
            raise Unusable(f"{what} has expired: it was valid until {printable(until)}")


def _suites(distribution: str, release: str, arch: str) -> tuple[_Suite, ...]:
    """The suites that images of a release install from."""
    if distribution == "debian":
        main = ("main",)
        return (
            _Suite("debian", release, main),
            _Suite("debian", f"{release}-updates", main),
            _Suite("debian-security", f"{release}-security", main),
        )
    archive = "ubuntu" if arch in {"amd64", "i386"} else "ubuntu-ports"
    components = ("main", "restricted", "universe", "multiverse")
    endings = ("", "-updates", "-security")
    return tuple(_Suite(archive, f"{release}{ending}", components) for ending in endings)


def _release(data: bytes, what: str) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """The fields of a release file, and the SHA-256 hashes and sizes of its indices by path."""
    fields: dict[str, str] = {}
    hashes: dict[str, tuple[str, int]] = {}
    block = ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"{what} is not UTF-8") from None
    for line in text.splitlines():
        if field := _FIELD.match(line):
            block = field[1]
            if block in fields:
                raise Unusable(f"{what} has {printable(block)} twice")
            fields[block] = field[2].strip()
        elif block == "SHA256" and (found := _HASH.fullmatch(line.rstrip())):
            hashes[found[3]] = found[1], int(found[2])
    if not hashes:
        raise Unusable(f"{what} has no SHA256 hashes")
    return fields, hashes


def _moment(text: str, what: str) -> float:
    """Seconds since 1970 of a date of a release file, which is always in UTC."""
    try:
        return parsedate_to_datetime(text.replace("UTC", "+0000")).timestamp()
    except (ValueError, OverflowError, OSError):
        raise Unusable(f"{what} has a date that cannot be read: {printable(text)}") from None


def _unpacked(data: bytes, ending: str) -> bytes:
    """The text of a packed index. Raises Unusable for one that is broken, or far too large."""
    unpacker = (
        lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 * 1024 * 1024)
        if ending == ".xz"
        else zlib.decompressobj(wbits=31)
    )
    try:
        text = unpacker.decompress(data, _LARGEST_TEXT)
    except (lzma.LZMAError, zlib.error, EOFError):
        raise Unusable("an index of the archive cannot be unpacked") from None
    if not unpacker.eof:
        raise Unusable("an index of the archive is broken off, or far too large")
    return text


def _entries(data: bytes) -> Iterator[tuple[str, _Found]]:
    """The packages of an index; what no shell should see is passed over."""
    name = version = ""
    phased = False
    for field, value in ((each[1], each[2].decode("ascii")) for each in _ENTRY.finditer(data)):
        if field == b"Package":
            if is_name("apt", name) and is_version("apt", version):
                yield name, _Found(version, phased)
            name, version, phased = value, "", False
        elif field == b"Version":
            version = value
        else:
            phased = value != "100"
    if is_name("apt", name) and is_version("apt", version):
        yield name, _Found(version, phased)
