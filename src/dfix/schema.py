"""The configuration as a JSON schema, for editors and for those who check without dfix.

Draft 7, which editors of TOML know: https://json-schema.org/draft-07/schema. It is a little stricter
than what is read: names in the spelling of `dfix rules`, options under names of fixers that have any.
"""

from collections.abc import Iterable, Mapping

from dfix.config import LEVELS, SETTINGS, Setting
from dfix.fixer import Option
from dfix.neighbours import NEIGHBOURS
from dfix.registry import all_fixers

_NAMES = {"type": "array", "items": {"$ref": "#/definitions/name"}}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def settings_schema() -> dict[str, object]:
    """The schema of `dfix.toml`, and of `[tool.dfix]` in a `pyproject.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "dfix",
        "description": "The configuration of dfix: dfix.toml, or [tool.dfix] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "definitions": {
            "name": {"description": "A fixer, or another tool's code.", "enum": _names()}
        },
        "properties": {
            **{key: _setting(each) for key, each in SETTINGS.items()},
            **{name: _table(options) for name, options in _tables().items()},
        },
    }


def _names() -> list[str]:
    fixers = all_fixers().values()
    codes = {code for each in fixers for code in each.aliases}
    return [*sorted(each.name for each in fixers), *sorted(NEIGHBOURS), *sorted(codes)]


def _tables() -> dict[str, dict[str, Option]]:
    """Options by every name under which they can be set."""
    found: dict[str, dict[str, Option]] = {}
    for fixer in all_fixers().values():
        for name in (fixer.name, *fixer.aliases) if fixer.options else ():
            found.setdefault(name, {}).update(fixer.options)
    found |= {name: dict(options) for name, options in NEIGHBOURS.items() if options}
    return dict(sorted(found.items()))


def _setting(setting: Setting) -> dict[str, object]:
    shape: Mapping[str, object]
    match setting.kind:
        case "level":
            shape = {"enum": list(LEVELS)}
        case "names":
            shape = _NAMES
        case "texts":
            shape = _TEXTS
        case "path":
            shape = {"type": "string"}
        case "names by glob":
            shape = {"type": "object", "additionalProperties": _NAMES}
    return {"description": _sentence(setting.meaning), **shape}


def _table(options: Mapping[str, Option]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _option(option) for name, option in sorted(options.items())},
    }


def _option(option: Option) -> dict[str, object]:
    shape: dict[str, object]
    if option.choices:
        shape = {"enum": list(_choices(option.choices))}
    else:
        shape = {
            "anyOf": [{"type": ["string", "number", "boolean"]}, _TEXTS],
        }
    return {"description": _sentence(option.meaning), "default": option.default, **shape}


def _choices(choices: Iterable[str]) -> Iterable[str | int]:
    """The values that are read as one of `choices`: a number may go without quotes."""
    for each in choices:
        yield each
        if each.isdecimal() and str(int(each)) == each:
            yield int(each)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
