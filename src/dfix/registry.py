"""Finding fixers: the package `dfix.fixers`, and the entry-point group `dfix.fixers` of others."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from types import ModuleType

from dfix.fixer import Fixer

_GROUP = "dfix.fixers"


class UnknownFixer(ValueError):
    """A name that no fixer, alias or code has."""


@cache
def all_fixers() -> Mapping[str, type[Fixer]]:
    """All fixers by name, in the order of phase and name. Raises TypeError for a broken one."""
    found: dict[str, type[Fixer]] = {}
    package = importlib.import_module("dfix.fixers")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            fixer = fixer_of(importlib.import_module(f"dfix.fixers.{module.name}"))
            found[fixer.name] = fixer
    for entry in metadata.entry_points(group=_GROUP):
        fixer = fixer_of(entry.load())
        if fixer.name in found:
            raise TypeError(f"two fixers are called {fixer.name}: one comes from {entry.value}")
        found[fixer.name] = fixer
    order = sorted(found, key=lambda name: (found[name].phase, name))
    return {name: found[name] for name in order}


def fixer_of(module: ModuleType) -> type[Fixer]:
    """The one fixer that a module defines, named after the module.

    Raises TypeError where the module does not define exactly one.
    """
    classes = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Fixer)
        and each is not Fixer
        and each.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise TypeError(f"{module.__name__} defines {len(classes)} fixers, not one")
    fixer = classes[0]
    fixer.name = module.__name__.rpartition(".")[2].replace("_", "-")
    return fixer


def resolve(names: Iterable[str]) -> frozenset[str]:
    """The fixers that names, codes and aliases mean. Raises UnknownFixer."""
    table: dict[str, set[str]] = {}
    for fixer in all_fixers().values():
        for known in (fixer.name, *fixer.aliases):
            table.setdefault(known.lower(), set()).add(fixer.name)
    chosen: set[str] = set()
    for name in names:
        found = table.get(name.strip().lower())
        if found is None:
            raise UnknownFixer(f"no fixer is called {name.strip()!r}; `dfix rules` lists them")
        chosen |= found
    return frozenset(chosen)
