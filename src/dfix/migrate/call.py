"""What a campaign was asked for; kept in its journal, so that a resumed one goes on in the same way."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from dfix.fixer import Level
from dfix.git import without_credentials
from dfix.migrate.commits import Group
from dfix.selection import Selection


class Mismatch(ValueError):
    """A call asks of a campaign what it was not begun with; says what, and the way out."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a campaign was asked for; kept in its journal, so that a resumed one goes on the same way."""

    sources: tuple[str, ...] = ()
    """As they were given."""
    files: str | None = None
    """A set of files in place of repositories: a list, an archive or a table."""
    path_column: str | None = None
    content_column: str | None = None
    part_files: int = 100
    """How many files of a set are one part of the results, at most."""
    level: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, str]] | None = None
    config: str | None = None
    exclude: tuple[str, ...] = ()
    group: Group = "repository"
    branch: str = "dfix/migrate"
    commit: bool = False
    push: str | None = None
    open_pr: bool = False
    credentials: bool = False
    """Whether git may ask the user's own credential helper and follow the user's proxies."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The call that `as_json` wrote. Raises ValueError and TypeError for what is none."""
        data: dict[str, Any] = json.loads(text)
        for name in ("sources", "select", "extend_select", "ignore", "exclude"):
            data[name] = None if data[name] is None else tuple(data[name])
        return cls(**data)

    def as_json(self) -> str:
        """The call as a line of JSON."""
        return json.dumps(asdict(self))

    def resumed(self, asked: Mapping[str, Any]) -> Self:
        """This call with what another one, that resumes it, asks for beyond it. Raises `Mismatch`.

        Changes can be brought further than before; anything else would make half of a campaign another
        one.
        """
        further = {"commit", "push", "open_pr", "credentials"}
        for name, value in asked.items():
            if name not in further and value != getattr(self, name):
                option = "SOURCE" if name == "sources" else f"--{name.replace('_', '-')}"
                raise Mismatch(
                    f"the campaign was begun with another {option}: leave it out, or begin a new "
                    "campaign with another --out"
                )
        return replace(self, **{name: asked[name] for name in further & asked.keys()})

    @property
    def selection(self) -> Selection:
        """Which fixers run, and how boldly."""
        return Selection(
            None if self.level is None else Level.named(self.level),
            self.select,
            self.extend_select,
            self.ignore,
            self.options or {},
        )

    @property
    def reach(self) -> int:
        """How far changes are brought; see `dfix.migrate.journal.reached`."""
        if self.open_pr:
            return 3
        return 2 if self.push is not None else 1 if self.commit else 0

    @property
    def reproduce(self) -> str:
        """The call that rewrites one repository in the same way, for people."""
        words = ["dfix"]
        words += ["--level", self.level] if self.level else []
        for option in ("select", "extend_select", "ignore"):
            names = getattr(self, option)
            words += [f"--{option.replace('_', '-')}", ",".join(names)] if names else []
        for fixer, options in (self.options or {}).items():
            for name, value in options.items():
                words += ["--set", f"{fixer}.{name}={value}"]
        return " ".join(words)

    def shown(self) -> dict[str, str]:
        """The call in words, for reports."""
        remote = without_credentials(self.push or "")
        further = {0: "patches", 1: "branches", 2: f"pushed to {remote}", 3: "pull requests"}
        words = {
            "level": self.level or "as configured, else standard",
            "fixers": ", ".join(self.select)
            if self.select
            else "as configured, else the default ones",
            "group": f"a commit for each {self.group}"
            if self.group != "repository"
            else "one commit",
            "branch": self.branch,
            "result": further[self.reach],
        }
        if self.ignore:
            words["ignored"] = ", ".join(self.ignore)
        return words
