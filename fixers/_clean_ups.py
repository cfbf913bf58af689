"""The clean-up behind a package manager's call: where it goes, and what speaks against it."""

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Self

from msgspec import Struct

from dfix import Facts, Run, Stage, regex
from dfix.facts.later import Leftover, later_use, unconditional
from dfix.facts.mounts import is_mounted, mount_targets
from dfix.facts.programs import unwrapped, words_of
from dfix.facts.rewriting import Rewrite
from dfix.facts.statements import statements_of

from ._ages import is_yarn_1
from ._caches import APT, YARN, Manager
from ._called import Called, called_in

#: Where the program of a package manager lies.
_FOLDERS = frozenset({"/bin", "/usr/bin", "/usr/sbin", "/usr/local/bin"})
_PUTS_ELSEWHERE = regex(r"HOME|\w+_HOME|(?i:\w*cache\w*)")
_CLEANED_AT_ONCE = frozenset({"yum", "dnf", "microdnf"})
#: Managers that are scripts for the Python of the system, by its path.
_OF_PYTHON = frozenset({"yum", "dnf"})
_PYTHON = regex(r"python[\d.*?\[\]]*")
_SYSTEM_PYTHON = frozenset({"", ".", "/usr/libexec", "/usr/lib", "/usr/lib64"}) | _FOLDERS
_ALTERNATIVES = frozenset({"alternatives", "update-alternatives"})
#: All repositories of yum, or those that an image comes with.
_OWN_REPOSITORIES = regex(
    r"/etc(?:/yum(?:\.repos\.d)?)?/?(?:\*.*)?"
    r"|/etc/yum\.repos\.d/(?:.*[*?\[{$].*|.*(?i:centos|redhat|rhel|public-yum|oracle|amzn|base).*)"
)

_OWN_NAMES = regex(
    r"[*?\[{$!,]|base|updates|extras|baseos|appstream|latest|centos|redhat|rhel|rhui|oracle|amzn"
    r"|(?:^|[-_])(?:ol|el)\d",
    re.IGNORECASE,
)


class CleanUp(Struct, frozen=True):
    """The edits of a clean-up, and what they rest on that cannot be checked."""

    rewrite: Rewrite
    assumption: str = ""
    message: str | None = None


class Scene(Struct, frozen=True):
    """A RUN that may call package managers."""

    facts: Facts
    run: Run
    stage: Stage
    calls: tuple[Called, ...]
    text: str

    @classmethod
    def of(cls, facts: Facts, run: Run) -> Self | None:
        """The scene of a RUN; None for one that cannot be edited."""
        stage = facts.stages.holding(run)
        rewrite = Rewrite.of(facts, run)
        if stage is None or rewrite is None:
            return None
        return cls(facts, run, stage, called_in(rewrite.script), rewrite.script.cooked)

    def rewrite(self) -> Rewrite:
        """A new set of edits. Raises TypeError never: the scene is of a RUN that can be edited."""
        rewrite = Rewrite.of(self.facts, self.run)
        if rewrite is None:
            raise TypeError("the RUN cannot be edited")
        return rewrite

    def later(self, left: Leftover) -> tuple[str, str]:
        """What needs `left` later for certain, and what may only for all that is known."""
        use = later_use(self.facts, self.run, left)
        if use is None:
            return "", ""
        return (use.reason, "") if use.certain else ("", use.reason)


def clean_up(scene: Scene, manager: Manager) -> CleanUp | str | None:
    """The clean-up behind the calls of `manager`; a reason why there is none, or None."""
    filling = [call for call in scene.calls if manager.fills(call)]
    if not filling:
        return None
    last = filling[-1]
    behind = [call for call in scene.calls if call.command.span.start > last.command.span.start]
    if any(map(manager.empties, behind)):
        return _once(scene, manager, filling)
    if (
        any(call.has(*manager.without_cache) for call in filling)
        or not (manager.everywhere or scene.facts.stages.is_shipped(scene.stage))
        or _mounted(scene.run, manager)
    ):
        return None
    reason = _objection(scene, manager, last)
    certain, possible = scene.later(manager.left)
    if certain or reason:
        return certain or reason
    rewrite = scene.rewrite()
    if not manager.close:
        for command in _commands(scene, manager, last):
            rewrite.append(command)
        return CleanUp(rewrite, possible)
    for statement in rewrite.script.statements:
        if statement.command is not None and statement.command.span == last.command.span:
            for command in _commands(scene, manager, last):
                rewrite.follow(statement, command)
            return CleanUp(rewrite, possible)
    return f"the call of {last.name} stands within another command"


