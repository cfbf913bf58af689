"""Joins RUN instructions that follow each other into one layer, where nothing crosses."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import ClassVar

from dfix import (
    Change,
    Comment,
    Fixer,
    Invalid,
    Level,
    Option,
    Phase,
    Remove,
    Run,
    ShellForm,
    Stage,
    Valid,
    is_pragma,
    regex,
)
from dfix.facts.boundary import Joining, Segment, needs_braces, segment
from dfix.facts.commands import PACKAGE_MANAGERS, base_name, is_plain
from dfix.facts.run_layout import habits_of

_SAVING = PACKAGE_MANAGERS | {"rm", "rmdir", "chown", "chmod", "chgrp", "mv", "unlink", "find"}
_BUILD_ONLY = "the stage is no part of the result: its layers cost nothing"
_NO_GAIN = "nothing is deleted, re-owned or installed: joining would only make the cache coarser"
_PRAGMA = "a comment for a tool stands above it"
_APART = "a comment tells that it is a step of its own"
_SWITCHED = "a comment speaks of lines to uncomment, which within a RUN would be no instructions"
#: What people write above a RUN that is meant to be one, of layers, steps and what they cache.
_TELLS_APART = regex(
    r"separate(?:ly)?\s+(?:docker\s+)?(?:layer|run|command|step|statement|line|instruction)"
    r"|(?:all|are|is|kept?|keep\s+\w+|purposely|intentionally|deliberately)\s+separate"
    r"|\bown\s+(?:layer|run|step|instruction)"
    r"|(?:\bnot|n['\u2019]t|\bnever|\bavoid)\s+(?:be\s+|to\s+)?"
    r"(?:merg|aggregat|combin|join|collaps|squash)"
    r"|\b(?:another|several|two|multiple|shared|intermediate)\s+(?:docker\s+)?layers?\b"
    r"|\blayers?\s+(?:here|are\s+shared|cach)|\bcaching\b|\bcached\b|\binvalidat",
    re.IGNORECASE,
)


class MergeRuns(Fixer):
    """Joins RUN instructions that follow each other into one layer.

    **Why**

    Each RUN is a layer, and what a later layer deletes or re-owns stays in the earlier one: package
    lists removed by a RUN of their own make an image larger, not smaller. An update in a RUN of its
    own is cached and grows stale.

    **When it is applied**

    To RUNs with nothing but comments between them, in a stage that ships, of which one installs,
    deletes or re-owns. At `safe` every command is a plain one of a package manager or of the base
    system, joined by `&&`; at `standard` anything that no boundary holds back. Comments between the
    RUNs move into the continuation.

    **When it is refused**

    When something would be seen of the boundary's absence: shell state (`cd`, variables, `set`,
    functions), background processes, changed accounts, a replaced shell or program, hard links,
    mounts that begin anew, another failure. Also below a comment for a tool, or one that tells why a
    step is one of its own or speaks of lines to uncomment, and without a gain: RUNs that only add
    files cost nothing as layers of their own, and one that is edited often would take the others
    along. The option `gain=any` joins those as well.
    """

    message = "RUN instructions that follow each other make a layer each"
    level = Level.SAFE
    phase = Phase.MERGING
    aliases = ("DL3059",)
    practices = ("04",)
    plan_paths = ("boundary",)
    reference = "https://docs.docker.com/build/building/best-practices/#run"
    options: ClassVar[Mapping[str, Option]] = {
        "gain": Option(
            "size", "what must be gained: a smaller image, or any layer less", ("size", "any")
        ),
    }
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Valid(
            "FROM debian:12\nRUN cd /tmp\nRUN rm -f x\n",
            why="the next RUN starts in the WORKDIR again",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN apt-get install -y curl\n",
            why="an instruction stands between",
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update # lists\nRUN apt-get install -y curl\n",
            why="the comment would swallow the install",
            refused=True,
        ),
        Valid(
            "FROM debian:12 AS build\nRUN apt-get update\nRUN apt-get install -y gcc\n"
            "FROM debian:12\nCOPY --from=build /a /a\n",
            why="the layers of a stage that only builds cost nothing",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n"
            "RUN rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update \\\n  && apt-get install -y curl \\\n"
            "  && rm -rf /var/lib/apt/lists/*\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update || true\n# tools\nRUN apt-get install -y curl\n",
            "FROM debian:12\nRUN { apt-get update || true; } \\\n# tools\n"
            "  && apt-get install -y curl\n",
            why="braces keep `&&` from taking hold of half the list",
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update\nRUN \\\n  # tools\n  apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update \\\n  # tools\n  && apt-get install -y curl\n",
            why="a comment in front of the command goes with it",
        ),
        Invalid(
            "FROM debian:12\nRUN echo 'eval \"$(x init -)\"' > /etc/profile.d/x.sh\n"
            "RUN chmod +x /etc/profile.d/x.sh\n",
            "FROM debian:12\nRUN echo 'eval \"$(x init -)\"' > /etc/profile.d/x.sh \\\n"
            "  && chmod +x /etc/profile.d/x.sh\n",
            why="what stands in single quotes is written, not run",
        ),
        Invalid(
            "FROM debian:12\nRUN mkdir /a\nRUN touch /a/b\n",
            "FROM debian:12\nRUN mkdir /a \\\n  && touch /a/b\n",
            why="no byte is saved, but a layer, as asked for",
            level=Level.SAFE,
            options={"gain": "any"},
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Finds the RUNs that follow each other, and joins as many as can be."""
        for adjacent, block in groupby(stage.instructions, lambda each: isinstance(each, Run)):
            runs = [each for each in block if isinstance(each, Run)]
            if adjacent and len(runs) > 1:
                self._join(stage, runs)

    def _join(self, stage: Stage, runs: Sequence[Run]) -> None:
        """Joins as many as can be of RUNs that follow each other."""
        joining = Joining(self.facts, runs[0])
        for run in runs[1:]:
            if reason := self._reason(joining, run):
                if self.option("gain") == "any" or any(map(self._saves, (run, *joining.latest))):
                    self.refuse(run, reason)
                self._close(stage, joining)
                joining = Joining(self.facts, run)
        self._close(stage, joining)

    def _reason(self, joining: Joining, run: Run) -> str | None:
        """What keeps `run` from being joined; None means that it now is."""
        if any(is_pragma(line) for line in run.leading_lines):
            return _PRAGMA
        if any(_tells_apart(each) for each in (*joining.latest, run)):
            return _APART
        if re.search(r"\buncomment", _comments_above(run), re.IGNORECASE):
            return _SWITCHED
        return joining.add(run)

    def _saves(self, run: Run) -> bool:
        """Whether a layer less may make the image smaller: something installs, deletes, re-owns."""
        found = segment(run, self.facts.tree.escape)
        return isinstance(found, Segment) and any(
            base_name(command) in _SAVING for command in found.script.commands
        )

    def _close(self, stage: Stage, joining: Joining) -> None:
        """Proposes to join a finished group."""
        segments, group = joining.segments, joining.runs
        if len(group) < 2:
            return
        if not self._any_gain() and not any(map(self._saves, group)):
            self.refuse(group[1], _NO_GAIN)
            return
        if not self.facts.stages.is_shipped(stage):
            self.refuse(group[1], _BUILD_ONLY)
            return
        plain = [is_plain(each.script) for each in segments]
        if all(plain):
            self._propose(stage, segments, Level.SAFE)
            return
        self._propose(stage, segments, Level.STANDARD)
        # Below that level, those of the group that are plain and follow each other.
        at = 0
        for is_so, block in groupby(plain):
            size = len(list(block))
            part = segments[at : at + size]
            at += size
            if is_so and size > 1 and (self._any_gain() or any(self._saves(x.run) for x in part)):
                self._propose(stage, part, Level.SAFE)

    def _any_gain(self) -> bool:
        """Whether a layer less is gain enough."""
        return self.option("gain") != "size"

    def _propose(self, stage: Stage, segments: Sequence[Segment], level: Level) -> None:
        """Proposes one RUN in place of those of `segments`."""
        first, *others = [each.run for each in segments]
        merged = first.with_changes(command=self._joined(segments), end=others[-1].end)
        self.fix(
            others[0],
            {first: merged} | {run: Remove(keep_lines=False) for run in others},
            expects=(Change(stage.index, "boundary", "RUN | RUN", None),) * len(others),
            level=level,
            reason=None if level is Level.SAFE else "nothing crosses from one RUN into the next",
        )

    def _joined(self, segments: Sequence[Segment]) -> ShellForm:
        """The text of all segments, each layout kept, comments between them inside."""
        file = self.facts.habits
        habits = habits_of(file, *(each.script for each in segments)) or file
        out: list[str] = []
        for at, each in enumerate(segments):
            text = self._complete(each)
            if at == 0:
                out.append(text)
                continue
            if habits.trailing_operators:
                out.append(f" &&{habits.continuation}")
            else:
                out.append(habits.continuation)
            for line in each.run.leading_lines:
                if isinstance(line, Comment):
                    line.print_to(out, habits.newline)
            out += (f"{line}{habits.newline}" for line in _comments_behind_keyword(each))
            out.append(habits.indent + ("" if habits.trailing_operators else "&& ") + text)
        return ShellForm(segments[0].form.prefix, "".join(out))

    def _complete(self, each: Segment) -> str:
        """The segment as one link of a chain: no `;` at its end, braces where `&&` needs them."""
        text = each.form.text
        script = each.script
        if script.statements[-1].terminated:
            text = text[: script.statements[-1].span.end]
        return f"{{ {text}; }}" if needs_braces(script) else text


def _comments_behind_keyword(each: Segment) -> list[str]:
    """The lines of comments between a RUN's keyword, its flags and its command."""
    between = [leaf.prefix for leaf in (*each.run.flags, each.form)]
    lines = [line for prefix in between for line in prefix.split("\n")[1:]]
    return [line.rstrip("\r") for line in lines if line.lstrip().startswith("#")]


def _tells_apart(run: Run) -> bool:
    """Whether a comment right above a RUN says that it is on purpose not part of another."""
    return _TELLS_APART.search(_comments_above(run)) is not None


def _comments_above(run: Run) -> str:
    """The comments right above a RUN, in one line."""
    lines = [line.text for line in run.leading_lines if isinstance(line, Comment)]
    return re.sub(r"[\s#]+", " ", " ".join(lines))
