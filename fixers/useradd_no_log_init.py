"""Keeps useradd from writing huge sparse login logs for a high user number."""

import re

from dfix import Fixer, Invalid, Level, Phase, Run, Valid, regex
from dfix.facts.calls import calls_of, has_option
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Command

_NUMBER = regex(r"(?:-[a-zA-Z]*u|--uid=)([0-9]+)")
#: Of those with more digits, none is a user's.
_UID = regex(r"[0-9]{1,10}")
_HIGH = 99_999


class UseraddNoLogInit(Fixer):
    """Keeps useradd from writing huge sparse login logs for a high user number.

    **Why**

    /var/log/lastlog and /var/log/faillog have a place for each number up to the highest. They are
    sparse, but a layer holds them at full length: gigabytes for a number of ten digits. Newer
    releases of useradd, such as Debian 12's, no longer lengthen them; older ones do.

    **When it is applied**

    To `useradd` with a literal number of six digits or more: `-l` leaves the entries out, which are
    empty for a new account anyway.

    **When it is refused**

    For numbers from variables, and on SUSE, whose useradd of old had no such option.
    """

    message = "useradd writes login logs as long as the user number is high"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    aliases = ("DL3046",)
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#user"
    VALID = (
        Valid("FROM debian:12\nRUN useradd -u 1001 app\n", why="the number is low"),
        Valid("FROM debian:12\nRUN useradd -l -u 1000660000 app\n"),
        Valid("FROM debian:12\nARG N=1000660000\nRUN useradd -u $N app\n", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN useradd --create-home -u 1000660000 app\n",
            "FROM debian:12\nRUN useradd -l --create-home -u 1000660000 app\n",
            level=Level.STANDARD,
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Proposes `-l` for all calls of a RUN."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        found = False
        for command in calls_of(rewrite.script, "useradd"):
            number = _number(command)
            if number is None:
                self.refuse(node, "the user number is only known when the image is built")
                return
            if (
                number > _HIGH
                and command.name is not None
                and not has_option(command, "-l", "--no-log-init")
            ):
                rewrite.insert_after(command.name, "-l")
                found = True
        if not found:
            return
        stage = self.facts.stages.holding(node)
        known = None if stage is None else self.facts.bases.of(stage)
        if (known is not None and known.family == "suse") or "zypper" in self.facts.tree.text:
            self.refuse(node, "useradd of SUSE had no such option once")
            return
        self.propose(
            rewrite,
            reason="the account gets no entry in the login logs, where it would be empty",
        )


def _number(command: Command) -> int | None:
    """The user number that is asked for; -1 where there is none, None where it is not literal."""
    words = command.arguments
    for at, word in enumerate(words):
        if re.fullmatch(r"-[a-zA-Z]*u|--uid", word.value or ""):
            value = words[at + 1].value if at + 1 < len(words) else ""
            return int(value) if value is not None and _UID.fullmatch(value) else None
        if word.value is not None and (found := _NUMBER.fullmatch(word.value)):
            return int(found[1]) if _UID.fullmatch(found[1]) else None
        if word.value is None and re.match(r"-[a-zA-Z]*u|--uid=", word.text):
            return None
    return -1
