"""Which fixers run for a file, how boldly, and with which options.

The call comes before the configuration, and a name may be any that a fixer is known by.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.config import Settings
from dfix.fixer import Fixer, Level
from dfix.neighbours import NEIGHBOURS
from dfix.registry import UnknownFixer, all_fixers
from dfix.registry import resolve as fixers_named


class OptionError(ValueError):
    """An option that no fixer has, or a value that it cannot take."""


class Choice(Struct, frozen=True):
    """What runs for one file."""

    fixers: tuple[type[Fixer], ...]
    level: Level
    #: Names and codes in lower case of which nothing is told, also where they are nobody's.
    ignored: frozenset[str]
    #: Values by fixer and option; only those that were given.
    options: Mapping[str, Mapping[str, str]]


class Selection(Struct, frozen=True):
    """What a call asks for. What it leaves open, the configuration says."""

    level: Level | None = None
    select: tuple[str, ...] | None = None
    """None where nothing is said: then all fixers that are not off by default."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def check(self) -> None:
        """Raises UnknownFixer and OptionError for what no fixer answers to."""
        resolve((*(self.select or ()), *self.extend_select, *self.ignore))
        _options(self.options)

    def choose(self, settings: Settings, file: Path) -> Choice:
        """What runs for `file`, whose settings are `settings`.

        What is selected by the call runs although the configuration's `ignore` holds it; what is
        ignored for this very file, or in `.hadolint.yaml`, stays ignored.
        Raises UnknownFixer and OptionError, with the place in the configuration if it is there.
        """
        asked = resolve((*(self.select or ()), *self.extend_select))
        if self.select is not None:
            chosen = resolve(self.select)
        elif settings.select is not None:
            chosen = _configured(settings, "select", settings.select)
        else:
            chosen = frozenset(name for name, fixer in all_fixers().items() if fixer.default)
            chosen |= _trusting(settings)
        chosen |= resolve(self.extend_select)
        chosen |= _configured(settings, "extend-select", settings.extend_select)
        chosen -= _configured(settings, "ignore", settings.ignore) - asked
        for_file = replace(settings, ignore=(), hadolint_ignored=()).ignored(file)
        chosen -= _configured(settings, "per-file-ignores", sorted(for_file))
        chosen -= resolve(self.ignore)
        return Choice(
            tuple(fixer for name, fixer in all_fixers().items() if name in chosen),
            Level.named(settings.level) if self.level is None else self.level,
            frozenset(code.lower() for code in settings.hadolint_ignored),
            self._all_options(settings),
        )

    def neighbours(self, settings: Settings, *, asked: bool) -> frozenset[str]:
        """The neighbours that are looked after.

        Where fixers are selected and no neighbours, all are that are `asked` for, and else none.
        """
        chosen = settings.select if self.select is None else self.select
        further = _neighbours((*self.extend_select, *settings.extend_select))
        if chosen is None or (asked and not _neighbours(chosen)):
            found = frozenset(NEIGHBOURS)
        else:
            found = _neighbours(chosen)
        asked_for = _neighbours((*(self.select or ()), *self.extend_select))
        found = (found | further) - (_neighbours(settings.ignore) - asked_for)
        return found - _neighbours(self.ignore)

    def _all_options(self, settings: Settings) -> dict[str, dict[str, str]]:
        trusted = ",".join(settings.trusted_registries)
        found = {name: {"registries": trusted} for name in _trusting(settings)}
        for name, given in settings.options.items():
            try:
                for owner, values in _options({name: given}).items():
                    found[owner] = found.get(owner, {}) | values
            except (UnknownFixer, OptionError) as error:
                raise type(error)(
                    _placed(settings, _guilty(settings, name, given), error)
                ) from error
        for name, values in _options(self.options).items():
            found[name] = found.get(name, {}) | values
        return found


def _trusting(settings: Settings) -> frozenset[str]:
    """The rule about registries, where some are trusted: hadolint's runs just then, too."""
    return frozenset(
        {"unofficial-base"} & all_fixers().keys() if settings.trusted_registries else ()
    )


def _guilty(settings: Settings, name: str, given: Mapping[str, object]) -> str:
    """The key of the first option in a table that cannot be set; the table's where it is itself."""
    for option, value in given.items():
        try:
            _options({name: {option: value}})
        except OptionError:
            key = f"{name}.{option}"
            return key if key in settings.origins else name
        except UnknownFixer:
            break
    return name


def _neighbours(names: Iterable[str]) -> frozenset[str]:
    """Those of some names that are neighbours'."""
    return frozenset(name.strip().lower() for name in names) & frozenset(NEIGHBOURS)


def resolve(names: Iterable[str]) -> frozenset[str]:
    """The fixers that names and codes mean; neighbours' names are passed over.

    Raises UnknownFixer.
    """
    return fixers_named(name for name in names if not _neighbours([name]))


def _configured(settings: Settings, key: str, names: Iterable[str]) -> frozenset[str]:
    try:
        return resolve(names)
    except UnknownFixer as error:
        raise UnknownFixer(_placed(settings, key, error)) from error


def _placed(settings: Settings, key: str, error: Exception) -> str:
    place = settings.origins.get(key)
    return f"{place}: {error}" if place else str(error)


def _options(given: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Options by the fixers' own names, as text. Raises UnknownFixer and OptionError."""
    found: dict[str, dict[str, str]] = {}
    for known_as, values in given.items():
        declared = {name: NEIGHBOURS[name] for name in _neighbours([known_as])} or {
            name: all_fixers()[name].options for name in resolve([known_as])
        }
        for option, value in values.items():
            owners = [name for name in sorted(declared) if option in declared[name]]
            if not owners:
                raise OptionError(f"{known_as} has no option {option!r}")
            for name in owners:
                choices = declared[name][option].choices
                text = _text(f"{known_as}.{option}", value)
                if choices and text not in choices:
                    raise OptionError(f"{known_as}.{option} must be one of {', '.join(choices)}")
                found.setdefault(name, {})[option] = text
    return found


def _text(where: str, value: object) -> str:
    """An option's value as text, as it would be written after `--set`. Raises OptionError."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case tuple() | list() if all(isinstance(held, str) for held in value):
            return ",".join(value)
        case _:
            raise OptionError(f"{where} must be a text, a number, true, false or a list of texts")
