"""What Compose services ask for that a person should look at.

https://docs.docker.com/reference/compose-file/services/
"""

import re
from collections.abc import Iterator, Mapping

from dfix.neighbours.composefile import ComposeFile
from dfix.neighbours.model import Note, advised
from dfix.orchestrators import BuildFiles
from dfix.patterns import regex

NAME = "compose-service"
_PRODUCTION = regex(r"(?:\A|[._-])prod(?:uction)?(?:[._-]|\Z)", re.IGNORECASE)
_SOCKET = regex(r"/docker\.sock\b")
#: Files of the host that say nothing but the time.
_CLOCK = regex(r"/etc/(?:localtime|timezone)")
_ROOT = regex(r"(?:root|0)(?::.*)?")


def remarks(file: ComposeFile, builds: BuildFiles) -> Iterator[Note]:
    """What to say about the services of one file."""
    built = {entry.service for entry in builds.entries if entry.source == file.path}
    production = bool(_PRODUCTION.search(file.path.name))
    for name, service in file.services.items():
        if service.get("network_mode") == "host":
            yield advised(
                NAME,
                file.line_of(name, "network_mode"),
                f"{name} shares the host's network",
                "publish the ports that are needed, and leave the service on a network of its own",
            )
        privileged = service.get("privileged")
        if isinstance(privileged, str) and privileged.lower() in {"true", "yes", "on"}:
            yield advised(
                NAME,
                file.line_of(name, "privileged"),
                f"{name} is privileged: it may do on the host whatever root may",
                "give it the one capability or device that it needs (`cap_add`, `devices`)",
            )
        user = service.get("user")
        if name in built and isinstance(user, str) and _ROOT.fullmatch(user):
            yield advised(
                NAME,
                file.line_of(name, "user"),
                f"{name} runs as root, whatever USER of its Dockerfile says",
                "leave `user` out, or name an account without rights",
            )
        yield from _mounts(file, name, service, production)


def _mounts(
    file: ComposeFile, name: str, service: Mapping[str, object], production: bool
) -> Iterator[Note]:
    volumes = service.get("volumes")
    sources = [_bound(each) for each in volumes] if isinstance(volumes, list) else []
    bound = [source for source in sources if source]
    line = file.line_of(name, "volumes")
    if any(_SOCKET.search(source) for source in bound):
        yield advised(
            NAME,
            line,
            f"{name} has the Docker socket, with which it can become root on the host",
            "put a proxy in between that allows only the calls that are needed, or do without",
        )
    held = [each for each in bound if not _SOCKET.search(each) and not _CLOCK.fullmatch(each)]
    if production and held:
        yield advised(
            NAME,
            line,
            f"{name} has folders of the host in production: {', '.join(held[:3])}",
            "copy the files into the image, or take a named volume, a config or a secret",
        )


def _bound(volume: object) -> str | None:
    """The path of the host that a volume is; None for any other volume."""
    if isinstance(volume, dict):
        source = volume.get("source")
        return source if volume.get("type") == "bind" and isinstance(source, str) else None
    if not isinstance(volume, str):
        return None
    source, colon, _ = volume.partition(":")
    return source if colon and source[:1] in {"/", ".", "~"} else None
