"""Which files of a page of a package index pip would take, on which Python and machine.

Names, versions and wheels are read by `packaging`, whose authors write their specification.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dfix.patterns import regex
from dfix.resolve.failures import ClientMissing, Unusable

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

File = Mapping[str, Any]
"""A file as the page of a package lists it."""

#: glibc that every image of a supported release has at least; wheels for newer ones are passed over.
_GLIBC = (2, 28)
_MUSL = (1, 2)
_MACHINES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armhf": "armv7l",
    "i386": "i686",
    "ppc64el": "ppc64le",
}
_PLATFORM = regex(r"(manylinux|musllinux)_([0-9]+)_([0-9]+)_(\w+)")
_OLD = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


@dataclass(frozen=True, slots=True)
class Machine:
    """What pip runs on: `python` with or without a patch, `glibc` or `musl`, Debian's architecture."""

    python: str
    libc: str
    arch: str

    @classmethod
    def of(cls, platform: str) -> "Machine":
        """That of a platform as it is locked: `python 3.13 glibc amd64`."""
        _, python, libc, arch = platform.split(" ")
        return cls(python, libc, arch)

    @property
    def exact(self) -> str:
        """The Python with a patch; without one the newest of the line stands for it, as in tags."""
        return self.python if self.python.count(".") == 2 else f"{self.python}.999"

    @property
    def minor(self) -> int:
        """The second number of the Python."""
        return int(self.python.split(".")[1])

    @property
    def machine(self) -> str:
        """The architecture as wheels and `platform.machine()` have it."""
        return _MACHINES.get(self.arch, self.arch)


def normalized(name: object) -> str:
    """A package's name as it is asked for; empty for what is none."""
    return re.sub(r"[-_.]+", "-", name).lower() if isinstance(name, str) else ""


def releases(files: list[File], machine: Machine) -> "dict[Version, File]":
    """The versions that pip would take, each with a file, a wheel with its metadata if there is one.

    There is no pre-release among them, and nothing that was yanked.
    """
    found: dict[Version, File] = {}
    for version, file in usable(files, machine):
        if version.is_prerelease or version.local or file.get("yanked", False) is not False:
            continue
        if version not in found or has_metadata(file):
            found[version] = file
    return found


def has_metadata(file: File) -> bool:
    """Whether the metadata of a file can be fetched without it (PEP 658)."""
    return bool(file.get("core-metadata", file.get("dist-info-metadata", False)))


def metadata_of(wheel: bytes, name: str, limit: int) -> bytes:
    """The metadata within a wheel, of at most `limit` bytes. Raises Unusable for what is no wheel."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            for entry in archive.infolist():
                folder, _, rest = entry.filename.partition("/")
                if folder.endswith(".dist-info") and rest == "METADATA":
                    with archive.open(entry) as file:
                        text = file.read(limit + 1)
                    if len(text) <= limit:
                        return text
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        pass  # It is told below; the exceptions are all that zipfile raises for broken archives.
    raise Unusable(f"a wheel of {name} has no metadata that can be read")


def usable(files: list[File], machine: Machine) -> "Iterator[tuple[Version, File]]":
    """The files that fit, each with its version."""
    try:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
        from packaging.utils import (
            InvalidSdistFilename,
            InvalidWheelFilename,
            parse_sdist_filename,
            parse_wheel_filename,
        )
        from packaging.version import InvalidVersion
    except ImportError as error:
        raise ClientMissing("asking indices needs more: pip install 'dfix[online]'") from error
    for file in files:
        filename, wanted = file.get("filename"), file.get("requires-python")
        if not isinstance(filename, str):
            continue
        try:
            if filename.endswith(".whl"):
                _, version, _, tags = parse_wheel_filename(filename)
                if not any(_fits(tag, machine) for tag in tags):
                    continue
            else:
                _, version = parse_sdist_filename(filename)
            if isinstance(wanted, str) and not SpecifierSet(wanted).contains(machine.exact):
                continue
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion, InvalidSpecifier):
            continue  # pip passes over what it cannot read, too.
        yield version, file


def _fits(tag: "Tag", machine: Machine) -> bool:
    """Whether a wheel with `tag` is for such a machine, as far as is certain."""
    return _fits_python(tag, machine.minor) and _fits_machine(tag.platform, machine)


def _fits_python(tag: "Tag", minor: int) -> bool:
    found = re.fullmatch(r"(cp|py)3([0-9]*)", tag.interpreter)
    if found is None:
        return False
    needs = int(found[2] or "0")
    if tag.abi == "none":
        return needs <= minor if found[1] == "py" else needs == minor
    if tag.abi == "abi3":
        return found[1] == "cp" and needs <= minor
    # Python 3.7 and older have an `m` behind the number; 3.13 and newer may have a `t` of its own.
    return found[1] == "cp" and needs == minor and tag.abi in {f"cp3{minor}", f"cp3{minor}m"}


def _fits_machine(platform: str, machine: Machine) -> bool:
    if platform == "any":
        return True
    if found := _PLATFORM.fullmatch(platform):
        kind, level = found[1], (int(found[2]), int(found[3]))
        limit = _GLIBC if kind == "manylinux" else _MUSL
        wanted = "manylinux" if machine.libc == "glibc" else "musllinux"
        return kind == wanted and level <= limit and found[4] == machine.machine
    kind = platform.removesuffix(f"_{machine.machine}")
    return machine.libc == "glibc" and kind != platform and kind in _OLD
