"""Takes sudo off commands that run as root anyway."""

import re

from dfix import Fixer, Invalid, Level, Phase, Run, User, Valid, regex
from dfix.facts.commands import (
    BUILTINS,
    COMMON_TOOLS,
    COREUTILS,
    PACKAGE_MANAGERS,
    SHELLS,
    base_name,
    installed_packages,
    literal_arguments,
    name_of,
    statements,
)
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Command, script_of

from ._packages import goes_on_without
from ._search_path import not_searched

#: What sudo finds by a path of its own: with another PATH these are the same programs still.
_OF_THE_SYSTEM = (COREUTILS | COMMON_TOOLS | PACKAGE_MANAGERS | {"dpkg", "sh", "bash"}) - BUILTINS
_TAG = regex(r":[^:/]*\Z")
#: Folders that sudo looks for programs in, whatever PATH is.
_FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
#: Variables that sudo keeps away from what it starts.
_TELLING = regex(r"HOME|LD_.*|PYTHON.*|PERL.*|RUBY.*|GEM_.*|NODE_.*|JAVA_.*|BASH_ENV|ENV|IFS")
#: Those that change nothing in what most programs do.
_HARMLESS = regex(r"PATH|DEBIAN_FRONTEND|LANG(?:UAGE)?|LC_.*|TERM|TZ|TIMEZONE")
#: Variables that sudo sets for what it starts: a build has none of them.
_SET_BY_SUDO = regex(r"\$\{?(?:USER|USERNAME|LOGNAME|MAIL|SHELL)\b")
#: Programs that linters look at closely: without sudo, they would find more than sudo hid.
_LOOKED_AT = regex(
    r"apt|apt-get|aptitude|apk|yum|dnf|microdnf|zypper|pip[0-9.]*|python[0-9.]*|npm|yarn|gem|go|wget|"
    r"curl|useradd|ln|ssh|vim|shutdown|service|ps|free|top|kill|mount|ifconfig|sudo|su"
)


