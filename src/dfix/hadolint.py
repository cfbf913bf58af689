"""What `.hadolint.yaml` says that is dfix's business as well.

The keys are those of https://github.com/hadolint/hadolint#configure. Only files of the tree count: those
in a person's home folder would make the same call do something else on every machine. Keys that dfix does
not know are hadolint's own.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from dfix.configfile import ConfigError, config_text, require_in_tree
from dfix.documents import DocumentError, compose_yaml, yaml_value

NAMES = (".hadolint.yaml", ".hadolint.yml")
SEVERITIES = ("error", "warning", "info", "style")


class HadolintSettings(Struct, frozen=True):
    """What one file says."""

    ignored: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    """`override`: one of `SEVERITIES` by code in lower case; the gravest where there are several."""
    trusted_registries: tuple[str, ...] = ()
    pragmas: bool = True
    """Whether hadolint's comments count: not so under `disable-ignore-pragma`."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """`file:line` by hadolint's key."""
    path: Path | None = None
    """The file; None where there is none."""


def read_hadolint(path: Path) -> HadolintSettings | None:
    """The settings of one file; None where it is not there. Raises `ConfigError`."""
    text = config_text(path)
    if text is None:
        return None
    require_in_tree(path)
    try:
        root = compose_yaml(text)
        document = yaml_value(root)
    except DocumentError as error:
        # Not passed over: it may hold what must not be touched.
        raise ConfigError(path, error.line or 1, str(error)) from error
    if document is None:
        return HadolintSettings(path=path)
    if not isinstance(document, dict):
        raise ConfigError(path, 1, "must be a mapping")
    return _Reader(path, _lines(root), document).settings()


class _Reader:
    """Takes values of the right kind out of a document."""

    def __init__(self, path: Path, lines: Mapping[str, int], document: Mapping[str, Any]) -> None:
        self._path = path
        self._lines = lines
        self._document = document

    def settings(self) -> HadolintSettings:
        """All that counts. Raises `ConfigError`."""
        severities: dict[str, str] = {}
        override = self._document.get("override")
        if not isinstance(override, dict | None):
            raise self._error("override", "override must be a mapping")
        for severity in reversed(SEVERITIES):
            for code in self._texts(f"override.{severity}", (override or {}).get(severity)):
                severities[code.lower()] = severity
        pragma = self._document.get("disable-ignore-pragma") or "false"
        if not isinstance(pragma, str) or pragma.lower() not in ("true", "false"):
            raise self._error(
                "disable-ignore-pragma", "disable-ignore-pragma must be true or false"
            )
        return HadolintSettings(
            self._texts("ignored", self._document.get("ignored")),
            MappingProxyType(severities),
            self._texts("trustedRegistries", self._document.get("trustedRegistries")),
            pragma.lower() == "false",
            MappingProxyType(
                {
                    key: f"{self._path}:{self._lines.get(key, 1)}"
                    for key in ("ignored", "override", "trustedRegistries", "disable-ignore-pragma")
                    if key in self._document
                }
            ),
            self._path,
        )

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._error(key, f"{key} must be a list of texts")
        if not all(isinstance(held, str) for held in value):
            raise self._error(key, f"{key} must be a list of texts, and holds something else")
        return tuple(value)

    def _error(self, key: str, message: str) -> ConfigError:
        return ConfigError(self._path, self._lines.get(key, 1), message)


def _lines(root: Any, within: str = "") -> dict[str, int]:
    """The 1-based lines of the keys of a mapping, and below `override`, as `override.error`."""
    found: dict[str, int] = {}
    for key, value in root.value:
        if key.id == "scalar":
            name = f"{within}{key.value}"
            found[name] = key.start_mark.line + 1
            if name == "override" and value.id == "mapping":
                found |= _lines(value, "override.")
    return found
