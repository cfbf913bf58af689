"""The editor's settings, as `initializationOptions` and `workspace/didChangeConfiguration` have them."""

from collections.abc import Mapping, Sequence
from typing import Any

from dfix.lsp.subject import Wishes

_LEVELS = ("safe", "standard", "aggressive")
_LISTS = {"select": "select", "ignore": "ignore", "extendSelect": "extend_select"}


class SettingsError(ValueError):
    """Settings that cannot be followed."""


def wishes_of(settings: Any) -> Wishes:
    """What the editor asks for; settings may lie in a section `dfix`, and None stands for none.

    Raises SettingsError. Whether there are fixers of the names is not looked at here.
    """
    while isinstance(settings, Mapping) and len(settings) == 1:
        inner = next((settings[key] for key in ("dfix", "settings") if key in settings), None)
        if inner is None:
            break
        settings = inner
    if settings is None:
        return Wishes()
    if not isinstance(settings, Mapping):
        raise SettingsError("dfix's settings must be an object")
    if isinstance(settings.get("dfix"), Mapping):
        settings = settings["dfix"]
    held: dict[str, Any] = {}
    for key, value in settings.items():
        if value is None:
            continue
        if key == "level":
            if value not in _LEVELS:
                raise SettingsError(f"level must be one of {', '.join(_LEVELS)}")
            held[key] = value
        elif key in _LISTS:
            held[_LISTS[key]] = _texts(key, value)
        elif key == "options":
            held[key] = _options(value)
        else:
            raise SettingsError(f"there is no setting {key}")
    return Wishes(**held)


def own_part(settings: Any) -> Any:
    """What of an editor's changed settings is dfix's; None for nothing.

    Editors also send the settings of all their servers, or an empty object when they begin.
    """
    if not isinstance(settings, Mapping):
        return settings
    if "dfix" in settings:
        return settings["dfix"] or None
    return settings if settings.keys() & {"level", "options", *_LISTS} else None


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        raise SettingsError(f"{key} must be a list of texts")
    if isinstance(value, str):
        raise SettingsError(f"{key} must be a list of texts")
    return tuple(value)


def _options(value: object) -> dict[str, dict[str, object]]:
    if not isinstance(value, Mapping) or not all(isinstance(x, Mapping) for x in value.values()):
        raise SettingsError("options must be an object of objects, by fixer and option")
    return {str(name): dict(options) for name, options in value.items()}
