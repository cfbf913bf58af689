"""Lets a RUN fail with any part of a pipe, and restores the SHELL behind it."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from dfix import (
    Change,
    Changes,
    Cmd,
    Entrypoint,
    ExecForm,
    Fixer,
    Healthcheck,
    Insert,
    Instruction,
    Invalid,
    Level,
    Node,
    Phase,
    Remove,
    Run,
    Shell,
    Stage,
    Valid,
    above,
    is_pragma,
)
from dfix.facts.commands import base_name
from dfix.facts.scripts import ShellScript, script_of
from dfix.facts.statements import reshelled

from ._lines import remarks_in
from ._packages import all_pipes_are_lost
from ._pipes import verdict
from ._shells import DEFAULT, Reader, difference, reader_of


class _Candidate(Struct, frozen=True):
    """A RUN that can run under another SHELL; `piped` where that is worth it."""

    run: Run
    reader: Reader
    level: Level
    piped: bool


class _Span(Struct, frozen=True):
    """RUNs between two SHELLs, all that stands between them included."""

    reader: Reader
    runs: tuple[Run, ...]


class Pipefail(Fixer):
    """Lets a RUN fail with any part of a pipe, and restores the SHELL behind it.

    **Why**

    The status of a pipe is that of its last command: `curl ... | tar x` goes on where the download
    broke off, and the image is built of what came through.

    **When it is applied**

    Where the base image is known to have bash, or BusyBox's ash, and each part of each pipe can be
    judged: at `standard` all that write fail only for a fault (`curl`, `wget`, `echo`, `cat`, `tar`),
    and all that read do so to the end. Other programs are taken to do so at `aggressive`. A SHELL with
    `pipefail` goes above the RUNs, and the one that was in force below them.

    **When it is refused**

    Where a part stops reading early (`head`, `grep -q`), reads files in place of the pipe, writes
    endlessly (`yes`), or fails as an answer (`grep`); where a condition hangs on the pipe, or
    nothing does, for `;` comes behind it; where bash would read the text otherwise than the shell
    that reads it now; where no shell of the base is known.
    """

    message = "a RUN goes on where all but the last command of a pipe may have failed"
    level = Level.STANDARD
    phase = Phase.SHELL
    aliases = ("DL4006",)
    practices = ()
    plan_paths = (
        "effect.shell", "effect.options", "config.shell", "config.cmd", "config.entrypoint",
    )  # fmt: skip
    reference = "https://docs.docker.com/build/building/best-practices/#using-pipes"
    VALID = (
        Valid("FROM debian:12\nRUN curl x -o y && tar xf y\n", why="there is no pipe"),
        Valid(
            'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl x | tar x\n',
            why="it is on",
        ),
        Valid("FROM jupyter/base-notebook\nRUN curl x | tar x\n", why="the image has it on"),
        Valid(
            "FROM debian:12\nRUN curl x | tar x; make\n",
            why="`make` is run in any case",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN yes | apt-get install x\n",
            why="`yes` fails as soon as nobody reads",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN curl x | head -n 1 > y\n",
            why="`curl` fails when `head` has seen enough",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN grep -c x f | cat\n",
            why="`grep` fails where there is no match",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN echo 'a\\nb' | tee c\n",
            why="bash prints the backslash",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN curl x | sed s/a/b/ y > z\n",
            why="`sed` does not read what `curl` writes",
            refused=True,
        ),
        Valid("FROM me/base:1\nRUN curl x | tar x\n", why="it may have no bash", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\n# tools\nRUN curl -fsSL https://example.com/a.tgz | tar xz\nRUN make\n",
            'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n# tools\n'
            "RUN curl -fsSL https://example.com/a.tgz | tar xz\n"
            'SHELL ["/bin/sh", "-c"]\nRUN make\n',
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM alpine:3.20\nRUN wget -qO- https://example.com/a.tgz | tar xz\n",
            'FROM alpine:3.20\nSHELL ["/bin/ash", "-o", "pipefail", "-c"]\n'
            'RUN wget -qO- https://example.com/a.tgz | tar xz\nSHELL ["/bin/sh", "-c"]\n',
            why="Alpine has no bash, but its ash knows the option",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM debian:12\nRUN curl https://example.com/install.sh | sh\n",
            'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'RUN curl https://example.com/install.sh | sh\nSHELL ["/bin/sh", "-c"]\n',
            why="that the script is read to its end cannot be checked",
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes to set and restore the SHELL around the RUNs of a stage that have pipes."""
        found: list[_Candidate | None] = []
        for instruction in stage.instructions:
            if isinstance(instruction, Run) and not isinstance(instruction.command, ExecForm):
                found.append(self._candidate(instruction))
            elif _depends_on_shell(instruction):
                found.append(None)
        # The bolder one first: where it may be made, the other has nothing left to do.
        for level in (Level.AGGRESSIVE, Level.STANDARD):
            if any(each is not None and each.piped and each.level == level for each in found):
                self._propose(stage, list(_spans(found, level)), level)

    def _candidate(self, run: Run) -> _Candidate | None:
        """What a RUN would be under another SHELL; None where it must not be under one."""
        if any(_is_about_this(line.text) for line in run.leading_lines if is_pragma(line)):
            return None
        script = script_of(run, self.facts.tree.escape)
        before = self.facts.plan.before(run)
        shell = before.shell or self.facts.bases.default_shell(run) or ()
        if (
            script is None
            or "pipefail" in shell
            or any(
                base_name(each) == "set" and "pipefail" in each.words() for each in script.commands
            )
        ):
            return None
        piped = bool(script.pipelines)
        if piped and all_pipes_are_lost(self.facts, run, script):
            self.refuse(run, "the RUN goes on whatever the status of a pipe is: write && behind it")
            piped = False
        answer = self._answer(run, script, {**before.env, **before.args})
        if isinstance(answer, str):
            if piped:
                self.refuse(run, answer)
            return None
        reader, level = answer
        return _Candidate(run, reader, level, piped)

    def _answer(
        self, run: Run, script: ShellScript, env: dict[str, str]
    ) -> tuple[Reader, Level] | str:
        reader = reader_of(self.facts, run)
        if isinstance(reader, str):
            return reader
        pipes = verdict(script)
        if isinstance(pipes, str):
            return pipes
        read = difference(script, env, reader)
        if isinstance(read, str):
            return read
        return reader, max(pipes, read, Level.AGGRESSIVE if reader.assumed else Level.STANDARD)

    def _propose(self, stage: Stage, spans: Sequence[_Span], level: Level) -> None:
        changes: Changes = {}
        for span in spans:
            changes = {**changes, **self._edits(stage, span)}
        assumed = {span.reader.assumed for span in spans if span.reader.assumed}
        reason = (
            "what writes to the pipes is taken to fail for a fault only, and what reads to read all"
            if level is Level.AGGRESSIVE
            else "every part of the pipes fails for a fault only, and reads to the end"
        )
        self.fix(
            spans[0].runs[0],
            changes,
            expects=self._expects(stage, spans),
            level=level,
            reason="; ".join((reason, *sorted(assumed))),
        )

    def _edits(self, stage: Stage, span: _Span) -> Changes:
        first, last = span.runs[0], span.runs[-1]
        argv = span.reader.with_option("pipefail")
        new = Shell(command=ExecForm.of(*argv))
        at = stage.instructions.index(first)
        written = stage.instructions[at - 1] if at else None
        changes: dict[Node, Node | Insert | Remove] = {}
        if not isinstance(written, Shell):
            changes[first] = above(first, new)
        elif self.facts.plan.before(written).shell == argv:
            changes[written] = Remove()
        else:
            changes[written] = written.with_changes(command=new.command)
        if self._has_to_restore(stage, last):
            back = Shell(command=ExecForm.of(*span.reader.restored))
            behind = stage.instructions[stage.instructions.index(last) + 1 :][:1]
            if behind and (own := remarks_in(behind[0])):
                # Lines of the RUN that were commented out stay with it.
                lines = behind[0].leading_lines
                back = back.with_changes(leading_lines=lines[:own])
                rest = behind[0].with_changes(leading_lines=lines[own:])
                changes[behind[0]] = Insert(above=(back,), node=rest)
                return changes
            before = changes.get(last)
            upper = before if isinstance(before, Insert) else Insert()
            changes[last] = Insert(upper.above, upper.node, (back,))
        return changes

    def _has_to_restore(self, stage: Stage, last: Run) -> bool:
        """Whether anything behind `last` would be seen of another SHELL."""
        for instruction in stage.instructions[stage.instructions.index(last) + 1 :]:
            if _depends_on_shell(instruction):
                return not isinstance(instruction, Shell)
        stages = self.facts.stages
        return stages.is_shipped(stage) or bool(stages.children(stage))

    def _expects(self, stage: Stage, spans: Sequence[_Span]) -> tuple[Change, ...]:
        argvs = {run: span.reader.with_option("pipefail") for span in spans for run in span.runs}
        last = spans[-1]
        left = self._has_to_restore(stage, last.runs[-1]) or any(
            isinstance(each, Shell)
            for each in stage.instructions[stage.instructions.index(last.runs[-1]) :]
        )
        return reshelled(
            self.facts, stage, argvs, DEFAULT, None if left else last.reader.with_option("pipefail")
        )


def _spans(found: Sequence[_Candidate | None], level: Level) -> Iterator[_Span]:
    """The RUNs that follow each other under one SHELL, up to `level`, from pipe to pipe."""
    group: list[_Candidate] = []
    for each in (*found, None):
        usable = each is not None and each.level <= level
        if group and not (usable and each is not None and each.reader == group[0].reader):
            while not group[-1].piped:
                group.pop()
            yield _Span(group[0].reader, tuple(one.run for one in group))
            group = []
        if usable and each is not None and (group or each.piped):
            group.append(each)


def _depends_on_shell(instruction: Instruction) -> bool:
    """Whether a SHELL in force would be seen, or is set."""
    if isinstance(instruction, Shell):
        return True
    return isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck) and not isinstance(
        instruction.command, ExecForm
    )


def _is_about_this(comment: str) -> bool:
    """Whether a comment for a tool switches this off, or says something of the shell."""
    return "ignore=" not in comment or "DL4006" in comment or "pipefail" in comment
