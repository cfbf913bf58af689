"""What versions an index of Python packages offers, by its JSON form.

The form: https://packaging.python.org/en/latest/specifications/simple-repository-api/. Names, versions
and wheels are read by `packaging`, whose authors write that specification.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dfix.facts.package_versions import NoVersion, Package, PackageVersion, is_version
from dfix.resolve.failures import ClientMissing, NotFound, RegistryError, Unusable
from dfix.resolve.manifests import parse_json
from dfix.resolve.wire import Question, Wire

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

DEFAULT = "https://pypi.org/simple"
_KIND = "application/vnd.pypi.simple.v1+json"
_LARGEST = 64 * 1024 * 1024  # bytes; the largest that is known has some twenty
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
_PLATFORM = re.compile(r"(manylinux|musllinux)_([0-9]+)_([0-9]+)_(\w+)")
_OLD = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


class PipIndex:
    """Answers for packages of pip; `index` is the address above the names."""

    def __init__(self, wire: Wire, index: str | None) -> None:
        self._wire = wire
        self._index = (index or DEFAULT).rstrip("/")
        self._known: dict[str, list[dict[str, Any]] | RegistryError] = {}

    def version(self, package: Package) -> PackageVersion | NoVersion:
        """The newest version that pip would install. Raises RegistryError for no answer."""
        known = self._known.get(package.name)
        if known is None:
            try:
                known = self._files(package.name)
            except RegistryError as error:
                known = error
            self._known[package.name] = known
        if isinstance(known, NotFound):
            return NoVersion(str(known))
        if isinstance(known, RegistryError):
            raise type(known)(str(known))
        _, python, libc, arch = package.platform.split(" ")
        newest = max(_usable(known, python, libc, arch), default=None)
        if newest is None:
            return NoVersion(f"no version of it is known to work with Python {python}")
        if not is_version("pip", str(newest)):
            return NoVersion(f"its version {newest} cannot be written for certain")
        return PackageVersion(str(newest), "index of Python packages")

    def _files(self, name: str) -> list[dict[str, Any]]:
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
        if _normalized(page.get("name")) != name:
            raise Unusable(f"{what} is that of another package")
        if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
            raise Unusable(f"{what} does not list files")
        return files


def _normalized(name: object) -> str:
    return re.sub(r"[-_.]+", "-", name).lower() if isinstance(name, str) else ""


def _usable(files: list[dict[str, Any]], python: str, libc: str, arch: str) -> "Iterator[Version]":
    """The versions with a file that pip would take: no pre-release, and not yanked."""
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
    minor = int(python.split(".")[1])
    # Without a patch the newest of the line stands for it, as a tag without one does.
    exact = python if python.count(".") == 2 else f"{python}.999"
    for file in files:
        filename, wanted = file.get("filename"), file.get("requires-python")
        if not isinstance(filename, str) or file.get("yanked", False) is not False:
            continue
        try:
            if filename.endswith(".whl"):
                _, version, _, tags = parse_wheel_filename(filename)
                if not any(_fits(tag, minor, libc, arch) for tag in tags):
                    continue
            else:
                _, version = parse_sdist_filename(filename)
            if isinstance(wanted, str) and not SpecifierSet(wanted).contains(exact):
                continue
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion, InvalidSpecifier):
            continue  # pip passes over what it cannot read, too.
        if not version.is_prerelease and not version.local:
            yield version


def _fits(tag: "Tag", minor: int, libc: str, arch: str) -> bool:
    """Whether a wheel with `tag` is for Python 3.`minor` on such a machine, as far as is certain."""
    return _fits_python(tag, minor) and _fits_machine(tag.platform, libc, arch)


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


def _fits_machine(platform: str, libc: str, arch: str) -> bool:
    if platform == "any":
        return True
    machine = _MACHINES.get(arch, arch)
    if found := _PLATFORM.fullmatch(platform):
        kind, level = found[1], (int(found[2]), int(found[3]))
        limit = _GLIBC if kind == "manylinux" else _MUSL
        wanted = "manylinux" if libc == "glibc" else "musllinux"
        return kind == wanted and level <= limit and found[4] == machine
    kind = platform.removesuffix(f"_{machine}")
    return libc == "glibc" and kind != platform and kind in _OLD