class DropSudo(Fixer):
    """Takes sudo off commands that run as root anyway.

    **Why**

    Steps of a build are root's until USER says otherwise. There, sudo only adds a process, a package,
    and an environment that differs from the one that the file sets.

    **When it is applied**

    Where the user is known to be root, sudo has no options, and what it starts is a program.

    **When it is refused**

    Where the user is another one or not known; with options or variables; for what is a built-in of
    the shell without sudo; where the file sets variables that sudo would keep away, or a PATH that
    leads to less than sudo's own; where sudo may be missing and nothing fails for it; and for
    installations, whose unpinned packages linters would then find. At `aggressive` only in a pipe,
    for scripts, and for programs that may look at other variables of the file, as `make` does.
    """

    message = "sudo is of no use to root"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    aliases = ("DL3004",)
    practices = ("02",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#user"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y sudo\n", why="that is a package"),
        Valid("FROM debian:12\nUSER app\nRUN sudo chown app /a\n", refused=True),
        Valid("FROM debian:12\nRUN sudo -u app make\n", why="it changes the user", refused=True),
        Valid("FROM me/base:1\nRUN sudo chmod 644 /a\n", why="who runs it?", refused=True),
        Valid("FROM debian:12\nRUN sudo echo -e a\n", why="the shell's own differs", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN sudo mkdir -p /opt/app && sudo chmod 755 /opt/app\n",
            "FROM debian:12\nRUN mkdir -p /opt/app && chmod 755 /opt/app\n",
            level=Level.STANDARD,
        ),
        Invalid(
            "FROM debian:12\nRUN echo a | sudo tee /etc/a\n",
            "FROM debian:12\nRUN echo a | tee /etc/a\n",
        ),
    )

    def _is_told_by_the_call(self, run: Run) -> bool:
        """Whether an argument of the build may have a RUN run as another account."""
        stage = self.facts.stages.holding(run)
        if stage is None:
            return True
        last: User | None = None
        for each in reversed(self.facts.stages.lineage(stage)):
            for instruction in each.instructions:
                if instruction is run:
                    break
                last = instruction if isinstance(instruction, User) else last
        if last is None:
            # Of the versions of one image none begins with another account.
            return "$" in _TAG.sub("", self.facts.stages.lineage(stage)[-1].start.image)
        return last.argument is None or "$" in last.argument.value

    def visit_Run(self, node: Run) -> None:
        """Proposes a RUN without sudo, or says why it stays."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        calls = [each for each in rewrite.script.commands if base_name(each) == "sudo"]
        if not calls:
            return
        user = None if self._is_told_by_the_call(node) else self.facts.bases.user(node)
        if user != "root":
            told = "not known to be root" if user is None else f"`{user}`"
            self.refuse(node, f"the user is {told}: sudo may be needed")
            return
        before = self.facts.plan.before(node)
        names = {*before.env, *before.args}
        if any(_sets_up(each, names) for each in rewrite.script.commands) or any(
            each.kind == "function" for each in statements(rewrite.script.statements)
        ):
            self.refuse(node, "sudo keeps away what the RUN sets up for the commands behind it")
            return
        if not self._is_there(node):
            self.refuse(node, "sudo may be missing, and the RUN goes on without what it starts")
            return
        for call in calls:
            reason = _objection(call, names) or not_searched(self.facts, node, _FOLDERS)
            if reason:
                self.refuse(node, reason)
                return
            rewrite.unwrap(call)
        piped = any(each.subshell for each in calls)
        seen = any(not _HARMLESS.fullmatch(each) for each in names) and any(map(_may_look, calls))
        seen = seen or any(map(_is_script, calls))
        self.propose(
            rewrite,
            level=Level.AGGRESSIVE if piped or seen else Level.STANDARD,
            reason="the user is root; variables of the file are seen that sudo kept away",
        )

    def _is_there(self, node: Run) -> bool:
        """Whether there is a sudo: it was installed, or a RUN up to `node` fails without it."""
        stage = self.facts.stages.holding(node)
        for each in reversed(self.facts.stages.lineage(stage)) if stage is not None else ():
            for run in each.instructions:
                script = script_of(run, self.facts.tree.escape) if isinstance(run, Run) else None
                for command in script.commands if script is not None else ():
                    if (
                        isinstance(run, Run)
                        and script is not None
                        and (
                            "sudo" in (installed_packages(command) or ())
                            or (
                                base_name(command) == "sudo"
                                and not goes_on_without(self.facts, run, script, command)
                            )
                        )
                    ):
                        return True
                if run is node:
                    return False
        return False


def _sets_up(command: Command, names: set[str]) -> bool:
    """Whether a command changes what the shell hands to the programs that it starts."""
    if command.name is None:
        exported = names | {"PATH", "HOME"}
        return any(each.name in exported for each in command.assignments)
    return name_of(command) in {"export", "umask", "ulimit"} or (
        name_of(command) == "set"
        and any(
            value is None or re.fullmatch(r"-[a-z]*a[a-z]*|allexport", value)
            for value in literal_arguments(command)
        )
    )


def _may_look(call: Command) -> bool:
    """Whether what sudo starts may do otherwise by a variable: `make` does, `rm` does not."""
    name = (literal_arguments(call)[0] or "").rpartition("/")[2]
    return name not in _OF_THE_SYSTEM or name in SHELLS


def _is_script(call: Command) -> bool:
    """Whether sudo starts a script, which may well look at the variables that sudo sets."""
    first = literal_arguments(call)[0] or ""
    if first.rpartition("/")[2] in SHELLS:
        first = next((each or "" for each in literal_arguments(call)[1:]), "")
    return first.endswith(".sh") or first.startswith(("./", "../"))


def _objection(call: Command, names: set[str]) -> str | None:
    """Why a call of sudo is not the same as what it calls."""
    if not call.arguments:
        return "sudo is called for something else than a command"
    first = literal_arguments(call)[0]
    if first is None:
        return "what sudo starts is only known when the image is built"
    name = first.rpartition("/")[2]
    if first.startswith("-"):
        return "sudo has options"
    if "=" in first or call.assignments:
        return "variables are set for sudo or by it"
    if name in BUILTINS or name in {"time", "env", "printenv"}:
        return f"`{name}` is another thing in the shell than what sudo starts"
    if any("SUDO_" in word.text for word in call.arguments):
        return "it looks at who called sudo"
    if any(_SET_BY_SUDO.search(value or "") for value in literal_arguments(call)):
        return "it looks at a variable that sudo sets"
    if _LOOKED_AT.fullmatch(name):
        return f"sudo hides what linters find of `{name}`: that comes first"
    telling = sorted(each for each in names if _TELLING.fullmatch(each))
    if telling:
        return f"sudo keeps {telling[0]} away from what it starts"
    if "PATH" in names and name not in _OF_THE_SYSTEM and not first.startswith("/"):
        return f"`{name}` may be another program by the PATH that the file sets"
    return None
