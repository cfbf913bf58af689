"""Finding fixers: the package `dfix.fixers`, and those that other packages bring."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from msgspec import Struct

from dfix.fixer import Fixer
from dfix.plugins import Fault, Origin, fixer_of, installed
from dfix.version import __version__

__all__ = [
    "Fault",
    "Origin",
    "UnknownFixer",
    "all_fixers",
    "faults",
    "fixer_of",
    "forget_fixers",
    "makers",
    "origin_of",
    "own_names",
    "resolve",
]

_OWN = Origin("dfix", __version__)


class UnknownFixer(ValueError):
    """A name that no fixer, alias or code has."""


class _Known(Struct, frozen=True):
    fixers: Mapping[str, type[Fixer]]
    #: Of other packages' fixers alone.
    origins: Mapping[str, Origin]
    faults: tuple[Fault, ...]


def all_fixers() -> Mapping[str, type[Fixer]]:
    """All fixers by name, in the order of phase and name.

    What is wrong with other packages' is told by `faults`; those are left out. Raises TypeError for
    a broken one of dfix's own.
    """
    return _known().fixers


def origin_of(name: str) -> Origin:
    """The distribution that the fixer of that name comes from."""
    return _known().origins.get(name, _OWN)


def makers() -> str:
    """All that makes up what fixers do: `0.1.0`, and the other packages that bring some."""
    others = sorted({str(origin) for origin in _known().origins.values()})
    return " with ".join([__version__, ", ".join(others)] if others else [__version__])


def faults() -> tuple[Fault, ...]:
    """What of other packages was left out; nothing before fixers were looked for."""
    return _known().faults if _known.cache_info().currsize else ()


def forget_fixers() -> None:
    """Look for fixers anew from now on."""
    _known.cache_clear()


def own_names() -> tuple[str, ...]:
    """The names of dfix's own fixers, none of which is loaded for that."""
    path = importlib.import_module("dfix.fixers").__path__
    names = [each.name for each in pkgutil.iter_modules(path)]
    return tuple(name.replace("_", "-") for name in names if not name.startswith("_"))


@cache
def _known() -> _Known:
    found: dict[str, type[Fixer]] = {}
    for name in own_names():
        module = name.replace("-", "_")
        found[name] = fixer_of(importlib.import_module(f"dfix.fixers.{module}"))
    others = installed(tuple(found))
    origins = {fixer.name: origin for fixer, origin in others.fixers.items()}
    found |= {fixer.name: fixer for fixer in others.fixers}
    order = sorted(found, key=lambda name: (found[name].phase, name))
    return _Known({name: found[name] for name in order}, origins, tuple(sorted(others.faults)))


@lru_cache(maxsize=2)
def _meant(fixers: tuple[type[Fixer], ...]) -> Mapping[str, frozenset[str]]:
    """The names of fixers by each name, alias and code, in lower case."""
    table: dict[str, frozenset[str]] = {}
    for fixer in fixers:
        for known in (fixer.name, *fixer.aliases):
            table[known.lower()] = table.get(known.lower(), frozenset()) | {fixer.name}
    return table


def _close(name: str) -> str:
    """A hint at what a name was to be: codes differ by a digit and mean something else."""
    from difflib import get_close_matches

    close = get_close_matches(name.strip().lower(), all_fixers(), 1, 0.75)
    return f": is {close[0]} meant?" if close else "; `dfix rules` lists them"


def resolve(names: Iterable[str]) -> frozenset[str]:
    """The fixers that names, codes and aliases mean. Raises UnknownFixer."""
    table = _meant(tuple(all_fixers().values()))
    chosen: set[str] = set()
    for name in names:
        found = table.get(name.strip().lower())
        if found is None:
            raise UnknownFixer(f"no fixer is called {name.strip()!r}{_close(name)}")
        chosen |= found
    return frozenset(chosen)
