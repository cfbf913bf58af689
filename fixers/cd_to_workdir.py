"""Reports a RUN that changes the directory first, where WORKDIR could say it."""

import posixpath
import re

from dfix import Fixer, Level, Phase, Reported, Run, Valid
from dfix.facts.commands import literal_arguments, name_of
from dfix.facts.scripts import ShellScript, script_of

_MOVING = frozenset({"cd", "pushd", "popd"})


class CdToWorkdir(Fixer):
    """Reports a RUN that changes the directory first, where WORKDIR could say it.

    **Why**

    A `cd` ends with its RUN, and is easily taken for one that lasts. WORKDIR says where the steps
    below it run. It is no plain replacement: it makes a directory that is missing, adds a layer, and
    holds for all that follows and for the container, so that where it belongs is for a person to say.

    **When it is reported**

    When a RUN begins with `cd` to a literal directory, or has only `set` before it, goes on with `&&`
    alone, and stays there.

    **What to do**

    Put WORKDIR above the steps that belong to the directory, and the former one below them. For a
    single step, `make -C`, `git -C` or `tar -C` are shorter, or the `cd` may simply stay.
    """

    message = "a RUN changes the directory, where WORKDIR could say it"
    level = Level.SAFE
    phase = Phase.RUNTIME
    aliases = ("DL3003",)
    practices = ()
    plan_paths = ()
    reference = "https://docs.docker.com/build/building/best-practices/#workdir"
    VALID = (
        Valid("FROM debian:12\nWORKDIR /src\nRUN make\n"),
        Valid("FROM debian:12\nRUN cd /src; make\n", why="it goes on where there is no directory"),
        Valid(
            "FROM debian:12\nRUN set -e; cd /src && make\n",
            why="`set` alone is no step of the list",
        ),
        Valid("FROM debian:12\nRUN set -e && cd /src\n", why="nothing is done there"),
        Valid("FROM debian:12\nRUN cd $D && make\n", why="only the shell knows where"),
        Valid("FROM debian:12\nRUN cd /a && make && cd /b && make\n", why="it is two directories"),
        Valid("FROM debian:12\nONBUILD RUN cd /src && make\n", why="it is another build's"),
    )
    REPORTED = (
        Reported("FROM debian:12\nWORKDIR /app\nRUN cd src && make\n", line=3),
        Reported("FROM debian:12\nRUN set -eux && cd /src && make\n", line=2),
    )

    def visit_Run(self, node: Run) -> None:
        """Says which WORKDIR it would be, and which one to go back to."""
        script = script_of(node, self.facts.tree.escape)
        if script is None or node.flags or self.facts.stages.holding(node) is None:
            return
        target = _target(script)
        if target is None:
            return
        here = self.facts.bases.workdir(node)
        if target.startswith("/") or here is not None:
            target = posixpath.normpath(posixpath.join(here or "/", target))
        if target == here:
            self.advise(
                node, f"it runs in {here} already: leave the `cd` out, below a `WORKDIR {here}`"
            )
            return
        back = f"`WORKDIR {here}`" if here is not None else "the former WORKDIR"
        self.advise(
            node,
            f"if more steps belong there, put `WORKDIR {target}` above them and {back} below: it makes"
            " the directory where it is missing, and holds for the container as well",
        )


def _target(script: ShellScript) -> str | None:
    """The directory that a script goes to first and for good; None for any other script."""
    commands = [each.command for each in script.statements]
    while commands and commands[0] is not None and name_of(commands[0]) == "set":
        commands.pop(0)  # how the shell runs has nothing to do with where
    first = commands[0] if commands else None
    if first is None or len(commands) < 2 or name_of(first) != "cd":
        return None
    if any(each.operator not in {"", "&&"} or each.background for each in script.statements):
        return None
    if sum(name_of(each) in _MOVING for each in script.commands) != 1 or first.redirects:
        return None
    values = literal_arguments(first)
    value = values[0] if len(values) == 1 else None
    return (
        value
        if value is not None
        and re.fullmatch(r"[\w./+@-]*[\w/+@][\w./+@-]*", value)
        and not value.startswith("-")
        else None
    )
