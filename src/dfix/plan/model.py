"""What a build plan is made of: stages with their effects and the configuration they end in.

Values are texts. One that the file alone does not fix is a `Symbolic`: it compares unequal to every
known text, so that what is unknown never passes for what is known.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct, field

from dfix.nodes import Instruction

Failure = Literal["aborts", "skips", "ignored"]
Does = Literal["copy", "fetch", "clone", "unpack", "unknown"]

#: The text of a boundary in changes and in print.
BOUNDARY = "RUN | RUN"


class Symbolic(str):
    """A text with something unknown in it, `${PATH}:/opt/bin` for one.

    `${NAME}` is what the base image has, `${ARG NAME}` what the call of the build gives, and
    `${NAME-...}` and `${ARG NAME:-...}` tell what holds where there is no such thing. A literal
    backslash, dollar sign or closing brace has a backslash in front.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbolic) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Symbolic, str.__hash__(self)))


#: Where a stage works whose base image sets a working directory, or does not.
BASE_DIRECTORY = Symbolic("<base>")
#: What runs a command in shell form: `/bin/sh -c`, unless the base image was built with a SHELL.
BASE_SHELL = Symbolic("<shell of the base>")


class Statement(Struct, frozen=True):
    """One link of a RUN's top-level chain, with all that it runs under.

    `text` is in a normal form: lines joined, comments gone, blanks outside quotes made one, braces
    around a whole link dropped. `failure` says what becomes of the build when it fails: it `aborts`,
    it `skips` to the next list of the same RUN, or the failure is `ignored`. `inside` says the same
    of the commands within it, where `set -e` makes a difference to them, and is None elsewhere.
    """

    text: str
    failure: Failure
    #: What the process sees of ENV and ARG and of what the RUN exported above.
    env: Mapping[str, str]
    #: Absolute, or symbolic.
    cwd: str
    #: As USER has it; None for the base image's.
    user: str | None
    #: As SHELL has it; None for the base image's, empty in exec form.
    shell: tuple[str, ...] | None
    #: `--mount`, `--network`, `--security`, `--device`, in the order of the file.
    flags: tuple[str, ...] = ()
    inside: Literal["aborts", "ignored"] | None = None
    #: Shell options in force by their long names, sorted.
    options: tuple[str, ...] = ()
    #: As `umask` set it in the same RUN; None for the builder's.
    umask: str | None = None
    #: Variables that the RUN itself set and that the statement may see: `NAME=value`, sorted.
    variables: tuple[str, ...] = ()
    #: What happened before in the same shell and may change anything: `eval`, functions, traps.
    after: tuple[str, ...] = ()


class Boundary(Struct, frozen=True):
    """The end of a RUN right before another one: a new shell, a new container, a new layer."""


class Document(Struct, frozen=True):
    """A heredoc of COPY or ADD; `bindings` are the variables that its body mentions."""

    name: str
    content: str
    bindings: tuple[tuple[str, str | None], ...] | None


class Transfer(Struct, frozen=True):
    """COPY or ADD. `does` is what ADD makes of its sources; for COPY it is always `copy`."""

    kind: Literal["COPY", "ADD"]
    sources: tuple[str, ...]
    #: Absolute, or symbolic; a slash at its end is kept.
    destination: str
    does: Does
    owner: str | None = None
    mode: str | None = None
    #: `stage N` or an image; None for the build context.
    origin: str | None = None
    link: bool = False
    parents: bool = False
    excludes: tuple[str, ...] = ()
    checksum: str | None = None
    unpack: str | None = None
    #: Flags that are not known here, as written.
    flags: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


class Directory(Struct, frozen=True):
    """What WORKDIR makes: a directory that the user in force owns."""

    path: str
    user: str | None


class Rejected(Struct, frozen=True):
    """An instruction that the builder would refuse, as written."""

    text: str


Effect = Statement | Boundary | Transfer | Directory | Rejected


class Config(Struct, frozen=True):
    """What the image's configuration adds to the base's; None stands for what the base has.

    In `entrypoint` and `cmd`, empty means none at all. Ports, volumes and onbuild are the file's own.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    shell: tuple[str, ...] | None = None
    stopsignal: str | None = None
    #: Flags, then `NONE`, or `CMD` and words, or `CMD-SHELL` and a text.
    healthcheck: tuple[str, ...] | None = None
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    onbuild: tuple[str, ...] = ()
    author: str | None = None


class State(Struct, frozen=True):
    """What an instruction sees, before it has any effect itself.

    `env` holds what ENV and ARG have set up to there, `args` the arguments declared. `workdir`,
    `user` and `shell` are None where the base image's hold.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, str] = field(default_factory=dict)
    workdir: str | None = None
    user: str | None = None
    shell: tuple[str, ...] | None = None


class StagePlan(Struct, frozen=True):
    """One stage. `base` is the image after the expansion of ARG, or `stage N`."""

    index: int
    name: str | None
    base: str
    platform: str | None
    effects: tuple[Effect, ...]
    config: Config


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two plans; None stands for what is not there, or the base's.

    `item` is `base`, `platform`, `name`, `stage`, `config.FIELD`, `config.env.NAME`,
    `config.labels.NAME`, `boundary`, `effect`, or `effect.FIELD`. `owner` and `at` only tell where:
    the stage's name, and the effect's number in the old plan (in the new one for an addition).
    """

    stage: int
    item: str
    old: str | None
    new: str | None
    owner: str = dataclasses.field(default="", compare=False)
    at: int | None = dataclasses.field(default=None, compare=False)

    @property
    def path(self) -> str:
        """Where the difference is: `final.config.user`, `build.effects[3].cwd`."""
        place = self.item
        if self.at is not None:
            place = f"effects[{self.at}]{place.removeprefix('effect').removeprefix('boundary')}"
        return f"{self.owner or self.stage}.{place}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build of the file would do, stage by stage."""

    stages: tuple[StagePlan, ...]
    _states: Mapping[Instruction, State] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )
    _holding: Mapping[Instruction, int] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    def before(self, instruction: Instruction) -> State:
        """What `instruction` sees. Raises KeyError for one that is not in the tree.

        For the instruction within an ONBUILD, nothing is known: it runs in another build.
        """
        return self._states[instruction]

    def stage_of(self, instruction: Instruction) -> StagePlan | None:
        """The stage that `instruction` belongs to; None above the first FROM."""
        index = self._holding.get(instruction)
        return None if index is None else self.stages[index]

    def difference(self, other: "Plan") -> tuple[Change, ...]:
        """How `other` differs from this plan; empty exactly if the two are equal."""
        from dfix.plan.difference import difference  # it needs the classes above

        return difference(self, other)
