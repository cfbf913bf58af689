"""Settings: from the nearest `dfix.toml` or `[tool.dfix]`, and what `.hadolint.yaml` says.

Both are looked for from a file's folder upwards. In one folder `dfix.toml` comes before
`pyproject.toml`; settings of several folders are not mixed.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dfix.documents import DocumentError, read_yaml
from dfix.regularfile import NotRegularError, read_regular
from dfix.text import decode

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LEVELS = ("safe", "standard", "aggressive")

_LISTS = ("select", "extend-select", "ignore", "exclude", "trusted-registries")
_LIMIT = 1024 * 1024  # bytes of a configuration file that are still read
_HADOLINT = (".hadolint.yaml", ".hadolint.yml")


class ConfigError(ValueError):
    """A configuration that cannot be followed; reads `file:line: message`, lines from 1."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration asks for; names of fixers and options are not checked here."""

    level: str = "standard"
    select: tuple[str, ...] | None = None
    """None where nothing is said."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trusted_registries: tuple[str, ...] = ()
    """Also those of `.hadolint.yaml`."""
    context: Path | None = None
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """A fixer's options by its name; lists come as tuples."""
    hadolint_ignored: tuple[str, ...] = ()
    """`ignored` of `.hadolint.yaml`: codes that need not be anything to dfix."""
    base: Path | None = None
    """The folder that globs are relative to: the one of the configuration file."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """`file:line` by key, for each key that a file sets."""

    def ignored(self, file: Path) -> frozenset[str]:
        """All names that are ignored for one file."""
        names = {*self.ignore, *self.hadolint_ignored}
        for glob, ignored in self.per_file_ignores.items():
            if self._matches((glob,), file):
                names.update(ignored)
        return frozenset(names)

    def excludes(self, file: Path) -> bool:
        """Whether `exclude` names the file; its patterns are those of a `.gitignore`."""
        return bool(self.exclude) and self._matches(self.exclude, file)

    def _matches(self, globs: tuple[str, ...], file: Path) -> bool:
        path = file.absolute()
        base = self.base if self.base is not None and path.is_relative_to(self.base) else None
        return bool(_spec(globs).match_file(path.relative_to(base or path.anchor).as_posix()))


def settings_for(file: Path, *, config: Path | None = None) -> Settings:
    """The settings for one file; with `config` those of that file instead of the nearest one.

    Raises `ConfigError`. What a folder says is read once per process; a long-lived one forgets
    it with `forget_settings`.
    """
    folder = file.absolute().parent
    if config is None:
        return _with_hadolint(_nearest(folder), folder)
    settings = _read_config(config.absolute())
    if settings is None:
        raise ConfigError(config, 1, "there is no such file, or it holds no settings")
    return _with_hadolint(settings, folder)


def forget_settings() -> None:
    """Read configuration files anew from now on."""
    for cached in (_nearest, _read_config, _nearest_hadolint):
        cached.cache_clear()


@cache
def _spec(globs: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(globs)


@cache
def _nearest(folder: Path) -> Settings:
    """The settings that hold in a folder: its own or those of the one above."""
    for name in ("dfix.toml", "pyproject.toml"):
        found = _read_config(folder / name)
        if found is not None:
            return found
    return _nearest(folder.parent) if folder != folder.parent else Settings()


@cache
def _read_config(path: Path) -> Settings | None:
    """The settings of one file; None where it is not there or has none. Raises `ConfigError`."""
    text = _text(path)
    in_project = path.name == "pyproject.toml"
    # Another tool's table that cannot be read is none of our business.
    if text is None or (in_project and "dfix" not in text):
        return None
    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, int(line[1]) if line else 1, str(error)) from error
    except RecursionError as error:
        raise ConfigError(path, 1, "nested too deeply") from error
    if in_project:
        for name in ("tool", "dfix"):
            table = table.get(name) if isinstance(table, dict) else None
        if table is None:
            return None
    source = _Source(path, text, "tool.dfix" if in_project else "")
    if not isinstance(table, dict):
        raise source.error("dfix", "must be a table")
    return source.settings(table)


def _with_hadolint(settings: Settings, folder: Path) -> Settings:
    ignored, registries = _nearest_hadolint(folder)
    return replace(
        settings,
        hadolint_ignored=ignored,
        trusted_registries=(*settings.trusted_registries, *registries),
    )


@cache
def _nearest_hadolint(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`ignored` and `trustedRegistries` that hold in a folder. Raises `ConfigError`."""
    for name in _HADOLINT:
        path = folder / name
        text = _text(path)
        if text is None:
            continue
        source = _Source(path, text, "")
        try:
            document = read_yaml(text)
        except DocumentError as error:
            # Not passed over: it may hold what must not be touched.
            raise ConfigError(path, error.line or 1, str(error)) from error
        if document is None:
            document = {}
        if not isinstance(document, dict):
            raise ConfigError(path, 1, "must be a mapping")
        ignored, registries = document.get("ignored"), document.get("trustedRegistries")
        return (
            source.texts("ignored", [] if ignored is None else ignored),
            source.texts("trustedRegistries", [] if registries is None else registries),
        )
    return _nearest_hadolint(folder.parent) if folder != folder.parent else ((), ())


