"""Joins install commands that follow each other in one RUN into one, with one list."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import ClassVar

from dfix import Fixer, Invalid, Level, Option, Phase, Rewrite, Run, Valid, regex
from dfix.facts.scripts import ShellScript, Statement

from ._packages import Call, Placed, placed, tries_only

_FAMILIES = frozenset({"apt", "apk", "rpm", "zypper"})
_PLAIN = regex(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_FILES = (".apk", ".deb", ".rpm")
#: What must be there before other packages can be had, or be set up without a question.
_FIRST = regex(
    r".*(?:release|repo|repos|keyring|keys?|transport-.*|ca-certificates|apt-utils|debconf.*|dialog"
    r"|yum-.*|dnf-.*|plugin.*|software-properties.*|gnupg.*|lsb-release|fakeroot|tzdata|locales)"
    r"(?:[0-9.-].*)?|epel.*|rpmfusion.*|remi.*|centos-.*"
)
#: Images in which yum is another name of dnf.
_YUM_IS_DNF = regex(
    r"(?:centos|rhel|ubi|rockylinux|almalinux|oraclelinux)[:/-]?(?:centos|stream|ubi)?(?:[89]|10)\b"
    r"|(?:rocky|alma)linux|amazonlinux:202\d|fedora:(?:2[2-9]|[3-9]\d)|ubi(?:[89]|10)\b"
)
_WIDEST = 80
_REASON = "one resolution of all packages, in the place of one after another"


class MergeInstalls(Fixer):
    """Joins install commands that follow each other in one RUN into one, with one list.

    **Why**

    Each call resolves, downloads and sets up anew. One list is read, sorted and reviewed more easily,
    and conflicts come up at once.

    **When it is applied**

    To links of one chain of `&&` that follow each other and call the same manager (apt, apk, yum,
    dnf, microdnf, zypper) with the same sub-command and the same options, for plain packages.
    `list-style` says how the list is written; one that is written over several lines keeps its
    form. Packages that are named twice stay where they were first.

    **When it is refused**

    When packages are more than names (versions, files, patterns, variables, groups), when a failure
    is passed over, when one call brings what the next may need (a repository, a keyring), when the
    options differ, and when a comment stands between; for yum where it is not known to be dnf, which
    does not pass over what it cannot find. At `safe`: a dependency that two packages
    satisfy may be met by the other one.
    """

    message = "packages are installed one call after the other"
    level = Level.STANDARD
    phase = Phase.MERGING
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#run"
    options: ClassVar[Mapping[str, Option]] = {
        "list-style": Option(
            "lines",
            "how a joined list is written: one package a line, or inline",
            ("lines", "inline"),
        ),
    }
    VALID = (
        Valid("FROM centos:8\nRUN yum -y install httpd php && rm -Rf /var/cache/yum\n"),
        Valid("FROM centos:8\nRUN yum -y isntall httpd && yum -y install php\n", why="who knows"),
        Valid(
            "FROM debian:12\nRUN apt-get install -y a && apt-get install -y b=1.2\n",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get install -y a && apt-get install -y -t sid b\n",
            why="other options",
            refused=True,
        ),
        Valid(
            "FROM centos:8\nRUN yum -y install epel-release && yum -y install nginx\n",
            why="the first brings the repository of the second",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get install -y a && apt-get install -y b || true\n",
            why="a would be gone with b",
            refused=True,
        ),
        Valid(
            "FROM alpine:3\nRUN command -v bash || apk add bash && apk add curl\n",
            why="curl would not be installed where bash is there",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM centos:8\nRUN yum -y install httpd \\\n  && yum -y install php \\\n"
            "  && yum -y install php-mbstring httpd \\\n  && rm -Rf /var/cache/yum\n",
            "FROM centos:8\nRUN yum -y install \\\n     httpd \\\n     php \\\n     php-mbstring \\\n"
            "  && rm -Rf /var/cache/yum\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM centos:8\nRUN yum -y install httpd \\\n  && yum -y install php \\\n"
            "  && rm -Rf /var/cache/yum\n",
            "FROM centos:8\nRUN yum -y install httpd php \\\n  && rm -Rf /var/cache/yum\n",
            options={"list-style": "inline"},
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl \\\n"
            "    # for the tests\n    git && apt-get install -y zip unzip\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl \\\n"
            "    # for the tests\n    git \\\n    zip \\\n    unzip\n",
            why="a list keeps its form, and its comments",
            level=Level.STANDARD,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Joins group by group; one group that cannot be joined leaves the others."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        edited = False
        for group in _groups(rewrite.script):
            if len(group) < 2:
                continue
            kept: list[Placed] = []
            for each in group:
                reason = _objection(kept, each) if kept else ""
                if kept and not reason and self._passes_over(node, each.call):
                    reason = "yum before EL 8 passes over a package that it does not find"
                if kept and not reason and not rewrite.can_remove_link(each.link):
                    reason = "a comment stands between the calls"
                if reason:
                    self.refuse(node, reason)
                    edited = self._join(rewrite, kept) or edited
                    kept = []
                kept.append(each)
            edited = self._join(rewrite, kept) or edited
        if not edited:
            return
        self.propose(rewrite, reason=_REASON)

    def _passes_over(self, run: Run, call: Call) -> bool:
        """Whether a call may succeed without all of its packages: alone, each of them is needed.

        From EL 8 on yum is dnf, which fails.
        """
        stage = self.facts.stages.holding(run)
        if call.name != "yum" or stage is None:
            return False
        first = self.facts.stages.lineage(stage)[-1]
        return not _YUM_IS_DNF.search(f"{self.facts.plan.stages[first.index].base}".lower())

    def _join(self, rewrite: Rewrite, group: Sequence[Placed]) -> bool:
        """Puts the packages of a group behind those of its first call; False for a single call."""
        if len(group) < 2:
            return False
        first, *others = group
        call = first.call
        own = [word.text for word in call.operands]
        new = dict.fromkeys(
            word.text for each in others for word in each.call.operands if word.text not in own
        )
        for each in others:
            rewrite.remove_link(each.link)
        if not new:
            return True
        text = rewrite.script.text
        last = call.operands[-1]
        before = text[: last.span.start]
        if "\n" in text[call.program.span.end : last.span.start]:
            line = before[before.rfind("\n") + 1 :]
            indent = line[: len(line) - len(line.lstrip())]
            joint = f"{rewrite.habits.continuation}{indent}"
            rewrite.insert_after(last, joint.removeprefix(" ") + joint.join(new))
            return True
        whole = list(dict.fromkeys([*own, *new]))
        if self._is_inline(text, first.link, call, whole):
            rewrite.insert_after(last, " ".join(new))
            return True
        habits = rewrite.habits
        statements = rewrite.script.statements
        sole = (
            others[-1].link is statements[-1]
            and "\n" not in text[: first.link.span.start]
            # With `&&` in front the commands below would be told from the list anyway.
            and not (habits.trailing_operators and self._has_neighbour(rewrite.run))
        )
        indent = habits.sole_list_indent if sole else habits.list_indent
        joint = f"{habits.continuation}{indent}"
        rewrite.replace(call.operands[0], joint.removeprefix(" ") + joint.join(whole))
        for word in call.operands[1:]:
            rewrite.remove(word)
        rewrite.break_behind(others[-1].link)
        return True

    def _has_neighbour(self, run: Run) -> bool:
        """Whether another RUN stands beside one: its commands may yet be joined to it."""
        stage = self.facts.stages.holding(run)
        if stage is None:
            return False
        at = next(at for at, each in enumerate(stage.instructions) if each is run)
        beside = (*stage.instructions[max(at - 1, 0) : at], *stage.instructions[at + 1 : at + 2])
        return any(isinstance(each, Run) for each in beside)

    def _is_inline(self, text: str, link: Statement, call: Call, packages: Sequence[str]) -> bool:
        """Whether the joined list is to stand on one line, and has room there."""
        start = text.rfind("\n", 0, link.span.start) + 1
        end = link.span.end - call.operands[-1].span.end
        width = call.operands[0].span.start - start + len(" ".join(packages)) + end
        wanted = self.option("list-style") == "inline" or call.words[-1] not in call.operands
        return wanted and width + len("RUN  \\") <= _WIDEST


def _groups(script: ShellScript) -> list[list[Placed]]:
    """Calls that install and follow each other in a chain, by tool and sub-command."""
    by_link = {id(each.link): each for each in placed(script) if each.alone}

    def key(statement: Statement) -> tuple[str, str | None] | None:
        each = by_link.get(id(statement))
        call = None if each is None else each.call
        if (
            call is None
            or call.tool.family not in _FAMILIES
            or not call.installs
            or tries_only(call)
            or not call.operands
        ):
            return None
        return call.name, call.sub_command

    return [
        [by_link[id(each)] for each in block]
        for found, block in groupby(script.statements, key)
        if found is not None
    ]


def _objection(kept: Sequence[Placed], each: Placed) -> str:
    """Why a call cannot be joined with those in front of it; empty if it can."""
    first, call = kept[0].call, each.call
    for one in (*kept, each):
        if one.call.problem:
            return one.call.problem
        if one.caught or one.link.background or one.call.command.redirects:
            return "a failure is passed over, or the output goes elsewhere: joined, that is another"
        for word in one.call.operands:
            if word.value is None or word.value != word.text or not _is_plain(word.value):
                return f"{word.text} is more than the name of a package"
    if kept[0].link.operator == "||":
        return "the first call is an alternative, and the second may run without it"
    if each.link.operator != "&&":
        return "the second call runs whatever becomes of the first"
    if _shape(first) != _shape(call):
        return "the calls have different options"
    if call.has_option("-t", "--virtual") and call.tool.family == "apk":
        return "each call makes the virtual package anew"
    for one in kept:
        for word in one.call.operands:
            if _FIRST.fullmatch(word.value or ""):
                return f"{word.value} may be needed before others can be installed"
    return ""


def _is_plain(package: str) -> bool:
    return (
        bool(_PLAIN.fullmatch(package))
        and (package[-1] not in "+-" or package.endswith("++"))
        and not package.endswith(_FILES)
    )


def _shape(call: Call) -> tuple[object, ...]:
    """All of a call but its packages."""
    command = call.command
    return (
        [word.text for word in call.wrapper],
        [each.value and each.value.text for each in command.assignments],
        call.environment,
        call.program.text,
        sorted(
            (given.name, *(word.text for word in given.words if given.valued))
            for given in call.options
        ),
    )
