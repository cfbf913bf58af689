"""A little index of Python packages, and a little registry of npm."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.resolve.registries.scripted import Reply, Script, Seen

SIMPLE = "application/vnd.pypi.simple.v1+json"


def file(name: str, wanted: str | None = None, **more: Any) -> dict[str, Any]:
    """A file of a page of the index; `wanted` is what it requires of Python."""
    found: dict[str, Any] = {
        "filename": name,
        "url": f"https://files.example.com/{name}",
        "hashes": {},
    }
    return found | ({} if wanted is None else {"requires-python": wanted}) | more


def page(name: str, *files: Mapping[str, Any]) -> dict[str, Any]:
    return {"meta": {"api-version": "1.1"}, "name": name, "files": list(files)}


def index(*pages: Mapping[str, Any], kind: str = SIMPLE) -> Script:
    """An index below /simple."""
    held = {f"/simple/{each['name'].lower()}/": json.dumps(each).encode() for each in pages}

    def script(seen: Seen) -> Reply:
        found = held.get(seen.path)
        return Reply(404) if found is None else Reply(200, found, {"Content-Type": kind})

    return script


def package(name: str, latest: str, versions: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """What the registry has of a package; `more` is said of the latest version."""
    held = {each: {"name": name, "version": each} for each in versions}
    held[latest] = {"name": name, "version": latest, **more}
    return {"name": name, "dist-tags": {"latest": latest, "next": "99.0.0"}, "versions": held}


def registry(*packages: Mapping[str, Any]) -> Script:
    """A registry of npm; a scope's name comes with its slash escaped."""
    held = {f"/{each['name'].replace('/', '%2F')}": json.dumps(each).encode() for each in packages}

    def script(seen: Seen) -> Reply:
        found = held.get(seen.target)
        return Reply(404) if found is None else Reply(200, found)

    return script
