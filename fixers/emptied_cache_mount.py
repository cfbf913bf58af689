"""Reports cache mounts that the same RUN empties, or keeps anything from being put in."""

from dfix import Fixer, Phase, Reported, Run, Valid
from dfix.facts.mounts import cache_targets
from dfix.facts.scripts import script_of

from ._caches import (
    APT,
    MANAGERS,
    Manager,
    removed_paths,
)
from ._called import Called, called_in

_DOCKER_CLEAN = ("docker-clean", "Keep-Downloaded-Packages")


class EmptiedCacheMount(Fixer):
    """Reports cache mounts that the same RUN empties, or keeps anything from being put in.

    **Why**

    A cache mount keeps downloads from one build to the next, outside of the image. A clean-up in the
    same RUN empties it each time, and `--no-cache-dir` or `--no-cache` leave it empty: the mount is
    of no use then, and neither is the clean-up.

    **When it is reported**

    When a RUN with a cache mount removes what is in it, or calls the package manager that it is for
    with an option against caching; and when apt's archives are mounted in an image of Debian or
    Ubuntu whose own `docker-clean` settings remove them after each call.

    **What to do**

    Choose one of the two: take the clean-up out, or the mount. For apt, remove
    `/etc/apt/apt.conf.d/docker-clean` in the same RUN, in front of the first call.
    """

    message = "the cache mount is emptied by the same RUN"
    phase = Phase.CACHES
    practices = ("04",)
    reference = "https://docs.docker.com/build/cache/optimize/#use-cache-mounts"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n"),
        Valid(
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n"
        ),
        Valid(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt "
            "rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y x "
            "&& rm -rf /var/lib/apt/lists/*\n",
            why="what is removed is not what is mounted",
        ),
        Valid("FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci && rm -rf /tmp/*\n"),
    )
    REPORTED = (
        Reported(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update \\\n"
            " && apt-get install -y x && rm -rf /var/lib/apt/lists/*\n",
            line=2,
        ),
        Reported(
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip \\\n"
            "    pip install --no-cache-dir flask\n",
            line=2,
        ),
        Reported(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt \\\n"
            "    apt-get update && apt-get install -y x\n",
            line=2,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Holds every call of a RUN against its cache mounts."""
        targets = cache_targets(node)
        script = script_of(node, self.facts.tree.escape) if targets else None
        if script is None:
            return
        found = called_in(script)
        for target in targets:
            for call in found:
                if _empties(call, target):
                    self.advise(
                        node,
                        f"`{_told(call)}` empties the cache mounted at {target}, or leaves it "
                        "empty: take it out, or the mount",
                    )
                    return
        archives = any(_holds(target, "/var/cache/apt") for target in targets)
        installing = any(call.name in APT.names and call.verb == "install" for call in found)
        if archives and installing and self._docker_clean(node):
            self.advise(
                node,
                "the image empties /var/cache/apt after each call of apt: remove "
                "/etc/apt/apt.conf.d/docker-clean first, or take the mount out",
            )

    def _docker_clean(self, node: Run) -> bool:
        """Whether the image's own settings of apt are in force, as far as the file tells."""
        stage = self.facts.stages.holding(node)
        known = None if stage is None else self.facts.bases.of(stage)
        return (
            known is not None
            and known.package_manager == "apt"
            and not any(mark in self.facts.tree.text for mark in _DOCKER_CLEAN)
        )


def _empties(call: Called, target: str) -> bool:
    """Whether a call removes what is mounted at `target`, or keeps it empty."""
    if any(_holds(path, target) or _holds(target, path) for path in removed_paths(call)):
        return True
    if call.name in APT.names:
        return call.verb == "clean" and _holds(target, "/var/cache/apt")
    if call.name == "pip":
        return call.verb == "install" and call.has("--no-cache-dir") and "pip" in target
    if call.name == "apk":
        return call.has("--no-cache") and target.rstrip("/") in {"/var/cache/apk", "/etc/apk/cache"}
    return any(
        call.name in manager.names and call.verb in manager.emptying and _is_of(manager, target)
        for manager in MANAGERS
    )


def _is_of(manager: Manager, target: str) -> bool:
    if manager.mounted:
        return manager.mounted[0] in target
    return any(_holds(target, path) for path in manager.left.paths)


def _holds(outer: str, inner: str) -> bool:
    return (inner.rstrip("/") + "/").startswith(outer.rstrip("/") + "/")


def _told(call: Called) -> str:
    words = [call.written, *(word.text for word in call.arguments)]
    text = " ".join(words)
    return text if len(text) <= 50 else f"{text[:47]}..."
