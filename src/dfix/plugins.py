"""Fixers of other packages: the entry-point group `dfix.fixers`.

An entry names a module that defines one fixer, or a package of such modules. One that is broken is
left out and told of, and stops no other.
"""

import contextlib
import importlib
import importlib.util
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dfix.config import SETTINGS
from dfix.entrypoints import are_named
from dfix.fixer import Fixer, Invalid, Level, Option, Phase, Reported, Valid
from dfix.neighbours import NEIGHBOURS
from dfix.patterns import regex

if TYPE_CHECKING:
    from importlib import metadata

GROUP = "dfix.fixers"

#: Names that mean something else where a fixer's name may stand.
RESERVED = frozenset({*SETTINGS, *NEIGHBOURS})
_NAME = regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ALIAS = regex(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_OPTION = regex(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


class Origin(Struct, frozen=True, order=True):
    """The distribution that a fixer comes from."""

    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".rstrip()


class Fault(Struct, frozen=True, order=True):
    """Something of a distribution that is left out, and why: one line."""

    origin: Origin
    what: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.what}"


class Harvest(Struct):
    """Fixers with where they come from, and what is left out."""

    fixers: dict[type[Fixer], Origin] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def fixer_of(module: ModuleType) -> type[Fixer]:
    """The one fixer that a module defines, named after the module.

    Raises TypeError where the module does not define exactly one.
    """
    classes = _classes(module)
    if len(classes) != 1:
        raise TypeError(f"{module.__name__} defines {len(classes)} fixers, not one")
    fixer = classes[0]
    fixer.name = module.__name__.rpartition(".")[2].replace("_", "-")
    return fixer


def _classes(module: ModuleType) -> list[type[Fixer]]:
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Fixer)
        and each is not Fixer
        and each.__module__ == module.__name__
    ]


def installed(own: Collection[str]) -> Harvest:
    """The fixers that installed distributions bring; `own` are the names of dfix's own.

    Raises MemoryError and KeyboardInterrupt, and nothing that a distribution does wrong.
    """
    found = Harvest()
    for origin, entry in _entries(found.faults):
        part = gather(entry.load, entry.value)
        found.faults += [Fault(origin, what) for what in part.faults]
        for fixer in part.fixers:
            if what := unusable(fixer):
                found.faults.append(Fault(origin, f"{_place(fixer)}: {what}"))
            else:
                found.fixers.setdefault(fixer, origin)
    return without_clashes(found, own)


def without_clashes(found: Harvest, own: Collection[str]) -> Harvest:
    """The fixers whose names are theirs alone: of two with one name, none is known to be meant."""
    names = Counter(fixer.name for fixer in found.fixers)
    kept = Harvest(faults=found.faults)
    for fixer, origin in found.fixers.items():
        taken = {*own, *names, *RESERVED} - {fixer.name}
        alias = next((each for each in fixer.aliases if each.lower() in taken), "")
        if fixer.name in RESERVED:
            what = f"{fixer.name} is the name of something else"
        elif fixer.name in own:
            what = f"dfix has a fixer called {fixer.name} of its own"
        elif names[fixer.name] > 1:
            what = f"several fixers are called {fixer.name}"
        elif alias:
            what = f"the alias {alias} is the name of another fixer or setting"
        else:
            kept.fixers[fixer] = origin
            continue
        kept.faults.append(Fault(origin, f"{_place(fixer)}: {what}"))
    return kept


def names_without_loading() -> frozenset[str]:
    """What the fixers of other packages are called, as far as that shows without importing them."""
    found: set[str] = set()
    with contextlib.suppress(Exception):  # What is wrong is told where fixers are looked for.
        for _, entry in _entries([]):
            found.update(_stems(entry.value.split(".")))
    names = (stem.replace("_", "-") for stem in found if not stem.startswith("_"))
    return frozenset(name for name in names if _NAME.fullmatch(name))


def _stems(parts: Sequence[str]) -> Iterator[str]:
    """The name of a module, or those of the modules in a package."""
    spec = importlib.util.find_spec(parts[0])
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    for part in parts[1:]:
        folders = [str(Path(folder, part)) for folder in folders if Path(folder, part).is_dir()]
    names = [each.name for each in pkgutil.iter_modules(folders)] if folders else []
    yield from names or parts[-1:]


class Part(Struct, frozen=True):
    """The fixers that one name leads to, and what there is wrong beside them."""

    fixers: tuple[type[Fixer], ...]
    faults: tuple[str, ...]


def gather(load: Callable[[], object], name: str) -> Part:
    """The fixers of what `load` gives, which is called `name`: a module, or a package of modules."""
    module = _loaded(load)
    if isinstance(module, str):
        return Part((), (f"{name}: {module}",))
    if not isinstance(module, ModuleType):
        told = f"{name}: a {type(module).__name__}, where a module or a package is wanted"
        return Part((), (told,))
    fixers: list[type[Fixer]] = []
    faults: list[str] = []
    for each, known_as in _modules(module, name):
        if isinstance(each, str):
            faults.append(f"{known_as}: {each}")
            continue
        try:
            fixers.append(fixer_of(each))
        except TypeError as error:
            faults.append(str(error))
        except Exception as error:  # a module may hold anything
            faults.append(f"{known_as}: {_told(error)}")
    return Part(tuple(fixers), tuple(faults))


