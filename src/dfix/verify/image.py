"""An image as `docker save`, `podman save` and `buildah push docker-archive:` write it: read once.

https://github.com/moby/docker-image-spec and
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import io
import json
import posixpath
import tarfile
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import IO

from dfix.patterns import regex
from dfix.verify.tree import DamagedArchive, Layer, Tree, laid_over, read_layer

#: Of the image's configuration, what a container is started with.
_FIELDS = (
    "User", "Cmd", "Entrypoint", "WorkingDir", "StopSignal", "Healthcheck", "OnBuild", "Shell",
)  # fmt: skip
_DOCUMENT = 16 * 1024 * 1024  # bytes; a configuration is never larger
_HEAD = 512  # bytes of a tar header
_BY_CONTENT = regex(r"(?:blobs/sha256/)?[0-9a-f]{64}(?:\.tar)?")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")

Config = Mapping[str, object]
"""What an image is started with, by key: `User`, `Cmd`, `Env.PATH`, `Labels.maintainer`. What is
empty or not set has no key."""


@dataclass(frozen=True, slots=True)
class Image:
    """A built image."""

    config: Config
    tree: Tree
    layers: int
    size: int
    """The bytes of the files of all layers."""


def read_image(stream: IO[bytes], known: MutableMapping[str, Layer]) -> Image:
    """The image that a tar stream holds.

    `known` holds the layers that were read before, by their digest, and gets the new ones. Raises
    DamagedArchive.
    """
    layers: dict[str, Layer] = {}
    documents: dict[str, bytes] = {}
    links: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|") as outer:
            for member in outer:
                if member.issym() or member.islnk():
                    folder = posixpath.dirname(member.name) if member.issym() else ""
                    links[member.name] = posixpath.normpath(posixpath.join(folder, member.linkname))
                if not member.isreg() or not member.size:
                    continue
                if member.name in known:
                    layers[member.name] = known[member.name]
                    continue
                data = outer.extractfile(member)
                assert isinstance(data, io.BufferedReader)
                head = data.peek(_HEAD)[:_HEAD]
                if head.startswith(_ZSTANDARD):
                    raise DamagedArchive("a layer is compressed with Zstandard")
                if _is_tar(head):
                    layers[member.name] = read_layer(data)
                    if _BY_CONTENT.fullmatch(member.name):
                        known[member.name] = layers[member.name]
                elif member.size <= _DOCUMENT:
                    documents[member.name] = data.read()
    except (tarfile.TarError, EOFError) as error:
        raise DamagedArchive(f"its archive is damaged: {error}") from error
    return _image(layers, documents, links)


def config_of(document: Mapping[str, object]) -> dict[str, object]:
    """The configuration in an image's JSON document."""
    inner = document.get("config")
    given: Mapping[str, object] = inner if isinstance(inner, dict) else {}
    found = {name: given.get(name) for name in _FIELDS}
    found["Author"] = document.get("author")
    found["Platform"] = "/".join(
        str(document[name]) for name in ("os", "architecture", "variant") if document.get(name)
    )
    for name in ("ExposedPorts", "Volumes"):
        value = given.get(name)
        found[name] = sorted(value) if isinstance(value, dict) else None
    environment = given.get("Env")
    if isinstance(environment, list):
        pairs = (str(each).partition("=") for each in environment)
        found |= {f"Env.{name}": value for name, _, value in pairs}
    labels = given.get("Labels")
    if isinstance(labels, dict):
        found |= {f"Labels.{name}": value for name, value in labels.items()}
    return {
        name: value
        for name, value in found.items()
        if value
        or (isinstance(value, str) and "." in name)  # an empty variable is set all the same
    }


def _image(
    layers: Mapping[str, Layer], documents: Mapping[str, bytes], links: Mapping[str, str]
) -> Image:
    try:
        [record] = json.loads(documents["manifest.json"])
        config = json.loads(documents[record["Config"]])
        names = [str(name) for name in record["Layers"] or ()]
        used = [layers[name] if name in layers else layers[links[name]] for name in names]
    except (KeyError, ValueError, TypeError) as error:
        raise DamagedArchive(f"the image lacks what its manifest names: {error}") from error
    if not isinstance(config, dict):
        raise DamagedArchive("the image's configuration is none")
    tree = laid_over(used)
    return Image(config_of(config), tree, len(used), sum(layer.size for layer in used))


def _is_tar(head: bytes) -> bool:
    """Whether bytes are the beginning of a tar archive; an empty one is nothing but zeros."""
    return head[257:262] == b"ustar" or head.startswith(_COMPRESSED) or not any(head)
