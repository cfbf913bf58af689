"""Builds as Compose, Bake and devcontainer files write them: text, not yet paths.

Only literal values count. What a variable or a function would make of a value is unknown and
comes out as None, or as `UNREADABLE_NAME` where it is a name.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from dfix.documents import DocumentError

UNREADABLE_NAME = "*"
"""Stands for the name of an additional context that only the builder could compute."""

BAKE_MERGED = (
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
)
"""Bake files of a folder that are merged, the later ones over the earlier ones
(https://docs.docker.com/build/bake/reference/#file-format); any other one stands alone."""

_INHERITANCE = 50  # targets in a row; more is no project's file

Values = Mapping[str, str | None]


class BuildSpec(Struct, frozen=True):
    """One build. `file` is the name of the file that describes it."""

    file: str
    contexts: tuple[str, ...]
    """Where the build context may be; none where that is not literal."""
    dockerfile: str | None
    """None where it is not literal or stands within `file` itself."""
    inline: bool = False
    """Whether it stands within `file` itself."""
    beside: bool = False
    """Whether the Dockerfile is found from `file`, and not from the context."""
    target: str | None = None
    args: Values = field(default_factory=dict)
    additional_contexts: Values = field(default_factory=dict)
    service: str | None = None
    """The Compose service that runs what is built."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    """All that the Compose file says of that service."""


def compose_specs(documents: Mapping[str, object]) -> Iterator[BuildSpec]:
    """The builds of a folder's Compose files, given as name -> document.

    https://docs.docker.com/reference/compose-file/build/
    """
    found = [
        (file, service, attributes, _build_attributes(attributes["build"]))
        for file, document in documents.items()
        for service, attributes in _services(document)
        if isinstance(attributes.get("build"), str | dict)
    ]
    contexts: dict[str, list[str | None]] = {}
    for _, service, _, build in found:
        if "context" in build:
            contexts.setdefault(service, []).append(_literal(build["context"], "$"))
    for file, service, attributes, build in found:
        # An override file's build that names no context has the one that the service has beside it.
        own = (
            [_literal(build["context"], "$")]
            if "context" in build
            else contexts.get(service, ["."])
        )
        # In the first format, `dockerfile` stood beside `build`.
        dockerfile = build.get("dockerfile", attributes.get("dockerfile", "Dockerfile"))
        yield BuildSpec(
            file,
            tuple(dict.fromkeys(context for context in own if context is not None)),
            None if "dockerfile_inline" in build else _literal(dockerfile, "$"),
            inline="dockerfile_inline" in build,
            target=_literal(build.get("target"), "$"),
            args=_values(build.get("args"), "$"),
            additional_contexts=_values(build.get("additional_contexts"), "$"),
            service=service,
            attributes=attributes,
        )


def bake_specs(documents: Mapping[str, object]) -> Iterator[BuildSpec]:
    """The targets of a folder's Bake files, given as name -> document.

    https://docs.docker.com/build/bake/reference/. Raises `DocumentError` for targets that inherit
    from one another without an end in sight.
    """
    merged: dict[str, dict[str, object]] = {}
    files: dict[str, str] = {}
    for file in BAKE_MERGED:
        for target, attributes in _targets(documents.get(file)):
            merged[target] = _overlaid(merged.get(target, {}), attributes)
            files.setdefault(target, file)
    yield from _bake_specs(merged, files)
    for file in documents:
        if file not in BAKE_MERGED:
            alone = dict(_targets(documents[file]))
            yield from _bake_specs(alone, dict.fromkeys(alone, file))


def devcontainer_specs(documents: Mapping[str, object]) -> Iterator[BuildSpec]:
    """The image builds of devcontainer files, given as name -> document.

    https://containers.dev/implementors/json_reference/
    """
    for file, document in documents.items():
        top = _mapping(document)
        build = _mapping(top.get("build"))
        dockerfile = build.get("dockerfile", top.get("dockerFile"))
        if dockerfile is None:
            continue
        context = _literal(build.get("context", top.get("context", ".")), "${")
        yield BuildSpec(
            file,
            () if context is None else (context,),
            _literal(dockerfile, "${"),
            beside=True,
            target=_literal(build.get("target"), "${"),
            args=_values(build.get("args"), "${"),
        )


def _services(document: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    top = _mapping(document)
    # The first format had the services at the top.
    for service, attributes in _mapping(top.get("services", top)).items():
        yield service, _mapping(attributes)


def _build_attributes(written: object) -> Mapping[str, object]:
    return {"context": written} if isinstance(written, str) else _mapping(written)


def _targets(document: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The target blocks of a Bake file; HCL gives a list of them, JSON mostly one mapping."""
    for blocks in _listed(_mapping(document).get("target")):
        for target, attributes in _mapping(blocks).items():
            for held in _listed(attributes):
                yield target, _mapping(held)


def _bake_specs(
    targets: Mapping[str, Mapping[str, object]], files: Mapping[str, str]
) -> Iterator[BuildSpec]:
    inherited: dict[str, dict[str, object]] = {}
    for target in targets:
        attributes = _with_inherited(target, targets, inherited, ())
        context = _literal(attributes.get("context", "."), "{")
        inline = "dockerfile-inline" in attributes
        yield BuildSpec(
            files[target],
            () if context is None else (context,),
            None if inline else _literal(attributes.get("dockerfile", "Dockerfile"), "{"),
            inline=inline,
            target=_literal(attributes.get("target"), "{"),
            args=_values(attributes.get("args"), "{"),
            additional_contexts=_values(attributes.get("contexts"), "{"),
        )


def _with_inherited(
    target: str,
    targets: Mapping[str, Mapping[str, object]],
    done: dict[str, dict[str, object]],
    above: tuple[str, ...],
) -> dict[str, object]:
    """A target's attributes over those it inherits, each target resolved once."""
    if target in above or len(above) > _INHERITANCE:
        raise DocumentError(f"target {target} inherits without end")
    if target not in done:
        own = targets.get(target, {})
        merged: dict[str, object] = {}
        for parent in _listed(own.get("inherits")):
            if isinstance(parent, str):
                inherited = _with_inherited(parent, targets, done, (*above, target))
                merged = _overlaid(merged, inherited)
        done[target] = _overlaid(merged, own)
    return done[target]


def _overlaid(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    together = {**under, **over}
    for name in ("args", "contexts"):
        if name in under and name in over:
            together[name] = {**_mapping(under[name]), **_mapping(over[name])}
    return together


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _literal(value: object, computed: str) -> str | None:
    """The text of a value, None where it is none or holds `computed`, the mark of what is not."""
    return value if isinstance(value, str) and computed not in value else None


def _values(value: object, computed: str) -> Values:
    """Names and values, written as a mapping or as a list of `name=value`.

    What is written as one text is computed, names and all.
    """
    if isinstance(value, str) and computed in value:
        return MappingProxyType({UNREADABLE_NAME: None})
    if isinstance(value, list):
        pairs = [text.partition("=") for text in value if isinstance(text, str)]
        value = {name: held if equals else None for name, equals, held in pairs}
    return MappingProxyType(
        {
            UNREADABLE_NAME if computed in name else name: _literal(held, computed)
            for name, held in _mapping(value).items()
        }
    )
