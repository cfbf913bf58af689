"""Small images as registries hold them: blobs, manifests and indexes, made in memory."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
LAYER = b"\0" * 1024  # an empty tar archive


@dataclass(frozen=True)
class Text:
    """A text with the type that it is kept under."""

    kind: str
    body: bytes

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"

    @property
    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.kind, "digest": self.digest, "size": len(self.body)}


@dataclass(frozen=True)
class Image:
    """A manifest with its config and layer."""

    manifest: Text
    config: Text
    layer: Text
    platform: Mapping[str, str]


@dataclass(frozen=True)
class Index:
    """Several images under one digest."""

    manifest: Text
    images: tuple[Image, ...]


def as_text(kind: str, value: object) -> Text:
    return Text(kind, json.dumps(value, sort_keys=True).encode())


def image(architecture: str = "amd64", *, docker: bool = False, **config: Any) -> Image:
    """An image for linux; `config` is what a container starts with."""
    platform = {"os": "linux", "architecture": architecture}
    layer = Text(DOCKER_LAYER if docker else OCI_LAYER, LAYER)
    whole = {**platform, "config": config, "rootfs": {"type": "layers", "diff_ids": [layer.digest]}}
    kept = as_text(DOCKER_CONFIG if docker else OCI_CONFIG, whole)
    kind = DOCKER_MANIFEST if docker else OCI_MANIFEST
    manifest = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": kept.descriptor,
        "layers": [layer.descriptor],
    }
    return Image(as_text(kind, manifest), kept, layer, platform)


def index(*images: Image, docker: bool = False) -> Index:
    kind = DOCKER_LIST if docker else OCI_INDEX
    listed = [{**each.manifest.descriptor, "platform": each.platform} for each in images]
    value = {"schemaVersion": 2, "mediaType": kind, "manifests": listed}
    return Index(as_text(kind, value), images)


def blobs(held: Image | Index) -> Iterator[Text]:
    for each in held.images if isinstance(held, Index) else (held,):
        yield each.config
        yield each.layer
