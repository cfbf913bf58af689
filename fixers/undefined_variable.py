"""Reports variables that nothing sets where the builder looks for them."""

import difflib

from dfix import Fixer, From, Instruction, Leaf, Pair, Phase, Reported, Stage, Valid
from dfix.facts.variables import PLATFORM_ARGUMENTS, PREDEFINED, mentioned

#: Images that set no variable but PATH.
_BARE = frozenset({"scratch", "alpine", "busybox", "centos", "debian", "rockylinux", "ubuntu"})


class UndefinedVariable(Fixer):
    """Reports variables that nothing sets where the builder looks for them.

    **Why**

    The builder puts nothing in place of a variable that is not set, and goes on: `COPY $DIR/a /a`
    copies `/a`. An ARG above the first FROM counts for FROM alone; each stage has to declare it
    again.

    **When it is reported**

    For a variable that the builder expands (not the text of RUN, CMD and ENTRYPOINT) and that no
    ENV or ARG sets up to there: if an ARG above the first FROM has the name, if the stage begins
    with a bare distribution or with `scratch`, or if the name looks like a misspelt one. Other base
    images may set it, unless a registry was asked and told what they set. Variables with a default
    (`${NAME:-x}`) are left alone.

    **What to do**

    Declare it with `ARG NAME` in the stage, correct the spelling, or write the value.
    """

    message = "the variable is not set here"
    phase = Phase.LANGUAGE
    aliases = ("UndefinedVar", "UndefinedArgInFrom")
    reference = "https://docs.docker.com/reference/build-checks/undefined-var/"
    VALID = (
        Valid("FROM debian:12\nARG A\nENV B=$A\n"),
        Valid("ARG A=1\nFROM debian:12\nARG A\nLABEL a=$A\n"),
        Valid("FROM me/base:1\nWORKDIR $HOME_OF_APP\n", why="the base image may set it"),
        Valid("FROM debian:12\nWORKDIR ${DIR:-/srv}\n", why="it has a default"),
        Valid("FROM debian:12\nRUN echo $HOME\n", why="this is the shell's"),
    )
    REPORTED = (
        Reported("ARG LABEL=me\nFROM me/base:1\nLABEL maintainer=${LABEL}\n", line=3),
        Reported("FROM debian:12\nENV A=$HOME/a\n", line=2),
        Reported("FROM me/base:1\nARG VERSION=1\nENV V=$VERSON\n", line=3),
        Reported("FROM debian:12\nFROM me/base${VARIANT}\n", line=2),
    )

    def visit_From(self, node: From) -> None:
        """Looks at the image, which sees the arguments above the first FROM."""
        declared = set(self.facts.plan.before(node).args) | PLATFORM_ARGUMENTS | PREDEFINED
        for leaf, name in mentioned(node, self.facts.tree.escape):
            if name not in declared:
                self._tell(leaf, name, f"write `ARG {name}=...` above the first FROM", declared)

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the instructions of a stage."""
        if self.facts.bases.is_windows(stage.start):
            return
        image = self.facts.bases.reference(stage)
        bare = image is not None and image.is_official and image.familiar_name in _BARE
        inherited = self.facts.bases.environment(stage.start)
        bare = bare or inherited is not None
        first = self.facts.stages.lineage(stage)[-1]
        bare = bare and "$" not in first.start.image
        above = set(self.facts.plan.before(stage.start).args)
        for instruction in stage.instructions:
            for leaf, name in mentioned(instruction, self.facts.tree.escape):
                if inherited is not None and name in inherited:
                    continue
                self._look(instruction, leaf, name, above, bare)

    def _look(
        self, instruction: Instruction, leaf: Leaf, name: str, above: set[str], bare: bool
    ) -> None:
        state = self.facts.plan.before(instruction)
        declared = set(state.env) | set(state.args)
        if name in declared or name in PREDEFINED:
            return
        if name in above or name in PLATFORM_ARGUMENTS:
            advice = f"write `ARG {name}` in this stage, above this instruction"
        elif bare and name.isdecimal():
            escape = self.facts.tree.escape
            advice = f"nothing takes the place of ${name}: write {escape}${name} for the text"
        elif bare and _extends_itself(leaf, name):
            advice = f"nothing is in ${name} before this: write what is added alone"
        elif bare:
            advice = (
                f"nothing takes the place of ${name}: set it with ARG or ENV, or write the value"
            )
        elif _close(name, declared) and not _extends_itself(leaf, name):
            advice = ""
        else:
            return
        self._tell(leaf, name, advice, declared)

    def _tell(self, leaf: Leaf, name: str, advice: str, declared: set[str]) -> None:
        if meant := _close(name, declared):
            advice = f"is ${meant} meant?" if not advice else f"{advice}; or is ${meant} meant?"
        self.advise(leaf, advice, message=f"${name} is not set here")


def _close(name: str, declared: set[str]) -> str:
    """The declared name that `name` seems to misspell; empty for none."""
    found = difflib.get_close_matches(name, declared - PREDEFINED, 1, 0.92)
    return found[0] if found and name not in found[0] and found[0] not in name else ""


def _extends_itself(leaf: Leaf, name: str) -> bool:
    """Whether a variable is added to what it held: `ENV A=/x:$A`."""
    if not isinstance(leaf, Pair) or leaf.key != name:
        return False
    return (leaf.assigned or "").strip("\"'${}") != name
