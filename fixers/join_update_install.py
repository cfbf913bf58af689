"""Has a RUN that installs by old package lists fetch them itself."""

import re

from dfix import (
    Add,
    Copy,
    ExecForm,
    Fixer,
    Instruction,
    Invalid,
    Level,
    Phase,
    Rewrite,
    Run,
    ShellForm,
    Stage,
    Valid,
    regex,
)
from dfix.facts.mounts import mount_options
from dfix.facts.placements import Placement, placements
from dfix.facts.programs import kind_of_program, unwrapped, words_of
from dfix.facts.scripts import script_of
from dfix.facts.statements import statements_of

from ._packages import Call, Placed, call_of, placed, tries_only
from ._text_names import is_text_name

_LISTS = "/var/lib/apt"
_UPDATE = regex(r"\bapt(?:-get)?\b[^&|;]*\bupdate\b")
#: What changes where packages come from: then an update may fail that nobody asked for.
_SOURCES = regex(
    r"/etc/apt\b|sources\.list|add-apt-repository|apt-key|keyring|\|[ \t]*(?:sudo[ \t]+)?(?:ba)?sh\b"
    r"|https?_proxy|\bdpkg\b|\.deb\b|APT_CONFIG",
    re.IGNORECASE,
)
#: Files that tell apt where packages come from; a COPY of their folders may bring them.
_SOURCE_FILES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d/x.list")
_NEEDS = frozenset({"install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep"})
#: What an update may be needed for: a call without a command says nothing of what it does.
_WANTING = frozenset({None, "update", *_NEEDS})


