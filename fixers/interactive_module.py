"""Reports module commands of dnf that would wait for an answer."""

from dfix import Fixer, Heredoc, Phase, Reported, Run, ShellForm, Valid, regex
from dfix.facts.commands import base_name, literal_arguments, verb_of
from dfix.facts.scripts import Command, scripts_of

from ._packages import earlier_text

_ASKING = frozenset({"enable", "disable", "reset", "install", "update", "remove", "switch-to"})
_SET = regex(r"\bassumeyes\s*=\s*[\"']?(?i:1|true|yes|on)\b")
_YES = frozenset({"-y", "--assumeyes", "--assumeno", "-yq", "-qy", "-q -y"})


class InteractiveModule(Fixer):
    """Reports module commands of dnf that would wait for an answer.

    **Why**

    `dnf module enable` asks whether it may go on. In a build nobody answers, and the step fails.

    **When it is reported**

    For `dnf module` and `yum module` with a sub-command that changes something, without `-y`, where
    no pipe has the answer and no setting gives it.

    **What to do**

    Add `-y` to the command, as for each installation.
    """

    message = "the command asks a question that nobody answers in a build"
    phase = Phase.SHELL
    practices = ("04",)
    reference = "https://dnf.readthedocs.io/en/latest/command_ref.html#module-command-label"
    VALID = (
        Valid("FROM rockylinux:8\nRUN dnf module enable -y php:8.2\n"),
        Valid("FROM rockylinux:8\nRUN dnf -y module enable php:8.2\n"),
        Valid("FROM rockylinux:8\nRUN dnf module list\n"),
        Valid("FROM rockylinux:8\nRUN yes | dnf module enable php:8.2\n", why="it is answered"),
        Valid("FROM rockylinux:8\nRUN dnf --setopt=assumeyes=True module enable php:8.2\n"),
        Valid(
            "FROM rockylinux:8\nRUN echo assumeyes=1 >> /etc/dnf/dnf.conf\n"
            "RUN dnf module enable php:8.2\n",
            why="it is set",
        ),
    )
    REPORTED = (
        Reported("FROM rockylinux:8\nRUN dnf module enable php:8.2\n", line=2),
        Reported(
            "FROM rockylinux:8\nRUN dnf install --assumeyes a && yum module enable php:8.2\n",
            line=2,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks at each command of dnf."""
        for form, script in scripts_of(self.facts, node):
            # What comes through a pipe is taken for the answer.
            fed = [part.command for each in script.pipelines for part in each.children[1:]]
            for command in script.commands:
                if command not in fed:
                    self._look(node, form, command)

    def _look(self, node: Run, form: ShellForm | Heredoc, command: Command) -> None:
        if base_name(command) not in {"dnf", "yum"} or verb_of(command) != "module":
            return
        values = literal_arguments(command)
        if None in values or _YES & set(values) or not _ASKING & set(values):
            return
        if _SET.search(earlier_text(self.facts, node)):
            return
        written = " ".join((base_name(command) or "", *(value or "" for value in values)))
        self.advise(form, f"write -y behind `{written}`", within=command.span)
