"""What registries answer, read with care: manifests, indexes and lists of tags.

The forms are those of https://github.com/opencontainers/image-spec/blob/main/manifest.md and
https://github.com/opencontainers/distribution-spec/blob/main/spec.md, and Docker's own, which are
the same but for names. All of it is anybody's: what has another form raises `Unusable`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from dfix.patterns import regex
from dfix.resolve.failures import NotFound, Unusable, printable

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
#: All that must be accepted: without them a registry may convert to an old form with its own digest.
ACCEPT = ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))
_CONFIG_TYPES = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_DIGEST = regex(r"sha256:[0-9a-f]{64}")
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_MOST_TAGS_OF_A_PAGE = 100_000
_MOST_IMAGES = 1000  # of one index
_LONGEST_LINK = 8192  # characters
_LINK = regex(r"<([^<>]*)>((?:[ \t]*;[^;,<>]*)*)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one image: the digest of its config."""

    config: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index of images: per platform (`linux/arm64/v8`) the digest of its manifest."""

    images: tuple[tuple[str, str], ...]

    def image(self, platform: str, name: str) -> str:
        """The digest for `platform`, of which the variant may be left out. Raises `NotFound`."""
        for own, digest in self.images:
            if own == platform:
                return digest
        for own, digest in self.images:
            if own.startswith(f"{platform}/"):
                return digest
        known = printable(", ".join(own for own, _ in self.images) or "none")
        raise NotFound(f"{name} has no image for {platform} (it has {known})")


def is_digest(text: object) -> bool:
    """Whether `text` is a SHA-256 digest as registries write it."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def parse_json(data: bytes, what: str) -> dict[str, Any]:
    """The JSON object `data`; `what` names it in the text of `Unusable`."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unusable(f"{what} is not JSON") from None
    if not isinstance(value, dict):
        raise Unusable(f"{what} is not a JSON object")
    return value


def parse_manifest(data: bytes, what: str) -> Manifest | Index:
    """The manifest or index `data`; `what` names it in the text of `Unusable`."""
    value = parse_json(data, what)
    if value.get("schemaVersion") == 1 or "fsLayers" in value:
        raise Unusable(f"{what} is of the old form, whose digest is not that of the image")
    kind = value.get("mediaType")
    several, single = "manifests" in value, "config" in value or "layers" in value
    if (
        several == single
        or (several and kind in MANIFEST_TYPES)
        or (single and kind in INDEX_TYPES)
    ):
        # One that is both would be another image for every reader.
        raise Unusable(f"{what} is neither a manifest nor an index")
    if several:
        return Index(tuple(_images(value["manifests"], what)))
    config = value.get("config")
    if not isinstance(config, dict) or not is_digest(config.get("digest")):
        raise Unusable(f"{what} names no config")
    if config.get("mediaType") not in _CONFIG_TYPES:
        raise Unusable(f"{what} is not that of a container image")
    return Manifest(config["digest"])


def _images(listed: object, what: str) -> Iterator[tuple[str, str]]:
    if not isinstance(listed, list) or len(listed) > _MOST_IMAGES:
        raise Unusable(f"{what} is not a usable index")
    for each in listed:
        if not isinstance(each, dict) or not is_digest(each.get("digest")):
            raise Unusable(f"{what} names an image without a digest")
        platform = each.get("platform")
        if not isinstance(platform, dict):
            continue
        parts = [platform.get("os"), platform.get("architecture"), platform.get("variant")]
        if parts[:2] == ["unknown", "unknown"]:
            continue  # An attestation, which is about an image and none itself.
        words = [part for part in parts if isinstance(part, str) and part]
        if len(words) >= 2:
            yield "/".join(words), each["digest"]


def parse_tags(data: bytes, what: str) -> tuple[str, ...]:
    """The tags of a page of a list of tags, as they stand there."""
    tags = parse_json(data, what).get("tags")
    if tags is None:  # What some registries say of a repository without tags.
        return ()
    if not is_tags(tags):
        raise Unusable(f"{what} holds what is not a tag")
    return tuple(tags)


def is_tags(value: object) -> bool:
    """Whether `value` is a list of tags."""
    return (
        isinstance(value, list)
        and len(value) <= _MOST_TAGS_OF_A_PAGE
        and all(isinstance(each, str) and _TAG.fullmatch(each) for each in value)
    )


def next_page(link: str) -> str | None:
    """The address of the next page that a `Link` header names (RFC 8288), as it stands there."""
    for target, parameters in _LINK.findall(link[:_LONGEST_LINK]):
        for each in parameters.split(";"):
            name, _, value = each.partition("=")
            if name.strip().lower() == "rel" and "next" in value.strip(' \t"').lower().split():
                return str(target)
    return None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
