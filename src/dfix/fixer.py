"""What a fixer is: a visitor that proposes changes, with examples that show and test it."""

import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from dfix.edit import Changes, Insert, Remove, Replacement
from dfix.nodes import Node
from dfix.visitor import Visitor

if TYPE_CHECKING:
    from dfix.facts import Facts
    from dfix.facts.rewriting import Rewrite
    from dfix.plan import Change
    from dfix.text import Span

    #: A difference to the build plan, or what tells it where that takes long.
    Expected = tuple[Change, ...] | Callable[[], tuple[Change, ...]]

__all__ = [
    "Changes",
    "Fix",
    "Fixer",
    "Insert",
    "Invalid",
    "Level",
    "Option",
    "Phase",
    "Refusal",
    "Remove",
    "Replacement",
    "Reported",
    "Valid",
]


class Level(enum.IntEnum):
    """How bold a change is; a level includes those below it."""

    #: The image is the same: same files, same config.
    SAFE = 1
    #: What the tool exists for, each change on checked evidence or a convention that is printed.
    STANDARD = 2
    #: Rests on an assumption that cannot be checked from the file.
    AGGRESSIVE = 3

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def named(cls, name: str) -> "Level":
        """The level of that name. Raises ValueError for an unknown one."""
        try:
            return cls[name.upper()]
        except KeyError:
            raise ValueError(f"unknown level {name!r}: safe, standard or aggressive") from None


class Phase(enum.IntEnum):
    """When a fixer runs: each phase comes to rest before the next one begins."""

    LANGUAGE = 1
    COPYING = 2
    MERGING = 3
    #: Behind merging, so that one clean-up stands at the end of what was joined.
    CACHES = 4
    SHELL = 5
    PINNING = 6
    RUNTIME = 7
    #: Behind all that reads commands, for less is read of what is written in another form.
    STYLE = 8


class Option(Struct, frozen=True):
    """A setting of a fixer: `--set NAME.OPTION=VALUE`, or in the configuration."""

    default: str
    meaning: str
    choices: tuple[str, ...] = ()


class Valid(Struct, frozen=True):
    """An example that the fixer leaves alone; `refused` where it says why."""

    code: str
    why: str = ""
    refused: bool = False
    level: Level = Level.AGGRESSIVE
    options: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, bytes] | None = None


class Invalid(Struct, frozen=True):
    """An example that the fixer changes: before and after."""

    before: str
    after: str
    why: str = ""
    level: Level = Level.AGGRESSIVE
    options: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, bytes] | None = None


class Reported(Struct, frozen=True):
    """An example that a rule reports without a change; `line` (1-based) is where."""

    code: str
    line: int
    why: str = ""
    level: Level = Level.AGGRESSIVE
    options: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, bytes] | None = None


class Fix(Struct, frozen=True, eq=False):
    """A change that a fixer proposes, whole or not at all.

    `expects` is the difference that it makes to the build plan, exactly, or a function that tells it
    when the fix is about to be applied; `reason` is the evidence or the convention that it rests on.
    """

    fixer: type["Fixer"]
    level: Level
    message: str
    node: Node
    changes: Changes
    expects: "Expected" = ()
    reason: str | None = None

    @property
    def expected(self) -> tuple["Change", ...]:
        """The difference to the build plan. Raises what the function raises that tells it."""
        return self.expects() if callable(self.expects) else self.expects

    def settled(self) -> "Fix":
        """The same fix with its difference told. Raises what the function raises that tells it."""
        return replace(self, expects=self.expects()) if callable(self.expects) else self


class Refusal(Struct, frozen=True, eq=False):
    """A case that a fixer saw and left alone, with the reason.

    As `advice`, the reason is what to do about a case that no fixer can decide; `within` is the part
    of the node's text that it is about.
    """

    fixer: type["Fixer"]
    level: Level
    message: str
    node: Node
    reason: str
    advice: bool = False
    within: "Span | None" = None


class Fixer(Visitor):
    """Base of all fixers. The class says what it is; `visit_...` methods propose, refuse or advise.

    The docstring's first line says what it does; sections **Why**, **When it is applied** and **When
    it is refused** follow. A rule that only reports has no INVALID examples, REPORTED ones instead,
    and the sections **Why**, **When it is reported** and **What to do**.
    """

    #: The module's name in kebab-case; set by the registry.
    name: ClassVar[str] = ""
    #: One line that says what is wrong.
    message: ClassVar[str] = ""
    #: The lowest level at which it can change anything.
    level: ClassVar[Level] = Level.SAFE
    phase: ClassVar[Phase] = Phase.LANGUAGE
    #: Codes of other tools for the same thing: `DL3020`, `LegacyKeyValueFormat`.
    aliases: ClassVar[tuple[str, ...]] = ()
    #: The upstream documentation behind the rule.
    reference: ClassVar[str] = ""
    #: Sections of the page of practices that it stands for, `01` to `09`; none for the language.
    practices: ClassVar[tuple[str, ...]] = ()
    #: What of the build plan it may change, as patterns of `Change.item`: `effect`, `config.user`,
    #: `config.env.*`. The engine turns down a fix that announces anything else.
    plan_paths: ClassVar[tuple[str, ...]] = ()
    #: Whether it runs without being selected.
    default: ClassVar[bool] = True
    options: ClassVar[Mapping[str, Option]] = {}
    VALID: ClassVar[tuple[Valid, ...]] = ()
    INVALID: ClassVar[tuple[Invalid, ...]] = ()
    REPORTED: ClassVar[tuple[Reported, ...]] = ()

    def __init__(self, facts: "Facts") -> None:
        self.facts = facts
        self.proposals: list[Fix | Refusal] = []

    def option(self, name: str) -> str:
        """The value of an option. Raises KeyError for one that the fixer does not declare."""
        declared = self.options[name]
        given = self.facts.surroundings.options.get(self.name, {})
        return str(given.get(name, declared.default))

    def fix(
        self,
        node: Node,
        changes: Changes,
        *,
        expects: "Expected" = (),
        level: Level | None = None,
        message: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Proposes `changes` because of `node`."""
        self.proposals.append(
            Fix(
                type(self),
                self.level if level is None else level,
                message or self.message,
                node,
                changes,
                expects,
                reason,
            )
        )

    def propose(
        self,
        rewrite: "Rewrite",
        *,
        level: Level | None = None,
        message: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Proposes what `rewrite` makes of its RUN, or refuses with the reason why it cannot.

        The difference to the plan that is expected is the one that `rewrite` computed.
        """
        run, result = rewrite.run, rewrite.result()
        if isinstance(result, str):
            self.refuse(run, result)
            return
        self.fix(
            run,
            {run: result.run},
            expects=result.expects,
            level=level,
            message=message,
            reason=reason,
        )

    def refuse(
        self, node: Node, reason: str, *, level: Level | None = None, message: str | None = None
    ) -> None:
        """Reports that `node` is a case for this fixer which it leaves alone, and why."""
        self.proposals.append(
            Refusal(
                type(self),
                self.level if level is None else level,
                message or self.message,
                node,
                reason,
            )
        )

    def advise(
        self,
        node: Node,
        advice: str,
        *,
        level: Level | None = None,
        message: str | None = None,
        within: "Span | None" = None,
    ) -> None:
        """Reports `node` to a person, who has to decide: `advice` says what to do.

        `within` says which part of the node's text it is about, where that is not all of it.
        """
        self.proposals.append(
            Refusal(
                type(self),
                self.level if level is None else level,
                message or self.message,
                node,
                advice,
                advice=True,
                within=within,
            )
        )
