"""Data files that ship within dfix's packages, read without what `importlib.resources` loads for it."""

import pkgutil


def shipped(package: str, name: str) -> bytes:
    """The bytes of a file of a package. Raises FileNotFoundError."""
    data = pkgutil.get_data(package, name)
    if data is None:
        raise FileNotFoundError(f"{package} has no {name}")
    return data
