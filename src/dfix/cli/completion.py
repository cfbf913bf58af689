"""What a shell offers behind a tab, beside what click knows: paths, fixers, and options of fixers.

Nothing of a fixer is loaded for that: names come from the schema of the configuration and from the
entry points of other packages.
"""

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import click
from click.shell_completion import CompletionItem


class Paths(click.types.StringParamType):
    """A text that is a path."""

    def __init__(self, kind: str = "file") -> None:
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The shell's own completion of paths; of folders alone where only those are wanted."""
        return [CompletionItem(incomplete, type=self.kind)]


class Names(click.types.StringParamType):
    """A text that is the names of fixers, joined by commas."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that go on from what stands behind the last comma, each with what is before it."""
        before, comma, last = incomplete.rpartition(",")
        given = set(before.split(","))
        return _items(f"{before}{comma}{name}" for name in _names(last) if name not in given)


class Options(click.types.StringParamType):
    """A text that is `FIXER.OPTION=VALUE`."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The options of dfix's own fixers, and their values behind the `=`."""
        key, equals, value = incomplete.partition("=")
        options = _options()
        if equals:
            return _items(each for each in options.get(key, ()) if each.startswith(value))
        return _items(f"{name}=" for name in options if name.startswith(key))


#: By what the help calls the value.
_BY_METAVAR: Mapping[str, Paths | Names | Options] = {
    "NAME,...": Names(),
    "FIXER.OPTION=VALUE": Options(),
    "DIR": Paths("dir"),
    "FILE": Paths(),
    "FILE...": Paths(),
    "[PATH]...": Paths(),
    "SOURCE...": Paths(),
}


def completed(command: click.Command) -> click.Command:
    """`command` with parameters that know what may stand there; for completion alone."""
    for param in command.params:
        known = _BY_METAVAR.get(param.metavar or "")
        if command.name == "explain" and param.name == "name":
            known = Names()
        if command.name == "test" and param.name == "package":
            known = Paths()
        if known is not None:
            param.type = known
    return command


def first_words(
    ctx: click.Context, fix: click.Command, commands: Iterable[str], incomplete: str
) -> list[CompletionItem]:
    """What may stand first: a command, or what `fix` takes."""
    if incomplete.startswith("-"):
        return fix.shell_complete(click.Context(fix, parent=ctx), incomplete)
    # Paths come first: in bash they take away what was offered before.
    found = _items(name for name in commands if name.startswith(incomplete))
    return [CompletionItem(incomplete, type="file"), *found]


def _items(texts: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(text) for text in texts]


def _schema() -> dict[str, Any]:
    text = resources.files("dfix").joinpath("dfix.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _names(start: str) -> list[str]:
    """The names that begin with `start`; codes of other tools only where that is in capitals."""
    from dfix.plugins import names_without_loading

    known: list[str] = _schema()["definitions"]["name"]["enum"]
    own = [name for name in known if name.islower() or start[:1].isupper()]
    found = {*own, *names_without_loading()}
    return sorted(name for name in found if name.startswith(start))


def _options() -> dict[str, list[str]]:
    """The values that there is a choice of, by fixer and option."""
    found: dict[str, list[str]] = {}
    for fixer, table in _schema()["properties"].items():
        if fixer.islower() and "properties" in table:
            for name, option in table["properties"].items():
                found[f"{fixer}.{name}"] = [str(each) for each in option.get("enum", ())]
    return dict(sorted(found.items()))
