"""What differs between two builds of one and the same Dockerfile, as data.

Such a path is not compared. Days in `etc/shadow` and all times are never looked at
(`dfix.verify.tree`), and what the file at hand makes anew in each build is found out by building it
twice (`dfix.verify.comparison.unsteady`).
"""

from collections.abc import Callable, Iterable

from dfix.globs import compile_glob

#: Patterns of paths relative to the root, `**` for any number of folders, each with what it is.
NOISE: tuple[tuple[str, str], ...] = (
    ("var/log/**", "logs of what ran in the build, with times in them"),
    ("var/cache/apt/pkgcache.bin", "apt's index of lists, made anew"),
    ("var/cache/apt/srcpkgcache.bin", "apt's index of lists, made anew"),
    ("var/cache/ldconfig/**", "ldconfig's notes, with times in them"),
    ("**/__pycache__/*.pyc", "Python's byte code, with times of its sources in it"),
    ("var/lib/rpm/**", "the database of rpm, with times in it"),
    ("usr/lib/sysimage/rpm/**", "the database of rpm, with times in it"),
    ("root/.rpmdb/**", "the database of rpm, with times in it"),
    ("var/lib/dnf/history.sqlite*", "dnf's history"),
    ("root/.npm/_logs/**", "npm's logs"),
)


def in_noise(ignored: Iterable[str] = (), *, known: bool = True) -> Callable[[str], bool]:
    """Whether a path is noise: of the list, unless that is not `known`, or as `ignored` says.

    Raises ValueError for a pattern that is none.
    """
    patterns = [pattern.strip("/") for pattern in ignored]
    if known:
        patterns += [pattern for pattern, _ in NOISE]
    return matching(patterns)


def matching(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path matches one of some patterns. Raises ValueError for one that is none."""
    globs = [compile_glob(pattern, deep=True) for pattern in patterns]
    return lambda path: any(glob.matches(path) for glob in globs)
