"""Finding the fixers of one package that a person names: a distribution, a module, a path."""

import importlib
import os
import sys
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import metadata, util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from dfix.plugins import GROUP, Fault, Harvest, Origin, gather, unusable, without_clashes
from dfix.regularfile import (
    NotRegularError,
    TooLargeError,
    leads_to_file,
    leads_to_folder,
    read_regular,
)

_LIMIT = 1024 * 1024  # bytes of a pyproject.toml
_ALONE = "dfix_tested"
"""The package that a file without one is loaded into, where it hides no other module."""

Loads = list[tuple[str, Callable[[], object]]]


class NoPackage(ValueError):
    """A name or path that leads to no fixers; reads as what is wrong with it."""


@contextmanager
def looked_up(name: str, own: Collection[str]) -> Iterator[Harvest]:
    """The fixers of the package called `name`, and what of it cannot be used.

    A name with a folder in it, `.` or `.py` is a path: of a module, a package, or a project whose
    `pyproject.toml` has entry points. Any other is a distribution or a module whose entry points
    are installed, else a module that can be imported. Importing runs modules, as it does in Python.
    Within the context a path's folder is on Python's own path. `own` are the names of dfix's own
    fixers. Raises NoPackage.
    """
    with _restored():
        loads = _of_path(Path(name)) if _is_path(name) else _of_name(name)
        found = Harvest()
        origin = Origin(name, "")
        for value, load in loads:
            part = gather(load, value)
            found.faults += [Fault(origin, what) for what in part.faults]
            for fixer in part.fixers:
                if what := unusable(fixer):
                    place = f"{fixer.__module__}.{fixer.__qualname__}"
                    found.faults.append(Fault(origin, f"{place}: {what}"))
                else:
                    found.fixers.setdefault(fixer, origin)
        ours = all(each.__module__.startswith(f"{GROUP}.") for each in found.fixers)
        yield without_clashes(found, () if ours else own)


@contextmanager
def _restored() -> Iterator[None]:
    path, writes = list(sys.path), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # A person's folder stays as it is.
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes


def _is_path(name: str) -> bool:
    separators = [each for each in (os.sep, os.altsep) if each]
    return name in {".", ".."} or name.endswith(".py") or any(each in name for each in separators)


def _of_name(name: str) -> Loads:
    if not name:
        raise NoPackage("the name of a package is empty")
    for entries in (_entries_of_distribution(name), _entries_below(name)):
        if entries:
            return sorted(((each.value, each.load) for each in entries), key=lambda each: each[0])
    try:
        spec = util.find_spec(name.partition(".")[0])
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise NoPackage(
            f"{name} is no distribution with entry points {GROUP!r}, and no module; a path has a "
            "folder in it, such as ./"
        )
    return [(name, partial(importlib.import_module, name))]


def _entries_of_distribution(name: str) -> Iterable[metadata.EntryPoint]:
    try:
        return metadata.distribution(name).entry_points.select(group=GROUP)
    except (metadata.PackageNotFoundError, ValueError):
        return ()


def _entries_below(name: str) -> Iterable[metadata.EntryPoint]:
    """The entries that name a module or something in it: more of a package is no fixer's."""
    return [
        each
        for each in metadata.entry_points(group=GROUP)
        if each.value == name or each.value.startswith(f"{name}.")
    ]


def _of_path(path: Path) -> Loads:
    try:
        path = path.absolute()
        path.stat()
    except FileNotFoundError:
        raise NoPackage(f"{path} does not exist") from None
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        raise NoPackage(f"{path}: {told or error}") from error
    if not leads_to_folder(path):
        if path.suffix != ".py" or not path.stem.isidentifier():
            raise NoPackage(f"{path} is no module")
        if not leads_to_file(path):  # reading a pipe would wait for somebody who writes
            raise NoPackage(f"{path} is no regular file")
        if not leads_to_file(path.parent / "__init__.py"):
            return [(path.stem, partial(_alone, path))]
        return [_of_package(path.with_suffix(""))]
    if leads_to_file(path / "pyproject.toml"):
        return list(_of_project(path))
    if leads_to_file(path / "__init__.py"):
        return [_of_package(path)]
    if not os.access(path, os.R_OK | os.X_OK):
        raise NoPackage(f"{path} cannot be read")
    raise NoPackage(f"{path} holds neither a pyproject.toml nor an __init__.py")


def _of_package(path: Path) -> tuple[str, Callable[[], object]]:
    """A module or package by the name that it has from the folder above its outermost package."""
    names = [path.name]
    folder = path.parent
    while leads_to_file(folder / "__init__.py"):
        names.insert(0, folder.name)
        folder = folder.parent
    sys.path.insert(0, str(folder))
    name = ".".join(names)
    return name, partial(_imported, name, folder)


def _of_project(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    file = folder / "pyproject.toml"
    try:
        project = tomllib.loads(read_regular(file, limit=_LIMIT).decode("utf-8-sig"))
        entries = project["project"]["entry-points"][GROUP]
        values = [str(value) for value in dict(entries).values()]
    except (OSError, NotRegularError, TooLargeError, ValueError, RecursionError) as error:
        raise NoPackage(f"{file} cannot be read: {error}") from error
    except (KeyError, TypeError):
        raise NoPackage(f'{file} has no [project.entry-points."{GROUP}"]') from None
    source = folder / "src"
    root = source if leads_to_folder(source) else folder
    sys.path.insert(0, str(root))
    for value in values:
        yield value, partial(_imported, value, root)


def _imported(name: str, root: Path) -> object:
    """The module of that name below `root`. Raises ImportError where Python has it from elsewhere."""
    module = importlib.import_module(name)
    places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
    if not any(Path(place).is_relative_to(root) for place in places if place):
        raise ImportError(f"Python has {name} from elsewhere: {places[0]}")
    return module


def _alone(path: Path) -> ModuleType:
    """A module from its file, called like the file."""
    name = f"{_ALONE}.{path.stem}"
    loader = SourceFileLoader(name, str(path))
    spec = util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for their module there
    loader.exec_module(module)
    return module