def _once(scene: Scene, manager: Manager, filling: Sequence[Called]) -> CleanUp | None:
    """Takes out `clean all` between calls that fetch, where `clean all` follows once more.

    In front of the first of them it empties what lies there from before, so that all is fetched anew.
    """
    if not manager.names <= _CLEANED_AT_ONCE:
        return None
    rewrite = scene.rewrite()
    sure = {command.span for command in unconditional(rewrite.script)}
    cleaning = [
        call
        for call in scene.calls
        if call.name in manager.names
        and [word.value for word in call.arguments] == ["clean", "all"]
        and call.command.span in sure
        and not call.wrapped
    ]
    first, start = filling[0].command.span.end, filling[-1].command.span.start
    if not cleaning or cleaning[-1].command.span.start < start:
        return None
    for statement in rewrite.script.statements:
        if (
            any(
                statement.command is not None and statement.command.span == call.command.span
                for call in cleaning
            )
            and first < statement.span.start < start
            and rewrite.can_remove_link(statement)
        ):
            rewrite.remove_link(statement)
            return CleanUp(
                rewrite, message="the cache is emptied, and filled again in the same RUN"
            )
    return None


def _mounted(run: Run, manager: Manager) -> bool:
    if manager.mounted:
        return any(
            mark in target for target in mount_targets(run) for mark in ("$", *manager.mounted)
        )
    return is_mounted(run, *manager.left.paths)


def _commands(scene: Scene, manager: Manager, call: Called) -> list[str]:
    """The commands that clean up; on RHEL 8 and later yum is dnf, and has its folder."""
    known = scene.facts.bases.of(scene.stage)
    kind = None if known is None else known.package_manager
    folders = {"yum": "/var/cache/yum", "dnf": "/var/cache/dnf"}
    cache = folders.get(kind or "", "/var/cache/yum /var/cache/dnf")
    return [each.format(call.written, cache=cache) for each in manager.commands]


def _objection(scene: Scene, manager: Manager, last: Called) -> str:
    """What speaks against a clean-up behind `last`, later uses aside; empty if nothing does."""
    if last.wrapped:
        return f"{last.name} is called through another command"
    env = scene.facts.plan.before(scene.run).env
    for name in sorted(manager.variables):
        if name in env or name in scene.text:
            return f"{name} puts the cache elsewhere"
    user = scene.facts.bases.user(scene.run)
    if not manager.close and user not in {None, "root"}:
        return f"the RUN is run as {user}"
    if any("*" in each for each in manager.commands) and any(
        "noglob" in each.options for each in statements_of(scene.facts, scene.run)
    ):
        return "the shell expands no patterns: nothing would be removed"
    calls_itself = any("{}" in each for each in manager.commands)
    if calls_itself and id(last.command) not in _sure(scene):
        return f"{last.name} is called on a condition, or within a larger statement"
    if calls_itself and not (manager.close or _is_proven(scene, last) or _is_in_base(scene, last)):
        return f"whether {last.name} is there is only known at run time"
    if calls_itself and not manager.close and _is_removed(scene, manager, last):
        return f"{last.name} is removed in the same RUN"
    if calls_itself and not manager.close and (reason := _unsettled(scene, manager, last)):
        return reason
    if manager.close and any(map(_PUTS_ELSEWHERE.fullmatch, _assigned(last))):
        return f"a variable of the call tells {last.name} where to keep its files"
    if manager.replaces_itself(last):
        return f"{last.name} may replace itself, and whether the new one runs here is not known"
    if manager is APT:
        needing = [
            call.command.span.start
            for call in scene.calls
            if manager.left.needed_by(unwrapped(words_of(call.command)))
        ]
        if not needing:
            return "the RUN only fetches the lists: who wants them is not known"
        if max(needing) <= last.command.span.start:
            return "who wants the lists of the last update is not known"
    if manager is APT and any(call.name == "apt-file" for call in scene.calls):
        return "apt-file keeps its index among the package lists"
    if manager is YARN and not is_yarn_1(scene.facts, scene.stage, last):
        return "a later version of yarn keeps what the project needs in its cache"
    if any(call.name in manager.names and call.has("--offline") for call in scene.calls):
        return "the cache is needed in the same RUN"
    if manager.close and any(
        call.command.span.start > last.command.span.start
        and manager.left.touched_by(unwrapped(words_of(call.command)))
        for call in scene.calls
    ):
        return f"a later command of the RUN handles {manager.left.name}"
    return ""


