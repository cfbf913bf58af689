"""Compose services that run the image of another one: beside it, in place of it, or laid over it.

They say nothing of a build, so that `dfix.orchestrators` does not see them.
https://docs.docker.com/reference/compose-file/merge/
"""

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dfix.documents import LIMIT, DocumentError, read_yaml
from dfix.orchestrators import BuildEntry, is_compose
from dfix.regularfile import read_within
from dfix.text import decode

#: What is put together where one service is laid over another one; the later one wins all else.
_JOINED = ("volumes", "devices", "cap_add", "env_file", "volumes_from")


def relatives(root: Path, entry: BuildEntry) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """The services of the Compose files in the folder of `entry`, in the tree `root`, that run its image.

    Each with the file's name, its own, and all that is said of it.
    """
    folder = entry.source.parent
    try:
        names = sorted(each.name for each in folder.iterdir() if is_compose(each.name))
    except OSError:
        return
    for file in names:
        for service, said in _services(root, folder / file):
            if (file, service) == (entry.source.name, entry.service) or "build" in said:
                continue
            if service == entry.service or _extends(said.get("extends"), entry, file):
                yield file, service, _overlaid(entry.attributes, said)
            elif isinstance(said.get("image"), str) and said["image"] == entry.attributes.get(
                "image"
            ):
                yield file, service, said


def environment_of(root: Path, folder: Path, files: object) -> dict[str, str]:
    """What the `env_file` of a service sets, as far as its files are there: those that come later win.

    Nothing is read outside of the tree `root`.
    """
    found: dict[str, str] = {}
    for each in files if isinstance(files, list) else [files]:
        path = each.get("path") if isinstance(each, dict) else each
        if not isinstance(path, str) or "$" in path or "\0" in path:
            continue
        try:
            text = decode(read_within(root, folder / path, limit=LIMIT))
        except OSError:
            continue
        for line in text.splitlines():
            name, joined, value = line.strip().removeprefix("export ").partition("=")
            if joined and not name.startswith("#"):
                found[name.strip()] = value.strip().strip("\"'")
    return found


def _services(root: Path, path: Path) -> tuple[tuple[str, Mapping[str, object]], ...]:
    try:
        status = path.stat()
        return _read(root, path, status.st_mtime_ns, status.st_size)
    except (OSError, DocumentError):
        return ()  # Told where it is looked for builds.


@functools.lru_cache(maxsize=256)
def _read(
    root: Path, path: Path, _modified: int, _size: int
) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """One file's services: each Dockerfile of a folder asks for the same files, and YAML takes its time."""
    document = read_yaml(decode(read_within(root, path, limit=LIMIT)))
    services = document.get("services") if isinstance(document, dict) else None
    found = services.items() if isinstance(services, dict) else ()
    return tuple((str(name), said) for name, said in found if isinstance(said, dict))


def _extends(written: object, entry: BuildEntry, file: str) -> bool:
    """Whether a service of `file` extends that of `entry`."""
    if isinstance(written, dict):
        beside = os.path.normpath(str(written.get("file") or file))
        return written.get("service") == entry.service and beside == entry.source.name
    return written == entry.service and file == entry.source.name


def _overlaid(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    together = {**under, **over}
    for name in _JOINED:
        first, second = under.get(name), over.get(name)
        if first and second:
            together[name] = [*_listed(first), *_listed(second)]
    return together


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
