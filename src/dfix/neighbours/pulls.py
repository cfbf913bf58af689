"""Pipelines that build on images of Docker Hub without an account or a mirror.

Pulls without an account are counted by address, which runners share:
https://docs.docker.com/docker-hub/usage/pulls/.
"""

import re
from collections.abc import Iterator

from dfix.facts import Facts
from dfix.image import ImageReference
from dfix.neighbours.model import Outcome, Wish, advised
from dfix.neighbours.tree import Tree
from dfix.parser import parse
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.text import decode

NAME = "ci-pulls"
_LIMIT = 1024 * 1024
_PIPELINE = regex(r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml")
_BUILDS = regex(
    r"\bdocker\s+(?:image\s+|buildx\s+)?(?:build|bake|pull)\b|\bdocker[ -]compose\s+(?:[^\n]*\s)?"
    r"(?:build|pull|up)\b|docker/(?:build-push|bake)-action@"
)
_LOGIN = regex(r"\bdocker\s+login\b([^\n]*)")
_ACTION = regex(r"docker/login-action@")
_REGISTRY = regex(r"^\s*registry:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
_MIRROR = regex(r"mirror|DEPENDENCY_PROXY", re.IGNORECASE)
_ELSEWHERE = regex(r"\$\{?CI_REGISTRY\}?|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?(?:/\S*)?")
_HUB = regex(r"(?:index\.)?docker\.io(?:/.*)?")


def pipelines(tree: Tree, _wish: Wish) -> Iterator[Outcome]:
    """The pipelines that pull from Docker Hub for a handled Dockerfile, as strangers."""
    files = [file for file in tree.files if _PIPELINE.fullmatch(file)]
    image = _from_hub(tree) if files else None
    if image is None:
        return
    for file in files:
        path = tree.root / file
        try:
            text = decode(read_regular(path, limit=_LIMIT, follow=False))
        except OSError:
            continue
        line = _stranger(text)
        if line is not None:
            note = advised(
                NAME,
                line,
                f"images such as {image} are pulled from Docker Hub without an account",
                "log in before (docker/login-action, `docker login`), or pull from a mirror: pulls "
                "without an account soon reach the limit",
            )
            yield Outcome(path, tree.root, None, None, (note,))


def _stranger(text: str) -> int | None:
    """The line (1-based) of the first build of a pipeline that neither logs in nor has a mirror."""
    lines = [
        line.partition(" #")[0] if not line.lstrip().startswith("#") else ""
        for line in text.split("\n")
    ]
    bare = "\n".join(lines)
    built = _BUILDS.search(bare)
    if built is None or _MIRROR.search(bare):
        return None
    for login in _LOGIN.finditer(bare):
        words = [word.strip("\"'") for word in login[1].split()]
        # A variable may be anything but this one, which is GitLab's own registry.
        if not any(_ELSEWHERE.fullmatch(word) for word in words if not _HUB.fullmatch(word)):
            return None
    for action in _ACTION.finditer(bare):
        step = re.split(r"\n\s*-\s", bare[action.end() :], maxsplit=1)[0]
        registry = _REGISTRY.search(step)
        if registry is None or _HUB.fullmatch(registry[1]) or "$" in registry[1]:
            return None
    return bare.count("\n", 0, built.start()) + 1


def _from_hub(tree: Tree) -> str | None:
    """An image that a handled Dockerfile builds on and that comes from Docker Hub."""
    for handled in tree.handled.values():
        facts = Facts(parse(handled.data))
        for stage in facts.tree.stages:
            image = facts.bases.reference(stage)
            named = image is not None and image.familiar_name != "scratch"
            if image is not None and named and image.registry in {None, "docker.io"}:
                return str(ImageReference(None, image.path, image.tag))
    return None
