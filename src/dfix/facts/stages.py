"""How the stages of a file hang together."""

from collections.abc import Iterator

from dfix.nodes import Add, Copy, Dockerfile, Flag, Instruction, Onbuild, Run, Stage
from dfix.text import integer


class Stages:
    """Parents and uses of the stages of one tree.

    A name means the last stage of that name above the place where it stands, and shadows an image
    of the same untagged name (BuildKit's `dockerfile2llb`).
    """

    __slots__ = ("_children", "_holding", "_names", "_parents", "_shipped", "_used", "tree")

    def __init__(self, tree: Dockerfile) -> None:
        self.tree = tree
        self._parents: dict[Stage, Stage | None] = {}
        self._children: dict[Stage, list[Stage]] = {stage: [] for stage in tree.stages}
        self._used: set[Stage] = set()
        self._holding = {
            each: stage for stage in tree.stages for each in (stage.start, *stage.instructions)
        }
        names: dict[str, Stage] = {}
        for stage in tree.stages:
            # FROM takes a name as it is written: one in capitals is no stage but an error.
            parent = names.get(stage.start.image)
            self._parents[stage] = parent
            if parent is not None:
                self._used.add(parent)
                self._children[parent].append(stage)
            for source in _sources(stage):
                found = self._named(source, names, stage)
                if found is not None:
                    self._used.add(found)
            if stage.name is not None:
                names[stage.name] = stage
        self._names = frozenset(names)
        self._shipped: set[Stage] = set()
        for end in tree.stages:
            each: Stage | None = end if end not in self._used or self.is_final(end) else None
            while each is not None and each not in self._shipped:
                self._shipped.add(each)
                each = self._parents[each]

    def _named(self, name: str, names: dict[str, Stage], before: Stage) -> Stage | None:
        if name.isdecimal() and integer(name) < before.index:
            return self.tree.stages[integer(name)]
        return names.get(name.lower())

    def holding(self, instruction: Instruction) -> Stage | None:
        """The stage that an instruction stands in; None above the first FROM."""
        return self._holding.get(instruction)

    def parent(self, stage: Stage) -> Stage | None:
        """The stage that `stage` is FROM; None where it begins with an image."""
        return self._parents[stage]

    def lineage(self, stage: Stage) -> tuple[Stage, ...]:
        """`stage`, its parent, and so on to the one that begins with an image."""
        found = [stage]
        while (parent := self._parents[found[-1]]) is not None:
            found.append(parent)
        return tuple(found)

    def children(self, stage: Stage) -> tuple[Stage, ...]:
        """The stages that are FROM `stage`."""
        return tuple(self._children[stage])

    def is_shipped(self, stage: Stage) -> bool:
        """Whether the layers of `stage` can be part of a result.

        The last stage, those it is FROM, and every stage that no other one in the file uses (it may
        be built by name) are; all others only serve the build.
        """
        return stage in self._shipped

    def foreign(self, instruction: Instruction) -> Iterator[tuple[Flag, str]]:
        """The images that an instruction takes files from, as written, each with its flag.

        Unlike in FROM, a stage further down counts as one of the file's own.
        """
        for flag, name in origins(instruction):
            if not (name.isdecimal() or name == "scratch" or name.lower() in self._names):
                yield flag, name

    def is_final(self, stage: Stage) -> bool:
        """Whether `stage` is the last one of the file."""
        return stage.index == len(self.tree.stages) - 1


def origins(instruction: Instruction) -> Iterator[tuple[Flag, str]]:
    """The stages and images that an instruction takes files from, as written, each with its flag.

    They are those of `COPY --from` and `RUN --mount=from=`.
    """
    if isinstance(instruction, Copy | Add):
        flag = instruction.flag("from")
        if flag is not None and flag.argument:
            yield flag, flag.argument
    elif isinstance(instruction, Run):
        for flag in instruction.flags:
            if flag.name == "mount" and flag.argument:
                for option in flag.argument.split(","):
                    key, _, value = option.partition("=")
                    if key.strip().lower() == "from" and value:
                        yield flag, value.strip()


def _sources(stage: Stage) -> Iterator[str]:
    for outer in stage.instructions:
        inner = outer.instruction if isinstance(outer, Onbuild) else outer
        if inner is not None:
            for _, source in origins(inner):
                yield source