def _modules(module: ModuleType, name: str) -> Iterator[tuple[ModuleType | str, str]]:
    """A module itself, or those of a package whose names do not begin with an underscore."""
    path = getattr(module, "__path__", None)
    if path is None or _classes(module):
        yield module, name
        return
    names = [each.name for each in pkgutil.iter_modules(path) if not each.name.startswith("_")]
    if not names:
        yield "the package holds no module of a fixer", name
    for each in sorted(names):
        full = f"{module.__name__}.{each}"
        found = _loaded(partial(importlib.import_module, full))
        yield (found if isinstance(found, ModuleType | str) else "is no module"), full


def _loaded(load: Callable[[], object]) -> object:
    """What `load` gives, or what it raises as a text. Nothing that it prints gets into a result."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return load()
        except (KeyboardInterrupt, MemoryError):
            raise  # a person's wish, or the machine's fault, and no package's
        except BaseException as error:
            return _told(error)


def _told(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _entries(faults: list[Fault]) -> "Iterator[tuple[Origin, metadata.EntryPoint]]":
    """The entries of the group, each with its distribution, in an order that does not change."""
    if not are_named(GROUP):
        return
    from importlib import metadata

    try:
        found = [(_origin(each.dist), each) for each in metadata.entry_points(group=GROUP)]
    except Exception:  # one unreadable list of entries hides those of all distributions
        found = list(_entries_one_by_one(faults))
    yield from sorted(found, key=lambda each: (each[0], each[1].name, each[1].value))


def _entries_one_by_one(
    faults: list[Fault],
) -> "Iterator[tuple[Origin, metadata.EntryPoint]]":
    from importlib import metadata

    seen: set[str] = set()
    for distribution in metadata.distributions():
        origin = _origin(distribution)
        if origin.distribution in seen:
            continue  # hidden by one that stands earlier on the path
        seen.add(origin.distribution)
        try:
            entries = distribution.entry_points.select(group=GROUP)
        except Exception as error:
            # What is wrong with other tools' entries is none of our business.
            if f"[{GROUP}]" in (distribution.read_text("entry_points.txt") or ""):
                faults.append(Fault(origin, f"its entry points cannot be read: {error}"))
            continue
        for entry in entries:
            yield origin, entry


def _origin(distribution: "metadata.Distribution | None") -> Origin:
    """Whose a distribution is, as far as it says so."""
    try:
        assert distribution is not None
        return Origin(str(distribution.name), str(distribution.version))
    except Exception:  # its metadata may be missing, or anything
        return Origin("a distribution without a name", "")


def _place(fixer: type[Fixer]) -> str:
    return f"{fixer.__module__}.{fixer.__qualname__}"


def unusable(fixer: type[Fixer]) -> str:
    """Why a fixer cannot be used, by its class attributes alone; empty for no reason.

    That it is written well (docstring, reference, enough examples) is for `dfix test` to say.
    """
    try:
        return next(_objections(fixer), "")
    except Exception as error:  # a class may answer with anything
        return _told(error)


def _objections(fixer: type[Fixer]) -> Iterator[str]:
    said: Mapping[str, object] = {name: getattr(fixer, name) for name in _KINDS}
    for name, kind in _KINDS.items():
        if not isinstance(said[name], kind):
            yield f"{name} is a {type(said[name]).__name__}, not a {kind.__name__}"
            return
    if not _NAME.fullmatch(fixer.name):
        yield f"{fixer.name!r} is no name of a fixer: they are like add-to-copy"
    if not fixer.message.strip() or "\n" in fixer.message:
        yield "message is not one line"
    for name, kind in _HELD.items():
        held: Iterable[object] = getattr(fixer, name)
        for each in held:
            if not isinstance(each, kind):
                yield f"{name} holds a {type(each).__name__}, not a {kind.__name__}"
                return
    for alias in fixer.aliases:
        if not _ALIAS.fullmatch(alias):
            yield f"the alias {alias!r} is none that a comment could name"
    yield from _objections_to_options(fixer.options)


def _objections_to_options(options: Mapping[Any, object]) -> Iterator[str]:
    for name, option in options.items():
        if not isinstance(name, str) or not _OPTION.fullmatch(name):
            yield f"{name!r} is no name of an option"
        elif not isinstance(option, Option):
            yield f"the option {name} is a {type(option).__name__}, not an Option"
        else:
            default: object = option.default
            choices: object = option.choices
            if not isinstance(default, str):
                yield f"the default of the option {name} is a {type(default).__name__}, not a str"
            elif not isinstance(choices, tuple) or (choices and default not in choices):
                yield f"the default of the option {name} is none of its choices"


_KINDS: Mapping[str, type] = {
    "name": str,
    "message": str,
    "level": Level,
    "phase": Phase,
    "aliases": tuple,
    "reference": str,
    "practices": tuple,
    "plan_paths": tuple,
    "default": bool,
    "options": Mapping,
    "VALID": tuple,
    "INVALID": tuple,
    "REPORTED": tuple,
}
_HELD: Mapping[str, type] = {
    "aliases": str,
    "practices": str,
    "plan_paths": str,
    "VALID": Valid,
    "INVALID": Invalid,
    "REPORTED": Reported,
}
