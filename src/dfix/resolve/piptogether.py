"""Whether the newest versions of several Python packages can be installed by one call of pip.

pip steps back to older versions where the newest do not fit each other, and fails where it must not.
So versions are only given where a whole set of packages is found that fits: the newest of each that is
asked for, and of what they require the newest that all of them take. It need not be the set that pip
would find; that there is one means that pip finds one, too.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING, Protocol

from dfix.facts.package_versions import is_version
from dfix.patterns import regex
from dfix.resolve.failures import NotFound, printable
from dfix.resolve.pipfiles import File, Machine, normalized, releases

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.version import Version

_MOST_PACKAGES = 100
_MOST_STEPS = 1000
_ROOT = regex(r"([a-z0-9-]+)(?:\[([a-z0-9,-]+)\])?(?:==([0-9a-z.]+))?")


class Index(Protocol):
    """What is wanted of an index of packages."""

    def files(self, name: str) -> list[File]:
        """The files of a package. Raises RegistryError."""

    def metadata(self, name: str, file: File) -> bytes | None:
        """The metadata of one; None where there is none to be had. Raises RegistryError."""


class _Unfit(Exception):
    """There is no set; the text says why."""


@dataclass(slots=True)
class _Wanted:
    """What is wanted of one package, by the names of those that want it."""

    given: str | None = None
    """The version that the call itself names."""
    root: bool = False
    extras: set[str] = field(default_factory=set)
    specifiers: dict[str, str] = field(default_factory=dict)
    chosen: "tuple[Version, frozenset[str]] | None" = None


def fitting(together: str, machine: Machine, index: Index) -> dict[str, str] | str:
    """The newest versions of packages that fit together, by name, or why they do not for certain.

    Raises RegistryError where the index cannot be asked.
    """
    search = _Search(machine, index)
    try:
        return search.run(together.split(" "))
    except NotFound as error:
        return str(error)
    except _Unfit as error:
        return printable(str(error))


class _Search:
    """A set of packages that grows until all that is wanted is in it."""

    def __init__(self, machine: Machine, index: Index) -> None:
        self._machine = machine
        self._index = index
        self._wanted: dict[str, _Wanted] = {}
        self._open: deque[str] = deque()
        self._waiting: set[str] = set()

    def run(self, roots: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for text in roots:
            match = _ROOT.fullmatch(text)
            assert match is not None, "what is locked together was checked"
            extras = set((match[2] or "").split(",")) - {""}
            self._wanted[match[1]] = _Wanted(match[3], True, extras)
            self._open.append(match[1])
        for _ in range(_MOST_STEPS):
            if not self._open:
                break
            self._choose(self._open.popleft())
        if self._open or len(self._wanted) > _MOST_PACKAGES:
            raise _Unfit("they require more packages than are looked at")
        for name, wanted in self._wanted.items():
            if wanted.root and wanted.chosen is not None:
                found[name] = str(wanted.chosen[0])
        for name, version in found.items():
            if self._wanted[name].given is None and not is_version("pip", version):
                raise _Unfit(f"the version {version} of {name} cannot be written for certain")
        return found

    def _choose(self, name: str) -> None:
        """Takes the version of a package that all take, and notes what that one requires."""
        wanted = self._wanted[name]
        if len(self._wanted) > _MOST_PACKAGES:
            raise _Unfit("they require more packages than are looked at")
        try:
            version, file = self._newest(name, wanted)
        except _Unfit:
            # What wants too much may give way to another version of it, which wants less.
            if name in self._waiting or not self._open:
                raise
            self._waiting.add(name)
            self._open.append(name)
            return
        extras = frozenset(wanted.extras)
        if wanted.chosen == (version, extras):
            return
        wanted.chosen = version, extras
        self._waiting.clear()
        for other in self._wanted.values():
            other.specifiers.pop(name, None)
        for requirement in self._requirements(name, version, file, extras):
            other_name = normalized(requirement.name)
            other = self._wanted.setdefault(other_name, _Wanted())
            specifier = str(requirement.specifier)
            before = other.specifiers.get(name)
            other.specifiers[name] = ",".join(filter(None, (before, specifier)))
            other.extras |= {normalized(each) for each in requirement.extras}
            if other_name not in self._open:
                self._open.append(other_name)

    def _newest(self, name: str, wanted: _Wanted) -> "tuple[Version, File]":
        from packaging.specifiers import SpecifierSet
        from packaging.version import Version

        found = releases(self._index.files(name), self._machine)
        if wanted.given is not None:
            versions = [each for each in found if each == Version(wanted.given)]
        elif wanted.root:
            versions = [max(found)] if found else []
        else:
            versions = sorted(found, reverse=True)
        if not versions:
            python = self._machine.python
            raise _Unfit(f"no version of {name} is known to work with Python {python}")
        specifier = SpecifierSet(",".join(filter(None, wanted.specifiers.values())))
        for version in versions:
            if version in specifier:
                return version, found[version]
        if wanted.root:
            objecting = [
                each
                for each, text in wanted.specifiers.items()
                if versions[0] not in SpecifierSet(text)
            ]
            raise _Unfit(f"{', '.join(objecting)} cannot be with {name} {versions[0]}")
        raise _Unfit(f"there is no {name} for all of {', '.join(wanted.specifiers)}")

    def _requirements(
        self, name: str, version: "Version", file: File, extras: frozenset[str]
    ) -> "list[Requirement]":
        """What a version requires on the machine, with these extras."""
        from packaging.requirements import InvalidRequirement, Requirement

        data = self._index.metadata(name, file)
        if data is None:
            raise _Unfit(f"what {name} {version} requires is not known without fetching it")
        fields = BytesHeaderParser().parsebytes(data)
        if normalized(fields.get("Name")) != name:
            raise _Unfit(f"the metadata of {name} is that of another package")
        found = []
        for text in fields.get_all("Requires-Dist", []):
            try:
                requirement = Requirement(str(text))
            except InvalidRequirement:
                raise _Unfit(f"what {name} {version} requires cannot be read") from None
            if not self._holds(requirement, extras):
                continue
            if requirement.url is not None:
                raise _Unfit(f"{name} {version} requires a file by its address")
            found.append(requirement)
        return found

    def _holds(self, requirement: "Requirement", extras: frozenset[str]) -> bool:
        """Whether a requirement is one on the machine, with one of the extras or without any."""
        if requirement.marker is None:
            return True
        environment = {
            "implementation_name": "cpython",
            "implementation_version": self._machine.exact,
            "os_name": "posix",
            "platform_machine": self._machine.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self._machine.exact,
            "python_version": ".".join(self._machine.python.split(".")[:2]),
            "sys_platform": "linux",
        }
        return any(
            requirement.marker.evaluate({**environment, "extra": extra})
            for extra in ("", *sorted(extras))
        )
