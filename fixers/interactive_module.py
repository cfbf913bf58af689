"""Reports module commands of dnf that would wait for an answer."""

from dfix import Fixer, Phase, Reported, Run, Valid
from dfix.facts.commands import base_name, literal_arguments, verb_of
from dfix.facts.scripts import commands_of

_ASKING = frozenset({"enable", "disable", "reset", "install", "update", "remove", "switch-to"})
_YES = frozenset({"-y", "--assumeyes", "--assumeno", "-yq", "-qy", "-q -y"})


class InteractiveModule(Fixer):
    """Reports module commands of dnf that would wait for an answer.

    **Why**

    `dnf module enable` asks whether it may go on. In a build nobody answers, and the step fails.

    **When it is reported**

    For `dnf module` and `yum module` with a sub-command that changes something, without `-y`.

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
    )
    REPORTED = (Reported("FROM rockylinux:8\nRUN dnf module enable php:8.2\n", line=2),)

    def visit_Run(self, node: Run) -> None:
        """Looks at each command of dnf."""
        for form, command in commands_of(self.facts, node):
            if base_name(command) not in {"dnf", "yum"} or verb_of(command) != "module":
                continue
            values = literal_arguments(command)
            if None in values or _YES & set(values) or not _ASKING & set(values):
                continue
            written = " ".join(("dnf", *(value or "" for value in values)))
            self.advise(form, f"write -y behind `{written}`", within=command.span)