def _is_removed(scene: Scene, manager: Manager, last: Called) -> bool:
    """Whether a command behind a call may take its program away: its package, or the file."""
    for call in scene.calls:
        if call.command.span.start <= last.command.span.start:
            continue
        for word in call.arguments:
            folder, _, name = word.text.strip("\"'").rpartition("/")
            if (not folder and name in manager.names) or (
                folder in _FOLDERS and any(fnmatch(each, name) for each in manager.names)
            ):
                return True
    return False


def _unsettled(scene: Scene, manager: Manager, last: Called) -> str:
    """What a command behind a call may do so that its manager fails by then; empty for nothing.

    That of EL 7 is a script for `/usr/bin/python`, and cleans nothing without an enabled repository.
    """
    known = scene.facts.bases.of(scene.stage)
    is_dnf = known is not None and known.package_manager == "dnf"
    for call in scene.calls:
        if call.command.span.start <= last.command.span.start:
            continue
        if manager.names & _OF_PYTHON and _replaces_python(call):
            return f"`{call.name}` may replace the Python that {last.name} runs on"
        if "yum" in manager.names and not is_dnf and _takes_repositories(call):
            return (
                f"`{call.name}` may leave no repository enabled, without which yum fails to clean"
            )
    return ""


def _replaces_python(call: Called) -> bool:
    """Whether a command puts another program, or none, in the place of the system's Python."""
    operands = [word.text.strip("\"'") for word in call.arguments if word.text[:1] != "-"]
    if call.name in _ALTERNATIVES:
        return any(_PYTHON.fullmatch(each.rpartition("/")[2]) for each in operands)
    if call.name in {"cp", "install", "ln"}:
        *sources, target = operands or [""]
        below = [f"{target.rstrip('/')}/{each.rpartition('/')[2]}" for each in sources]
        operands = [target, *below]
    elif call.name not in {"mv", "rm", "unlink"}:
        return False
    for each in operands:
        folder, _, name = each.rstrip("/").rpartition("/")
        if _PYTHON.fullmatch(name) and (folder in _SYSTEM_PYTHON or "$" in folder):
            return True
    return False


def _takes_repositories(call: Called) -> bool:
    """Whether a command may take all repositories away, or switch them off."""
    if call.name == "subscription-manager":
        return not {"register", "attach", "status", "version"} & set(call.plain)
    if call.name == "yum-config-manager":
        if not any(each.startswith("--disable") for each in call.plain):
            return False
        names = [word.value for word in call.arguments if word.text[:1] != "-"]
        # As with files: what is told by a name of its own is not all that an image comes with.
        return not names or any(each is None or _OWN_NAMES.search(each) for each in names)
    return call.name in {"rm", "mv", "sed", "find", "unlink"} and any(
        _OWN_REPOSITORIES.fullmatch(word.text.strip("\"'")) for word in call.arguments
    )


def _assigned(call: Called) -> list[str]:
    """The variables that are set for a call alone."""
    return [each.name for each in call.command.assignments]


def _sure(scene: Scene) -> set[int]:
    rewrite = scene.rewrite()
    return {id(command) for command in unconditional(rewrite.script)}


def _is_proven(scene: Scene, call: Called) -> bool:
    """Whether the end of the RUN is reached only if the program of a call is there."""
    statements = scene.rewrite().script.statements
    spans = [None if each.command is None else each.command.span for each in statements]
    for behind in statements[spans.index(call.command.span) + 1 :]:
        if behind.operator == "||":
            return False
        if behind.operator != "&&":
            return any("errexit" in each.options for each in statements_of(scene.facts, scene.run))
    return True


def _is_in_base(scene: Scene, call: Called) -> bool:
    """Whether the base image is known to have the package manager of a call."""
    known = scene.facts.bases.of(scene.stage)
    kinds = {"yum", "dnf"} if call.name == "yum" else {call.name}
    return known is not None and known.package_manager in kinds