def _text(path: Path) -> str | None:
    try:
        return decode(read_regular(path, limit=_LIMIT))
    except (FileNotFoundError, NotADirectoryError, NotRegularError):
        return None
    except OSError as error:
        raise ConfigError(path, 1, f"cannot be read: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class _Source:
    """A configuration file's text, in which keys are looked up again to name their lines."""

    path: Path
    text: str
    table: str
    """The dotted name of the table that is ours; empty for the whole file."""

    def settings(self, table: Mapping[str, object]) -> Settings:
        """The settings of our table. Raises `ConfigError`."""
        held: dict[str, Any] = {}
        options: dict[str, Mapping[str, object]] = {}
        for key, value in table.items():
            if key == "level":
                held[key] = self.level(value)
            elif key in _LISTS:
                held[key.replace("-", "_")] = self.texts(key, value)
            elif key == "context":
                held[key] = self.path.parent / self.single(key, value)
            elif key == "per-file-ignores":
                held["per_file_ignores"] = self.globs(key, value)
            elif isinstance(value, dict):
                options[key] = MappingProxyType({name: _frozen(of) for name, of in value.items()})
            else:
                raise self.error(key, f"there is no setting {key}")
        settings = Settings(
            **held,
            options=MappingProxyType(options),
            base=self.path.parent,
            origins=MappingProxyType({key: f"{self.path}:{self.line(key)}" for key in table}),
        )
        for glob in (*settings.exclude, *settings.per_file_ignores):
            try:
                _spec((glob,))
            except ValueError as error:
                raise self.error(glob, f"{glob} is no pattern") from error
        return settings

    def single(self, key: str, value: object) -> str:
        """A text. Raises `ConfigError`."""
        if not isinstance(value, str):
            raise self.error(key, f"{key} must be a text")
        return value

    def level(self, value: object) -> str:
        """The name of a level. Raises `ConfigError`."""
        name = self.single("level", value)
        if name not in LEVELS:
            raise self.error("level", f"level must be one of {', '.join(LEVELS)}")
        return name

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        """A list of texts. Raises `ConfigError`."""
        if not isinstance(value, list):
            raise self.error(key, f"{key} must be a list of texts")
        return tuple(self.single(key, held) for held in value)

    def globs(self, key: str, value: object) -> Mapping[str, tuple[str, ...]]:
        """A table of lists of names by glob. Raises `ConfigError`."""
        if not isinstance(value, dict):
            raise self.error(key, f"{key} must be a table")
        return MappingProxyType({glob: self.texts(glob, held) for glob, held in value.items()})

    def error(self, key: str, message: str) -> ConfigError:
        """The error about a key, with the line where it stands."""
        return ConfigError(self.path, self.line(key), message)

    def line(self, key: str) -> int:
        """The 1-based line of a key in our table, as a key or as a table's name; 1 if in doubt."""
        ours = re.search(rf"^[ \t]*\[[ \t]*{re.escape(self.table)}\b", self.text, re.MULTILINE)
        start = ours.start() if self.table and ours else 0
        name = rf"[\"']?{re.escape(key)}[\"']?"
        for pattern in (rf"^[ \t]*{name}[ \t]*[=:.]", rf"^[ \t]*\[[^\]\n]*{name}[ \t]*\]", name):
            if found := re.compile(pattern, re.MULTILINE).search(self.text, start):
                return self.text.count("\n", 0, found.start()) + 1
        return 1


def _frozen(value: object) -> object:
    match value:
        case list():
            return tuple(_frozen(held) for held in value)
        case dict():
            return MappingProxyType({name: _frozen(held) for name, held in value.items()})
        case _:
            return value
