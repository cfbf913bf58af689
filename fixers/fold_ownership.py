"""Gives owner and mode to files where they are copied, not in a layer of their own."""

from collections.abc import Sequence

from dfix import (
    Add,
    Change,
    Comment,
    Copy,
    EmptyLine,
    Fixer,
    Insert,
    Invalid,
    Level,
    Node,
    Phase,
    Remove,
    Run,
    Stage,
    Unknown,
    Valid,
    Workdir,
    with_flag,
)
from dfix.facts.placements import Placement, placements
from dfix.facts.rewriting import Rewrite
from dfix.facts.statements import statements_of

from . import _copied_files
from ._ownership_calls import Call, call_of, objection_to_run
from ._ownership_flags import Answer, answer_to


class FoldOwnership(Fixer):
    """Gives owner and mode to files where they are copied, not in a layer of their own.

    **Why**

    `chown` and `chmod` in a RUN store each file a second time, in a layer of its own: an image with
    a program of 20 MB grows by 20 MB. `COPY --chown` and `COPY --chmod` store it once.

    **When it is applied**

    To a `chown` or `chmod` that is the whole RUN right below the COPY, or its first link, and names
    exactly the files that the COPY brings. A symbolic mode such as `+x` is written as the number
    that it comes to, for files of the modes that git keeps. `chown -R` of a folder counts where the
    folder is new. It is safe with a build context that was named, a builder that is known to take
    `--chmod`, and an owner by number or by a name that is known to be there: BuildKit takes others
    for root, where chown fails. At `aggressive` a name without an ending is taken for a file, where
    nobody would say the same of a folder: `+x` and 644, but not 777.

    **When it is refused**

    Where it would hit something else: a folder whose files have several modes, a destination that
    was there before, folders that the COPY makes on the way and would give away or close as well.
    Where chown takes away more than the owner: setuid, setgid and capabilities. And where a mode
    depends on what is not known, or the frontend is too old.
    """

    message = "files are stored twice to change their owner or mode"
    level = Level.SAFE
    phase = Phase.COPYING
    practices = ("02", "04")
    plan_paths = ("effect", "effect.owner", "effect.mode", "boundary")
    reference = "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"
    VALID = (
        Valid("FROM debian:12\nCOPY run.sh /\nRUN chmod +x /other.sh\n"),
        Valid("FROM debian:12\nCOPY --chmod=755 run.sh /\n"),
        Valid(
            "FROM debian:12\nCOPY . /app\nRUN chmod -R 644 /app\n",
            why="folders would lose their x",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN chown -R www-data:www-data /app\n",
            why="/app itself was there before: COPY would leave it with root",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nCOPY run.sh /new/run.sh\nRUN chown 33:33 /new/run.sh\n",
            why="/new would be given away as well",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nCOPY a.key /new/\nRUN chmod 600 /new/a.key\n",
            why="/new would get the mode as well, and nobody could enter it",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nCOPY --chmod=4755 tool /usr/bin/\nRUN chown 33:33 /usr/bin/tool\n",
            why="chown takes setuid away, and --chown would keep it",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nWORKDIR /app\nCOPY run.sh ./\nRUN chown -R 33:33 run.sh .\n",
            why="/app is given away with all that is in it",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN mkdir -m 700 /app\nCOPY run.sh /app/\n"
            "RUN chmod 755 /app /app/run.sh\n",
            why="/app was closed, and is opened",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nCOPY run.sh /\nRUN chmod u+x /run.sh\n",
            why="it is 744 or 755, as the file was",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nCOPY crontab /etc/cron.d\nRUN chmod 644 /etc/cron.d\n", refused=True
        ),
        Valid(
            "# syntax=docker/dockerfile:1.1\nFROM debian:12\nCOPY a.sh /\nRUN chmod +x /a.sh\n",
            why="this frontend has no --chmod",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nCOPY run.sh /\nRUN chmod +x /run.sh\n",
            "FROM debian:12\nCOPY --chmod=755 run.sh /\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM debian:12\nCOPY a.conf /etc/a.conf\nRUN chown www-data /etc/a.conf && touch /b\n",
            "FROM debian:12\nCOPY --chown=www-data:0 a.conf /etc/a.conf\nRUN touch /b\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM ruby:3.3\nCOPY . /app\nRUN chown -R nobody:nogroup /app\n",
            "FROM ruby:3.3\nCOPY --chown=nobody:nogroup . /app\n",
            why="/app is new",
            level=Level.STANDARD,
        ),
        Invalid(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY tool /usr/bin/\n"
            "RUN chmod 0755 /usr/bin/tool\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY --chmod=0755 tool /usr/bin/\n",
            context={"tool": b"#!/bin/sh\n"},
            level=Level.SAFE,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at each RUN that stands right below a COPY."""
        block: list[Copy | Add] = []
        for each in stage.instructions:
            if isinstance(each, Copy | Add):
                block.append(each)
                continue
            if isinstance(each, Run) and block:
                self._look_at(stage, block, each)
            block = []

    def _look_at(self, stage: Stage, block: Sequence[Copy | Add], run: Run) -> None:
        rewrite = Rewrite.of(self.facts, run)
        if rewrite is None:
            return
        first = rewrite.script.statements[0]
        plain = first.kind == "command" and not first.background
        call = call_of(self.facts, run, first.command) if plain and first.command else None
        if call is None:
            return
        placed = {each.node: each for each in placements(self.facts, stage)}
        copies = self._copies([placed[node] for node in block], call)
        if not copies:
            return
        reason = objection_to_run(rewrite)
        if isinstance(copies, str) or reason:
            self.refuse(run, reason or str(copies))
            return
        answers: list[Answer] = []
        for placement in copies:
            answer = answer_to(self.facts, placement, call)
            if isinstance(answer, str):
                self.refuse(run, answer)
                return
            answers.append(answer)
        self._propose(stage, rewrite, call, copies, answers)

    def _copies(self, block: Sequence[Placement], call: Call) -> list[Placement] | str:
        """The COPYs that bring exactly the paths of `call`; none where it is about others."""
        found: list[Placement] = []
        for path in call.paths:
            holders = [each for each in block if _copied_files.brings(each, path)]
            if not holders:
                return "it is about other files as well" if found else []
            last = holders[-1]
            if any(each.holds(path) for each in block[block.index(last) + 1 :]):
                return "a later COPY may bring the same file once more"
            if last not in found:
                found.append(last)
        for each in found:
            if not isinstance(each.node, Copy) and each.does != "fetch":
                return "ADD may do more than to copy"
        brought = {path for each in found for path in _copied_files.targets(each, call.paths)}
        if not brought <= set(call.paths):
            return "the COPY brings other files as well"
        if not brought >= set(call.paths):
            return "it is about the folder of the files as well"
        return found

    def _propose(
        self,
        stage: Stage,
        rewrite: Rewrite,
        call: Call,
        copies: Sequence[Placement],
        answers: Sequence[Answer],
    ) -> None:
        run, first = rewrite.run, rewrite.script.statements[0]
        item = "effect.mode" if call.flag == "chmod" else "effect.owner"
        expects = [Change(stage.index, item, None, answer.value) for answer in answers]
        changes: dict[Node, Node | Remove | Insert] = {
            each.node: with_flag(each.node, f"--{call.flag}={answer.value}")
            for each, answer in zip(copies, answers, strict=True)
        }
        if len(rewrite.script.statements) == 1:
            comments, keep = _comments(run)
            last = copies[-1].node
            above = with_flag(last, f"--{call.flag}={answers[-1].value}")
            changes[last] = above.with_changes(leading_lines=(*last.leading_lines, *comments))
            changes[run] = Remove(keep_lines=keep)
            removed = statements_of(self.facts, run)[0].text
            expects.append(Change(stage.index, "effect", removed, None))
            if _is_before_run(stage, run):
                expects.append(Change(stage.index, "boundary", "RUN | RUN", None))
        else:
            rewrite.remove_link(first)
            result = rewrite.result()
            if isinstance(result, str):
                self.refuse(run, result)
                return
            changes[run] = result.run
            expects += result.expects
        grounds = [each.certainty for each in answers]
        reasons = dict.fromkeys(reason for each in grounds for reason in each.reasons)
        self.fix(
            run,
            changes,
            expects=tuple(expects),
            level=max(each.level for each in grounds),
            reason="; ".join(reasons) or None,
        )


def _comments(run: Run) -> tuple[tuple[Comment, ...], bool]:
    """The comments right above a RUN, to go above the COPY; and whether all lines rather stay."""
    own = tuple(line for line in run.leading_lines if isinstance(line, Comment))
    apart = False
    for line in run.leading_lines:
        apart = apart or isinstance(line, Comment)
        if apart and isinstance(line, EmptyLine):
            return (), True
    return own, False


def _is_before_run(stage: Stage, run: Run) -> bool:
    """Whether the next instruction that does anything to the files is a RUN again."""
    for each in stage.instructions[stage.instructions.index(run) + 1 :]:
        if isinstance(each, Run | Copy | Add | Workdir | Unknown):
            return isinstance(each, Run)
    return False
