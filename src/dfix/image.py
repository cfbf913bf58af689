"""Image references: the names of images as FROM, `COPY --from` and mounts write them.

The grammar and the rule for what is a registry are those of the distribution project, which the
builder itself uses: https://pkg.go.dev/github.com/distribution/reference
"""

from msgspec import Struct

from dfix.patterns import regex
from dfix.text import Span

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = regex(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY = regex(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?")
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = regex(
    r"(?P<algorithm>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):(?P<hex>[0-9A-Fa-f]{32,})"
)
# The algorithms that OCI registers have a fixed length and lower-case digits:
# https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
# Refused by the builder, which could not tell such a name from an image's own identifier.
_IDENTIFIER = regex(r"[0-9a-f]{64}")
_NAME_LIMIT = 255
_HUB = frozenset({"docker.io", "index.docker.io"})


class ImageReference(Struct, frozen=True):
    """A valid reference `[registry[:port]/]path[:tag][@digest]`, each part as it was written.

    `path` keeps a written `library/`; what was not written is None. Nothing is normalized, so the
    parts put together are the text that was parsed.
    """

    registry: str | None
    path: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> "ImageReference | None":
        """The reference that `text` spells, or None where it is not a valid one.

        Variables (`$`) make it None, as does anything else that the builder would refuse.
        `scratch` and stage names are valid references by their look; the caller knows them.
        """
        named, at, digest = text.partition("@")
        colon = named.find(":", named.rfind("/") + 1)
        name, tag = (named, None) if colon < 0 else (named[:colon], named[colon + 1 :])
        first, slash, rest = name.partition("/")
        registry, path = (first, rest) if slash and _is_registry(first) else (None, name)
        if (
            len(name) > _NAME_LIMIT
            or _IDENTIFIER.fullmatch(text)
            or (registry is not None and not _REGISTRY.fullmatch(registry))
            or not _PATH.fullmatch(path)
            or (tag is not None and not _TAG.fullmatch(tag))
            or (at and not _is_digest(digest))
        ):
            return None
        return cls(registry, path, tag, digest if at else None)

    @property
    def name(self) -> str:
        """Registry and path as written, without tag and digest."""
        return self.path if self.registry is None else f"{self.registry}/{self.path}"

    @property
    def code(self) -> str:
        """The text that was parsed."""
        return self._spell(self.tag)

    def __str__(self) -> str:
        return self.code

    @property
    def tag_span(self) -> Span | None:
        """Where the tag, without its colon, stands in `code`; None where there is none."""
        if self.tag is None:
            return None
        start = len(self.name) + 1
        return Span(start, start + len(self.tag))

    @property
    def familiar_name(self) -> str:
        """The name by which people know the image: `node` for `docker.io/library/node`.

        The default registry goes, in its old spelling too, and so does `library/` before a single
        component; names of other registries stay whole.
        """
        if not self._is_on_hub:
            return self.name
        namespace, slash, rest = self.path.partition("/")
        return rest if namespace == "library" and slash and "/" not in rest else self.path

    @property
    def is_official(self) -> bool:
        """Whether this is one of the Docker official images, `library/` on the default registry."""
        return self._is_on_hub and "/" not in self.familiar_name

    def with_tag(self, tag: str) -> str:
        """The written text with `tag` in place of its tag, or with it added; the rest untouched.

        Raises ValueError where `tag` is no valid tag.
        """
        if not _TAG.fullmatch(tag):
            raise ValueError(f"not a valid tag: {tag!r}")
        return self._spell(tag)

    def with_registry(self, registry: str) -> "ImageReference":
        """The image of the same path, tag and digest on another registry.

        Raises ValueError where `registry` is none.
        """
        if not (_REGISTRY.fullmatch(registry) and _is_registry(registry)):
            raise ValueError(f"not a registry: {registry!r}")
        return ImageReference(registry, self.path, self.tag, self.digest)

    @property
    def _is_on_hub(self) -> bool:
        return self.registry is None or self.registry in _HUB

    def _spell(self, tag: str | None) -> str:
        tagged = self.name if tag is None else f"{self.name}:{tag}"
        return tagged if self.digest is None else f"{tagged}@{self.digest}"


def _is_registry(component: str) -> bool:
    # A path has no upper case, so a first component with some can only be meant as a registry.
    return (
        "." in component
        or ":" in component
        or component == "localhost"
        or component != component.lower()
    )


def _is_digest(text: str) -> bool:
    match = _DIGEST.fullmatch(text)
    if match is None:
        return False
    length = _DIGEST_LENGTHS.get(match["algorithm"])
    digits = match["hex"]
    return len(digits) == length and digits == digits.lower()
