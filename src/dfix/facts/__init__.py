"""What is known about a tree: computed once for each tree, on demand, and never kept in nodes."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dfix.facts.positions import Positions
from dfix.facts.stages import Stages
from dfix.layout import Habits
from dfix.nodes import Dockerfile, Run

if TYPE_CHECKING:
    from dfix.facts.bases import Bases, Images
    from dfix.facts.evidence import Evidence
    from dfix.facts.package_versions import Packages
    from dfix.facts.services import Service
    from dfix.facts.shell_advice import ShellAdvice
    from dfix.plan import Plan, Statement

__all__ = ["Facts", "Habits", "Positions", "Stages", "Surroundings"]


class Surroundings(Struct, frozen=True):
    """What a run knows beside the file: evidence from the build context, and images' facts."""

    #: What the build context shows; None without one.
    evidence: "Evidence | None" = None
    #: Where facts about images come from; None for nowhere.
    images: "Images | None" = None
    #: Names of images that something beside the file replaces, as Compose and Bake files can; `*`
    #: stands for a name that only the builder could compute.
    overridden: frozenset[str] = frozenset()
    #: The Compose services that run what is built from the file.
    services: "tuple[Service, ...]" = ()
    #: Options of fixers, by fixer and option.
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    #: For the name of a build argument the file of the tree that gives builds one, or may do so; None
    #: for none, and without any file to look at.
    passed: Callable[[str], str | None] | None = None
    #: Finds the containers that other files of the tree run the image in, as Compose would describe
    #: them, and the Dockerfiles that are built on it with rights of root; None without any to look at.
    containers: "Callable[[], tuple[tuple[Service, ...], tuple[str, ...]] | None] | None" = None
    #: Where versions of packages come from; None where none is locked.
    packages: "Packages | None" = None
    #: Who checks shell texts; None for nobody.
    shell_advice: "ShellAdvice | None" = None


class Facts:
    """All that a fixer may ask about one tree."""

    def __init__(self, tree: Dockerfile, surroundings: Surroundings | None = None) -> None:
        self.tree = tree
        self.surroundings = surroundings or Surroundings()

    @cached_property
    def positions(self) -> Positions:
        """Where each node stands."""
        return Positions(self.tree)

    @cached_property
    def stages(self) -> Stages:
        """How the stages hang together."""
        return Stages(self.tree)

    @cached_property
    def habits(self) -> Habits:
        """How the file is written."""
        return Habits.of(self.tree)

    @cached_property
    def plan(self) -> "Plan":
        """What the builder would do."""
        from dfix.plan import plan

        return plan(self.tree)

    @cached_property
    def statements(self) -> "Mapping[Run, tuple[Statement, ...]]":
        """The statements of the plan that each RUN contributes."""
        from dfix.facts.statements import statements_by_run

        return statements_by_run(self)

    @cached_property
    def open_plan(self) -> "Plan":
        """What the builder would do where any argument may be given: no default is known to hold."""
        from dfix.plan import plan

        return plan(self.tree, given=True)

    @cached_property
    def bases(self) -> "Bases":
        """What is known about the images that the stages begin with."""
        from dfix.facts.bases import Bases

        return Bases(self)
