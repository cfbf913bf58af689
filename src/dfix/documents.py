"""Documents of other tools as plain values: YAML, JSON with or without comments, HCL.

They come from somebody's tree, so reading one builds no objects, follows no reference out of the
document and does a bounded amount of work. Scalars come back as text, since a name or a path is
what is looked for in them; null comes back as None.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from dfix.patterns import regex

LIMIT = 1024 * 1024  # characters of a YAML or JSON document that are still read
HCL_LIMIT = 128 * 1024  # the same for HCL, whose parser takes about 20 ms for 1,000 characters
_MERGED_KEYS = 100_000  # keys that `<<` may copy within one document


class DocumentError(ValueError):
    """The text is no such document; `line` is the 1-based line where that shows, where known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_yaml(text: str) -> object:
    """The first and only document of a YAML text. Raises `DocumentError`."""
    return yaml_value(compose_yaml(text))


def yaml_value(root: Any) -> object:
    """The value of a document that `compose_yaml` gave. Raises `DocumentError`."""
    try:
        return _YamlValues().value(root)
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error


def compose_yaml(text: str) -> Any:
    """The root node of a YAML text, with the places of all that is below it. None for nothing.

    Nodes know no constructors, and an alias is the very node that it stands for. Raises
    `DocumentError`.
    """
    _require_short(text, LIMIT)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False
        return yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # Some problems only go on with the sentence that the context began.
        message = error.problem or error.context or "not YAML"
        if error.context and message.startswith("but "):
            message = f"{error.context}, {message}"
        raise DocumentError(message, mark.line + 1 if mark else None) from error
    except YAMLError as error:
        raise DocumentError(str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error


def read_json(text: str) -> object:
    """The value of a JSON text, whose comments and trailing commas are overlooked.

    Raises `DocumentError`.
    """
    _require_short(text, LIMIT)
    try:
        return _as_text(json.loads(_without_comments(text)))
    except json.JSONDecodeError as error:
        raise DocumentError(error.msg, error.lineno) from error
    except ValueError as error:
        raise DocumentError(str(error)) from error
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error


def read_hcl(text: str) -> object:
    """The blocks of an HCL text: type -> list of {label: attributes}.

    What is not a literal comes back as text that holds `${`. Raises `DocumentError`.
    """
    _require_short(text, HCL_LIMIT)
    import hcl2
    from hcl2.utils import SerializationOptions

    options = SerializationOptions(with_comments=False, explicit_blocks=False)
    try:
        return _hcl_value(hcl2.loads(text, serialization_options=options))
    except Exception as error:  # whatever a parser does with a text that was made to upset it
        line = getattr(error, "line", None)
        message = (str(error) or type(error).__name__).splitlines()[0]
        raise DocumentError(message, line if isinstance(line, int) else None) from error


def _require_short(text: str, limit: int) -> None:
    if len(text) > limit:
        raise DocumentError(f"more than {limit} characters")


class _YamlValues:
    """Turns composed nodes into values, each node once, however many aliases lead to it."""

    def __init__(self) -> None:
        self._done: dict[int, object] = {}
        self._open: set[int] = set()
        self._merged = 0

    def value(self, node: Any) -> object:
        key = id(node)
        if key in self._open:
            raise DocumentError("an alias holds itself")
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._build(node)
            self._open.remove(key)
        return self._done[key]

    def _build(self, node: Any) -> object:
        if node is None:
            return None
        if node.id == "scalar":
            return None if str(node.tag).endswith(":null") else str(node.value)
        if node.id == "sequence":
            return [self.value(child) for child in node.value]
        own: dict[str, object] = {}
        merged: dict[str, object] = {}
        for name, child in node.value:
            if name.id != "scalar":
                continue
            if str(name.tag).endswith(":merge"):
                self._merge(merged, self.value(child))
            else:
                own[str(name.value)] = self.value(child)
        return {**merged, **own}

    def _merge(self, into: dict[str, object], value: object) -> None:
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                continue
            self._merged += len(source)
            if self._merged > _MERGED_KEYS:
                raise DocumentError("too many merged keys")
            # The first of several sources wins: https://yaml.org/type/merge.html
            into.update((name, held) for name, held in source.items() if name not in into)


_JSON_TOKEN = regex(r'"(?>(?:[^"\\]|\\.)*)"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_JSON_COMMA = regex(r'"(?>(?:[^"\\]|\\.)*)"?|,(?=\s*+[\]}])', re.DOTALL)


def _without_comments(text: str) -> str:
    """`text` without comments and trailing commas; line ends stay, for the lines of errors."""

    def blanked(match: re.Match[str]) -> str:
        token = match.group()
        return token if token.startswith('"') else " " + "\n" * token.count("\n")

    return _JSON_COMMA.sub(blanked, _JSON_TOKEN.sub(blanked, text.removeprefix("\ufeff")))


def _as_text(value: object) -> object:
    match value:
        case dict():
            return {name: _as_text(held) for name, held in value.items()}
        case list():
            return [_as_text(held) for held in value]
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return value


def _hcl_value(value: object) -> object:
    match value:
        case dict():
            return dict(_hcl_items(value))
        case list():
            return [_hcl_value(held) for held in value]
        case str():
            return _hcl_text(value)
        case _:
            return _as_text(value)


def _hcl_items(value: dict[str, object]) -> Iterator[tuple[str, object]]:
    for name, held in value.items():
        # A bare word as a key is its own name; as a value it would be a variable's.
        plain = name.isidentifier() or name.replace("-", "_").isidentifier()
        yield (name if plain else _hcl_text(name)), _hcl_value(held)


def _hcl_text(text: str) -> str:
    if len(text) < 2 or not text.startswith('"') or text.startswith('"<<'):
        return text if "${" in text else "${" + text + "}"
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return "${" + text + "}"