class JoinUpdateInstall(Fixer):
    """Has a RUN that installs by old package lists fetch them itself.

    **Why**

    The builder caches `RUN apt-get update` for as long as the lines above it stay the same. A later
    RUN that is built anew then installs by lists of long ago: old versions, or none at all, since
    they are gone from the archive.

    **When it is applied**

    To a RUN whose first use of apt is an install, below a RUN of the same stage, or of one that it is
    FROM, that fetched the lists and kept them. RUNs right below each other are joined by `merge-runs`.

    **When it is refused**

    When it is not known whether lists are there, when what installs is no plain link of a chain,
    when a source of packages or a key changed since, or may have by a script or a COPY of whole
    folders, and when the update above has options, mounts or a failure that is passed over: then the
    update could fail.
    """

    message = "packages are installed by lists that another layer keeps"
    level = Level.STANDARD
    phase = Phase.COPYING
    aliases = ()
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n", why="adjacent"),
        Valid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nENV A=1\n"
            "RUN apt-get update && apt-get install -y git\n",
        ),
        Valid("FROM debian:12\nENV A=1\nRUN apt-get install -y curl\n", why="no lists at all"),
        Valid(
            "FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nENV A=1\n"
            "RUN apt-get install -y curl\n",
            why="the lists are gone: it cannot work today",
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update\nCOPY my.list /etc/apt/sources.list.d/\n"
            "RUN apt-get install -y curl\n",
            why="whether that source answers is not known",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update\nCOPY rootfs/ /\nRUN apt-get install -y curl\n",
            why="it may hold /etc/apt",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update\nENV A=1\n"
            "RUN --network=none apt-get install -y --no-download curl\n",
            why="the lists cannot be fetched there",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN if true; then apt-get install -y a; fi\n",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update\nENV A=1\n"
            "RUN apt-get update && apt-get install -y curl\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN apt-\\\n# b\nget install -y curl\n",
            "FROM debian:12\nRUN apt-get update\nENV A=1\n"
            "RUN apt-get update && apt-\\\n# b\nget install -y curl\n",
            why="a comment within the word stands there once",
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update\nCOPY x y\nRUN set -ex \\\n  && apt-get install -y \\\n"
            "    curl\n",
            "FROM debian:12\nRUN apt-get update\nCOPY x y\nRUN set -ex \\\n  && apt-get update \\\n"
            "  && apt-get install -y \\\n    curl\n",
            level=Level.STANDARD,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Follows the lists through the lineage, down to the RUNs of `stage`."""
        there: bool | None = False
        changed = False
        copies = {each.node: each for each in placements(self.facts, stage)}
        update: Run | None = None
        previous: Instruction | None
        for each in reversed(self.facts.stages.lineage(stage)):
            previous = None
            for instruction in each.instructions:
                text = instruction.with_changes(leading_lines=()).code
                changed = changed or _SOURCES.search(text) is not None
                if isinstance(instruction, Copy | Add):
                    changed = changed or _may_bring_sources(copies[instruction])
                if isinstance(instruction, Run):
                    adjacent = isinstance(previous, Run) and each is stage
                    if each is stage and not adjacent and there is not False:
                        before = changed or self._hands_over(instruction, ahead_of_install=True)
                        self._look(instruction, update, certain=bool(there), changed=before)
                    changed = changed or self._hands_over(instruction)
                    there = self._after(instruction, there)
                    updates = [found.end() for found in _UPDATE.finditer(text)]
                    if updates:
                        update = instruction
                        changed = _SOURCES.search(text, updates[-1]) is not None or (
                            self._hands_over(instruction, behind_update=True)
                        )
                previous = instruction

    def _after(self, run: Run, there: bool | None) -> bool | None:
        """Whether lists are there behind a RUN; None if not known."""
        script = script_of(run, self.facts.tree.escape)
        if script is None:
            text = run.command.text if isinstance(run.command, ShellForm) else run.code
            return None if "apt" in text else there
        for command in script.commands:
            call = call_of(command)
            if call is not None and call.tool.family == "apt":
                there = True if call.sub_command == "update" else there
            elif command.name is not None and command.name.value in {"rm", "find"}:
                removed = any(_LISTS in word.text for word in command.arguments)
                there = False if removed else there
        return there

    def _hands_over(
        self, run: Run, *, behind_update: bool = False, ahead_of_install: bool = False
    ) -> bool:
        """Whether a RUN runs a script, which may change where packages come from.

        `ahead_of_install` asks of what stands above the first call that needs lists: that is where
        the update would go, and what comes behind it changes nothing about it.
        """
        script = script_of(run, self.facts.tree.escape)
        if script is None:
            form = run.command
            return not isinstance(form, ExecForm) or kind_of_program(form.values) == "script"
        scripts = [
            kind_of_program(unwrapped(words_of(each))) == "script" for each in script.commands
        ]
        for at, command in enumerate(script.commands):
            call = call_of(command)
            if call is None or call.tool.family != "apt":
                continue
            if behind_update and call.sub_command == "update":
                scripts[: at + 1] = [False] * (at + 1)
            if ahead_of_install and call.sub_command in _WANTING:
                return any(scripts[:at])
        return any(scripts)

    def _look(self, run: Run, update: Run | None, *, certain: bool, changed: bool) -> None:
        """Proposes the update for a RUN that installs without one."""
        rewrite = Rewrite.of(self.facts, run)
        if rewrite is None:
            return
        own = [each for each in placed(rewrite.script) if each.call.tool.family == "apt"]
        first = next((each for each in own if each.call.sub_command in _WANTING), None)
        if first is None or first.call.sub_command == "update" or tries_only(first.call):
            return
        if not certain:
            self.refuse(run, "whether package lists are there is not known")
            return
        if changed:
            self.refuse(run, "where packages come from may have changed since the last update")
            return
        if run.flag("network") is not None:
            self.refuse(run, "the RUN has a network of its own, or none")
            return
        if reason := self._special(update, run) or _objection(first):
            self.refuse(run, reason)
            return
        rewrite.require(first.link, f"{first.call.written} update")
        self.propose(rewrite, reason="the lists of a cached layer may be of any age")

    def _special(self, update: Run | None, run: Run) -> str:
        """Why the update in an earlier RUN may be one that would not go well in this one."""
        script = None if update is None else script_of(update, self.facts.tree.escape)
        if update is None or script is None:
            return "how the lists were fetched is not known"
        if any(
            flag.value not in {each.value for each in run.flags}
            and mount_options(flag).get("type", "bind") != "cache"
            for flag in update.flags
        ):
            return "the RUN that fetched the lists had flags that this one has not"
        strict = any("errexit" in each.options for each in statements_of(self.facts, update))
        for each in placed(script):
            if each.call.tool.family != "apt" or each.call.sub_command != "update":
                continue
            if each.caught or (each.lost_strictly if strict else each.lost):
                return "the update above may fail: that is passed over there"
            if each.call.has_option("-o", "--option", "-c", "--config-file"):
                return "the update above is told where to look"
        return ""


def _may_bring_sources(placement: Placement) -> bool:
    """Whether a COPY or ADD may bring a file that names sources of packages."""
    if placement.does == "fetch" or placement.destination is None:
        return False
    if any(placement.holds(path) for path in _SOURCE_FILES):
        return True
    place = placement.destination.rstrip("/") + "/"
    may_unpack = placement.does != "copy" and not all(map(is_text_name, placement.node.sources))
    return may_unpack and any(path.startswith(place) for path in _SOURCE_FILES)


def _objection(each: Placed) -> str:
    call: Call = each.call
    if call.problem:
        return call.problem
    if (
        not each.alone
        or each.caught
        or each.link.operator not in {"", "&&"}
        or each.link.background
    ):
        return "what installs is no plain link of a chain"
    if call.wrapper or call.environment:
        return "how the update is to be called is not known: something stands in front"
    return ""
