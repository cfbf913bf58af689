"""Settings: from the nearest `dfix.toml` or `[tool.dfix]`, and what `.hadolint.yaml` says.

Both are looked for from a file's folder upwards. In one folder `dfix.toml` comes before
`pyproject.toml`; settings of several folders are not mixed.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.configfile import ConfigError, TomlText, config_text, require_in_tree
from dfix.hadolint import NAMES, HadolintSettings, read_hadolint

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = [
    "LEVELS",
    "SETTINGS",
    "ConfigError",
    "Setting",
    "Settings",
    "forget_settings",
    "settings_for",
]

LEVELS = ("safe", "standard", "aggressive")
#: How many folders are kept in mind: a run may see any number, and asks for those above again and again.
_FOLDERS = 1024


class Setting(Struct, frozen=True):
    """A key of the configuration: what its value is, and what it means."""

    kind: Literal["level", "names", "texts", "path", "names by glob"]
    meaning: str


#: All keys but the tables that set the options of a fixer.
SETTINGS: Mapping[str, Setting] = {
    "level": Setting(
        "level", "how bold changes may be: `safe`, `standard` (default) or `aggressive`"
    ),
    "select": Setting("names", "the fixers to run, in place of those that are on by default"),
    "extend-select": Setting("names", "further fixers to run"),
    "ignore": Setting("names", "fixers to leave out"),
    "per-file-ignores": Setting(
        "names by glob", "fixers to leave out in the files that match a pattern"
    ),
    "exclude": Setting("texts", "files and folders to pass over, as in a `.gitignore`"),
    "trusted-registries": Setting(
        "texts", "registries whose images are trusted; setting it makes `unofficial-base` run"
    ),
    "context": Setting(
        "path", "the build context of all files, relative to the configuration's folder"
    ),
}


class Settings(Struct, frozen=True):
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
    hadolint_severities: Mapping[str, str] = field(default_factory=dict)
    """`override` of `.hadolint.yaml`: how grave a code is, in lower case."""
    hadolint_pragmas: bool = True
    """Whether `# hadolint ignore=` counts."""
    hadolint_file: Path | None = None
    """The `.hadolint.yaml` that all this is from."""
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
    settings = _read_config(config.absolute(), named=True)
    if settings is None:
        raise ConfigError(config, None, "there is no such file, or it holds no settings")
    return _with_hadolint(settings, folder)


def forget_settings() -> None:
    """Read configuration files anew from now on."""
    for cached in (_nearest, _read_config, _nearest_hadolint):
        cached.cache_clear()


@cache
def _spec(globs: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(globs)


@lru_cache(maxsize=_FOLDERS)
def _nearest(folder: Path) -> Settings:
    """The settings that hold in a folder: its own or those of the one above."""
    for name in ("dfix.toml", "pyproject.toml"):
        found = _read_config(folder / name, named=False)
        if found is not None:
            return found
    return _nearest(folder.parent) if folder != folder.parent else Settings()


@lru_cache(maxsize=_FOLDERS)
def _read_config(path: Path, *, named: bool) -> Settings | None:
    """The settings of one file; None where it is not there or has none. Raises `ConfigError`.

    Only one that a person names may be a link that leads out of its tree.
    """
    text = config_text(path)
    in_project = path.name == "pyproject.toml"
    # Another tool's table that cannot be read is none of our business.
    if text is None or (in_project and "dfix" not in text):
        return None
    if not named:
        require_in_tree(path)
    import tomllib  # here, as most trees have no configuration

    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))  # else at the end
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        raise ConfigError(path, line, str(error)) from error
    except ValueError as error:  # A number of more digits than Python reads.
        raise ConfigError(path, 1, str(error)) from error
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
    hadolint = _nearest_hadolint(folder)
    origins = dict(settings.origins)
    for key, name in _HADOLINT.items():
        if place := hadolint.origins.get(key):
            origins[name] = f"{origins[name]}, {place}" if name in origins else place
    return replace(
        settings,
        hadolint_ignored=hadolint.ignored,
        hadolint_severities=hadolint.severities,
        hadolint_pragmas=hadolint.pragmas,
        hadolint_file=hadolint.path,
        trusted_registries=(*settings.trusted_registries, *hadolint.trusted_registries),
        origins=MappingProxyType(origins),
    )


@lru_cache(maxsize=_FOLDERS)
def _nearest_hadolint(folder: Path) -> HadolintSettings:
    """What hadolint's configuration says in a folder. Raises `ConfigError`."""
    for name in NAMES:
        found = read_hadolint(folder / name)
        if found is not None:
            return found
    return _nearest_hadolint(folder.parent) if folder != folder.parent else HadolintSettings()


#: hadolint's keys by the settings that they make.
_HADOLINT = {
    "ignored": "hadolint-ignored",
    "override": "hadolint-severities",
    "trustedRegistries": "trusted-registries",
    "disable-ignore-pragma": "hadolint-pragmas",
}


class _Source(TomlText, frozen=True):
    """A file of ours."""

    def settings(self, table: Mapping[str, object]) -> Settings:
        """The settings of our table. Raises `ConfigError`."""
        held: dict[str, Any] = {}
        options: dict[str, Mapping[str, object]] = {}
        origins: dict[str, str] = {}
        for key, value in table.items():
            origins[key] = self.place(key)
            if key in SETTINGS:
                held[key.replace("-", "_")] = self.value(key, value)
            elif key == "tool" and not self.table and isinstance(value, dict) and "dfix" in value:
                raise self.error(key, "settings in a file of their own stand without [tool.dfix]")
            elif isinstance(value, dict):
                options[key] = MappingProxyType({name: _frozen(of) for name, of in value.items()})
                origins |= {f"{key}.{name}": self.place(key, name) for name in value}
            else:
                from difflib import get_close_matches

                close = get_close_matches(key, SETTINGS, 1)
                hint = f": is {close[0]} meant?" if close else ""
                raise self.error(key, f"there is no setting {key}{hint}")
        settings = Settings(
            **held,
            options=MappingProxyType(options),
            base=self.path.parent,
            origins=MappingProxyType(origins),
        )
        for glob in (*settings.exclude, *settings.per_file_ignores):
            try:
                _spec((glob,))
            except ValueError as error:
                raise self.error(glob, f"{glob} is no pattern") from error
        return settings

    def value(self, key: str, value: object) -> object:
        """The value of a key of `SETTINGS`. Raises `ConfigError`."""
        match SETTINGS[key].kind:
            case "level":
                return self.level(value)
            case "path":
                return self.path.parent / self.single(key, value)
            case "names by glob":
                return self.globs(key, value)
            case _:
                return self.texts(key, value)

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
        if not all(isinstance(held, str) for held in value):
            raise self.error(key, f"{key} must be a list of texts, and holds something else")
        return tuple(value)

    def globs(self, key: str, value: object) -> Mapping[str, tuple[str, ...]]:
        """A table of lists of names by glob. Raises `ConfigError`."""
        if not isinstance(value, dict):
            raise self.error(key, f"{key} must be a table")
        return MappingProxyType({glob: self.texts(glob, held) for glob, held in value.items()})


def _frozen(value: object) -> object:
    match value:
        case list():
            return tuple(_frozen(held) for held in value)
        case dict():
            return MappingProxyType({name: _frozen(held) for name, held in value.items()})
        case _:
            return value
